//! Rehearses a definition: scenarios that a service team writes, and recorded sagas under a changed definition.

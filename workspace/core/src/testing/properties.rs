//! Properties of random sagas.

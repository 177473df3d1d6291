//! Reads a saga definition (YAML) into the model, with diagnostics.

//! Explores every way in which the sagas of a definition can go, with the code that runs them in production.

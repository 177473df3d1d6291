//! The auditor that knows only topics.

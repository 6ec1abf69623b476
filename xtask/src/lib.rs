//! The project's commands

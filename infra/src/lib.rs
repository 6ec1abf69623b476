//! The image app's infrastructure as plain Rust functions

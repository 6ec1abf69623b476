//! The image-upload web app in Rust

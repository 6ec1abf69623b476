//! What comes into the image app: forms, image formats, names. No AWS, no web framework.

pub mod form;
pub mod image_format;
pub mod limits;
pub mod location;
pub mod upload_rules;

//! An image in the bucket.

use crate::url;
use app_intake::image_format::{Dimensions, ImageKind};
use serde::Serialize;

/// An image that S3 has confirmed.
#[derive(Debug, Serialize)]
pub struct StoredImage {
    /// Its key in the bucket.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its content type.
    pub content_type: &'static str,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Where the page finds it.
    pub url: String,
}

impl StoredImage {
    /// What a client learns of an image that is in the bucket.
    pub fn new(key: String, size: u64, kind: ImageKind, dimensions: Dimensions) -> Self {
        let Dimensions { width, height } = dimensions;
        let url = url::of_image("images", &key);
        Self { key, size, content_type: kind.content_type(), width, height, url }
    }
}

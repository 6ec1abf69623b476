//! Why an image has no thumbnail.

use app_intake::image_format::ImageDefect;
use image::ImageError;
use thiserror::Error;

/// What the pixels of one image may take up: 24 megapixels in three colours.
pub const DECODED_BYTES: u64 = 72 * 1024 * 1024;

/// Each scan of a JPEG file costs a walk over all its pixels, however short it is. Encoders write about ten.
pub const MOST_SCANS: u32 = 500;

/// Why there is none.
#[derive(Debug, Error)]
pub enum ScaleError {
    /// It would need too much memory.
    #[error("its pixels take up {bytes} bytes, more than {DECODED_BYTES}")]
    TooCostly {
        /// What it would need.
        bytes: u64,
    },
    /// It would need too much time.
    #[error("it has {scans} scans, more than {MOST_SCANS}")]
    TooManyScans {
        /// What it has.
        scans: u32,
    },
    /// It is not a whole image.
    #[error("it {0}")]
    Defect(ImageDefect),
    /// The codec gave up.
    #[error(transparent)]
    Codec(#[from] ImageError),
    /// The codec for JPEG with separate scans gave up.
    #[error(transparent)]
    SeparateScans(#[from] jpeg_decoder::Error),
}

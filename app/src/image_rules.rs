//! The rule that needs the app's limits and an image's header.

use app_intake::image_format::Dimensions;
use app_intake::limits::UploadLimits;

use crate::error::AppError;

/// Not too many pixels, as far as is known.
pub fn check_pixels(name: &str, largest: Option<Dimensions>, limits: &UploadLimits) -> Result<(), AppError> {
    let limit = limits.max_pixels;
    match largest.map(Dimensions::pixels) {
        Some(pixels) if pixels > limit => {
            Err(AppError::TooManyPixels { name: name.to_owned(), pixels, limit })
        }
        _ => Ok(()),
    }
}

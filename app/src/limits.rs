//! What is over a limit, in the words of its refusal, and the limits in the words of the page. Their values are in
//! `app_intake::limits`.

use app_intake::image_format::Dimensions;
use app_intake::limits::UploadLimits;
use thiserror::Error;

use crate::page;

/// What is refused. The texts name the limit, and what to do.
#[derive(Debug, Error)]
pub enum OverLimit {
    /// A file is too large.
    #[error("\"{name}\" is larger than the limit of {}: send a smaller image", page::size(*limit))]
    File {
        /// The file's name.
        name: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// An image has too many pixels.
    #[error("\"{name}\" has {pixels} pixels, more than the limit of {limit}: send a smaller image")]
    Pixels {
        /// The file's name.
        name: String,
        /// Its width times its height.
        pixels: u64,
        /// The limit.
        limit: u64,
    },
    /// The form has too many files.
    #[error("more than {limit} files in one upload: send at most {limit} at a time")]
    Files {
        /// The limit.
        limit: u64,
    },
    /// The request is larger than all files together may be.
    #[error(
        "the upload is larger than the limit of {} files of {} each: send fewer or smaller images",
        limits.max_files,
        page::size(limits.max_file_bytes)
    )]
    Body {
        /// What one request may bring.
        limits: UploadLimits,
    },
}

/// The limits for whoever chooses files.
pub fn in_words(limits: &UploadLimits) -> String {
    format!("up to {} each, {} at a time", page::size(limits.max_file_bytes), limits.max_files)
}

/// Not too many pixels, as far as is known.
pub fn check_pixels(name: &str, largest: Option<Dimensions>, limits: &UploadLimits) -> Result<(), OverLimit> {
    let limit = limits.max_pixels;
    match largest.map(Dimensions::pixels) {
        Some(pixels) if pixels > limit => Err(OverLimit::Pixels { name: name.to_owned(), pixels, limit }),
        _ => Ok(()),
    }
}

/// Not more bytes than a file may have.
pub fn check_size(name: &str, bytes: u64, limits: &UploadLimits) -> Result<(), OverLimit> {
    let limit = limits.max_file_bytes;
    if bytes > limit { Err(OverLimit::File { name: name.to_owned(), limit }) } else { Ok(()) }
}

/// Room for one more file.
pub fn check_count(files: usize, limits: &UploadLimits) -> Result<(), OverLimit> {
    let limit = limits.max_files;
    if files as u64 >= limit { Err(OverLimit::Files { limit }) } else { Ok(()) }
}

//! From an image file to its pixels, by codecs in Rust only and within a fixed amount of memory.

use std::io::Cursor;

use app_intake::image_format::{ImageInfo, ImageKind};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};
use jpeg_decoder::PixelFormat;

use super::scale_error::{DECODED_BYTES, ScaleError};

/// A profile is kept with the thumbnail. Those of devices are larger than any thumbnail.
const LARGEST_PROFILE: usize = 512 * 1024;

/// Where an ICC profile says which colours it is for.
const PROFILE_COLOURS: std::ops::Range<usize> = 16..20;

/// An image's pixels, as they are stored, and what their colours mean.
pub struct Decoded {
    /// The pixels.
    pub image: DynamicImage,
    /// An ICC profile; none for the colours that everyone expects.
    pub profile: Option<Vec<u8>>,
}

/// The pixels, or none where they would not look like the image.
pub fn decode(info: ImageInfo, file: &[u8]) -> Result<Option<Decoded>, ScaleError> {
    let decoded = match info.kind {
        // zune-jpeg, which `image` uses, mixes up the rows of such files up to version 0.5.16.
        ImageKind::Jpeg if info.separate_scans => separate_scans(file)?,
        kind => Some(by_image(kind, file)?),
    };
    let Some(Decoded { image, profile }) = decoded else { return Ok(None) };
    let (seen, pixels) = (info.dimensions.pixels(), u64::from(image.width()) * u64::from(image.height()));
    // A decoder that cuts a frame to its screen shows less than a browser.
    if seen != pixels {
        return Ok(None);
    }
    let profile = match profile.map(|profile| usable(profile, &image)) {
        None => None,
        Some(Some(profile)) => profile,
        Some(None) => return Ok(None),
    };
    Ok(Some(Decoded { image, profile }))
}

fn by_image(kind: ImageKind, file: &[u8]) -> Result<Decoded, ScaleError> {
    let mut reader = ImageReader::with_format(Cursor::new(file), format(kind));
    let mut limits = Limits::default();
    // Beside the pixels, a codec needs a little for itself.
    limits.max_alloc = Some(DECODED_BYTES * 5 / 4);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let bytes = decoder.total_bytes();
    if bytes > DECODED_BYTES {
        return Err(ScaleError::TooCostly { bytes });
    }
    // Without a readable profile the colours are those that everyone expects.
    let profile = decoder.icc_profile().unwrap_or_default();
    Ok(Decoded { image: DynamicImage::from_decoder(decoder)?, profile })
}

/// What the decoder of separate scans holds for each byte of the image: a coefficient of 2 bytes, a byte of a plane, and
/// the image's.
const HELD_BYTES: u64 = 4;

/// A JPEG file that is neither progressive nor interleaved. Its decoder keeps coefficients beside the pixels.
fn separate_scans(file: &[u8]) -> Result<Option<Decoded>, ScaleError> {
    let mut decoder = jpeg_decoder::Decoder::new(file);
    decoder.read_info()?;
    let Some(info) = decoder.info() else { return Ok(None) };
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    let bytes = u64::from(width) * u64::from(height) * info.pixel_format.pixel_bytes() as u64 * HELD_BYTES;
    if bytes > DECODED_BYTES {
        return Err(ScaleError::TooCostly { bytes });
    }
    let pixels = decoder.decode()?;
    let image = match info.pixel_format {
        PixelFormat::L8 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::from),
        PixelFormat::RGB24 => RgbImage::from_raw(width, height, pixels).map(DynamicImage::from),
        PixelFormat::L16 | PixelFormat::CMYK32 => None,
    };
    Ok(image.map(|image| Decoded { image, profile: decoder.icc_profile() }))
}

/// A profile that goes with pixels like these; none where it means nothing for them. Nothing at all where the image can't
/// be shown without a profile that is for other colours, or too large.
fn usable(profile: Vec<u8>, image: &DynamicImage) -> Option<Option<Vec<u8>>> {
    if profile.len() > LARGEST_PROFILE {
        return None;
    }
    match profile.get(PROFILE_COLOURS) {
        Some(b"CMYK") => None,
        Some(b"RGB ") if image.color().has_color() => Some(Some(profile)),
        Some(b"GRAY") if !image.color().has_color() => Some(Some(profile)),
        _ => Some(None),
    }
}

fn format(kind: ImageKind) -> ImageFormat {
    match kind {
        ImageKind::Jpeg => ImageFormat::Jpeg,
        ImageKind::Png => ImageFormat::Png,
        ImageKind::Gif => ImageFormat::Gif,
        ImageKind::WebP => ImageFormat::WebP,
        ImageKind::Avif => ImageFormat::Avif,
    }
}

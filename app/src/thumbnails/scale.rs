//! From an image file to a small one, by codecs in Rust only and within a fixed amount of memory.

use std::io::Cursor;

use app_intake::image_format::{Dimensions, ImageKind};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use thiserror::Error;

/// What there are codecs for. AVIF's are written in C.
pub const CAN: [ImageKind; 4] = [ImageKind::Jpeg, ImageKind::Png, ImageKind::Gif, ImageKind::WebP];

/// A thumbnail fits into a square of this many pixels: sharp on a screen with two pixels a point.
const SIDE: u32 = 480;

/// What the pixels of one image may take up: 24 megapixels in three colours.
const DECODED_BYTES: u64 = 72 * 1024 * 1024;

const JPEG_QUALITY: u8 = 80;

/// A small image file.
pub struct Scaled {
    /// What it is.
    pub kind: ImageKind,
    /// Its size in pixels.
    pub dimensions: Dimensions,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Why there is none.
#[derive(Debug, Error)]
pub enum ScaleError {
    /// It would need too much memory.
    #[error("its pixels take up {bytes} bytes, more than {DECODED_BYTES}")]
    TooCostly {
        /// What it would need.
        bytes: u64,
    },
    /// The codec gave up.
    #[error(transparent)]
    Codec(#[from] ImageError),
}

/// Whether an image of this size needs a thumbnail, and one can be made. Browsers turn the image itself as its EXIF data says.
pub fn is_worth_it(size: Dimensions) -> bool {
    size.width.max(size.height) > SIDE && size.pixels() <= DECODED_BYTES
}

/// A thumbnail of an image file, turned as its EXIF data says; none where the image is small enough as it is.
pub fn thumbnail(kind: ImageKind, file: &[u8]) -> Result<Option<Scaled>, ScaleError> {
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
    // Without readable EXIF data an image is the right way up.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let (width, height) = decoder.dimensions();
    if !is_worth_it(Dimensions { width, height }) {
        return Ok(None);
    }
    let mut small = shrunk(DynamicImage::from_decoder(decoder)?);
    small.apply_orientation(orientation);
    Ok(Some(encoded(&small)?))
}

fn shrunk(image: DynamicImage) -> DynamicImage {
    // First a fast, coarse step to twice the size, then a good one.
    let coarse = image.thumbnail(SIDE * 2, SIDE * 2);
    drop(image);
    coarse.resize(SIDE, SIDE, FilterType::CatmullRom)
}

/// JPEG, or PNG where something shows through.
fn encoded(image: &DynamicImage) -> Result<Scaled, ImageError> {
    let mut bytes = Vec::new();
    let kind = if image.color().has_alpha() {
        DynamicImage::from(image.to_rgba8()).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?;
        ImageKind::Png
    } else {
        JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY).encode_image(&image.to_rgb8())?;
        ImageKind::Jpeg
    };
    Ok(Scaled { kind, dimensions: Dimensions { width: image.width(), height: image.height() }, bytes })
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

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn file(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        image.into().write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    #[test]
    fn a_large_image_becomes_a_small_one() {
        let image = RgbImage::from_pixel(1200, 600, Rgb([200, 10, 10]));
        let small = thumbnail(ImageKind::Jpeg, &file(image, ImageFormat::Jpeg)).unwrap().unwrap();
        assert_eq!(
            (small.kind, small.dimensions.width, small.dimensions.height),
            (ImageKind::Jpeg, 480, 240)
        );
        let pixel = image::load_from_memory(&small.bytes).unwrap().to_rgb8()[(100, 100)];
        assert!(pixel.0[0] > 180 && pixel.0[1] < 40, "{pixel:?}");
    }

    #[test]
    fn what_shows_through_still_does() {
        let image = RgbaImage::from_pixel(500, 1000, Rgba([0, 200, 0, 128]));
        let small = thumbnail(ImageKind::Png, &file(image, ImageFormat::Png)).unwrap().unwrap();
        assert_eq!((small.kind, small.dimensions.width, small.dimensions.height), (ImageKind::Png, 240, 480));
        assert_eq!(image::load_from_memory(&small.bytes).unwrap().to_rgba8()[(10, 10)].0[3], 128);
    }

    #[test]
    fn a_small_image_stays_as_it_is() {
        let image = file(RgbImage::new(480, 300), ImageFormat::Png);
        assert!(thumbnail(ImageKind::Png, &image).unwrap().is_none());
    }

    #[test]
    fn an_image_that_needs_too_much_memory_is_not_decoded() {
        // The pixels of the header, and next to no data.
        let mut bomb = file(RgbImage::new(1, 1), ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
        let checksum = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&checksum.to_be_bytes());
        let outcome = thumbnail(ImageKind::Png, &bomb).err();
        assert!(outcome.is_some(), "30000 x 30000 pixels were decoded");
    }

    #[test]
    fn a_broken_image_is_an_error() {
        let mut image = file(RgbImage::new(1000, 1000), ImageFormat::Png);
        image.truncate(200);
        assert!(thumbnail(ImageKind::Png, &image).is_err());
        assert!(thumbnail(ImageKind::Jpeg, b"\xFF\xD8\xFF").is_err());
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(
                crc ^ u32::from(*byte),
                |crc, _| {
                    if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 }
                },
            )
        })
    }
}

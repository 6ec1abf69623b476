//! From an image file to a small one that looks like it.

use app_intake::image_format::{Dimensions, ImageKind, ImageProbe};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageEncoder, ImageError};

use super::decode::decode;
use super::scale_error::{DECODED_BYTES, MOST_SCANS, ScaleError};

/// What there are codecs for. AVIF's are written in C.
pub const CAN: [ImageKind; 4] = [ImageKind::Jpeg, ImageKind::Png, ImageKind::Gif, ImageKind::WebP];

/// A thumbnail fits into a square of this many pixels: sharp on a screen with two pixels a point.
const SIDE: u32 = 480;

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

/// Whether an image of this size needs a thumbnail, and one can be made. Browsers turn the image itself as its EXIF data says.
pub fn is_worth_it(size: Dimensions) -> bool {
    size.width.max(size.height) > SIDE && size.pixels() <= DECODED_BYTES
}

/// A thumbnail of an image file, turned as its EXIF data says; none where the image is better served as it is.
pub fn thumbnail(kind: ImageKind, file: &[u8]) -> Result<Option<Scaled>, ScaleError> {
    let mut probe = ImageProbe::new();
    probe.feed(file).map_err(ScaleError::Defect)?;
    if let Some(bytes) = probe.decoded_bytes().filter(|bytes| *bytes > DECODED_BYTES) {
        return Err(ScaleError::TooCostly { bytes });
    }
    let info = probe.finish().map_err(ScaleError::Defect)?;
    if info.kind != kind || !is_worth_it(info.dimensions) {
        return Ok(None);
    }
    if info.scans > MOST_SCANS {
        return Err(ScaleError::TooManyScans { scans: info.scans });
    }
    let Some(decoded) = decode(info, file)? else { return Ok(None) };
    let mut small = shrunk(decoded.image);
    // The formats' numbers are the codec's, too.
    let orientation = Orientation::from_exif(info.orientation.exif());
    small.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    Ok(Some(encoded(&small, decoded.profile)?))
}

fn shrunk(image: DynamicImage) -> DynamicImage {
    // First a fast, coarse step to twice the size, then a good one.
    let coarse = image.thumbnail(SIDE * 2, SIDE * 2);
    drop(image);
    coarse.resize(SIDE, SIDE, FilterType::CatmullRom)
}

/// JPEG, or PNG where something shows through; with the profile of its colours.
fn encoded(image: &DynamicImage, profile: Option<Vec<u8>>) -> Result<Scaled, ImageError> {
    let mut bytes = Vec::new();
    // A profile for shades of grey needs them.
    let is_grey = profile.is_some() && !image.color().has_color();
    let kind = if image.color().has_alpha() {
        let image =
            if is_grey { image.to_luma_alpha8().into() } else { DynamicImage::from(image.to_rgba8()) };
        write(PngEncoder::new(&mut bytes), &image, profile)?;
        ImageKind::Png
    } else {
        let image = if is_grey { image.to_luma8().into() } else { DynamicImage::from(image.to_rgb8()) };
        write(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY), &image, profile)?;
        ImageKind::Jpeg
    };
    Ok(Scaled { kind, dimensions: Dimensions { width: image.width(), height: image.height() }, bytes })
}

fn write(
    mut encoder: impl ImageEncoder,
    image: &DynamicImage,
    profile: Option<Vec<u8>>,
) -> Result<(), ImageError> {
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile).map_err(ImageError::Unsupported)?;
    }
    image.write_with_encoder(encoder)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

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

    /// A JPEG file with so many scans that hold nothing.
    fn jpeg(code: u8, components: u8, side: u16, scans: usize) -> Vec<u8> {
        let [high, low] = side.to_be_bytes();
        let parts: Vec<u8> = (1..=components).flat_map(|id| [id, 0x11, 0]).collect();
        let length = 8 + 3 * components;
        let frame = [&[0xFF, code, 0, length, 8, high, low, high, low, components][..], &parts].concat();
        let scan = b"\xFF\xDA\0\x08\x01\x01\0\0\x3F\0".repeat(scans);
        [b"\xFF\xD8", &frame[..], &scan, b"\xFF\xD9"].concat()
    }

    #[test]
    fn coefficients_count_as_memory() {
        let bytes_of = |file: &[u8]| match thumbnail(ImageKind::Jpeg, file) {
            Err(ScaleError::TooCostly { bytes }) => Some(bytes),
            _ => None,
        };
        assert_eq!(bytes_of(&jpeg(0xC2, 3, 3000, 1)), Some(3000 * 3000 * 9));
        // With a scan for each component, and more for the planes.
        assert_eq!(bytes_of(&jpeg(0xC0, 3, 3000, 3)), Some(3000 * 3000 * 12));
        assert_eq!(bytes_of(&jpeg(0xC2, 3, 2000, 1)), None);
    }

    #[test]
    fn a_file_of_countless_scans_is_not_decoded() {
        let outcome = thumbnail(ImageKind::Jpeg, &jpeg(0xC2, 1, 1000, 501)).err();
        assert!(matches!(outcome, Some(ScaleError::TooManyScans { scans: 501 })), "{outcome:?}");
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

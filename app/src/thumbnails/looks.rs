//! Thumbnails look like what was encoded, by encoders that have nothing to do with their decoders.

use std::io::Cursor;

use app_intake::image_format::ImageKind;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::scale::{Scaled, thumbnail};

const WIDTH: u16 = 491;
const HEIGHT: u16 = 211;

/// Red from left to right, green from top to bottom, blue along both.
fn colour(x: f64, y: f64) -> [f64; 3] {
    [x * 255.0, y * 255.0, (x + y) * 127.5]
}

fn pixels() -> Vec<u8> {
    let (width, height) = (f64::from(WIDTH), f64::from(HEIGHT));
    let rows = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (f64::from(x) + 0.5, f64::from(y) + 0.5)));
    rows.flat_map(|(x, y)| colour(x / width, y / height)).map(|value| value as u8).collect()
}

fn jpeg(settings: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 90);
    settings(&mut encoder);
    encoder.encode(&pixels(), WIDTH, HEIGHT, ColorType::Rgb).unwrap();
    out
}

/// Asserts that each pixel of a thumbnail has about the colour that is seen there.
fn looks_right(name: &str, kind: ImageKind, file: &[u8], seen: impl Fn(f64, f64) -> [f64; 3]) {
    let small = thumbnail(kind, file).unwrap_or_else(|error| panic!("{name}: {error}"));
    let small = small.unwrap_or_else(|| panic!("{name}: it has no thumbnail"));
    let image = image::load_from_memory(&small.bytes).unwrap().to_rgb8();
    let (width, height) = (f64::from(image.width()), f64::from(image.height()));
    let mut worst = (0.0, 0, 0);
    for (x, y, pixel) in image.enumerate_pixels() {
        let expected = seen((f64::from(x) + 0.5) / width, (f64::from(y) + 0.5) / height);
        for (got, expected) in pixel.0.into_iter().zip(expected) {
            let off = (f64::from(got) - expected).abs();
            worst = if off > worst.0 { (off, x, y) } else { worst };
        }
    }
    assert!(worst.0 < 14.0, "{name}: off by {} at {}, {}", worst.0, worst.1, worst.2);
}

#[test]
fn every_way_to_write_a_jpeg_looks_like_the_image() {
    use SamplingFactor as S;
    let factors = [S::F_1_1, S::F_2_1, S::F_1_2, S::F_2_2, S::F_4_1];
    for factor in factors {
        for way in ["baseline", "separate scans", "progressive", "restarts"] {
            let file = jpeg(|encoder| {
                encoder.set_sampling_factor(factor);
                encoder.set_optimized_huffman_tables(way == "separate scans");
                encoder.set_progressive(way == "progressive");
                if way == "restarts" {
                    encoder.set_restart_interval(7);
                }
            });
            looks_right(&format!("{factor:?}, {way}"), ImageKind::Jpeg, &file, colour);
        }
    }
}

#[test]
fn a_file_of_another_encoder_with_separate_scans_is_not_green() {
    let file = include_bytes!("../../../tests/corpus/separate-scans.jpg");
    let small = thumbnail(ImageKind::Jpeg, file).unwrap().unwrap();
    let image = image::load_from_memory(&small.bytes).unwrap().resize_exact(4, 3, image::imageops::Triangle);
    let image = image.to_rgb8();
    // As ImageMagick, with libjpeg, shrinks the image.
    for (x, red) in [31, 93, 160, 222].into_iter().enumerate() {
        for (y, green) in [41, 127, 212].into_iter().enumerate() {
            let [r, g, b] = image[(x as u32, y as u32)].0;
            let off = [r.abs_diff(red), g.abs_diff(green), b.abs_diff(84)];
            assert!(off.iter().all(|off| *off < 16), "{x}, {y}: {r} {g} {b}");
        }
    }
}

/// Exif data with an orientation, upright first.
fn exif(orientation: u8) -> Vec<u8> {
    [&b"II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"[..], &[orientation, 0, 0, 0], &[0; 4]].concat()
}

/// What is seen of the image under an orientation.
fn turned(orientation: u8) -> impl Fn(f64, f64) -> [f64; 3] {
    move |x, y| match orientation {
        2 => colour(1.0 - x, y),
        3 => colour(1.0 - x, 1.0 - y),
        4 => colour(x, 1.0 - y),
        5 => colour(y, x),
        6 => colour(y, 1.0 - x),
        7 => colour(1.0 - y, 1.0 - x),
        8 => colour(1.0 - y, x),
        _ => colour(x, y),
    }
}

#[test]
fn thumbnails_of_every_kind_are_turned_by_the_first_exif_data() {
    for orientation in 1..=8 {
        let other = 9 - orientation;
        let jpeg = jpeg(|encoder| {
            for number in [orientation, other] {
                encoder.add_app_segment(1, [&b"Exif\0\0"[..], &exif(number)].concat()).unwrap();
            }
        });
        let webp = webp(&[(b"EXIF", &exif(orientation)), (b"EXIF", &exif(other))]);
        let png = png(&exif(orientation));
        for (kind, file) in [(ImageKind::Jpeg, jpeg), (ImageKind::WebP, webp), (ImageKind::Png, png)] {
            looks_right(&format!("{kind} turned by {orientation}"), kind, &file, turned(orientation));
            let small = thumbnail(kind, &file).unwrap().unwrap().dimensions;
            assert_eq!(small.width > small.height, orientation < 5, "{kind} turned by {orientation}");
        }
    }
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_raw(WIDTH.into(), HEIGHT.into(), pixels()).unwrap();
    let mut out = Cursor::new(Vec::new());
    DynamicImage::from(image).write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn webp(more: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let image = encoded(ImageFormat::WebP)[12..].to_vec();
    let sides = [WIDTH - 1, HEIGHT - 1].map(|side| u32::from(side).to_le_bytes()[..3].to_vec()).concat();
    let chunk = |name: &[u8; 4], data: &[u8]| {
        let padding: &[u8] = if data.len() % 2 == 1 { b"\0" } else { b"" };
        [name, &(data.len() as u32).to_le_bytes()[..], data, padding].concat()
    };
    let canvas = chunk(b"VP8X", &[&[0x08, 0, 0, 0], &sides[..]].concat());
    let more = more.iter().map(|(name, data)| chunk(name, data)).collect::<Vec<_>>().concat();
    chunk(b"RIFF", &[&b"WEBP"[..], &canvas, &image, &more].concat())
}

fn png(exif: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png_encoder(&mut out);
    image::ImageEncoder::set_exif_metadata(&mut encoder, exif.to_vec()).unwrap();
    let image = RgbImage::from_raw(WIDTH.into(), HEIGHT.into(), pixels()).unwrap();
    image.write_with_encoder(encoder).unwrap();
    out
}

fn png_encoder(out: &mut Vec<u8>) -> image::codecs::png::PngEncoder<&mut Vec<u8>> {
    image::codecs::png::PngEncoder::new(out)
}

/// The head of a profile for these colours; nobody here looks further.
fn profile(colours: &[u8; 4], length: usize) -> Vec<u8> {
    let mut profile = vec![0; length];
    profile[12..16].copy_from_slice(b"mntr");
    profile[16..20].copy_from_slice(colours);
    profile[36..40].copy_from_slice(b"acsp");
    profile
}

fn profile_of(small: &Scaled) -> Option<Vec<u8>> {
    let reader = ImageReader::new(Cursor::new(&small.bytes)).with_guessed_format().unwrap();
    reader.into_decoder().unwrap().icc_profile().unwrap()
}

fn grey(profile: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 90);
    encoder.add_icc_profile(profile).unwrap();
    let pixels: Vec<u8> = pixels().chunks(3).map(|pixel| pixel[0]).collect();
    encoder.encode(&pixels, WIDTH, HEIGHT, ColorType::Luma).unwrap();
    out
}

#[test]
fn colours_keep_their_profile() {
    let wide = profile(b"RGB ", 548);
    for is_separate in [false, true] {
        let file = jpeg(|encoder| {
            encoder.add_icc_profile(&wide).unwrap();
            encoder.set_optimized_huffman_tables(is_separate);
        });
        let small = thumbnail(ImageKind::Jpeg, &file).unwrap().unwrap();
        assert_eq!(profile_of(&small), Some(wide.clone()));
    }
    let shades = profile(b"GRAY", 300);
    let small = thumbnail(ImageKind::Jpeg, &grey(&shades)).unwrap().unwrap();
    assert_eq!(profile_of(&small), Some(shades));
    assert!(!image::load_from_memory(&small.bytes).unwrap().color().has_color());
    // What is for other colours than the image's means nothing.
    let small = thumbnail(ImageKind::Jpeg, &grey(&wide)).unwrap().unwrap();
    assert_eq!(profile_of(&small), None);
    let plain = thumbnail(ImageKind::Jpeg, &jpeg(|_| ())).unwrap().unwrap();
    assert_eq!(profile_of(&plain), None);
}

#[test]
fn png_keeps_its_profile_and_what_shows_through() {
    let wide = profile(b"RGB ", 548);
    let mut out = Vec::new();
    let mut encoder = png_encoder(&mut out);
    image::ImageEncoder::set_icc_profile(&mut encoder, wide.clone()).unwrap();
    let image = image::RgbaImage::from_pixel(500, 100, image::Rgba([200, 10, 10, 128]));
    image.write_with_encoder(encoder).unwrap();
    let small = thumbnail(ImageKind::Png, &out).unwrap().unwrap();
    assert_eq!((small.kind, profile_of(&small)), (ImageKind::Png, Some(wide)));
}

#[test]
fn what_can_not_look_like_the_image_is_not_made() {
    // Colours of print need their profile, and one of a device can be larger than the image.
    let cmyk = |profile: &[u8]| {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, 90);
        encoder.add_icc_profile(profile).unwrap();
        let pixels: Vec<u8> =
            pixels().chunks(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 9]).collect();
        encoder.encode(&pixels, WIDTH, HEIGHT, ColorType::Cmyk).unwrap();
        out
    };
    assert!(thumbnail(ImageKind::Jpeg, &cmyk(&profile(b"CMYK", 3000))).unwrap().is_none());
    let huge = jpeg(|encoder| {
        encoder.add_icc_profile(&profile(b"RGB ", 600 * 1024)).unwrap();
    });
    assert!(thumbnail(ImageKind::Jpeg, &huge).unwrap().is_none());
    // A first frame that is larger than its screen: browsers show all of it.
    let mut gif = encoded(ImageFormat::Gif);
    gif[6..8].copy_from_slice(&400_u16.to_le_bytes());
    assert!(thumbnail(ImageKind::Gif, &gif).unwrap().is_none());
}

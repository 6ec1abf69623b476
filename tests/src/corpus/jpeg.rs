//! JPEG from an encoder, with what cameras and programs add: EXIF, colour profiles over several segments, comments,
//! a second image after the end; and headers that are patched.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::{Case, HTML, Whole, pattern};

const WIDTH: u16 = 61;
const HEIGHT: u16 = 43;
const EXIF: u8 = 1;
/// Made by someone else's encoder: a gradient, 4:2:0, with a scan for each component.
const SEPARATE_SCANS: &[u8] = include_bytes!("../../corpus/separate-scans.jpg");
const COMMENT: u8 = 0xFE;

/// Wide, with an orientation (1 to 8) that says how to turn it.
pub fn turned(width: u16, height: u16, orientation: u8) -> Vec<u8> {
    let with_exif = |encoder: &mut Encoder<&mut Vec<u8>>| {
        encoder.add_app_segment(EXIF, exif(orientation, &[])).ok();
    };
    encode(width, height, ColorType::Rgb, with_exif)
}

/// A plain one.
pub fn plain(width: u16, height: u16) -> Vec<u8> {
    encode(width, height, ColorType::Rgb, |_| ())
}

pub(super) fn wholes() -> Vec<Whole> {
    let mut wholes = Vec::new();
    let mut add = |name: &str, bytes| {
        let (width, height) = (u32::from(WIDTH), u32::from(HEIGHT));
        wholes.push(Whole::new(&format!("jpeg-{name}"), "image/jpeg", width, height, bytes));
    };
    let thumbnail = encode(16, 12, ColorType::Rgb, |_| ());
    add("baseline", with(ColorType::Rgb, |_| ()));
    add("4-2-0", with(ColorType::Rgb, |encoder| encoder.set_sampling_factor(SamplingFactor::F_2_2)));
    add("progressive", with(ColorType::Rgb, |encoder| encoder.set_progressive(true)));
    add("progressive-grey", with(ColorType::Luma, |encoder| encoder.set_progressive(true)));
    add("optimized", with(ColorType::Rgb, |encoder| encoder.set_optimized_huffman_tables(true)));
    add("grey", with(ColorType::Luma, |_| ()));
    add("cmyk", with(ColorType::Cmyk, |_| ()));
    add("ycck", with(ColorType::CmykAsYcck, |_| ()));
    add("restarts", with(ColorType::Rgb, |encoder| encoder.set_restart_interval(2)));
    add("progressive-restarts", {
        with(ColorType::Rgb, |encoder| {
            encoder.set_progressive(true);
            encoder.set_restart_interval(3);
        })
    });
    add("separate-scans-4-2-0", {
        with(ColorType::Rgb, |encoder| {
            encoder.set_optimized_huffman_tables(true);
            encoder.set_sampling_factor(SamplingFactor::F_2_2);
        })
    });
    add("exif-with-thumbnail", with_segments(&[(EXIF, &exif(1, &thumbnail))]));
    add("profile-of-four-segments", with(ColorType::Rgb, with_profile));
    add("profile-and-exif", {
        with(ColorType::Rgb, |encoder| {
            encoder.add_app_segment(EXIF, exif(3, &thumbnail)).ok();
            with_profile(encoder);
        })
    });
    add("html-in-comment", inserted(&segment(COMMENT, HTML)));
    add("comment-without-content", inserted(&segment(COMMENT, &[])));
    add("end-in-comment", inserted(&segment(COMMENT, b"\xFF\xD9\xFF\xD8\xFF")));
    add("fill-bytes", inserted(&[0xFF; 5]));
    // Of two the first counts.
    add("exif-upright-then-turned", with_segments(&[(EXIF, &exif(1, &[])), (EXIF, &exif(6, &[]))]));
    add("exif-behind-the-scan", {
        let mut bytes = with(ColorType::Rgb, |_| ());
        let end = bytes.len() - 2;
        bytes.splice(end..end, segment(0xE1, &exif(6, &[])));
        bytes
    });
    let mut turned = |name: &str, bytes| {
        let (width, height) = (u32::from(WIDTH), u32::from(HEIGHT));
        wholes.push(Whole::new(&format!("jpeg-{name}"), "image/jpeg", width, height, bytes).turned());
    };
    turned("exif-turned", with_segments(&[(EXIF, &exif(6, &[]))]));
    turned("exif-turned-then-upright", with_segments(&[(EXIF, &exif(5, &[])), (EXIF, &exif(1, &[]))]));
    turned(
        "exif-turned-behind-another",
        with_segments(&[(EXIF, b"http://ns.adobe.com/xap/1.0/\0<x/>"), (EXIF, &exif(8, &[]))]),
    );
    wholes.push(Whole::new("jpeg-separate-scans-of-others", "image/jpeg", 640, 480, SEPARATE_SCANS.to_vec()));
    wholes
}

pub(super) fn cases() -> Vec<Case> {
    let (width, height) = (u32::from(WIDTH), u32::from(HEIGHT));
    let plain = with(ColorType::Rgb, |_| ());
    let second = encode(20, 20, ColorType::Rgb, |_| ());
    let stored = |name: &str, width, height, bytes| {
        Case::stored(&format!("jpeg-{name}"), "image/jpeg", width, height, bytes)
    };
    let broken = |name: &str, bytes| Case::broken(&format!("jpeg-{name}"), "jpg", bytes);
    // What is left of one that is cut: its thumbnail's end must not be taken for its own.
    let mut only_thumbnail_ends = with_segments(&[(EXIF, &exif(1, &second))]);
    only_thumbnail_ends.truncate(only_thumbnail_ends.len() - 2);
    let no_end = plain[..plain.len() - 2].to_vec();
    let panorama =
        b"\0\0\xE0\x08\x12\0\0\0Panorama_Shot_Info\xFF\x08\xFF\xC0\xFF\xE1\0SEFH\x6A\0\0\0\x24\0\0\0SEFT";
    vec![
        stored("panorama-without-end-marker", width, height, [&no_end[..], panorama].concat()),
        broken("panorama-without-end-marker-cut", [&no_end[..], &panorama[..40]].concat()),
        broken("without-end-marker", no_end.clone()).saying(&["no end marker"]),
        broken("without-end-marker-of-others", SEPARATE_SCANS[..SEPARATE_SCANS.len() - 2].to_vec())
            .saying(&["no end marker"]),
        Case::tiny_pieces("jpg", &plain[..2], &segment(0xE0, &[])),
        stored("bytes-after-end", width, height, [&plain[..], b"\0\0 and more \xFF\xD8\xFF"].concat()),
        stored("html-after-end", width, height, [&plain, HTML].concat()),
        stored("second-image-after-end", width, height, [plain.clone(), second].concat()),
        stored("exactly-max-pixels", 10_000, 5_000, sized(10_000, 5_000)),
        stored("header-after-nine-mebibytes", width, height, inserted(&nine_mebibytes_of_segments())),
        Case::too_many_pixels("jpeg-over-max-pixels", sized(10_001, 5_000)),
        Case::too_many_pixels("jpeg-65535x65535", sized(65_535, 65_535)),
        broken("zero-width", sized(0, HEIGHT)),
        broken("zero-height", sized(WIDTH, 0)),
        broken("start-and-end-alone", b"\xFF\xD8\xFF\xD9".to_vec()),
        broken("only-its-thumbnail-ends", only_thumbnail_ends),
        broken("segment-beyond-the-end", [&b"\xFF\xD8\xFF\xE0\xFF\xF0"[..], &[0; 100]].concat()),
        broken("segment-of-length-zero", [&b"\xFF\xD8\xFF\xE0\0\0"[..], &plain[2..]].concat()),
    ]
}

fn with(colour: ColorType, settings: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    encode(WIDTH, HEIGHT, colour, settings)
}

fn encode(
    width: u16,
    height: u16,
    colour: ColorType,
    settings: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let samples = match colour {
        ColorType::Luma => 1,
        ColorType::Rgb => 3,
        _ => 4,
    };
    let (columns, rows) = (usize::from(width), usize::from(height));
    // Dark at the left, light at the right: a test sees which way it was turned.
    let shade = |at: usize| ((at / samples % columns) * 255 / columns) as u8;
    let pixels: Vec<u8> = (0..columns * rows * samples).map(shade).collect();
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 80);
    settings(&mut encoder);
    let encoded = encoder.encode(&pixels, width, height, colour);
    encoded.unwrap_or_else(|error| panic!("cannot encode a JPEG: {error}"));
    out
}

fn with_segments(segments: &[(u8, &[u8])]) -> Vec<u8> {
    with(ColorType::Rgb, |encoder| {
        for (number, content) in segments {
            encoder.add_app_segment(*number, content.to_vec()).ok();
        }
    })
}

/// 200 KiB go into four segments; the header with the dimensions comes after them.
fn with_profile(encoder: &mut Encoder<&mut Vec<u8>>) {
    encoder.add_icc_profile(&pattern(200 * 1024)).ok();
}

/// Exif with an orientation and perhaps a thumbnail, as cameras write it.
fn exif(orientation: u8, thumbnail: &[u8]) -> Vec<u8> {
    let mut tiff = b"Exif\0\0MM\0\x2A\0\0\0\x08".to_vec();
    tiff.extend([0, 1]); // one entry: orientation, a short
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    let next = if thumbnail.is_empty() { 0 } else { 26_u32 };
    tiff.extend(next.to_be_bytes());
    if !thumbnail.is_empty() {
        tiff.extend([0, 2]); // two entries, longs: where the thumbnail is and how long
        tiff.extend([0x02, 0x01, 0, 4, 0, 0, 0, 1, 0, 0, 0, 56]);
        tiff.extend([0x02, 0x02, 0, 4, 0, 0, 0, 1]);
        tiff.extend((thumbnail.len() as u32).to_be_bytes());
        tiff.extend([0; 4]);
        tiff.extend(thumbnail);
    }
    tiff
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() + 2) as u16;
    [&[0xFF, marker][..], &length.to_be_bytes(), content].concat()
}

/// Longer than what an app holds of a file before S3 must hear its dimensions.
fn nine_mebibytes_of_segments() -> Vec<u8> {
    segment(0xE5, &pattern(65_533)).repeat(9 * 16)
}

/// A plain one with these bytes right after its start.
fn inserted(bytes: &[u8]) -> Vec<u8> {
    let plain = with(ColorType::Rgb, |_| ());
    [&plain[..2], bytes, &plain[2..]].concat()
}

/// A plain one whose header claims these dimensions.
fn sized(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = with(ColorType::Rgb, |_| ());
    let at = bytes.windows(4).position(|four| four == [0xFF, 0xC0, 0, 17]);
    let at = at.unwrap_or_else(|| panic!("the encoder wrote no baseline header"));
    bytes[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    bytes[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

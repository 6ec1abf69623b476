//! WebP: lossless from an encoder, lossy from files, extended and animated ones put together from their chunks.

use image::ExtendedColorType;
use image::codecs::webp::WebPEncoder;

use super::{Case, HTML, Whole, pattern};

const LOSSY: &[u8] = include_bytes!("../../corpus/lossy.webp");
const LOSSY_ALPHA: &[u8] = include_bytes!("../../corpus/lossy-alpha.webp");
const WIDTH: u32 = 27;
const HEIGHT: u32 = 15;
const ANIMATED: u8 = 0x02;
const EXIF: u8 = 0x08;
const PROFILE: u8 = 0x20;

pub(super) fn wholes() -> Vec<Whole> {
    let whole = |name: &str, width, height, bytes| {
        Whole::new(&format!("webp-{name}"), "image/webp", width, height, bytes)
    };
    let pixels = lossless_chunk();
    let profile = chunk(b"ICCP", &pattern(3001));
    let exif = chunk(b"EXIF", b"MM\0\x2A\0\0\0\x08\0\0\0\0\0\0");
    let extended = [canvas(PROFILE | EXIF, WIDTH, HEIGHT), profile, pixels.clone(), exif].concat();
    let html = [canvas(0, WIDTH, HEIGHT), pixels.clone(), chunk(b"HTML", HTML)].concat();
    vec![
        whole("lossy", 33, 21, LOSSY.to_vec()),
        whole("lossy-alpha", 35, 25, LOSSY_ALPHA.to_vec()),
        whole("lossless", WIDTH, HEIGHT, riff(&pixels)),
        whole("lossless-1x1", 1, 1, encoded(1, 1)),
        whole("extended", WIDTH, HEIGHT, riff(&extended)),
        whole("unknown-chunk-with-html", WIDTH, HEIGHT, riff(&html)),
        whole("animated", WIDTH, HEIGHT, riff(&animated(&pixels))),
        whole(
            "exif-not-announced",
            WIDTH,
            HEIGHT,
            riff(&[canvas(0, WIDTH, HEIGHT), pixels.clone(), turn()].concat()),
        ),
        whole("exif-turned", WIDTH, HEIGHT, riff(&[canvas(EXIF, WIDTH, HEIGHT), pixels, turn()].concat()))
            .turned(),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let whole = riff(&lossless_chunk());
    let mut zero_width = LOSSY.to_vec();
    zero_width[26..28].fill(0);
    let mut too_long = whole.clone();
    too_long[4..8].copy_from_slice(&0xFFFF_FFF0_u32.to_le_bytes());
    // 14 bits each for width and height, both less one.
    let mut largest = whole.clone();
    largest[21..25].copy_from_slice(&0x0FFF_FFFF_u32.to_le_bytes());
    vec![
        Case::stored("webp-html-after-end", "image/webp", WIDTH, HEIGHT, [&whole, HTML].concat()),
        Case::too_many_pixels("webp-16384x16384", largest),
        Case::broken("webp-zero-width", "webp", zero_width),
        Case::broken("webp-riff-of-4-gib", "webp", too_long),
        Case::broken("webp-frame-with-a-larger-image", "webp", riff(&animated(&encoded(90, 80)[12..]))),
        Case::broken("webp-exif-first", "webp", riff(&[turn(), lossless_chunk()].concat())),
        Case::tiny_pieces(
            "webp",
            &[b"RIFF\xFF\xFF\xFF\0WEBP", &canvas(0, 9, 9)[..]].concat(),
            b"none\0\0\0\0",
        ),
        Case::broken("webp-without-chunks", "webp", riff(&[])),
    ]
}

/// Exif data that turns the image.
fn turn() -> Vec<u8> {
    chunk(b"EXIF", b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0")
}

fn encoded(width: u32, height: u32) -> Vec<u8> {
    let pixels = pattern((width * height * 3) as usize);
    let mut out = Vec::new();
    let written = WebPEncoder::new_lossless(&mut out).encode(&pixels, width, height, ExtendedColorType::Rgb8);
    written.unwrap_or_else(|error| panic!("cannot encode a WebP: {error}"));
    out
}

fn lossless_chunk() -> Vec<u8> {
    encoded(WIDTH, HEIGHT)[12..].to_vec()
}

fn animated(pixels: &[u8]) -> Vec<u8> {
    let three = |value: u32| value.to_le_bytes()[..3].to_vec();
    let frame =
        [three(0), three(0), three(WIDTH - 1), three(HEIGHT - 1), three(100), vec![0], pixels.to_vec()];
    let frame = chunk(b"ANMF", &frame.concat());
    [canvas(ANIMATED, WIDTH, HEIGHT), chunk(b"ANIM", &[0; 6]), frame.clone(), frame].concat()
}

fn canvas(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let sides = [width - 1, height - 1].map(|side| side.to_le_bytes()[..3].to_vec()).concat();
    chunk(b"VP8X", &[&[flags, 0, 0, 0][..], &sides].concat())
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u32).to_le_bytes();
    let padding = if content.len() % 2 == 1 { &[0][..] } else { &[] };
    [kind, &length[..], content, padding].concat()
}

fn riff(chunks: &[u8]) -> Vec<u8> {
    let length = (chunks.len() as u32 + 4).to_le_bytes();
    [b"RIFF", &length[..], b"WEBP", chunks].concat()
}

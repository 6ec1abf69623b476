//! GIF, block by block: the pixels are LZW codes that never grow, so no compressor is needed.

use super::{Case, HTML, Whole};

const WIDTH: u16 = 29;
const HEIGHT: u16 = 19;
const TRAILER: u8 = 0x3B;
/// 35 bytes: a screen of one pixel, and a frame of 8000 x 8000.
const LARGE_FRAME: &[u8] = include_bytes!("../../corpus/large-frame.gif");
/// Codes have 8 bits: 128 colours, then `clear` and `end`.
const CODE_BITS: u8 = 7;

pub(super) fn wholes() -> Vec<Whole> {
    let (width, height) = (u32::from(WIDTH), u32::from(HEIGHT));
    let whole = |name: &str, bytes| Whole::new(&format!("gif-{name}"), "image/gif", width, height, bytes);
    let frame = || image(0, 0, WIDTH, HEIGHT, 0);
    let looping = extension(0xFF, &[b"NETSCAPE2.0", &[1, 0, 0]]);
    let pause = extension(0xF9, &[&[0, 10, 0, 0]]);
    let corner = image(3, 4, 10, 8, 0);
    vec![
        whole("single", file(b"GIF89a", &[frame()])),
        whole("87a", file(b"GIF87a", &[frame()])),
        whole("interlaced", file(b"GIF89a", &[image(0, 0, WIDTH, HEIGHT, 0x40)])),
        whole("own-colours", file(b"GIF89a", &[with_own_colours()])),
        whole("animated", file(b"GIF89a", &[looping, pause.clone(), frame(), pause, corner])),
        whole("html-in-comment", file(b"GIF89a", &[extension(0xFE, &[HTML]), frame()])),
        whole("trailer-in-comment", file(b"GIF89a", &[extension(0xFE, &[&[TRAILER; 20]]), frame()])),
        Whole::new("gif-1x1", "image/gif", 1, 1, sized(b"GIF89a", 1, 1, &[image(0, 0, 1, 1, 0)])),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let (width, height) = (u32::from(WIDTH), u32::from(HEIGHT));
    let frame = || image(0, 0, WIDTH, HEIGHT, 0);
    let whole = file(b"GIF89a", &[frame()]);
    let mut no_trailer_in_comment = file(b"GIF89a", &[extension(0xFE, &[&[TRAILER; 20]]), frame()]);
    no_trailer_in_comment.pop();
    let mut half_a_block = file(b"GIF89a", &[frame(), extension(0xFE, &[b"a comment"])]);
    half_a_block.truncate(half_a_block.len() - 4);
    let stored = |name: &str, bytes| Case::stored(name, "image/gif", width, height, bytes);
    let sized = |width, height| sized(b"GIF89a", width, height, &[frame()]);
    vec![
        stored("gif-bytes-after-end", [&whole[..], &[0; 10]].concat()),
        stored("gif-html-after-end", [&whole, HTML].concat()),
        Case::stored("gif-exactly-max-pixels", "image/gif", 10_000, 5_000, sized(10_000, 5_000)),
        Case::too_many_pixels("gif-over-max-pixels", sized(10_001, 5_000)),
        Case::too_many_pixels("gif-65535x65535", sized(65_535, 65_535)),
        Case::broken("gif-zero-width", "gif", sized(0, HEIGHT)),
        Case::broken("gif-zero-height", "gif", sized(WIDTH, 0)),
        Case::broken("gif-signature-alone", "gif", b"GIF89a".to_vec()),
        // Browsers show what has all of its blocks.
        stored("gif-without-trailer", whole[..whole.len() - 1].to_vec()),
        stored("gif-without-trailer-but-its-byte", no_trailer_in_comment),
        stored("gif-without-trailer-but-zeros", [&whole[..whole.len() - 1], &[0; 3]].concat()),
        Case::broken("gif-without-trailer-after-half-a-block", "gif", half_a_block),
        Case::broken("gif-without-trailer-nor-image", "gif", whole[..13 + 3 * 128].to_vec()),
        // They show a first frame in full, and cut the others to the screen.
        Case::stored("gif-first-frame-beyond-its-screen", "image/gif", 40, 35, {
            file(b"GIF89a", &[image(3, 5, 37, 30, 0), frame()])
        }),
        stored("gif-later-frame-beyond-its-screen", file(b"GIF89a", &[frame(), image(3, 5, 37, 30, 0)])),
        Case::too_many_pixels("gif-of-35-bytes-with-a-large-frame", LARGE_FRAME.to_vec()),
        Case::too_many_pixels("gif-later-frame-too-large", {
            file(b"GIF89a", &[frame(), [b",\0\0\0\0\x40\x1F\x40\x1F\0", &[2, 2, 0x44, 1, 0][..]].concat()])
        }),
        Case::too_many_pixels("gif-frame-far-away", {
            file(b"GIF89a", &[[b",\xFF\xFF\xFF\xFF\x01\0\x01\0\0", &[2, 2, 0x44, 1, 0][..]].concat()])
        }),
        Case::tiny_pieces("gif", &[&whole[..13 + 3 * 128], b"!\xFE"].concat(), b"\x01x"),
    ]
}

fn file(version: &[u8; 6], blocks: &[Vec<u8>]) -> Vec<u8> {
    sized(version, WIDTH, HEIGHT, blocks)
}

fn sized(version: &[u8; 6], width: u16, height: u16, blocks: &[Vec<u8>]) -> Vec<u8> {
    let mut out = version.to_vec();
    out.extend(width.to_le_bytes());
    out.extend(height.to_le_bytes());
    out.extend([0xF6, 0, 0]); // a table of 128 colours
    out.extend(colours());
    out.extend(blocks.concat());
    out.push(TRAILER);
    out
}

fn colours() -> Vec<u8> {
    (0..128).flat_map(|shade| [shade * 2, 255 - shade * 2, shade]).collect()
}

fn image(left: u16, top: u16, width: u16, height: u16, flags: u8) -> Vec<u8> {
    let mut out = vec![0x2C];
    out.extend([left, top, width, height].map(u16::to_le_bytes).concat());
    out.push(flags);
    if flags & 0x80 != 0 {
        out.extend(colours());
    }
    out.push(CODE_BITS);
    out.extend(sub_blocks(&codes(usize::from(width) * usize::from(height))));
    out
}

fn with_own_colours() -> Vec<u8> {
    image(0, 0, WIDTH, HEIGHT, 0x86)
}

/// The pixels, with `clear` often enough that no code becomes longer.
fn codes(pixels: usize) -> Vec<u8> {
    let pixels: Vec<u8> = (0..pixels).map(|at| (at % 128) as u8).collect();
    let mut out: Vec<u8> = pixels.chunks(100).flat_map(|some| [&[128], some].concat()).collect();
    out.push(129);
    out
}

fn extension(label: u8, blocks: &[&[u8]]) -> Vec<u8> {
    let mut out = vec![0x21, label];
    for block in blocks {
        out.push(block.len() as u8);
        out.extend(*block);
    }
    out.push(0);
    out
}

fn sub_blocks(data: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> =
        data.chunks(255).flat_map(|block| [&[block.len() as u8], block].concat()).collect();
    out.push(0);
    out
}

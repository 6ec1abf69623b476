//! Small files of every kind for the tests, built from their parts.

use super::{Dimensions, ImageDefect, ImageInfo, ImageKind, ImageProbe};

/// What the probe says of a file that comes in one piece.
pub(crate) fn probe(file: &[u8]) -> Result<ImageInfo, ImageDefect> {
    let mut probe = ImageProbe::new();
    probe.feed(file)?;
    probe.finish()
}

/// Asserts that a file is taken as an image of this size.
pub(crate) fn taken(kind: ImageKind, width: u32, height: u32, file: &[u8]) {
    let expected = (kind, Dimensions { width, height });
    let found = probe(file).map(|info| (info.kind, info.dimensions));
    assert_eq!(found, Ok(expected), "{}", file.escape_ascii());
}

/// Asserts that a file is refused as broken, for a reason with this text.
pub(crate) fn broken(text: &str, file: &[u8]) {
    match probe(file) {
        Err(ImageDefect::Broken { reason, .. }) if reason.contains(text) => {}
        other => panic!("{other:?} instead of broken, {text}: {}", file.escape_ascii()),
    }
}

/// Asserts that a file is refused because it ends early.
pub(crate) fn truncated(file: &[u8]) {
    let found = probe(file);
    let is_cut = matches!(found, Err(ImageDefect::Truncated { .. } | ImageDefect::Unended { .. }));
    assert!(is_cut, "{found:?}: {}", file.escape_ascii());
}

/// Exif data with an orientation among other tags.
pub(crate) fn exif(little_endian: bool, orientation: u16) -> Vec<u8> {
    let number = |number: u16| if little_endian { number.to_le_bytes() } else { number.to_be_bytes() };
    let long = |number: u32| if little_endian { number.to_le_bytes() } else { number.to_be_bytes() };
    let entry = |tag, value| [&number(tag)[..], &number(3), &long(1), &number(value), &[0; 2]].concat();
    let order = if little_endian { b"II" } else { b"MM" };
    // The table is not right behind the header.
    let start = [&order[..], &number(42), &long(12), b"more", &number(3)].concat();
    [start, entry(0x0100, 9), entry(0x0112, orientation), entry(0x0128, 2), vec![0; 4]].concat()
}

/// One file of each kind, 5 by 3 pixels. Each ends where its image does.
pub(crate) fn all() -> Vec<(ImageKind, Vec<u8>)> {
    vec![
        (ImageKind::Jpeg, jpeg(5, 3)),
        (ImageKind::Png, png(5, 3)),
        (ImageKind::Gif, gif(5, 3)),
        (ImageKind::WebP, riff(&[lossy(5, 3)])),
        (ImageKind::WebP, riff(&[lossless(5, 3)])),
        (ImageKind::WebP, riff(&[canvas(2, 5, 3), frame(5, 3), frame(1, 1)])),
        (ImageKind::Avif, avif(5, 3)),
    ]
}

pub(crate) fn segment(code: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap_or_default();
    [&[0xFF, code], &length.to_be_bytes()[..], data].concat()
}

pub(crate) fn jpeg_frame(code: u8, width: u16, height: u16) -> Vec<u8> {
    let [w0, w1] = width.to_be_bytes();
    let [h0, h1] = height.to_be_bytes();
    segment(code, &[8, h0, h1, w0, w1, 1, 1, 0x11, 0])
}

/// A scan of which the data holds a stuffed byte and a restart.
pub(crate) fn jpeg_scan() -> Vec<u8> {
    [segment(0xDA, &[1, 1, 0, 0, 0x3F, 0]), b"\x12\xFF\x00\x34\xFF\xD0\x56".to_vec()].concat()
}

pub(crate) fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let parts =
        [segment(0xE0, b"JFIF\0"), segment(0xDB, &[0; 65]), jpeg_frame(0xC0, width, height), jpeg_scan()];
    [b"\xFF\xD8".to_vec(), parts.concat(), b"\xFF\xD9".to_vec()].concat()
}

pub(crate) fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap_or_default();
    [&length.to_be_bytes(), &name[..], data, b"crc "].concat()
}

pub(crate) fn png_header(width: u32, height: u32) -> Vec<u8> {
    chunk(b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat())
}

pub(crate) fn png_of(chunks: &[Vec<u8>]) -> Vec<u8> {
    [b"\x89PNG\r\n\x1A\n".to_vec(), chunks.concat()].concat()
}

pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let text = chunk(b"tEXt", b"IEND is not here");
    png_of(&[png_header(width, height), text, chunk(b"IDAT", b"data"), chunk(b"IEND", b"")])
}

/// A screen with a table of two colours.
pub(crate) fn gif_screen(width: u16, height: u16) -> Vec<u8> {
    let ([w0, w1], [h0, h1]) = (width.to_le_bytes(), height.to_le_bytes());
    [b"GIF89a", &[w0, w1, h0, h1, 0x80, 0, 0][..], b",,,;;;"].concat()
}

/// A frame with a table of four colours.
pub(crate) fn gif_frame(width: u16, height: u16) -> Vec<u8> {
    let ([w0, w1], [h0, h1]) = (width.to_le_bytes(), height.to_le_bytes());
    [&[b',', 0, 0, 0, 0, w0, w1, h0, h1, 0x81][..], b"!!!!!!!!!!!!", b"\x02\x03;;;\x01,\0"].concat()
}

pub(crate) fn gif(width: u16, height: u16) -> Vec<u8> {
    let extension = b"!\xF9\x04\0\0\0\0\0!\xFE\x02;;\0";
    [&gif_screen(width, height), &extension[..], &gif_frame(width, height), b";"].concat()
}

pub(crate) fn riff_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap_or_default();
    let padding: &[u8] = if data.len() % 2 == 1 { b"\0" } else { b"" };
    [&name[..], &length.to_le_bytes(), data, padding].concat()
}

pub(crate) fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let chunks = chunks.concat();
    let size = u32::try_from(chunks.len() + 4).unwrap_or_default();
    [b"RIFF", &size.to_le_bytes()[..], b"WEBP", &chunks].concat()
}

pub(crate) fn lossy(width: u16, height: u16) -> Vec<u8> {
    let ([w0, w1], [h0, h1]) = (width.to_le_bytes(), height.to_le_bytes());
    riff_chunk(b"VP8 ", &[0x10, 0, 0, 0x9D, 0x01, 0x2A, w0, w1, h0, h1, 7, 7])
}

pub(crate) fn lossless(width: u32, height: u32) -> Vec<u8> {
    let bits = (width - 1) | (height - 1) << 14;
    riff_chunk(b"VP8L", &[&[0x2F], &bits.to_le_bytes()[..], &[7, 7, 7]].concat())
}

pub(crate) fn canvas(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let (width, height) = ((width - 1).to_le_bytes(), (height - 1).to_le_bytes());
    riff_chunk(b"VP8X", &[&[flags, 0, 0, 0], &width[..3], &height[..3]].concat())
}

pub(crate) fn frame(width: u32, height: u32) -> Vec<u8> {
    let size = [&(width - 1).to_le_bytes()[..3], &(height - 1).to_le_bytes()[..3]].concat();
    riff_chunk(b"ANMF", &[&[0; 6], &size[..], &[0; 4], b"VP8 data"].concat())
}

pub(crate) fn boxed(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let size = u32::try_from(data.len() + 8).unwrap_or_default();
    [&size.to_be_bytes(), &name[..], data].concat()
}

/// A box whose size is given in 64 bits.
pub(crate) fn large_boxed(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let size = data.len() as u64 + 16;
    [&1u32.to_be_bytes(), &name[..], &size.to_be_bytes(), data].concat()
}

pub(crate) fn ftyp() -> Vec<u8> {
    boxed(b"ftyp", b"avif\0\0\0\0avifmif1miaf")
}

pub(crate) fn ispe(width: u32, height: u32) -> Vec<u8> {
    boxed(b"ispe", &[&[0; 4], &width.to_be_bytes()[..], &height.to_be_bytes()].concat())
}

/// A `meta` box with these properties and one more box.
pub(crate) fn meta(properties: &[Vec<u8>], other: &[u8]) -> Vec<u8> {
    let list = boxed(b"iprp", &[boxed(b"ipco", &properties.concat()), boxed(b"ipma", b"....")].concat());
    boxed(b"meta", &[&[0; 4], &boxed(b"hdlr", b"0000pict")[..], &list, other].concat())
}

pub(crate) fn avif(width: u32, height: u32) -> Vec<u8> {
    let properties = [ispe(1, 1), boxed(b"av1C", b"...."), ispe(width, height), boxed(b"pixi", b"")];
    [ftyp(), meta(&properties, b""), boxed(b"mdat", b"data")].concat()
}

//! What is no image that is taken: other images, documents, programs, archives.

use super::{Case, HTML, avif, jpeg, png};

pub(super) fn cases() -> Vec<Case> {
    let heic =
        |brand: &[u8; 4]| [b"\0\0\0\x18ftyp", &brand[..], b"\0\0\0\0", b"mif1", brand, &[0; 64]].concat();
    let files: [(&str, &str, Vec<u8>); 22] = [
        ("svg", "svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec()),
        (
            "svg-with-declaration",
            "svg",
            b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(),
        ),
        ("html", "html", HTML.to_vec()),
        ("html-named-png", "png", HTML.to_vec()),
        ("pdf", "pdf", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF".to_vec()),
        ("bmp", "bmp", bmp()),
        ("tiff-little-endian", "tiff", b"II*\0\x08\0\0\0\0\0\0\0\0\0".to_vec()),
        ("tiff-big-endian", "tiff", b"MM\0*\0\0\0\x08\0\0\0\0\0\0".to_vec()),
        ("ico-of-a-png", "ico", ico(&png::plain(16, 16))),
        ("heic", "heic", heic(b"heic")),
        ("heif-of-avc", "heif", heic(b"avci")),
        ("mp4", "mp4", b"\0\0\0\x18ftypmp42\0\0\0\0isommp42\0\0\0\x08free".to_vec()),
        ("avif-brand-in-its-version", "avif", b"\0\0\0\x18ftypmp42avifisommp42\0\0\0\x08free".to_vec()),
        (
            "wave",
            "wav",
            b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xAC\0\0\x88\x58\x01\0\x02\0\x10\0data\0\0\0\0"
                .to_vec(),
        ),
        ("zip", "zip", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec()),
        ("elf", "bin", [b"\x7FELF\x02\x01\x01\0", &[0; 56][..]].concat()),
        ("text", "txt", b"An image of words.\n".to_vec()),
        ("one-byte", "png", b"x".to_vec()),
        ("gzip", "gz", b"\x1F\x8B\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0".to_vec()),
        ("jpeg-2000", "jp2", b"\0\0\0\x0CjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0jp2 ".to_vec()),
        ("png-after-a-byte-order-mark", "png", [b"\xEF\xBB\xBF", &png::plain(4, 4)[..]].concat()),
        ("jpeg-after-a-line", "jpg", [b"\r\n", &jpeg::plain(8, 8)[..]].concat()),
    ];
    let mut cases: Vec<_> = files.map(|(name, ending, bytes)| Case::no_image(name, ending, bytes)).into();
    cases.extend(claims());
    cases
}

/// What a part's `Content-Type` says, against what is in it.
fn claims() -> Vec<Case> {
    let png = || png::plain(12, 9);
    let stored = |name: &str, claim| Case::stored(name, "image/png", 12, 9, png()).claiming(claim);
    let broken = |name: &str, ending, bytes| Case::broken(name, ending, bytes);
    vec![
        stored("claim-of-its-own-type", Some("image/png")),
        stored("claim-of-nothing", None),
        stored("claim-of-octets", Some("application/octet-stream")),
        stored("claim-of-octets-in-capitals", Some("Application/Octet-Stream")),
        stored("claim-in-capitals", Some("IMAGE/PNG")),
        stored("claim-with-parameter", Some("image/png; charset=binary")),
        stored("claim-with-parameter-no-space", Some("image/png;name=\"a.jpg\"")),
        broken("claim-of-jpeg-for-png", "png", png()).claiming(Some("image/jpeg")),
        broken("claim-of-webp-for-png", "png", png()).claiming(Some("image/webp")),
        broken("claim-of-html-for-png", "png", png()).claiming(Some("text/html")),
        broken("claim-of-svg-for-png", "png", png()).claiming(Some("image/svg+xml")),
        broken("claim-of-png-for-jpeg", "jpg", jpeg::plain(12, 9)).claiming(Some("image/png")),
        broken("claim-of-heic-for-avif", "avif", avif::plain()).claiming(Some("image/heic")),
        Case::no_image("claim-of-png-for-text", "png", b"no png".to_vec()).claiming(Some("image/png")),
        Case::no_image("claim-of-jpeg-for-html", "jpg", HTML.to_vec()).claiming(Some("image/jpeg")),
        Case::no_image("claim-of-text-for-text", "txt", b"some text".to_vec()).claiming(Some("text/plain")),
        Case::no_image("claim-of-bmp-for-bmp", "bmp", bmp()).claiming(Some("image/bmp")),
        Case::no_image("claim-of-octets-for-text", "txt", b"text".to_vec())
            .claiming(Some("application/octet-stream")),
    ]
}

/// One black pixel.
fn bmp() -> Vec<u8> {
    let header = b"BM\x3A\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0";
    [&header[..], &[0; 28]].concat()
}

fn ico(png: &[u8]) -> Vec<u8> {
    let length = (png.len() as u32).to_le_bytes();
    [b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0", &length[..], &[22, 0, 0, 0], png].concat()
}

//! Positions go, and nothing else does.

use bytes::BytesMut;

use super::crc::Crc;
use super::png::Png;
use super::{Editor, Step, Stripper};
use crate::image_format::ImageKind;
use crate::image_format::samples::{
    canvas, jpeg, jpeg_frame, jpeg_scan, lossy, png_header, png_of, riff, riff_chunk, segment,
};

const PACKET: &str = r#"<x:xmpmeta xmlns:exif="http://ns.adobe.com/exif/1.0/"><rdf:Description dc:title="GPS: a story"
 exif:GPSLatitude="48,8.5N" tiff:Make='Cam' drone-dji:GpsLongtitude = '11.5'/><exif:GPSAltitude>519/1</exif:GPSAltitude>
<exif:GPSTimeStampX>kept?</exif:GPSTimeStampX><dc:x>a:gps b</dc:x><exif:GPSVersionID a="/>"/></x:xmpmeta>"#;

/// What of it is secret.
const SECRETS: [&str; 6] = ["48,8", "11.5", "519", "kept?", "GPSL", "GPSV"];

/// Exif data with a position, its values in the table and behind it, among other tags.
pub(super) fn exif(little_endian: bool) -> Vec<u8> {
    let short = |number: u16| if little_endian { number.to_le_bytes() } else { number.to_be_bytes() };
    let long = |number: u32| if little_endian { number.to_le_bytes() } else { number.to_be_bytes() };
    let entry =
        |tag, kind, count, value: [u8; 4]| [&short(tag)[..], &short(kind), &long(count), &value].concat();
    let orientation = [&short(6)[..], &[0; 2]].concat().try_into().unwrap();
    let first = [
        short(3).to_vec(),
        entry(0x0112, 3, 1, orientation),
        entry(0x8825, 4, 1, long(60)),
        entry(0x8769, 4, 1, long(120)),
        long(0).to_vec(),
    ];
    let order: &[u8] = if little_endian { b"II" } else { b"MM" };
    let start = [order, &short(42), &long(8), &first.concat()].concat();
    let position = [
        short(2).to_vec(),
        entry(1, 2, 2, *b"N\0\0\0"),
        entry(2, 5, 3, long(90)),
        long(0).to_vec(),
        b"SECRET POSITION 24 BYTES".to_vec(),
    ];
    let own = [short(1).to_vec(), entry(0x9003, 2, 4, *b"now\0"), long(0).to_vec()].concat();
    [padded(start, 60), padded(position.concat(), 60), own].concat()
}

fn padded(mut bytes: Vec<u8>, length: usize) -> Vec<u8> {
    bytes.resize(length, 0);
    bytes
}

pub(super) fn stripped_in(kind: ImageKind, file: &[u8], piece: usize) -> (Vec<u8>, bool) {
    let mut stripper = Stripper::new(kind);
    let mut out = BytesMut::new();
    file.chunks(piece).for_each(|bytes| stripper.feed(bytes, &mut out));
    stripper.end(&mut out);
    (out.to_vec(), stripper.has_removed())
}

/// The file without positions; it is the same in whatever pieces it comes, and once more.
fn stripped(kind: ImageKind, file: &[u8]) -> Vec<u8> {
    let (out, has_removed) = stripped_in(kind, file, file.len());
    assert_eq!(out.len(), file.len());
    assert_eq!(has_removed, out != file);
    for piece in [1, 7, 64] {
        assert!(stripped_in(kind, file, piece).0 == out, "in pieces of {piece}");
    }
    assert!(stripped_in(kind, &out, 1 << 20).0 == out, "a second time");
    out
}

pub(super) fn has(file: &[u8], text: &[u8]) -> bool {
    file.windows(text.len()).any(|part| part == text)
}

fn no_secret_in(file: &[u8]) {
    let exif =
        [b"SECRET".to_vec(), b"POSITION".to_vec(), b"\x25\x88\x04\0".to_vec(), b"\x88\x25\0\x04".to_vec()];
    for secret in exif.into_iter().chain(SECRETS.map(|text| text.as_bytes().to_vec())) {
        assert!(!has(file, &secret), "{} is there: {}", secret.escape_ascii(), file.escape_ascii());
    }
}

pub(super) fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let crc = Crc::new().with(*name).with(data.iter().copied()).bytes();
    [&(data.len() as u32).to_be_bytes(), &name[..], data, &crc].concat()
}

#[test]
fn checksums_are_those_of_png() {
    assert_eq!(Crc::new().with(*b"IEND").bytes(), [0xAE, 0x42, 0x60, 0x82]);
}

#[test]
fn positions_go_out_of_jpeg_and_of_images_behind_it() {
    for little_endian in [true, false] {
        let data = exif(little_endian);
        let xmp = segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", PACKET.as_bytes()].concat());
        let extended = segment(0xE1, &[b"http://ns.adobe.com/xmp/extension/\0", PACKET.as_bytes()].concat());
        let metadata = [segment(0xE1, &[b"Exif\0\0", &data[..]].concat()), xmp, extended].concat();
        let image = [b"\xFF\xD8".to_vec(), metadata, jpeg(9, 7)[2..].to_vec()].concat();
        let file = [&image[..], b"noise \xFF\xE1\xFF\xFF \xFF", &image, b"\xFF\xD8 and more \xFF"].concat();
        let out = stripped(ImageKind::Jpeg, &file);
        no_secret_in(&out);
        assert!(has(&out, b"now\0") && has(&out, b"tiff:Make='Cam'") && has(&out, b"GPS: a story"));
        // The orientation is still the first tag of now two, and the other table is where it was.
        let table: &[u8] = if little_endian { b"\x02\0\x12\x01\x03\0" } else { b"\0\x02\x01\x12\0\x03" };
        assert!(has(&out, table));
        let scan = [jpeg_frame(0xC0, 9, 7), jpeg_scan(), b"\xFF\xD9".to_vec()].concat();
        assert!(has(&out, &scan));
    }
}

#[test]
fn positions_go_out_of_webp() {
    let marked = [b"Exif\0\0", &exif(true)[..]].concat();
    for data in [exif(false), marked] {
        let file = riff(&[
            canvas(12, 9, 7),
            lossy(9, 7),
            riff_chunk(b"EXIF", &data),
            riff_chunk(b"XMP ", PACKET.as_bytes()),
        ]);
        let out = stripped(ImageKind::WebP, &file);
        no_secret_in(&out);
        assert!(has(&out, b"now\0") && has(&out, &lossy(9, 7)));
    }
    let magick = riff(&[canvas(8, 9, 7), lossy(9, 7), riff_chunk(b"XMP\0", PACKET.as_bytes())]);
    no_secret_in(&stripped(ImageKind::WebP, &magick));
    let long = riff(&[
        canvas(4, 9, 7),
        lossy(9, 7),
        riff_chunk(b"XMP ", &PACKET.as_bytes().repeat(999)),
        lossy(9, 7),
    ]);
    let out = stripped_in(ImageKind::WebP, &long, 5000).0;
    no_secret_in(&out);
    assert_eq!(out.len(), long.len());
    assert!(out.ends_with(&lossy(9, 7)));
}

#[test]
fn positions_go_out_of_png_and_checksums_fit() {
    let text = |keyword: &[u8], between: &[u8], text: &[u8]| [keyword, between, text].concat();
    let file = |more: &[Vec<u8>]| {
        png_of(&[png_header(9, 7), more.concat(), chunk(b"IDAT", b"data"), chunk(b"IEND", b""), exif(true)])
    };
    let secrets = [
        chunk(b"eXIf", &exif(true)),
        chunk(b"iTXt", &text(b"XML:com.adobe.xmp", b"\0\0\0\0\0", PACKET.as_bytes())),
        chunk(b"iTXt", &text(b"XML:com.adobe.xmp", b"\0\x01\0en\0\0", b"SECRET but compressed")),
        chunk(b"zTXt", &text(b"raw profile type APP1", b"\0\0", b"POSITION compressed")),
        chunk(b"tEXt", &text(b"Raw profile type exif", b"\0", b"\nexif\n  9\n53454352455420")),
        chunk(b"tEXt", &text(b"exif:GPSLatitude", b"\0", b"48/1, 8/1, 0/1 SECRET")),
        chunk(b"tEXt", &text(b"XML:com.adobe.xmp", b"\0", &PACKET.as_bytes().repeat(999))),
    ];
    let others = chunk(b"tEXt", &text(b"Comment", b"\0", &b"nothing to hide ".repeat(99_999)));
    assert!(stripped_in(ImageKind::Png, &file(std::slice::from_ref(&others)), 9999).0 == file(&[others]));
    let whole = file(&secrets);
    let out = stripped_in(ImageKind::Png, &whole, 1000).0;
    let image = &out[..out.len() - exif(true).len()];
    assert!(has(image, b"exif:GPSLatitude\0   "), "the tag's name says nothing");
    let named = image.windows(16).position(|part| part == b"exif:GPSLatitude").unwrap();
    no_secret_in(&image[..named]);
    no_secret_in(&image[named + 16..]);
    assert!(!has(image, b"53454352455420"));
    // Every checksum fits, but the header's, which the sample has none of.
    let mut rest = &image[8 + 25..];
    while let [a, b, c, d, more @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let (covered, behind) = more.split_at(4 + length);
        assert_eq!(
            behind[..4],
            Crc::new().with(covered.iter().copied()).bytes(),
            "{}",
            covered[..4].escape_ascii()
        );
        rest = &behind[4..];
    }
    stripped(ImageKind::Png, &file(&secrets[..6]));
}

#[test]
fn exif_data_of_a_png_may_begin_with_the_mark_of_jpeg() {
    let marked = chunk(b"eXIf", &[b"Exif\0\0", &exif(true)[..]].concat());
    let out = stripped(ImageKind::Png, &png_of(&[png_header(9, 7), marked, chunk(b"IEND", b"")]));
    no_secret_in(&out);
    assert!(has(&out, b"Exif\0\0II") && has(&out, b"now\0"));
}

#[test]
fn a_long_chunk_costs_no_more_than_what_comes_of_it() {
    for (name, first) in [(b"eXIf", &b""[..]), (b"tEXt", b"exif:GPSLatitude\0")] {
        let mut editor = Png::default();
        assert_eq!(editor.step(&mut []), Step::Hold(8));
        let mut step = editor.step(&mut [&b"\x7F\xFF\xFF\xFF"[..], name].concat());
        if let Step::Hold(bytes) = step {
            step = editor.step(&mut padded(first.to_vec(), bytes));
        }
        for _ in 0..3 {
            assert!(matches!(step, Step::Blank(bytes) if bytes <= 64 * 1024), "{step:?}");
            step = editor.step(&mut []);
        }
    }
}

#[test]
fn what_is_behind_a_webp_and_what_pads_its_chunks_stays() {
    let position = riff_chunk(b"EXIF", &exif(true));
    let webp = riff(&[canvas(8, 9, 7), lossy(9, 7), position.clone()]);
    for behind in [position, b"EXIF\xFF\xFF\xFF\x7F more".to_vec(), b"XMP".to_vec()] {
        let out = stripped(ImageKind::WebP, &[&webp[..], &behind].concat());
        assert!(out.ends_with(&behind));
        no_secret_in(&out[..webp.len()]);
    }
    for length in [9, 300_001] {
        let mut long = riff(&[canvas(4, 9, 7), lossy(9, 7), riff_chunk(b"XMP ", &vec![b'x'; length])]);
        *long.last_mut().unwrap() = 7;
        let out = stripped_in(ImageKind::WebP, &[long, lossy(9, 7)].concat(), 5000).0;
        assert!(out.ends_with(&[&[7], &lossy(9, 7)[..]].concat()), "{length}");
    }
}

#[test]
fn what_has_no_position_stays_as_it_is() {
    for (kind, file) in crate::image_format::samples::all() {
        assert!(stripped(kind, &file) == file, "{kind}");
        (0..file.len()).for_each(|length| {
            assert!(stripped_in(kind, &file[..length], 3).0 == file[..length]);
        });
    }
}

#[test]
fn a_table_that_ends_too_early_still_counts_as_changed() {
    let mut data = exif(true);
    data[8] = 99; // so many tags, of which most are not there
    let file =
        png_of(&[png_header(9, 7), chunk(b"eXIf", &data), chunk(b"IDAT", b"data"), chunk(b"IEND", b"")]);
    let out = stripped(ImageKind::Png, &file);
    assert!(out != file && !has(&out, b"SECRET"));
}

#[test]
fn tables_and_tags_that_make_no_sense_are_left_or_overwritten_in_bounded_time() {
    let in_jpeg = |data: &[u8]| segment(0xE1, &[b"Exif\0\0", data].concat());
    // Tables in a circle, positions without end, values beyond the end.
    let circle = b"II\x2A\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0";
    let many =
        [&b"II\x2A\0\x08\0\0\0\xFF\xFF"[..], &b"\x25\x88\x05\0\xFF\xFF\xFF\xFF\x08\0\0\0".repeat(5000)]
            .concat();
    for data in [&circle[..], &many, b"II\x2A\0\xFF\xFF\xFF\xFF", b"MM", &exif(true)[..50]] {
        let out = stripped_in(ImageKind::Jpeg, &[b"\xFF\xD8", &in_jpeg(data)[..]].concat(), 99).0;
        assert_eq!(out.len(), 2 + in_jpeg(data).len());
    }
    let open = "<a:gps>".repeat(30_000);
    let quotes = " a:gps='".repeat(30_000);
    for text in [open, quotes] {
        let file = riff(&[riff_chunk(b"XMP ", text.as_bytes())]);
        assert!(!has(&stripped_in(ImageKind::WebP, &file, 9999).0, b"gps"));
    }
}

//! What segments and scans make a JPEG file.

use crate::image_format::ImageKind::Jpeg;
use crate::image_format::samples::{
    broken, exif, jpeg, jpeg_frame, jpeg_scan, probe, segment, taken, truncated,
};
use crate::image_format::{ImageDefect, ImageProbe};

const START: &[u8] = b"\xFF\xD8";
const END: &[u8] = b"\xFF\xD9";

#[test]
fn every_way_to_write_a_jpeg_is_taken() {
    let check = |parts: &[&[u8]]| taken(Jpeg, 640, 480, &[START, &parts.concat(), END].concat());
    let (frame, scan) = (jpeg_frame(0xC0, 640, 480), jpeg_scan());
    let tables = segment(0xC4, &[0; 30]);
    check(&[&frame, &scan]);
    check(&[&jpeg_frame(0xC2, 640, 480), &tables, &scan, &tables, &scan, &scan]);
    check(&[&segment(0xCC, &[0x10, 5]), &jpeg_frame(0xC9, 640, 480), &scan]);
    check(&[b"\xFF\xFF\xFF", &frame, b"\xFF", &scan, b"\xFF\xFF"]);
    check(&[&segment(0xFE, b"comment"), b"strays", &frame, &segment(0xDD, &[0, 4]), &scan]);
    check(&[&segment(0xE1, &[0xFF; 65_533]), &segment(0xE2, &[0xD9; 65_533]), &frame, &scan]);
    check(&[&frame, &scan, &segment(0xDC, &[1, 224]), &scan]);
}

#[test]
fn a_thumbnail_inside_a_segment_is_not_the_image() {
    let thumbnail = segment(0xE1, &[b"Exif\0\0", &jpeg(160, 120)[..]].concat());
    taken(Jpeg, 9, 7, &[START, &thumbnail, &jpeg(9, 7)[2..]].concat());
    // The thumbnail's end is not the image's.
    truncated(&[START, &thumbnail, &jpeg_frame(0xC0, 9, 7)].concat());
}

#[test]
fn more_images_behind_the_first_do_not_matter() {
    taken(Jpeg, 9, 7, &[jpeg(9, 7), jpeg(160, 120)].concat());
}

#[test]
fn broken_structures_are_refused() {
    let check = |text, parts: &[&[u8]]| broken(text, &[START, &parts.concat()].concat());
    let (frame, scan) = (jpeg_frame(0xC0, 640, 480), jpeg_scan());
    check("no frame header", &[&scan, &frame, END]);
    check("no image data", &[&frame, END]);
    check("no image data", &[END]);
    check("zero", &[&jpeg_frame(0xC0, 640, 0), &scan, END]);
    check("zero", &[&jpeg_frame(0xC1, 0, 480), &scan, END]);
    check("two frame headers", &[&frame, &jpeg_frame(0xC0, 9, 9), &scan, END]);
    check("two frame headers", &[&frame, &scan, &frame, &scan, END]);
    check("too short", &[&segment(0xC0, &[8, 1, 1])[..]]);
    check("length", &[&b"\xFF\xE0\0\x01"[..]]);
    check("starts twice", &[&frame, &scan, START]);
    check("means nothing", &[&frame, &scan, b"\xFF\x42"]);
}

#[test]
fn the_first_exif_data_before_the_image_turns_it() {
    let of = |number, little_endian| segment(0xE1, &[b"Exif\0\0", &exif(little_endian, number)[..]].concat());
    let (frame, scan) = (jpeg_frame(0xC0, 640, 480), jpeg_scan());
    let check = |width, height, parts: &[&[u8]]| {
        taken(Jpeg, width, height, &[START, &parts.concat(), END].concat());
    };
    for number in 1..=8 {
        let (width, height) = if number >= 5 { (480, 640) } else { (640, 480) };
        check(width, height, &[&of(number, true), &frame, &scan]);
        check(width, height, &[&of(number, false), &frame, &scan]);
        let info = probe(&[START, &of(number, true), &frame, &scan, END].concat()).unwrap();
        assert_eq!(u16::from(info.orientation.exif()), number);
    }
    check(480, 640, &[&frame, &of(6, true), &scan]);
    check(640, 480, &[&frame, &scan, &of(6, true), &scan]);
    check(640, 480, &[&of(0, true), &of(6, true), &frame, &scan]);
    check(480, 640, &[&of(6, false), &of(1, true), &frame, &scan]);
    check(480, 640, &[&segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0"), &of(8, true), &frame, &scan]);
    check(640, 480, &[&of(9, true), &frame, &scan]);
    // Data that is cut, or says that it begins elsewhere.
    for length in 0..of(6, true).len() - 20 {
        check(640, 480, &[&segment(0xE1, &of(6, true)[4..4 + length]), &frame, &scan]);
    }
}

#[test]
fn separate_scans_are_seen() {
    let frame = |code| segment(code, &[8, 0, 9, 0, 9, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]);
    let scan =
        |components: u8| [segment(0xDA, &[&[components][..], &[0; 9]].concat()), b"data".to_vec()].concat();
    let separate = |parts: &[Vec<u8>]| probe(&[START, &parts.concat(), END].concat()).unwrap().separate_scans;
    assert!(separate(&[frame(0xC0), scan(1), scan(1), scan(1)]));
    assert!(separate(&[frame(0xC1), scan(1), scan(2)]));
    assert!(!separate(&[frame(0xC0), scan(3)]));
    assert!(!separate(&[frame(0xC2), scan(3), scan(1)]));
}

#[test]
fn without_an_end_marker_only_a_makers_trailer_says_that_nothing_is_missing() {
    let (frame, scan) = (jpeg_frame(0xC0, 640, 480), jpeg_scan());
    let check = |parts: &[&[u8]]| probe(&[START, &parts.concat()].concat());
    let unended = Err(ImageDefect::Unended { kind: Jpeg });
    assert_eq!(check(&[&frame, &scan]), unended);
    assert_eq!(check(&[&frame, &scan, b"\xFF"]), unended);
    assert_eq!(check(&[&frame]), Err(ImageDefect::Truncated { kind: Jpeg }));
    let trailer = b"\0\0\xE0\x08\x12\0\0\0Panorama_Shot_Info\xFF\x08\xFF\xC0\xFF\xD8SEFH\0\0SEFT";
    assert!(check(&[&frame, &scan, trailer]).is_ok());
    assert_eq!(check(&[&frame, &scan, b"\0\0\xE0\x08SEFT"]).map(|info| info.kind), Ok(Jpeg));
    assert!(check(&[&frame, trailer]).is_err());
    assert!(check(&[&frame, &scan, trailer, b"\0"]).is_err());
}

#[test]
fn dimensions_are_two_bytes_each() {
    assert_eq!(probe(&jpeg(u16::MAX, u16::MAX)).unwrap().dimensions.pixels(), 65_535 * 65_535);
}

#[test]
fn what_a_decoder_holds_and_does_depends_on_how_a_file_is_written() {
    let of = |code, scans| {
        let file = [START, &jpeg_frame(code, 640, 480), &jpeg_scan().repeat(scans), END].concat();
        let mut probe = ImageProbe::new();
        probe.feed(&file).unwrap();
        (probe.decoded_bytes(), probe.finish().unwrap().scans)
    };
    assert_eq!(of(0xC0, 1), (Some(640 * 480), 1));
    assert_eq!(of(0xC1, 3), (Some(640 * 480), 3));
    assert_eq!(of(0xC2, 700), (Some(640 * 480 * 3), 700));
    assert_eq!(of(0xCA, 1), (Some(640 * 480 * 3), 1));
}

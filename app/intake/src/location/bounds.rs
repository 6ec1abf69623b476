//! What the metadata of a file costs is bounded, whatever it is.

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::{Just, Strategy};

use super::budget::Budget;
use super::exif;
use super::tests::{chunk, exif as located, has, stripped_in};
use crate::image_format::ImageKind;
use crate::image_format::samples::{canvas, jpeg, lossy, png_header, png_of, riff, riff_chunk, segment};

/// As much as is looked into of PNG and WebP.
const BLOCK: usize = 256 * 1024;

fn entry(tag: u16, count: u32, value: usize) -> Vec<u8> {
    [&tag.to_le_bytes()[..], &[7, 0], &count.to_le_bytes(), &(value as u32).to_le_bytes()].concat()
}

/// A table behind the header that is as long as its count can say, and what its entries lead to is in it. Such a table's
/// count is the second half of an entry's value.
fn tables(bytes: usize, to: impl Fn(usize) -> u32) -> Vec<u8> {
    let entry = |index| [&b"\x87\x69\0\x07\0\0\0\x01"[..], &to(index).to_be_bytes()].concat();
    let entries = (0..bytes / 12 - 1).flat_map(entry);
    b"MM\0\x2A\0\0\0\x08\xFF\xFF".iter().copied().chain(entries).collect()
}

/// Positions whose tables say that they have all the rest of the data, each of 64 times.
fn positions(bytes: usize) -> Vec<u8> {
    let first = [vec![4, 0], entry(0x8825, 1, 62).repeat(4), vec![0; 4]].concat();
    let own = [vec![64, 0], entry(1, bytes as u32, 834).repeat(64), vec![0; 4]].concat();
    let mut data = [b"II\x2A\0\x08\0\0\0".to_vec(), first, own].concat();
    data.resize(bytes, b'x');
    data
}

fn file(kind: ImageKind, blocks: &[Vec<u8>]) -> Vec<u8> {
    let each = |of: &dyn Fn(&Vec<u8>) -> Vec<u8>| blocks.iter().flat_map(of).collect::<Vec<u8>>();
    match kind {
        ImageKind::Jpeg => {
            let segments = each(&|data| segment(0xE1, &[b"Exif\0\0", &data[..]].concat()));
            [b"\xFF\xD8", &segments[..], &jpeg(9, 7)[2..]].concat()
        }
        ImageKind::Png => {
            png_of(&[png_header(9, 7), each(&|data| chunk(b"eXIf", data)), chunk(b"IEND", b"")])
        }
        _ => riff(&[canvas(8, 9, 7), lossy(9, 7), each(&|data| riff_chunk(b"EXIF", data))]),
    }
}

#[test]
fn tables_in_circles_over_each_other_and_full_of_positions_are_looked_at_so_long_and_then_overwritten() {
    for (kind, bytes) in
        [(ImageKind::Jpeg, 65_000), (ImageKind::Png, BLOCK - 64), (ImageKind::WebP, BLOCK - 64)]
    {
        let circle = tables(bytes, |_| 8);
        let overlapping = tables(bytes, |index| 8 + 12 * (1500 + index as u32 % 8));
        for (case, data) in [("circle", circle), ("overlapping", overlapping), ("values", positions(bytes))] {
            let mut blocks = vec![data; 2];
            blocks.insert(0, located(true));
            blocks.push(located(true));
            let out = stripped_in(kind, &file(kind, &blocks), 1 << 16).0;
            assert_eq!(out.len(), file(kind, &blocks).len());
            let kept = out.windows(4).filter(|part| part == b"now\0").count();
            assert_eq!(kept, 1, "{kind}, {case}: the first is looked into, and not the last");
            assert!(!has(&out, b"SECRET"), "{kind}, {case}");
        }
    }
}

#[test]
fn a_text_of_nothing_but_positions_is_looked_at_so_long_and_then_overwritten() {
    let text =
        [b"http://ns.adobe.com/xap/1.0/\0".to_vec(), b" :gps".repeat(12_000), b"kept?".to_vec()].concat();
    let packets = segment(0xE1, &text).repeat(10);
    let out = stripped_in(ImageKind::Jpeg, &[b"\xFF\xD8", &packets[..]].concat(), 1 << 16).0;
    let kept = out.windows(5).filter(|part| part == b"kept?").count();
    assert_eq!(kept, 8);
}

#[test]
fn tiny_segments_and_images_behind_an_image_are_followed_so_long() {
    let position = segment(0xE1, &[b"Exif\0\0", &located(true)[..]].concat());
    for (start, piece) in [(&b"\xFF\xD8"[..], segment(0xE1, b"")), (b"", b"\xFF\xD8\xFF\xD9".to_vec())] {
        for (count, is_followed) in [(90_000, true), (110_000, false)] {
            let image = [&jpeg(9, 7), start, &piece.repeat(count), b"\xFF\xD9\xFF\xD8", &position].concat();
            let out = stripped_in(ImageKind::Jpeg, &image, 1 << 16).0;
            assert_eq!(has(&out, b"SECRET"), !is_followed, "{count} of {}", piece.escape_ascii());
        }
    }
}

/// Tables at places that others lead to, of any length, and any bytes between them.
fn any_exif() -> impl Strategy<Value = Vec<u8>> {
    let tag = prop_oneof![Just(0x8769), Just(0x8825), Just(0x014A), any::<u16>()];
    let entry = (tag, any::<u32>(), 0usize..4000).prop_map(|(tag, count, value)| entry(tag, count, value));
    let table = (0u16..300, vec(entry, 0..60))
        .prop_map(|(count, entries)| [count.to_le_bytes().to_vec(), entries.concat()].concat());
    let part = prop_oneof![table, vec(any::<u8>(), 0..300)];
    vec(part, 0..12).prop_map(|parts| [b"II\x2A\0\x08\0\0\0".to_vec(), parts.concat()].concat())
}

proptest! {
    #[test]
    fn any_tables_are_done_with_within_the_budget_or_overwritten(data in any_exif(), times in 1usize..40) {
        let mut budget = Budget::default();
        for _ in 0..times {
            let mut out = data.clone();
            let had_some = budget.left() > 0;
            let has_removed = exif::strip(&mut out, &mut budget);
            prop_assert_eq!(out.len(), data.len());
            prop_assert!(has_removed || out == data);
            prop_assert!(had_some || has_removed || data.len() < 10);
            let is_zero = out.iter().all(|byte| *byte == 0);
            prop_assert!(budget.left() > 0 || is_zero || had_some);
        }
    }
}

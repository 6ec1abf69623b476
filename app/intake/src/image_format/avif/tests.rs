//! What boxes make an AVIF file, and which of its sizes is the image's.

use crate::image_format::ImageKind::Avif;
use crate::image_format::samples::{
    avif, boxed, broken, ftyp, ispe, large_boxed, meta, probe, taken, truncated,
};
use crate::image_format::{Dimensions, ImageProbe};

fn check(boxes: &[Vec<u8>]) {
    taken(Avif, 9, 7, &[ftyp(), boxes.concat()].concat());
}

#[test]
fn the_boxes_come_in_any_order() {
    let (meta_box, data) = (meta(&[ispe(9, 7)], b""), boxed(b"mdat", b"data"));
    let moov = boxed(b"moov", &boxed(b"trak", &boxed(b"meta", b"not this one")));
    check(&[meta_box.clone(), data.clone()]);
    check(&[data.clone(), meta_box.clone()]);
    check(&[boxed(b"free", &[0; 99]), meta_box.clone(), moov, data.clone(), boxed(b"uuid", &[0; 16])]);
    check(&[meta(&[ispe(9, 7)], &boxed(b"idat", b"data"))]);
    let sequence = boxed(b"ftyp", b"avis\0\0\0\0avis");
    taken(Avif, 9, 7, &[sequence, meta_box, data].concat());
}

#[test]
fn the_largest_size_is_the_images() {
    let data = boxed(b"mdat", b"data");
    check(&[meta(&[ispe(1, 60), ispe(9, 7), ispe(62, 1), ispe(0, 99)], b""), data.clone()]);
    let large = meta(&[ispe(u32::MAX, u32::MAX), ispe(9, 7)], b"");
    taken(Avif, u32::MAX, u32::MAX, &[ftyp(), large, data].concat());
}

#[test]
fn sizes_may_be_written_in_64_bits_or_reach_to_the_end() {
    let to_the_end = |name: &[u8; 4], data: &[u8]| [b"\0\0\0\0", &name[..], data].concat();
    let meta_box = meta(&[ispe(9, 7)], b"");
    check(&[meta_box.clone(), to_the_end(b"mdat", b"data")]);
    check(&[meta_box.clone(), large_boxed(b"mdat", b"data")]);
    check(&[large_boxed(b"meta", &meta_box[8..]), boxed(b"mdat", b"data")]);
    check(&[boxed(b"mdat", b"data"), to_the_end(b"meta", &meta_box[8..])]);
    let last = meta_box.len() - 1;
    truncated(&[ftyp(), boxed(b"mdat", b"data"), to_the_end(b"meta", &meta_box[8..last])].concat());
}

#[test]
fn dimensions_are_known_with_the_last_byte_if_a_box_has_no_end() {
    let meta_box = meta(&[ispe(9, 7), ispe(90, 70)], b"");
    let file = [ftyp(), boxed(b"mdat", b"data"), b"\0\0\0\0meta".to_vec(), meta_box[8..].to_vec()].concat();
    let mut probe = ImageProbe::new();
    let seen: Vec<_> = file.iter().map(|byte| probe.feed(&[*byte]).map(|()| probe.dimensions())).collect();
    let last = seen.last().copied().and_then(Result::ok).flatten();
    assert_eq!(last.map(Dimensions::pixels), Some(90 * 70));
    assert_eq!(probe.finish().ok().map(|info| info.dimensions), last);
}

#[test]
fn a_cut_in_a_box_is_one_where_the_box_is_known() {
    let with = |name: &[u8; 4]| [avif(9, 7), boxed(name, &[0; 20])].concat();
    let (free, other) = (with(b"free"), with(b"<htm"));
    (1..=20).for_each(|missing| truncated(&free[..free.len() - missing]));
    (0..28).for_each(|missing| taken(Avif, 9, 7, &other[..other.len() - missing]));
    let two = [avif(9, 7), boxed(b"mdat", b"more")].concat();
    truncated(&two[..two.len() - 1]);
}

#[test]
fn bytes_behind_an_image_may_look_like_the_beginning_of_a_box() {
    for more in [&b"\0\0\0\x01abcd"[..], b"\0\0\0\x01free", b"\0\0\0\x01abcd1234567"] {
        taken(Avif, 9, 7, &[avif(9, 7), more.to_vec()].concat());
        truncated(&[&ftyp(), &boxed(b"mdat", b"data")[..], more].concat());
        truncated(&[&ftyp(), &boxed(b"mdat", b"data")[..], b"\0\0\0\0meta\0\0\0\0", more].concat());
    }
}

#[test]
fn broken_structures_are_refused() {
    let check = |text, boxes: &[Vec<u8>]| broken(text, &[ftyp(), boxes.concat()].concat());
    let (meta_box, data) = (meta(&[ispe(9, 7)], b""), boxed(b"mdat", b"data"));
    check("how large", std::slice::from_ref(&data));
    check("how large", &[meta(&[boxed(b"pixi", b"")], b""), data.clone()]);
    check("no image data", std::slice::from_ref(&meta_box));
    check("zero", &[meta(&[ispe(0, 7)], b""), data.clone()]);
    check("two `meta` boxes", &[meta_box.clone(), meta_box, data]);
    check("too short", &[meta(&[boxed(b"ispe", &[0; 11])], b"")]);
    check("too short", &[boxed(b"meta", &[0; 3])]);
    check("valid size", &[b"\0\0\0\x07free".to_vec()]);
    check("valid size", &[b"\0\0\0\x01free\0\0\0\0\0\0\0\x0F".to_vec()]);
    check("valid size", &[b"\0\0\0\x01free\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF".to_vec()]);
    check("valid size", &[boxed(b"meta", &[&[0; 4], &b"\0\0\0\xFFiprp"[..]].concat())]);
    check("valid size", &[boxed(b"meta", &[0; 9])]);
}

#[test]
fn a_size_property_elsewhere_does_not_count() {
    let elsewhere = boxed(b"moov", &ispe(9, 7));
    broken("how large", &[ftyp(), ispe(9, 7), elsewhere, boxed(b"mdat", b"data")].concat());
    assert!(probe(&avif(9, 7)).is_ok());
}

/// A `meta` box that names its primary item before its properties.
fn with_primary(primary: &[u8], properties: &[Vec<u8>], associations: &[u8]) -> Vec<u8> {
    let list = [boxed(b"ipco", &properties.concat()), boxed(b"ipma", associations)].concat();
    let inner = [boxed(b"hdlr", b"0000pict"), boxed(b"pitm", primary), boxed(b"iprp", &list)].concat();
    boxed(b"meta", &[&[0; 4], &inner[..]].concat())
}

fn still(meta_box: Vec<u8>) -> Vec<u8> {
    [ftyp(), meta_box, boxed(b"mdat", b"data")].concat()
}

#[test]
fn the_primary_items_size_is_the_images() {
    let turn = |angle| boxed(b"irot", &[angle]);
    let properties = |angle| [boxed(b"pixi", b""), ispe(512, 512), ispe(9, 7), turn(angle)];
    let primary = b"\0\0\0\0\0\x02";
    let associations = b"\0\0\0\0\0\0\0\x03\0\x01\x02\x01\x82\0\x02\x02\x83\x84\0\x03\x01\x02";
    for (angle, width, height) in [(0, 9, 7), (1, 7, 9), (2, 9, 7), (3, 7, 9), (0xFD, 7, 9)] {
        let file = still(with_primary(primary, &properties(angle), associations));
        taken(Avif, width, height, &file);
        assert_eq!(probe(&file).unwrap().largest.pixels(), 512 * 512);
    }
    // Numbers of items and properties may be longer.
    let long = b"\x01\0\0\x01\0\0\0\x01\0\0\0\x02\x02\x80\x03\x80\x04";
    taken(Avif, 7, 9, &still(with_primary(b"\x01\0\0\0\0\0\0\x02", &properties(1), long)));
    // What is not associated, or not to be found, is not the image's.
    taken(Avif, 512, 512, &still(with_primary(b"\0\0\0\0\0\x09", &properties(1), associations)));
    for length in 0..associations.len() - 8 {
        let cut = &associations[..length];
        taken(Avif, 512, 512, &still(with_primary(primary, &properties(1), cut)));
    }
    broken(
        "zero",
        &still(with_primary(primary, &[boxed(b"pixi", b""), ispe(5, 5), ispe(0, 7)], associations)),
    );
}

#[test]
fn an_item_that_is_listed_again_and_again_costs_a_bounded_number_of_steps() {
    // Its last property is the last of a thousand.
    let properties: Vec<_> = (1..=1000).map(|side| ispe(side, 7)).collect();
    let file = |items: u32| {
        let item = [&[0, 2, 150][..], &[3, 232].repeat(150)].concat().repeat(items as usize);
        let list = [&[0, 0, 0, 1][..], &items.to_be_bytes(), &item].concat();
        still(with_primary(b"\0\0\0\0\0\x02", &properties, &list))
    };
    taken(Avif, 1000, 7, &file(600));
    broken("too many tiny pieces", &file(700));
}

fn track(version: u8, width: u32, height: u32) -> Vec<u8> {
    let before = vec![0; if version == 0 { 75 } else { 87 }];
    let size = [(width << 16).to_be_bytes(), (height << 16).to_be_bytes()].concat();
    boxed(b"trak", &[boxed(b"edts", b""), boxed(b"tkhd", &[vec![version], before, size].concat())].concat())
}

#[test]
fn a_sequence_needs_no_image_item() {
    let brand = |name: &[u8; 4]| boxed(b"ftyp", &[name, &b"\0\0\0\0avifavis"[..]].concat());
    let movie = |tracks: &[Vec<u8>]| boxed(b"moov", &[boxed(b"mvhd", &[0; 100]), tracks.concat()].concat());
    let check = |width, height, boxes: &[Vec<u8>]| {
        taken(Avif, width, height, &[boxes.concat(), boxed(b"mdat", b"data")].concat());
    };
    check(9, 7, &[brand(b"avis"), movie(&[track(0, 9, 7)])]);
    check(9, 7, &[brand(b"avis"), movie(&[track(1, 9, 7)])]);
    check(9, 7, &[brand(b"msf1"), movie(&[track(0, 0, 0), track(0, 9, 7), track(0, 90, 70)])]);
    // Of both, the first brand says which is shown.
    let item = meta(&[ispe(3, 2)], b"");
    check(9, 7, &[brand(b"avis"), item.clone(), movie(&[track(0, 9, 7)])]);
    check(3, 2, &[brand(b"avif"), movie(&[track(0, 9, 7)]), item.clone()]);
    // A description that makes no sense is not looked into further.
    check(3, 2, &[brand(b"avis"), item.clone(), boxed(b"moov", b"x")]);
    check(3, 2, &[brand(b"avis"), boxed(b"moov", &boxed(b"trak", b"\0\0\0\x07tkhd")), item.clone()]);
    check(3, 2, &[brand(b"avis"), boxed(b"moov", &[boxed(b"trak", b"odd"), track(0, 9, 7)].concat()), item]);
    let large =
        [brand(b"avis"), movie(&[track(0, 9, 7), track(0, 9000, 7000)]), boxed(b"mdat", b"data")].concat();
    assert_eq!(probe(&large).unwrap().largest.pixels(), 63_000_000);
    broken("no image data", &[brand(b"avis"), movie(&[track(0, 9, 7)])].concat());
    broken("how large", &[brand(b"avis"), movie(&[]), boxed(b"mdat", b"data")].concat());
}

#[test]
fn indexes_and_space_around_an_image_belong_to_it() {
    for name in [b"sidx", b"wide", b"free", b"mfra"] {
        taken(Avif, 9, 7, &[ftyp(), boxed(name, b"12345678"), avif(9, 7)[ftyp().len()..].to_vec()].concat());
        let behind = [avif(9, 7), boxed(name, b"12345678")].concat();
        taken(Avif, 9, 7, &behind);
        truncated(&behind[..behind.len() - 1]);
    }
}

#[test]
fn the_brand_may_stand_behind_many_others() {
    let long = boxed(b"ftyp", &[&b"mif1\0\0\0\0"[..], &b"none".repeat(200), b"avif"].concat());
    let file = [long, avif(9, 7)[ftyp().len()..].to_vec()].concat();
    taken(Avif, 9, 7, &file);
    (0..file.len()).for_each(|length| assert!(probe(&file[..length]).is_err(), "{length}"));
    let mut probe = ImageProbe::new();
    file.iter().for_each(|byte| probe.feed(&[*byte]).unwrap());
    assert_eq!(probe.finish().map(|info| info.dimensions.pixels()), Ok(63));
}

//! AVIF from files (`tests/corpus/README.md`), and what their boxes look like after a patch.

use super::{Case, Whole};

const STILL: &[u8] = include_bytes!("../../corpus/still.avif");
const ALPHA: &[u8] = include_bytes!("../../corpus/alpha.avif");
const SEQUENCE: &[u8] = include_bytes!("../../corpus/sequence.avif");
const TURNED: &[u8] = include_bytes!("../../corpus/turned.avif");
const GRID: &[u8] = include_bytes!("../../corpus/grid.avif");

/// The still one.
pub fn plain() -> Vec<u8> {
    STILL.to_vec()
}

pub(super) fn wholes() -> Vec<Whole> {
    let whole = |name: &str, width, height, bytes: &[u8]| {
        Whole::new(&format!("avif-{name}"), "image/avif", width, height, bytes.to_vec())
    };
    // A box whose length has 64 bits.
    let long_box = [STILL, b"\0\0\0\x01free\0\0\0\0\0\0\0\x18", &[0; 8]].concat();
    vec![
        whole("still", 48, 32, STILL),
        whole("alpha", 40, 30, ALPHA),
        whole("sequence", 34, 22, SEQUENCE),
        whole("grid", 128, 64, GRID),
        whole("turned", 48, 32, TURNED).turned(),
        whole("index-behind", 48, 32, &[STILL, &boxed(b"sidx", &[0; 24])].concat()),
        whole("space-behind", 48, 32, &[STILL, &boxed(b"wide", &[0; 8])].concat()),
        whole("sequence-without-image", 34, 22, &without_meta()),
        whole("primary-is-not-the-largest", 9, 7, &with_primary(&[])),
        whole("primary-turned", 9, 7, &with_primary(&boxed(b"irot", &[3]))).turned(),
        whole("brand-among-others", 48, 32, &major_brand(b"mif1")),
        whole("long-box", 48, 32, &long_box),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::stored("avif-last-box-to-the-end", "image/avif", 48, 32, last_box_to_the_end()),
        Case::stored("avif-brand-behind-many", "image/avif", 48, 32, {
            [many_brands(), STILL[end_of_type()..].to_vec()].concat()
        }),
        Case::too_many_pixels("avif-65536x65536", sized(65_536, 65_536)),
        Case::too_many_pixels("avif-largest-track", {
            [boxed(b"ftyp", b"avis\0\0\0\0avif"), boxed(b"moov", &track(8000, 8000)), boxed(b"mdat", b"data")]
                .concat()
        }),
        Case::tiny_pieces("avif", &STILL[..end_of_type()], &boxed(b"free", b"")),
        Case::broken("avif-sequence-without-data", "avif", {
            [boxed(b"ftyp", b"avis\0\0\0\0avif"), boxed(b"moov", &track(9, 7))].concat()
        }),
        Case::broken("avif-zero-width", "avif", sized(0, 32)),
        Case::broken("avif-zero-height", "avif", sized(48, 0)),
        Case::broken("avif-type-alone", "avif", STILL[..end_of_type()].to_vec()),
    ]
}

fn end_of_type() -> usize {
    u32::from_be_bytes([STILL[0], STILL[1], STILL[2], STILL[3]]) as usize
}

fn boxed(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = content.len() as u32 + 8;
    [&size.to_be_bytes(), &name[..], content].concat()
}

/// `avif` stands far behind the first bytes.
fn many_brands() -> Vec<u8> {
    boxed(b"ftyp", &[&b"mif1\0\0\0\0"[..], &b"none".repeat(100), b"avifmiaf"].concat())
}

/// A sequence has a track, and as a rule an image for who shows no sequences: here it has none.
fn without_meta() -> Vec<u8> {
    let mut rest = SEQUENCE;
    let mut kept = Vec::new();
    while let [a, b, c, d, name @ ..] = rest {
        let (this, next) = rest.split_at(u32::from_be_bytes([*a, *b, *c, *d]) as usize);
        if !name.starts_with(b"meta") {
            kept.extend(this);
        }
        rest = next;
    }
    kept
}

/// Two items: the first is larger, the second is shown, with a property more.
fn with_primary(property: &[u8]) -> Vec<u8> {
    let size = |width: u32, height: u32| {
        boxed(b"ispe", &[[0; 4], width.to_be_bytes(), height.to_be_bytes()].concat())
    };
    let list = boxed(b"ipco", &[&size(640, 480), &size(9, 7), property].concat());
    let more: &[u8] = if property.is_empty() { b"\x01\x82" } else { b"\x02\x82\x83" };
    let of = boxed(b"ipma", &[&b"\0\0\0\0\0\0\0\x02\0\x01\x01\x81\0\x02"[..], more].concat());
    let properties = boxed(b"iprp", &[list, of].concat());
    let items = [boxed(b"pitm", b"\0\0\0\0\0\x02"), properties].concat();
    let meta = boxed(b"meta", &[&[0; 4], &items[..]].concat());
    [STILL[..end_of_type()].to_vec(), meta, boxed(b"mdat", b"data")].concat()
}

fn track(width: u32, height: u32) -> Vec<u8> {
    let size = [(width << 16).to_be_bytes(), (height << 16).to_be_bytes()].concat();
    boxed(b"trak", &boxed(b"tkhd", &[&[0; 76], &size[..]].concat()))
}

fn major_brand(brand: &[u8; 4]) -> Vec<u8> {
    let mut bytes = STILL.to_vec();
    bytes[8..12].copy_from_slice(brand);
    bytes
}

/// The box with the dimensions: its length, name, version and flags, width, height.
fn sized(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = STILL.to_vec();
    let at = place_of(b"ispe") + 8;
    bytes[at..at + 4].copy_from_slice(&width.to_be_bytes());
    bytes[at + 4..at + 8].copy_from_slice(&height.to_be_bytes());
    bytes
}

/// A length of zero: the box reaches to the end of the file, wherever that is.
fn last_box_to_the_end() -> Vec<u8> {
    let mut bytes = STILL.to_vec();
    let at = place_of(b"mdat") - 4;
    bytes[at..at + 4].fill(0);
    bytes
}

fn place_of(name: &[u8; 4]) -> usize {
    let place = STILL.windows(4).position(|four| four == name);
    place.unwrap_or_else(|| panic!("still.avif has no {}", String::from_utf8_lossy(name)))
}

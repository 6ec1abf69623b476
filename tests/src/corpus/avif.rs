//! AVIF from files (`tests/corpus/README.md`), and what their boxes look like after a patch.

use super::{Case, Whole};

const STILL: &[u8] = include_bytes!("../../corpus/still.avif");
const ALPHA: &[u8] = include_bytes!("../../corpus/alpha.avif");
const SEQUENCE: &[u8] = include_bytes!("../../corpus/sequence.avif");
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
        whole("brand-among-others", 48, 32, &major_brand(b"mif1")),
        whole("long-box", 48, 32, &long_box),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let end_of_type = u32::from_be_bytes([STILL[0], STILL[1], STILL[2], STILL[3]]) as usize;
    vec![
        Case::stored("avif-last-box-to-the-end", "image/avif", 48, 32, last_box_to_the_end()),
        Case::too_many_pixels("avif-65536x65536", sized(65_536, 65_536)),
        Case::broken("avif-zero-width", "avif", sized(0, 32)),
        Case::broken("avif-zero-height", "avif", sized(48, 0)),
        Case::broken("avif-type-alone", "avif", STILL[..end_of_type].to_vec()),
    ]
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

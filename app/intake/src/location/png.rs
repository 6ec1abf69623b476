//! PNG: Exif in `eXIf`, XMP in `iTXt`, and both in the texts that ImageMagick makes of them and of each of their tags.

use super::budget::Budget;
use super::crc::Crc;
use super::{Editor, LONGEST_METADATA, Step, exif, xmp};

const XMP: &[u8] = b"XML:com.adobe.xmp";
/// With these, all of the metadata is in a text of hexadecimal numbers.
const RAW: [&[u8]; 3] = [b"Raw profile type exif", b"Raw profile type APP1", b"Raw profile type xmp"];
/// A text's keyword, and what ends it.
const KEYWORD_BYTES: usize = 80;
/// So many zeros are counted into a checksum at a time: as they come, however many a chunk says that it has.
const BLANK_BYTES: u64 = 64 * 1024;
/// Nothing, compressed.
const NOTHING: &[u8] = b"\x78\x9C\x03\0\0\0\0\x01";

/// The signature.
pub(super) const FIRST: Step = Step::Pass(8);

#[derive(Default)]
pub(super) struct Png {
    state: State,
    budget: Budget,
    has_removed: bool,
}

#[derive(Clone, Copy, Default)]
enum State {
    /// Past the signature or a chunk.
    #[default]
    Past,
    Header,
    Metadata([u8; 4]),
    /// Past the beginning of a text that is too long to be held.
    LongText {
        name: [u8; 4],
        rest: u64,
    },
    /// Past some data that was overwritten, with more of it to come. The checksum is that of what was before.
    Blanking {
        crc: Crc,
        blank: u64,
        rest: u64,
    },
    Checksum([u8; 4]),
}

impl Editor for Png {
    fn step(&mut self, held: &mut [u8]) -> Step {
        match self.state {
            State::Past => self.then(State::Header, Step::Hold(8)),
            State::Header => self.chunk(held),
            State::Metadata(name) => {
                if !strip(name, held, &mut self.budget) {
                    return self.then(State::Past, Step::Pass(4));
                }
                self.has_removed = true;
                let crc = Crc::new().with(name).with(held.iter().copied()).bytes();
                self.then(State::Checksum(crc), Step::Hold(4))
            }
            State::LongText { name, rest } => {
                let end = held.iter().position(|byte| *byte == 0).unwrap_or(held.len());
                let (keyword, text) = held.split_at_mut(end);
                if keyword != XMP && !is_secret(keyword) {
                    return self.then(State::Past, Step::Pass(rest + 4));
                }
                text.fill(0);
                self.blank(name, held, rest)
            }
            State::Blanking { crc, blank, rest } => {
                self.blank_on(crc.with(std::iter::repeat_n(0, blank as usize)), rest)
            }
            State::Checksum(crc) => {
                if let Ok(place) = <&mut [u8; 4]>::try_from(held) {
                    *place = crc;
                }
                self.then(State::Header, Step::Hold(8))
            }
        }
    }

    fn has_removed(&self) -> bool {
        self.has_removed
    }
}

impl Png {
    fn chunk(&mut self, header: &[u8]) -> Step {
        let [a, b, c, d, name @ ..] = header else { return Step::Rest };
        let length = u64::from(u32::from_be_bytes([*a, *b, *c, *d]));
        let Ok(name) = <[u8; 4]>::try_from(name) else { return Step::Rest };
        match &name {
            b"eXIf" if length > LONGEST_METADATA => self.blank(name, &[], length),
            b"iTXt" | b"zTXt" | b"tEXt" if length > LONGEST_METADATA => self.then(
                State::LongText { name, rest: length - KEYWORD_BYTES as u64 },
                Step::Hold(KEYWORD_BYTES),
            ),
            b"eXIf" | b"iTXt" | b"zTXt" | b"tEXt" => {
                self.then(State::Metadata(name), Step::Hold(length as usize))
            }
            b"IEND" => Step::Rest,
            _ => self.then(State::Past, Step::Pass(length + 4)),
        }
    }

    /// Overwrites what follows these bytes of a chunk.
    fn blank(&mut self, name: [u8; 4], kept: &[u8], rest: u64) -> Step {
        self.has_removed = true;
        self.blank_on(Crc::new().with(name).with(kept.iter().copied()), rest)
    }

    /// Goes on with it, behind bytes that have this checksum.
    fn blank_on(&mut self, crc: Crc, rest: u64) -> Step {
        let blank = rest.min(BLANK_BYTES);
        if blank == 0 {
            return self.then(State::Checksum(crc.bytes()), Step::Hold(4));
        }
        self.then(State::Blanking { crc, blank, rest: rest - blank }, Step::Blank(blank))
    }

    fn then(&mut self, state: State, step: Step) -> Step {
        self.state = state;
        step
    }
}

fn strip(name: [u8; 4], data: &mut [u8], budget: &mut Budget) -> bool {
    if &name == b"eXIf" {
        return exif::strip(data, budget);
    }
    let Some(end) = data.iter().position(|byte| *byte == 0) else { return false };
    let (keyword, rest) = data.split_at_mut(end);
    let rest = &mut rest[1..];
    let is_secret = is_secret(keyword);
    match (&name, rest) {
        (b"tEXt", text) if keyword == XMP => xmp::strip(text, budget),
        (b"tEXt", text) if is_secret => {
            text.fill(b' ');
            true
        }
        (b"zTXt", [_method, text @ ..]) if is_secret || keyword == XMP => empty(text),
        (b"iTXt", [0, _method, text @ ..]) if keyword == XMP => xmp::strip(text, budget),
        (b"iTXt", [1, _method, text @ ..]) if keyword == XMP => {
            let mut names =
                text.iter().enumerate().filter(|(_, byte)| **byte == 0).map(|(index, _)| index + 1);
            names.nth(1).is_some_and(|start| empty(&mut text[start..]))
        }
        _ => false,
    }
}

/// Whether all of a text goes: raw metadata, or a single tag as in `exif:GPSLatitude`.
fn is_secret(keyword: &[u8]) -> bool {
    let is_raw = RAW.iter().any(|raw| keyword.eq_ignore_ascii_case(raw));
    let tag = keyword.iter().position(|byte| *byte == b':').map(|colon| &keyword[colon + 1..]);
    is_raw || tag.is_some_and(xmp::is_position)
}

/// What is compressed is not looked into.
fn empty(text: &mut [u8]) -> bool {
    text.fill(0);
    if let Some(start) = text.get_mut(..NOTHING.len()) {
        start.copy_from_slice(NOTHING);
    }
    true
}

//! JPEG: Exif and XMP in APP1 segments, of the image and of those that stand behind it.

use super::budget::Budget;
use super::{Editor, Step, exif, xmp};
use crate::image_format::Pieces;

const MARKER: u8 = 0xFF;
const EXIF: &[u8] = b"Exif\0\0";
const XMP: [&[u8]; 2] = [b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"];

/// Up to the marker behind the start.
pub(super) const FIRST: Step = Step::Pass(2);

#[derive(Default)]
pub(super) struct Jpeg {
    state: State,
    /// Behind the image, where nobody else counts them.
    pieces: Pieces,
    budget: Budget,
    has_removed: bool,
}

#[derive(Clone, Copy, Default)]
enum State {
    /// Past the start, a segment or a part of a scan.
    #[default]
    Past,
    Before,
    Code,
    Length(u8),
    Metadata,
    /// Behind an image: cameras put further ones there, for a screen with more light or for depth.
    Behind,
    Start,
    StartFollowed,
}

impl Editor for Jpeg {
    fn step(&mut self, held: &mut [u8]) -> Step {
        match self.state {
            State::Past => self.then(State::Before, Step::PassPast(MARKER)),
            State::Before => self.then(State::Code, Step::Hold(1)),
            State::Code => self.marker(held.first().copied().unwrap_or_default()),
            State::Length(code) => self.segment(code, held),
            State::Metadata => {
                self.has_removed |= strip(held, &mut self.budget);
                self.then(State::Before, Step::PassPast(MARKER))
            }
            State::Behind => self.then(State::Start, Step::Hold(1)),
            State::Start => match held {
                [0xD8] => self.then(State::StartFollowed, Step::Hold(1)),
                [MARKER] => Step::Hold(1),
                _ => self.behind(),
            },
            State::StartFollowed => match held {
                [MARKER] if !self.pieces.count(0) => Step::Rest,
                [MARKER] => self.then(State::Code, Step::Hold(1)),
                _ => self.behind(),
            },
        }
    }

    fn has_removed(&self) -> bool {
        self.has_removed
    }
}

impl Jpeg {
    fn marker(&mut self, code: u8) -> Step {
        match code {
            0x00 | 0x01 | 0xD0..=0xD7 => self.then(State::Before, Step::PassPast(MARKER)),
            MARKER => Step::Hold(1),
            0xC0..=0xCF | 0xDA..=0xFE => self.then(State::Length(code), Step::Hold(2)),
            // The end, or what makes no sense.
            _ => self.behind(),
        }
    }

    fn segment(&mut self, code: u8, length: &[u8]) -> Step {
        let length = length.iter().fold(0, |number, byte| number << 8 | usize::from(*byte));
        match length.checked_sub(2) {
            None => self.behind(),
            Some(_) if !self.pieces.count(length as u64) => Step::Rest,
            Some(rest) if code == 0xE1 => self.then(State::Metadata, Step::Hold(rest)),
            Some(rest) => self.then(State::Past, Step::Pass(rest as u64)),
        }
    }

    fn behind(&mut self) -> Step {
        self.then(State::Behind, Step::PassPast(MARKER))
    }

    fn then(&mut self, state: State, step: Step) -> Step {
        self.state = state;
        step
    }
}

fn strip(segment: &mut [u8], budget: &mut Budget) -> bool {
    if segment.starts_with(EXIF) {
        return exif::strip(&mut segment[EXIF.len()..], budget);
    }
    let xmp = XMP.iter().find(|name| segment.starts_with(name));
    xmp.is_some_and(|name| xmp::strip(&mut segment[name.len()..], budget))
}

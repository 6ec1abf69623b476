//! WebP: Exif and XMP in chunks of their own.

use super::{Editor, LONGEST_METADATA, Step, exif, xmp};

const EXIF_MARK: &[u8] = b"Exif\0\0";

/// The head of the RIFF file.
pub(super) const FIRST: Step = Step::Pass(12);

#[derive(Default)]
pub(super) struct WebP {
    state: State,
    has_removed: bool,
}

#[derive(Clone, Copy, Default)]
enum State {
    /// Past the file's head or a chunk.
    #[default]
    Past,
    Header,
    Exif {
        padding: u64,
    },
    Xmp {
        padding: u64,
    },
}

impl Editor for WebP {
    fn step(&mut self, held: &mut [u8]) -> Step {
        match self.state {
            State::Past => {
                self.state = State::Header;
                Step::Hold(8)
            }
            State::Header => self.chunk(held),
            State::Exif { padding } => {
                let start = if held.starts_with(EXIF_MARK) { EXIF_MARK.len() } else { 0 };
                self.has_removed |= exif::strip(&mut held[start..]);
                self.past(Step::Pass(padding))
            }
            State::Xmp { padding } => {
                self.has_removed |= xmp::strip(held);
                self.past(Step::Pass(padding))
            }
        }
    }

    fn has_removed(&self) -> bool {
        self.has_removed
    }
}

impl WebP {
    fn chunk(&mut self, header: &[u8]) -> Step {
        let length = header.iter().skip(4).rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
        let padding = length % 2;
        // ImageMagick's name for XMP ends in a zero.
        let is_xmp = header.starts_with(b"XMP ") || header.starts_with(b"XMP\0");
        let is_metadata = header.starts_with(b"EXIF") || is_xmp;
        if is_metadata && length > LONGEST_METADATA {
            self.has_removed = true;
            return self.past(Step::Blank(length + padding));
        }
        if !is_metadata {
            return self.past(Step::Pass(length + padding));
        }
        self.state = if is_xmp { State::Xmp { padding } } else { State::Exif { padding } };
        Step::Hold(length as usize)
    }

    fn past(&mut self, step: Step) -> Step {
        self.state = State::Past;
        step
    }
}

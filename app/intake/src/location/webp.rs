//! WebP: Exif and XMP in chunks of their own.

use super::budget::Budget;
use super::{Editor, LONGEST_METADATA, Step, exif, xmp};

/// What each chunk begins with.
const HEADER_BYTES: u64 = 8;

/// The head of the RIFF file.
pub(super) const FIRST: Step = Step::Hold(12);

#[derive(Default)]
pub(super) struct WebP {
    state: State,
    /// How much of the RIFF file is behind the chunk; what follows the file belongs to nobody.
    left: u64,
    budget: Budget,
    has_removed: bool,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Riff,
    /// Past a chunk.
    Past,
    Header,
    Exif {
        padding: u64,
    },
    Xmp {
        padding: u64,
    },
    /// Past metadata that was overwritten.
    Blanked {
        padding: u64,
    },
}

impl Editor for WebP {
    fn step(&mut self, held: &mut [u8]) -> Step {
        match self.state {
            State::Riff => {
                // The length counts from `WEBP` on.
                self.left = length_in(held).saturating_sub(4);
                self.next()
            }
            State::Past => self.next(),
            State::Header => self.chunk(held),
            State::Exif { padding } => {
                self.has_removed |= exif::strip(held, &mut self.budget);
                self.past(Step::Pass(padding))
            }
            State::Xmp { padding } => {
                self.has_removed |= xmp::strip(held, &mut self.budget);
                self.past(Step::Pass(padding))
            }
            State::Blanked { padding } => self.past(Step::Pass(padding)),
        }
    }

    fn has_removed(&self) -> bool {
        self.has_removed
    }
}

impl WebP {
    fn next(&mut self) -> Step {
        let Some(left) = self.left.checked_sub(HEADER_BYTES) else { return Step::Rest };
        self.left = left;
        self.state = State::Header;
        Step::Hold(HEADER_BYTES as usize)
    }

    fn chunk(&mut self, header: &[u8]) -> Step {
        let length = length_in(header).min(self.left);
        self.left -= length;
        let padding = (length % 2).min(self.left);
        self.left -= padding;
        // ImageMagick's name for XMP ends in a zero.
        let is_xmp = header.starts_with(b"XMP ") || header.starts_with(b"XMP\0");
        let is_metadata = header.starts_with(b"EXIF") || is_xmp;
        if is_metadata && length > LONGEST_METADATA {
            self.has_removed = true;
            self.state = State::Blanked { padding };
            return Step::Blank(length);
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

/// What stands behind a name: a length, its least significant byte first.
fn length_in(header: &[u8]) -> u64 {
    header.iter().skip(4).take(4).rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

//! The orientation in Exif data, which is a TIFF file of its own: a header and tables of tags.

use super::Orientation;
use super::walk::{Want, byte, from};

/// Byte order, 42, and where the first table is.
const HEADER_BYTES: u64 = 8;
const COUNT_BYTES: u64 = 2;
const ENTRY_BYTES: u64 = 12;
/// What stands before the header in JPEG files, and in some programs' WebP files.
pub(super) const EXIF_MARK: &[u8] = b"Exif\0\0";

const ORIENTATION: u32 = 0x0112;
const SHORT: u32 = 3;

/// Exif data of a known length, read as it passes.
pub(super) struct Tiff {
    state: State,
    little_endian: bool,
    /// The bytes behind what is wanted.
    left: u64,
    found: Orientation,
}

#[derive(Clone, Copy)]
enum State {
    Start,
    Header,
    /// Before a header of which the byte order was read.
    AfterOrder,
    Table,
    Count,
    Entry {
        more: u32,
    },
}

impl Tiff {
    /// Exif data of so many bytes.
    pub(super) fn new(bytes: u64) -> Self {
        Self { state: State::Start, little_endian: false, left: bytes, found: Orientation::default() }
    }

    /// Takes what was wanted last, and says what is wanted next; none when all is known that can be.
    pub(super) fn step(&mut self, taken: &[u8]) -> Option<Want> {
        match self.state {
            State::Start => self.take(HEADER_BYTES, State::Header),
            State::Header if taken.starts_with(EXIF_MARK) => {
                self.order(from(taken, EXIF_MARK.len()))?;
                self.take(HEADER_BYTES - 2, State::AfterOrder)
            }
            State::Header => {
                self.order(taken)?;
                self.table(from(taken, 2))
            }
            State::AfterOrder => self.table(taken),
            State::Table => self.take(COUNT_BYTES, State::Count),
            State::Count => self.entry(self.short(taken)),
            State::Entry { more } => {
                self.look(taken);
                self.entry(more)
            }
        }
    }

    /// The bytes that nobody wants.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// How the image is turned, upright where the data does not say it.
    pub(super) fn orientation(&self) -> Orientation {
        self.found
    }

    fn order(&mut self, bytes: &[u8]) -> Option<()> {
        self.little_endian = bytes.starts_with(b"II");
        (self.little_endian || bytes.starts_with(b"MM")).then_some(())
    }

    /// The first table, if it stands behind the header.
    fn table(&mut self, taken: &[u8]) -> Option<Want> {
        let skipped = u64::from(self.long(from(taken, 2))).checked_sub(HEADER_BYTES)?;
        if self.short(taken) != 42 {
            return None;
        }
        self.left = self.left.checked_sub(skipped)?;
        self.state = State::Table;
        Some(Want::Skip(skipped))
    }

    fn entry(&mut self, count: u32) -> Option<Want> {
        let more = count.checked_sub(1).filter(|_| self.found == Orientation::default())?;
        self.take(ENTRY_BYTES, State::Entry { more })
    }

    /// Tag, type, count, value.
    fn look(&mut self, entry: &[u8]) {
        let said = (self.short(entry), self.short(from(entry, 2)), self.long(from(entry, 4)));
        if said == (ORIENTATION, SHORT, 1) {
            self.found = Orientation::of_exif(self.short(from(entry, 8))).unwrap_or_default();
        }
    }

    fn take(&mut self, bytes: u64, state: State) -> Option<Want> {
        self.left = self.left.checked_sub(bytes)?;
        self.state = state;
        Some(Want::Take(bytes as usize))
    }

    fn short(&self, bytes: &[u8]) -> u32 {
        let (first, second) = (u32::from(byte(bytes, 0)), u32::from(byte(bytes, 1)));
        if self.little_endian { second << 8 | first } else { first << 8 | second }
    }

    fn long(&self, bytes: &[u8]) -> u32 {
        let (first, second) = (self.short(bytes), self.short(from(bytes, 2)));
        if self.little_endian { second << 16 | first } else { first << 16 | second }
    }
}

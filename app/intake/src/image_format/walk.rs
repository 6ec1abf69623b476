//! The walk through a file as it arrives: a format says what it wants next, and gets it when it is all there.

use memchr::memchr;

use super::{Dimensions, Orientation};

/// The most that a format may want at once: all that is ever held of a file.
const MAX_TAKE: usize = 32;

/// So many of the file's last bytes are known at its end.
const TAIL_BYTES: usize = 4;

/// What a format wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// So many bytes, together.
    Take(usize),
    /// To be past so many bytes.
    Skip(u64),
    /// To be past the next byte with this value.
    SkipPast(u8),
    /// Nothing more: the image has ended, whatever follows.
    Nothing,
}

/// Why a walk cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The file ended before the image did.
    Truncated,
    /// The file ended within the image's last data, which has no end marker: perhaps nothing is missing.
    Unended,
    /// The structure makes no sense.
    Broken(&'static str),
}

/// A format's structure, followed step by step.
pub(super) trait Format: Send + Sync {
    /// Takes what was wanted last, nothing if that was to be skipped, and says what is wanted next.
    fn step(&mut self, taken: &[u8]) -> Result<Want, Fault>;

    /// The dimensions that are seen, as far as they are known.
    fn dimensions(&self) -> Option<Dimensions>;

    /// The largest of all that a viewer may make room for, where a part of the image can be larger than what is seen.
    fn largest(&self) -> Option<Dimensions> {
        self.dimensions()
    }

    /// How the image is turned before it is shown.
    fn orientation(&self) -> Orientation {
        Orientation::default()
    }

    /// The least that the pixels take up once they are decoded, for whoever makes another image of them.
    fn decoded_bytes(&self) -> Option<u64>;

    /// Whether each component has a scan of its own, one after the other.
    fn has_separate_scans(&self) -> bool {
        false
    }

    /// How often a decoder goes over all pixels.
    fn scans(&self) -> u32 {
        1
    }

    /// The file has ended while this was the last step, with these bytes: whether the image is all there, and its
    /// dimensions.
    fn end(&self, tail: [u8; TAIL_BYTES]) -> Result<Dimensions, Fault>;
}

/// A format, and the bytes on their way to it.
pub(super) struct Walk {
    format: Box<dyn Format>,
    want: Want,
    held: Vec<u8>,
    tail: [u8; TAIL_BYTES],
}

impl Walk {
    /// Starts at a file's first byte.
    pub(super) fn new(format: Box<dyn Format>, first: Want) -> Self {
        Self { format, want: first, held: Vec::with_capacity(MAX_TAKE), tail: [0; TAIL_BYTES] }
    }

    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), Fault> {
        self.remember(bytes);
        while !bytes.is_empty() && self.want != Want::Nothing {
            let (used, is_done) = self.receive(bytes);
            bytes = &bytes[used..];
            if is_done {
                self.step()?;
            }
        }
        Ok(())
    }

    pub(super) fn format(&self) -> &dyn Format {
        &*self.format
    }

    pub(super) fn end(&self) -> Result<Dimensions, Fault> {
        self.format.end(self.tail)
    }

    fn remember(&mut self, bytes: &[u8]) {
        let new = &bytes[bytes.len().saturating_sub(TAIL_BYTES)..];
        self.tail.rotate_left(new.len());
        self.tail[TAIL_BYTES - new.len()..].copy_from_slice(new);
    }

    /// How many of the bytes belong to what is wanted, and whether it is complete with them.
    fn receive(&mut self, bytes: &[u8]) -> (usize, bool) {
        match &mut self.want {
            Want::Nothing => (bytes.len(), false),
            Want::Take(wanted) => {
                let used = bytes.len().min(*wanted - self.held.len());
                self.held.extend_from_slice(&bytes[..used]);
                (used, self.held.len() == *wanted)
            }
            Want::Skip(left) => {
                let used = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= used as u64;
                (used, *left == 0)
            }
            Want::SkipPast(byte) => match memchr(*byte, bytes) {
                Some(index) => (index + 1, true),
                None => (bytes.len(), false),
            },
        }
    }

    fn step(&mut self) -> Result<(), Fault> {
        self.want = self.format.step(&self.held)?;
        self.held.clear();
        // What is complete already must not wait for a byte that may never come.
        while self.want == Want::Skip(0) {
            self.want = self.format.step(&[])?;
        }
        debug_assert!(!matches!(self.want, Want::Take(size) if size == 0 || size > MAX_TAKE));
        Ok(())
    }
}

/// Dimensions, none of them zero.
pub(super) fn dimensions(width: u32, height: u32) -> Result<Dimensions, Fault> {
    if width == 0 || height == 0 {
        return Err(Fault::Broken("its width or height is zero"));
    }
    Ok(Dimensions { width, height })
}

/// Four bytes, most significant first; what is missing counts as zero.
pub(super) fn be32(bytes: &[u8]) -> u32 {
    (0..4).fold(0, |number, index| number << 8 | u32::from(byte(bytes, index)))
}

/// Two bytes, most significant first.
pub(super) fn be16(bytes: &[u8]) -> u32 {
    u32::from(byte(bytes, 0)) << 8 | u32::from(byte(bytes, 1))
}

/// Two bytes, least significant first.
pub(super) fn le16(bytes: &[u8]) -> u32 {
    u32::from(byte(bytes, 0)) | u32::from(byte(bytes, 1)) << 8
}

/// Three bytes, least significant first.
pub(super) fn le24(bytes: &[u8]) -> u32 {
    le16(bytes) | u32::from(byte(bytes, 2)) << 16
}

/// Four bytes, least significant first.
pub(super) fn le32(bytes: &[u8]) -> u32 {
    le24(bytes) | u32::from(byte(bytes, 3)) << 24
}

/// A byte; what is missing counts as zero.
pub(super) fn byte(bytes: &[u8], index: usize) -> u8 {
    bytes.get(index).copied().unwrap_or_default()
}

/// The bytes from an index on, none where there are none.
pub(super) fn from(bytes: &[u8], index: usize) -> &[u8] {
    bytes.get(index..).unwrap_or_default()
}

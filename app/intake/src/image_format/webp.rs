//! WebP: a RIFF file of chunks, with one image, lossy or not, or with a canvas and frames.

#[cfg(test)]
mod tests;

use super::pieces::Pieces;
use super::tiff::Tiff;
use super::walk::{Fault, Format, Walk, Want, byte, dimensions, from, le16, le24, le32};
use super::{Dimensions, Orientation};

/// `RIFF`, a size, `WEBP`.
const RIFF_BYTES: usize = 12;
/// Name and size, before a chunk's data.
const HEADER_BYTES: usize = 8;
const ANIMATED: u8 = 0x02;
const HAS_EXIF: u8 = 0x08;

pub(super) fn walk() -> Walk {
    Walk::new(Box::new(WebP::default()), Want::Take(RIFF_BYTES))
}

#[derive(Default)]
struct WebP {
    state: State,
    pieces: Pieces,
    /// What the RIFF file still has after the step that is under way.
    left: u64,
    /// As the pixels are stored.
    canvas: Option<Dimensions>,
    flags: u8,
    exif: Option<Tiff>,
    has_image: bool,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Riff,
    Header,
    Inside {
        chunk: Chunk,
        rest: u64,
        padded: bool,
    },
    /// Before a chunk within a frame that has so many bytes left.
    FrameHeader {
        frame: Frame,
        rest: u64,
    },
    FrameImage {
        frame: Frame,
        is_lossy: bool,
        rest: u64,
    },
    /// Behind a chunk within a frame.
    FrameChunk {
        frame: Frame,
        rest: u64,
    },
    Exif {
        padded: bool,
    },
    Data {
        padded: bool,
    },
    Padding,
    Ended,
}

/// A frame of an animation, and whether a byte makes its chunk's length even.
#[derive(Clone, Copy)]
struct Frame {
    size: Dimensions,
    padded: bool,
}

/// A chunk that is looked into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chunk {
    Lossy,
    Lossless,
    Canvas,
    Frame,
}

impl Format for WebP {
    fn step(&mut self, taken: &[u8]) -> Result<Want, Fault> {
        match self.state {
            State::Riff => {
                // The size counts from `WEBP` on.
                let size = u64::from(le32(from(taken, 4)));
                self.left = size.checked_sub(4).ok_or(Fault::Broken("its size is too small"))?;
                self.next()
            }
            State::Header => self.chunk(taken),
            State::Inside { chunk: Chunk::Frame, rest, padded } => {
                let size = self.frame(taken)?;
                Ok(self.in_frame(Frame { size, padded }, rest))
            }
            State::Inside { chunk, rest, padded } => {
                self.look(chunk, taken)?;
                Ok(self.skip(rest, padded))
            }
            State::FrameHeader { frame, rest } => self.frame_chunk(frame, rest, taken),
            State::FrameImage { frame, is_lossy, rest } => {
                if (if is_lossy { lossy(taken) } else { lossless(taken) })? != frame.size {
                    return Err(Fault::Broken("a frame's image is not as large as its frame"));
                }
                Ok(self.skip(rest, frame.padded))
            }
            State::FrameChunk { frame, rest } => Ok(self.in_frame(frame, rest)),
            State::Exif { padded } => Ok(self.exif(taken, padded)),
            State::Data { padded: true } if self.left > 0 => Ok(self.padding()),
            State::Data { .. } | State::Padding => self.next(),
            State::Ended => Ok(Want::Nothing),
        }
    }

    fn dimensions(&self) -> Option<Dimensions> {
        self.canvas.map(|canvas| self.orientation().turned(canvas))
    }

    fn orientation(&self) -> Orientation {
        self.exif.as_ref().map(Tiff::orientation).unwrap_or_default()
    }

    fn decoded_bytes(&self) -> Option<u64> {
        self.canvas.map(|canvas| canvas.pixels() * 3)
    }

    fn end(&self, _tail: [u8; 4]) -> Result<Dimensions, Fault> {
        match self.state {
            State::Ended => self.verdict(),
            _ => Err(Fault::Truncated),
        }
    }
}

impl WebP {
    fn next(&mut self) -> Result<Want, Fault> {
        if self.left == 0 {
            self.state = State::Ended;
            return self.verdict().map(|_| Want::Nothing);
        }
        if self.left == 1 {
            return Ok(self.padding());
        }
        let Some(left) = self.left.checked_sub(HEADER_BYTES as u64) else {
            // Too little for a chunk: decoders let it be.
            self.state = State::Data { padded: false };
            return Ok(Want::Skip(std::mem::take(&mut self.left)));
        };
        self.left = left;
        self.state = State::Header;
        Ok(Want::Take(HEADER_BYTES))
    }

    fn skip(&mut self, bytes: u64, padded: bool) -> Want {
        self.state = State::Data { padded };
        Want::Skip(bytes)
    }

    fn padding(&mut self) -> Want {
        self.left -= 1;
        self.state = State::Padding;
        Want::Skip(1)
    }

    fn chunk(&mut self, header: &[u8]) -> Result<Want, Fault> {
        let size = u64::from(le32(from(header, 4)));
        let Some(left) = self.left.checked_sub(size) else {
            return Err(Fault::Broken("a chunk is larger than the file says it is"));
        };
        self.left = left;
        self.pieces.add(size)?;
        let padded = size % 2 == 1;
        if self.canvas.is_none() && !matches!(header.get(..4), Some(b"VP8 " | b"VP8L" | b"VP8X")) {
            return Err(Fault::Broken("it does not begin with its header"));
        }
        // libwebp knows Exif data that the canvas announces, the first of them.
        if header.starts_with(b"EXIF") && self.flags & HAS_EXIF != 0 && self.exif.is_none() {
            self.exif = Some(Tiff::new(size));
            return Ok(self.exif(&[], padded));
        }
        let Some((chunk, inside)) = known_chunk(header) else { return Ok(self.skip(size, padded)) };
        let Some(rest) = size.checked_sub(inside as u64) else {
            return Err(Fault::Broken("a chunk is too short"));
        };
        self.state = State::Inside { chunk, rest, padded };
        Ok(Want::Take(inside))
    }

    fn look(&mut self, chunk: Chunk, taken: &[u8]) -> Result<(), Fault> {
        match chunk {
            Chunk::Canvas if self.canvas.is_some() => Err(Fault::Broken("its canvas comes too late")),
            Chunk::Canvas => {
                self.flags = byte(taken, 0);
                self.canvas = Some(dimensions(le24(from(taken, 4)) + 1, le24(from(taken, 7)) + 1)?);
                Ok(())
            }
            Chunk::Frame => self.frame(taken).map(drop),
            Chunk::Lossy => self.image(lossy(taken)?),
            Chunk::Lossless => self.image(lossless(taken)?),
        }
    }

    /// An image outside a frame. It fills the canvas: decoders refuse any other, and so no small canvas hides a large image.
    fn image(&mut self, size: Dimensions) -> Result<(), Fault> {
        if *self.canvas.get_or_insert(size) != size {
            return Err(Fault::Broken("its image is not as large as its canvas"));
        }
        self.has_image |= !self.is_animated();
        Ok(())
    }

    fn is_animated(&self) -> bool {
        self.flags & ANIMATED != 0
    }

    fn frame(&mut self, taken: &[u8]) -> Result<Dimensions, Fault> {
        let Some(canvas) = self.canvas.filter(|_| self.is_animated()) else {
            return Err(Fault::Broken("it has frames but no animation"));
        };
        let frame = dimensions(le24(from(taken, 6)) + 1, le24(from(taken, 9)) + 1)?;
        // Positions are halved.
        let right = 2 * le24(taken) + frame.width;
        let bottom = 2 * le24(from(taken, 3)) + frame.height;
        if right > canvas.width || bottom > canvas.height {
            return Err(Fault::Broken("a frame reaches beyond its canvas"));
        }
        self.has_image = true;
        Ok(frame)
    }

    /// The next chunk within a frame: what is too short for one is skipped with it.
    fn in_frame(&mut self, frame: Frame, rest: u64) -> Want {
        match rest.checked_sub(HEADER_BYTES as u64) {
            Some(rest) => {
                self.state = State::FrameHeader { frame, rest };
                Want::Take(HEADER_BYTES)
            }
            None => self.skip(rest, frame.padded),
        }
    }

    /// Looks for the frame's image; what makes no sense is left to decoders, which refuse it.
    fn frame_chunk(&mut self, frame: Frame, rest: u64, header: &[u8]) -> Result<Want, Fault> {
        let size = u64::from(le32(from(header, 4)));
        self.pieces.add(size.min(rest))?;
        let Some(behind) = rest.checked_sub(size) else { return Ok(self.skip(rest, frame.padded)) };
        match known_chunk(header) {
            Some((chunk @ (Chunk::Lossy | Chunk::Lossless), inside)) if size >= inside as u64 => {
                let rest = rest - inside as u64;
                self.state = State::FrameImage { frame, is_lossy: chunk == Chunk::Lossy, rest };
                Ok(Want::Take(inside))
            }
            Some((Chunk::Lossy | Chunk::Lossless, _)) => Ok(self.skip(rest, frame.padded)),
            _ => {
                let padding = (size % 2).min(behind);
                self.state = State::FrameChunk { frame, rest: behind - padding };
                Ok(Want::Skip(size + padding))
            }
        }
    }

    fn exif(&mut self, taken: &[u8], padded: bool) -> Want {
        let next = self.exif.as_mut().map(|exif| (exif.step(taken), exif.left()));
        match next {
            Some((Some(want), _)) => {
                self.state = State::Exif { padded };
                want
            }
            Some((None, left)) => self.skip(left, padded),
            None => self.skip(0, padded),
        }
    }

    fn verdict(&self) -> Result<Dimensions, Fault> {
        self.dimensions().filter(|_| self.has_image).ok_or(Fault::Broken("it has no image data"))
    }
}

/// A chunk that matters, and how much of it.
fn known_chunk(header: &[u8]) -> Option<(Chunk, usize)> {
    match header.get(..4)? {
        b"VP8 " => Some((Chunk::Lossy, 10)),
        b"VP8L" => Some((Chunk::Lossless, 5)),
        b"VP8X" => Some((Chunk::Canvas, 10)),
        b"ANMF" => Some((Chunk::Frame, 16)),
        _ => None,
    }
}

/// A frame's tag, a start code, then 14 bits each of width and height, below 2 bits of scale.
fn lossy(taken: &[u8]) -> Result<Dimensions, Fault> {
    let is_key_frame = byte(taken, 0) & 1 == 0;
    if !is_key_frame || !from(taken, 3).starts_with(&[0x9D, 0x01, 0x2A]) {
        return Err(Fault::Broken("its image data does not begin as it should"));
    }
    dimensions(le16(from(taken, 6)) & 0x3FFF, le16(from(taken, 8)) & 0x3FFF)
}

/// A signature, then 14 bits each of width and height, less one, a bit for alpha and 3 bits of version.
fn lossless(taken: &[u8]) -> Result<Dimensions, Fault> {
    let bits = le32(from(taken, 1));
    if byte(taken, 0) != 0x2F || bits >> 29 != 0 {
        return Err(Fault::Broken("its image data does not begin as it should"));
    }
    dimensions((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
}

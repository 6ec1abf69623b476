//! WebP: a RIFF file of chunks, with one image, lossy or not, or with a canvas and frames.

use super::Dimensions;
use super::walk::{Fault, Format, Walk, Want, byte, dimensions, from, le16, le24, le32};

/// `RIFF`, a size, `WEBP`.
const RIFF_BYTES: usize = 12;
/// Name and size, before a chunk's data.
const HEADER_BYTES: usize = 8;
const ANIMATED: u8 = 0x02;

pub(super) fn walk() -> Walk {
    let webp = WebP { state: State::Riff, left: 0, canvas: None, animated: false, has_image: false };
    Walk::new(Box::new(webp), Want::Take(RIFF_BYTES))
}

struct WebP {
    state: State,
    /// What the RIFF file still has after the step that is under way.
    left: u64,
    canvas: Option<Dimensions>,
    animated: bool,
    has_image: bool,
}

#[derive(Clone, Copy)]
enum State {
    Riff,
    Header,
    Inside { chunk: Chunk, rest: u64, padded: bool },
    Data { padded: bool },
    Padding,
    Ended,
}

/// A chunk that is looked into.
#[derive(Clone, Copy)]
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
            State::Inside { chunk, rest, padded } => {
                self.look(chunk, taken)?;
                self.state = State::Data { padded };
                Ok(Want::Skip(rest))
            }
            State::Data { padded: true } if self.left > 0 => Ok(self.padding()),
            State::Data { .. } | State::Padding => self.next(),
            State::Ended => Ok(Want::Nothing),
        }
    }

    fn dimensions(&self) -> Option<Dimensions> {
        self.canvas
    }

    fn end(&self) -> Result<Dimensions, Fault> {
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
        let padded = size % 2 == 1;
        let Some((chunk, inside)) = known_chunk(header) else {
            self.state = State::Data { padded };
            return Ok(Want::Skip(size));
        };
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
                self.animated = byte(taken, 0) & ANIMATED != 0;
                self.canvas = Some(dimensions(le24(from(taken, 4)) + 1, le24(from(taken, 7)) + 1)?);
                Ok(())
            }
            Chunk::Frame => self.frame(taken),
            Chunk::Lossy => self.image(lossy(taken)?),
            Chunk::Lossless => self.image(lossless(taken)?),
        }
    }

    /// An image outside a frame. It fills the canvas: decoders refuse any other, and so no small canvas hides a large image.
    fn image(&mut self, size: Dimensions) -> Result<(), Fault> {
        if *self.canvas.get_or_insert(size) != size {
            return Err(Fault::Broken("its image is not as large as its canvas"));
        }
        self.has_image |= !self.animated;
        Ok(())
    }

    fn frame(&mut self, taken: &[u8]) -> Result<(), Fault> {
        let Some(canvas) = self.canvas.filter(|_| self.animated) else {
            return Err(Fault::Broken("it has frames but no animation"));
        };
        // Positions are halved.
        let right = 2 * le24(taken) + le24(from(taken, 6)) + 1;
        let bottom = 2 * le24(from(taken, 3)) + le24(from(taken, 9)) + 1;
        if right > canvas.width || bottom > canvas.height {
            return Err(Fault::Broken("a frame reaches beyond its canvas"));
        }
        self.has_image = true;
        Ok(())
    }

    fn verdict(&self) -> Result<Dimensions, Fault> {
        self.canvas.filter(|_| self.has_image).ok_or(Fault::Broken("it has no image data"))
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

#[cfg(test)]
mod tests {
    use crate::image_format::ImageKind::WebP;
    use crate::image_format::samples::{
        broken, canvas, frame, lossless, lossy, riff, riff_chunk, taken, truncated,
    };

    #[test]
    fn all_three_ways_to_say_the_size_are_read() {
        taken(WebP, 16_383, 9, &riff(&[lossy(16_383, 9)]));
        taken(WebP, 16_384, 9, &riff(&[lossless(16_384, 9)]));
        taken(WebP, 9, 16_384, &riff(&[lossless(9, 16_384)]));
        taken(WebP, 9, 7, &riff(&[canvas(0, 9, 7), lossless(9, 7)]));
        taken(WebP, 1 << 24, 1 << 24, &riff(&[canvas(2, 1 << 24, 1 << 24), frame(9, 7)]));
        // The two bits above the size are a scale for whoever shows it.
        taken(WebP, 9, 7, &riff(&[lossy(0x4009, 0xC007)]));
    }

    #[test]
    fn other_chunks_may_come_anywhere() {
        let (profile, alpha) = (riff_chunk(b"ICCP", b"odd"), riff_chunk(b"ALPH", &[0; 50]));
        let more = riff_chunk(b"EXIF", b"VP8X");
        taken(WebP, 9, 7, &riff(&[canvas(0x3C, 9, 7), profile, alpha, lossy(9, 7), more.clone()]));
        taken(WebP, 9, 7, &riff(&[lossy(9, 7), more]));
    }

    #[test]
    fn a_last_chunk_without_its_padding_is_taken_where_the_file_does_not_count_it() {
        let padded = riff(&[lossless(9, 7)]);
        let odd = riff(&[riff_chunk(b"VP8L", b"\x2F\x08\x80\x01\0..")]);
        assert_eq!(odd.last(), Some(&0));
        taken(WebP, 9, 7, &odd);
        truncated(&odd[..odd.len() - 1]);
        truncated(&odd[..odd.len() - 2]);
        truncated(&padded[..padded.len() - 2]);
        // Neither written nor counted.
        let mut uncounted = odd[..odd.len() - 1].to_vec();
        uncounted[4] -= 1;
        taken(WebP, 9, 7, &uncounted);
    }

    #[test]
    fn a_file_that_is_shorter_than_it_says_ends_early() {
        let mut file = riff(&[lossy(9, 7)]);
        file[4] += 20;
        truncated(&file);
        file[7] = 0xFF;
        truncated(&file);
    }

    #[test]
    fn broken_structures_are_refused() {
        let check = |text, chunks: &[Vec<u8>]| broken(text, &riff(chunks));
        check("no image data", &[]);
        check("no image data", &[canvas(0, 9, 7)]);
        check("no image data", &[canvas(2, 9, 7), riff_chunk(b"ANIM", &[0; 6]), lossy(9, 7)]);
        check("zero", &[lossy(0, 7)]);
        check("zero", &[lossy(9, 0x4000)]);
        check("begin as it should", &[riff_chunk(b"VP8 ", &[0; 10])]);
        check("begin as it should", &[riff_chunk(b"VP8 ", &[1, 0, 0, 0x9D, 1, 0x2A, 9, 0, 7, 0])]);
        check("begin as it should", &[riff_chunk(b"VP8L", &[0x2F, 0, 0, 0, 0xF0])]);
        check("too short", &[riff_chunk(b"VP8L", &[0x2F])]);
        check("as large as its canvas", &[canvas(0, 9, 7), lossy(900, 700)]);
        check("beyond its canvas", &[canvas(2, 9, 7), frame(9, 8)]);
        check("no animation", &[canvas(0, 9, 7), frame(9, 7)]);
        check("too late", &[lossy(9, 7), canvas(0, 9, 7)]);
        broken("size is too small", b"RIFF\x03\0\0\0WEBP");
        broken("larger than the file", b"RIFF\x10\0\0\0WEBPVP8 \xFF\0\0\0");
    }
}

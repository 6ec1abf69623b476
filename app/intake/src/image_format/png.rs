//! PNG: a signature, then chunks from `IHDR` to `IEND`. Exif data before the image turns it.

use super::pieces::Pieces;
use super::tiff::Tiff;
use super::walk::{Fault, Format, Walk, Want, be32, byte, dimensions, from};
use super::{Dimensions, Orientation};

const SIGNATURE_BYTES: usize = 8;
/// Length and type, before a chunk's data.
const HEADER_BYTES: usize = 8;
const CHECKSUM_BYTES: u64 = 4;
const IHDR_BYTES: u32 = 13;
/// Size, depth and kind of colour.
const SIZE_BYTES: usize = 10;
/// Number, size and position of an animation's frame.
const FRAME_BYTES: usize = 20;
const MAX_CHUNK_BYTES: u32 = 0x7FFF_FFFF;

pub(super) fn walk() -> Walk {
    Walk::new(Box::new(Png::default()), Want::Take(SIGNATURE_BYTES))
}

#[derive(Default)]
struct Png {
    state: State,
    pieces: Pieces,
    /// As the pixels are stored.
    size: Option<Dimensions>,
    /// Of a pixel that is decoded.
    pixel_bytes: u64,
    exif: Option<Tiff>,
    is_animated: bool,
    /// Whether the image has begun.
    has_begun: bool,
    has_data: bool,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Signature,
    Header,
    Size,
    Exif,
    Frame {
        rest: u64,
    },
    Chunk,
    LastChunk,
    Ended,
}

impl Format for Png {
    fn step(&mut self, taken: &[u8]) -> Result<Want, Fault> {
        match self.state {
            State::Signature | State::Chunk => Ok(self.then(State::Header, Want::Take(HEADER_BYTES))),
            State::Header => self.chunk(be32(taken), from(taken, 4)),
            State::Size => {
                self.size = Some(dimensions(be32(taken), be32(from(taken, 4)))?);
                self.pixel_bytes = pixel_bytes(byte(taken, 8), byte(taken, 9));
                let rest = u64::from(IHDR_BYTES) - SIZE_BYTES as u64 + CHECKSUM_BYTES;
                Ok(self.then(State::Chunk, Want::Skip(rest)))
            }
            State::Exif => Ok(self.exif(taken)),
            State::Frame { rest } => self.frame(taken, rest),
            State::LastChunk | State::Ended => Ok(self.then(State::Ended, Want::Nothing)),
        }
    }

    fn dimensions(&self) -> Option<Dimensions> {
        self.size.map(|size| self.orientation().turned(size))
    }

    fn orientation(&self) -> Orientation {
        self.exif.as_ref().map(Tiff::orientation).unwrap_or_default()
    }

    fn decoded_bytes(&self) -> Option<u64> {
        self.size.map(|size| size.pixels().saturating_mul(self.pixel_bytes))
    }

    fn end(&self, _tail: [u8; 4]) -> Result<Dimensions, Fault> {
        match self.state {
            State::Ended => self.dimensions().ok_or(Fault::Truncated),
            _ => Err(Fault::Truncated),
        }
    }
}

impl Png {
    fn chunk(&mut self, length: u32, name: &[u8]) -> Result<Want, Fault> {
        let is_header = name == b"IHDR";
        if is_header != self.size.is_none() {
            return Err(Fault::Broken("it does not begin with its one header"));
        }
        if is_header {
            if length != IHDR_BYTES {
                return Err(Fault::Broken("its header has the wrong length"));
            }
            return Ok(self.then(State::Size, Want::Take(SIZE_BYTES)));
        }
        if length > MAX_CHUNK_BYTES || !name.iter().all(u8::is_ascii_alphabetic) {
            return Err(Fault::Broken("a chunk has no valid length or name"));
        }
        self.pieces.add(u64::from(length))?;
        self.has_data |= name == b"IDAT" && length > 0;
        self.has_begun |= name == b"IDAT";
        self.is_animated |= name == b"acTL" && !self.has_begun;
        let rest = u64::from(length) + CHECKSUM_BYTES;
        match name {
            b"IEND" if !self.has_data => Err(Fault::Broken("it has no image data")),
            b"IEND" => Ok(self.then(State::LastChunk, Want::Skip(rest))),
            b"eXIf" if !self.has_begun && self.exif.is_none() => {
                self.exif = Some(Tiff::new(u64::from(length)));
                Ok(self.exif(&[]))
            }
            b"fcTL" if self.is_animated && length as usize >= FRAME_BYTES => {
                let rest = rest - FRAME_BYTES as u64;
                Ok(self.then(State::Frame { rest }, Want::Take(FRAME_BYTES)))
            }
            _ => Ok(self.then(State::Chunk, Want::Skip(rest))),
        }
    }

    fn exif(&mut self, taken: &[u8]) -> Want {
        let next = self.exif.as_mut().map(|exif| (exif.step(taken), exif.left()));
        match next {
            Some((Some(want), _)) => self.then(State::Exif, want),
            Some((None, left)) => self.then(State::Chunk, Want::Skip(left + CHECKSUM_BYTES)),
            None => self.then(State::Chunk, Want::Skip(CHECKSUM_BYTES)),
        }
    }

    /// Decoders refuse a frame beyond the image, and so no small image hides a large one.
    fn frame(&mut self, taken: &[u8], rest: u64) -> Result<Want, Fault> {
        let [width, height, left, top] = [4, 8, 12, 16].map(|at| u64::from(be32(from(taken, at))));
        let fits = self.size.is_some_and(|size| {
            left + width <= u64::from(size.width) && top + height <= u64::from(size.height)
        });
        if !fits {
            return Err(Fault::Broken("a frame reaches beyond its image"));
        }
        Ok(self.then(State::Chunk, Want::Skip(rest)))
    }

    fn then(&mut self, state: State, want: Want) -> Want {
        self.state = state;
        want
    }
}

/// Palettes become colours, and few bits become a byte.
fn pixel_bytes(depth: u8, colour: u8) -> u64 {
    let channels = match colour {
        2 | 3 => 3,
        4 => 2,
        6 => 4,
        _ => 1,
    };
    if depth == 16 { channels * 2 } else { channels }
}

#[cfg(test)]
mod tests {
    use crate::image_format::ImageKind::Png;
    use crate::image_format::samples::{
        broken, chunk, exif, png, png_header, png_of, probe, taken, truncated,
    };

    #[test]
    fn every_chunk_may_come_between_header_and_end() {
        let (header, data, end) = (png_header(9, 7), chunk(b"IDAT", b"data"), chunk(b"IEND", b""));
        let check = |chunks: &[&Vec<u8>]| {
            taken(Png, 9, 7, &png_of(&chunks.iter().map(|chunk| (*chunk).clone()).collect::<Vec<_>>()));
        };
        let animation = [chunk(b"acTL", &[0; 8]), chunk(b"fcTL", &[0; 26]), chunk(b"fdAT", b"more")];
        check(&[&header, &data, &end]);
        check(&[&header, &animation[0], &animation[1], &data, &animation[1], &animation[2], &end]);
        check(&[&header, &chunk(b"iCCP", &[0; 3000]), &chunk(b"PLTE", &[0; 768]), &data, &data, &end]);
        check(&[&header, &chunk(b"IDAT", b""), &data, &chunk(b"eXIf", b"IEND"), &end]);
    }

    #[test]
    fn broken_structures_are_refused() {
        let (header, data, end) = (png_header(9, 7), chunk(b"IDAT", b"data"), chunk(b"IEND", b""));
        let check = |text, chunks: &[&Vec<u8>]| {
            broken(text, &png_of(&chunks.iter().map(|chunk| (*chunk).clone()).collect::<Vec<_>>()));
        };
        check("no image data", &[&header, &end]);
        check("no image data", &[&header, &chunk(b"IDAT", b""), &end]);
        check("begin with its one header", &[&data, &header, &end]);
        check("begin with its one header", &[&header, &header, &data, &end]);
        check("wrong length", &[&chunk(b"IHDR", &[1; 12]), &data, &end]);
        check("zero", &[&png_header(0, 7), &data, &end]);
        check("zero", &[&png_header(9, 0), &data, &end]);
        check("length or name", &[&header, &chunk(b"ID T", b"data"), &data, &end]);
        broken("length or name", &png_of(&[header, b"\x80\0\0\0IDAT".to_vec()]));
    }

    #[test]
    fn exif_data_before_the_image_turns_it() {
        let (header, data, end) = (png_header(9, 7), chunk(b"IDAT", b"data"), chunk(b"IEND", b""));
        let of = |number| chunk(b"eXIf", &exif(number % 2 == 0, number));
        let check = |width, height, chunks: &[&Vec<u8>]| {
            let file = png_of(&chunks.iter().map(|chunk| (*chunk).clone()).collect::<Vec<_>>());
            taken(Png, width, height, &file);
        };
        for number in 1..=8 {
            let (width, height) = if number >= 5 { (7, 9) } else { (9, 7) };
            check(width, height, &[&header, &of(number), &data, &end]);
        }
        check(9, 7, &[&header, &data, &of(6), &end]);
        check(9, 7, &[&header, &of(1), &of(6), &data, &end]);
        check(9, 7, &[&header, &chunk(b"eXIf", b"MM\0\x2A"), &data, &end]);
    }

    #[test]
    fn frames_of_an_animation_stay_within_the_image() {
        let frame = |numbers: [u32; 4]| {
            let numbers: Vec<u8> = numbers.into_iter().flat_map(u32::to_be_bytes).collect();
            chunk(b"fcTL", &[&[0; 4], &numbers[..], &[0; 6]].concat())
        };
        let animation = chunk(b"acTL", &[0; 8]);
        let file = |before: Vec<u8>, numbers| {
            let (data, end) = (chunk(b"IDAT", b"data"), chunk(b"IEND", b""));
            png_of(&[png_header(9, 7), before, frame([9, 7, 0, 0]), data, frame(numbers), end])
        };
        taken(Png, 9, 7, &file(animation.clone(), [4, 3, 5, 4]));
        for numbers in [[8000, 8000, 0, 0], [4, 3, 6, 4], [4, 3, 5, 5], [u32::MAX, 1, u32::MAX, 0]] {
            broken("beyond its image", &file(animation.clone(), numbers));
            // Without an animation it is a chunk like any other.
            taken(Png, 9, 7, &file(Vec::new(), numbers));
        }
    }

    #[test]
    fn a_chunk_that_claims_too_much_costs_nothing() {
        let length = 0x7FFF_FFFFu32.to_be_bytes();
        truncated(&png_of(&[png_header(9, 7), [&length[..], b"IDAT", &[0; 5000]].concat()]));
    }

    #[test]
    fn dimensions_are_four_bytes_each() {
        let pixels = probe(&png(u32::MAX, u32::MAX)).unwrap().dimensions.pixels();
        assert_eq!(pixels, u64::from(u32::MAX) * u64::from(u32::MAX));
    }
}

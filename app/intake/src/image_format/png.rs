//! PNG: a signature, then chunks from `IHDR` to `IEND`.

use super::Dimensions;
use super::walk::{Fault, Format, Walk, Want, be32, dimensions, from};

const SIGNATURE_BYTES: usize = 8;
/// Length and type, before a chunk's data.
const HEADER_BYTES: usize = 8;
const CHECKSUM_BYTES: u64 = 4;
const IHDR_BYTES: u32 = 13;
const SIZE_BYTES: usize = 8;
const MAX_CHUNK_BYTES: u32 = 0x7FFF_FFFF;

pub(super) fn walk() -> Walk {
    let png = Png { state: State::Signature, dimensions: None, has_data: false };
    Walk::new(Box::new(png), Want::Take(SIGNATURE_BYTES))
}

struct Png {
    state: State,
    dimensions: Option<Dimensions>,
    has_data: bool,
}

#[derive(Clone, Copy)]
enum State {
    Signature,
    Header,
    Size,
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
                self.dimensions = Some(dimensions(be32(taken), be32(from(taken, 4)))?);
                let rest = u64::from(IHDR_BYTES) - SIZE_BYTES as u64 + CHECKSUM_BYTES;
                Ok(self.then(State::Chunk, Want::Skip(rest)))
            }
            State::LastChunk | State::Ended => Ok(self.then(State::Ended, Want::Nothing)),
        }
    }

    fn dimensions(&self) -> Option<Dimensions> {
        self.dimensions
    }

    fn end(&self) -> Result<Dimensions, Fault> {
        match self.state {
            State::Ended => self.dimensions.ok_or(Fault::Truncated),
            _ => Err(Fault::Truncated),
        }
    }
}

impl Png {
    fn chunk(&mut self, length: u32, name: &[u8]) -> Result<Want, Fault> {
        let is_header = name == b"IHDR";
        if is_header != self.dimensions.is_none() {
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
        self.has_data |= name == b"IDAT" && length > 0;
        let next = match name {
            b"IEND" if !self.has_data => return Err(Fault::Broken("it has no image data")),
            b"IEND" => State::LastChunk,
            _ => State::Chunk,
        };
        Ok(self.then(next, Want::Skip(u64::from(length) + CHECKSUM_BYTES)))
    }

    fn then(&mut self, state: State, want: Want) -> Want {
        self.state = state;
        want
    }
}

#[cfg(test)]
mod tests {
    use crate::image_format::ImageKind::Png;
    use crate::image_format::samples::{broken, chunk, png, png_header, png_of, probe, taken, truncated};

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

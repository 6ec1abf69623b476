//! JPEG: markers, segments with a length, and between the scans' bytes whatever is no marker.

use super::Dimensions;
use super::walk::{Fault, Format, Walk, Want, be16, byte, dimensions, from};

const MARKER: u8 = 0xFF;
const LENGTH_BYTES: u64 = 2;
/// Precision, height and width, which every frame header begins with.
const FRAME_BYTES: usize = 5;

pub(super) fn walk() -> Walk {
    let jpeg = Jpeg { state: State::Past, dimensions: None, has_scan: false };
    Walk::new(Box::new(jpeg), Want::Take(2))
}

struct Jpeg {
    state: State,
    dimensions: Option<Dimensions>,
    has_scan: bool,
}

enum State {
    /// Past the start, a segment or a part of a scan.
    Past,
    /// Before the next marker. A scan's own bytes never look like one; libjpeg skips bytes that stray between segments.
    Before,
    Code,
    Length(u8),
    Frame {
        rest: u64,
    },
    Ended,
}

impl Format for Jpeg {
    fn step(&mut self, taken: &[u8]) -> Result<Want, Fault> {
        match self.state {
            State::Past => Ok(self.seek()),
            State::Before => Ok(self.then(State::Code, Want::Take(1))),
            State::Code => self.marker(byte(taken, 0)),
            State::Length(code) => self.segment(code, be16(taken)),
            State::Frame { rest } => {
                self.dimensions = Some(dimensions(be16(from(taken, 3)), be16(from(taken, 1)))?);
                Ok(self.skip(rest))
            }
            State::Ended => Ok(Want::Nothing),
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

impl Jpeg {
    fn marker(&mut self, code: u8) -> Result<Want, Fault> {
        match code {
            // A stuffed byte of a scan, a restart, or the one other marker without a length.
            0x00 | 0x01 | 0xD0..=0xD7 => Ok(self.seek()),
            // Any number of fill bytes may stand before a marker.
            MARKER => Ok(Want::Take(1)),
            0xD8 => Err(Fault::Broken("it starts twice")),
            0xD9 if !self.has_scan => Err(Fault::Broken("it has no image data")),
            0xD9 => Ok(self.then(State::Ended, Want::Nothing)),
            0x02..=0xBF => Err(Fault::Broken("it has a marker that means nothing")),
            _ => Ok(self.then(State::Length(code), Want::Take(2))),
        }
    }

    fn segment(&mut self, code: u8, length: u32) -> Result<Want, Fault> {
        let Some(rest) = u64::from(length).checked_sub(LENGTH_BYTES) else {
            return Err(Fault::Broken("a segment has no valid length"));
        };
        match code {
            // Frame headers, but not Huffman tables, arithmetic conditioning and a reserved code.
            0xC0..=0xCF if !matches!(code, 0xC4 | 0xC8 | 0xCC) => {
                if self.dimensions.is_some() {
                    return Err(Fault::Broken("it has two frame headers"));
                }
                let Some(rest) = rest.checked_sub(FRAME_BYTES as u64) else {
                    return Err(Fault::Broken("its frame header is too short"));
                };
                Ok(self.then(State::Frame { rest }, Want::Take(FRAME_BYTES)))
            }
            0xDA if self.dimensions.is_none() => Err(Fault::Broken("its image data has no frame header")),
            0xDA => {
                self.has_scan = true;
                Ok(self.skip(rest))
            }
            _ => Ok(self.skip(rest)),
        }
    }

    fn skip(&mut self, bytes: u64) -> Want {
        self.then(State::Past, Want::Skip(bytes))
    }

    fn seek(&mut self) -> Want {
        self.then(State::Before, Want::SkipPast(MARKER))
    }

    fn then(&mut self, state: State, want: Want) -> Want {
        self.state = state;
        want
    }
}

#[cfg(test)]
mod tests {
    use crate::image_format::ImageKind::Jpeg;
    use crate::image_format::samples::{
        broken, jpeg, jpeg_frame, jpeg_scan, probe, segment, taken, truncated,
    };

    const START: &[u8] = b"\xFF\xD8";
    const END: &[u8] = b"\xFF\xD9";

    #[test]
    fn every_way_to_write_a_jpeg_is_taken() {
        let check = |parts: &[&[u8]]| taken(Jpeg, 640, 480, &[START, &parts.concat(), END].concat());
        let (frame, scan) = (jpeg_frame(0xC0, 640, 480), jpeg_scan());
        let tables = segment(0xC4, &[0; 30]);
        check(&[&frame, &scan]);
        check(&[&jpeg_frame(0xC2, 640, 480), &tables, &scan, &tables, &scan, &scan]);
        check(&[&segment(0xCC, &[0x10, 5]), &jpeg_frame(0xC9, 640, 480), &scan]);
        check(&[b"\xFF\xFF\xFF", &frame, b"\xFF", &scan, b"\xFF\xFF"]);
        check(&[&segment(0xFE, b"comment"), b"strays", &frame, &segment(0xDD, &[0, 4]), &scan]);
        check(&[&segment(0xE1, &[0xFF; 65_533]), &segment(0xE2, &[0xD9; 65_533]), &frame, &scan]);
        check(&[&frame, &scan, &segment(0xDC, &[1, 224]), &scan]);
    }

    #[test]
    fn a_thumbnail_inside_a_segment_is_not_the_image() {
        let thumbnail = segment(0xE1, &[b"Exif\0\0", &jpeg(160, 120)[..]].concat());
        taken(Jpeg, 9, 7, &[START, &thumbnail, &jpeg(9, 7)[2..]].concat());
        // The thumbnail's end is not the image's.
        truncated(&[START, &thumbnail, &jpeg_frame(0xC0, 9, 7)].concat());
    }

    #[test]
    fn more_images_behind_the_first_do_not_matter() {
        taken(Jpeg, 9, 7, &[jpeg(9, 7), jpeg(160, 120)].concat());
    }

    #[test]
    fn broken_structures_are_refused() {
        let check = |text, parts: &[&[u8]]| broken(text, &[START, &parts.concat()].concat());
        let (frame, scan) = (jpeg_frame(0xC0, 640, 480), jpeg_scan());
        check("no frame header", &[&scan, &frame, END]);
        check("no image data", &[&frame, END]);
        check("no image data", &[END]);
        check("zero", &[&jpeg_frame(0xC0, 640, 0), &scan, END]);
        check("zero", &[&jpeg_frame(0xC1, 0, 480), &scan, END]);
        check("two frame headers", &[&frame, &jpeg_frame(0xC0, 9, 9), &scan, END]);
        check("two frame headers", &[&frame, &scan, &frame, &scan, END]);
        check("too short", &[&segment(0xC0, &[8, 1, 1])[..]]);
        check("length", &[&b"\xFF\xE0\0\x01"[..]]);
        check("starts twice", &[&frame, &scan, START]);
        check("means nothing", &[&frame, &scan, b"\xFF\x42"]);
    }

    #[test]
    fn dimensions_are_two_bytes_each() {
        assert_eq!(probe(&jpeg(u16::MAX, u16::MAX)).unwrap().dimensions.pixels(), 65_535 * 65_535);
    }
}

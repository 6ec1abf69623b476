//! JPEG: markers, segments with a length, and between the scans' bytes whatever is not a marker.

#[cfg(test)]
mod tests;

use super::pieces::Pieces;
use super::tiff::{EXIF_MARK, Tiff};
use super::walk::{Fault, Format, Walk, Want, be16, byte, dimensions, from};
use super::{Dimensions, Orientation};

const MARKER: u8 = 0xFF;
const LENGTH_BYTES: u64 = 2;
/// Precision, height, width and the number of components, which every frame header begins with.
const FRAME_BYTES: u64 = 6;
/// The panoramas of Samsung's cameras have no end marker, and data of their own behind the scan, which ends like this.
const SAMSUNG_END: [u8; 4] = *b"SEFT";

pub(super) fn walk() -> Walk {
    Walk::new(Box::new(Jpeg::default()), Want::Take(2))
}

#[derive(Default)]
struct Jpeg {
    state: State,
    pieces: Pieces,
    frame: Option<Frame>,
    exif: Option<Tiff>,
    has_scan: bool,
    scans: u32,
    separate_scans: bool,
}

#[derive(Clone, Copy)]
struct Frame {
    /// As the pixels are stored.
    size: Dimensions,
    components: u8,
    is_sequential: bool,
}

/// Of others than sequential files, decoders hold all coefficients of the components, of 2 bytes each, beside the pixels.
const BYTES_WITH_COEFFICIENTS: u64 = 3;

#[derive(Clone, Copy, Default)]
enum State {
    /// Past the start, a segment or a part of a scan.
    #[default]
    Past,
    /// Before the next marker. A scan's own bytes never look like one; libjpeg skips bytes that stray between segments.
    Before,
    Code,
    Length(u8),
    Frame {
        code: u8,
        rest: u64,
    },
    /// In the segment that Exif data stands in, if it is that.
    ExifMark {
        rest: u64,
    },
    Exif,
    Scan {
        rest: u64,
    },
    /// Behind a scan where nothing makes sense any more.
    Lost(&'static str),
    Ended,
}

impl Format for Jpeg {
    fn step(&mut self, taken: &[u8]) -> Result<Want, Fault> {
        match self.go_on(taken) {
            // Only the file's end says whether this still belongs to the image.
            Err(Fault::Broken(reason)) if self.has_scan => Ok(self.then(State::Lost(reason), Want::Nothing)),
            other => other,
        }
    }

    fn dimensions(&self) -> Option<Dimensions> {
        self.frame.map(|frame| self.orientation().turned(frame.size))
    }

    fn orientation(&self) -> Orientation {
        self.exif.as_ref().map(Tiff::orientation).unwrap_or_default()
    }

    fn has_separate_scans(&self) -> bool {
        self.separate_scans
    }

    fn scans(&self) -> u32 {
        self.scans
    }

    fn decoded_bytes(&self) -> Option<u64> {
        self.frame.map(|frame| {
            let colours = if frame.components == 1 { 1 } else { 3 };
            frame.size.pixels() * colours * if frame.is_sequential { 1 } else { BYTES_WITH_COEFFICIENTS }
        })
    }

    fn end(&self, tail: [u8; 4]) -> Result<Dimensions, Fault> {
        match self.state {
            State::Ended => self.dimensions().ok_or(Fault::Truncated),
            _ if self.has_scan && tail == SAMSUNG_END => self.dimensions().ok_or(Fault::Truncated),
            State::Lost(reason) => Err(Fault::Broken(reason)),
            State::Before | State::Code if self.has_scan => Err(Fault::Unended),
            _ => Err(Fault::Truncated),
        }
    }
}

impl Jpeg {
    fn go_on(&mut self, taken: &[u8]) -> Result<Want, Fault> {
        match self.state {
            State::Past => Ok(self.seek()),
            State::Before => Ok(self.then(State::Code, Want::Take(1))),
            State::Code => self.marker(byte(taken, 0)),
            State::Length(code) => self.segment(code, be16(taken)),
            State::Frame { code, rest } => {
                let size = dimensions(be16(from(taken, 3)), be16(from(taken, 1)))?;
                let is_sequential = matches!(code, 0xC0 | 0xC1);
                self.frame = Some(Frame { size, components: byte(taken, 5), is_sequential });
                Ok(self.skip(rest))
            }
            State::ExifMark { rest } if taken == EXIF_MARK => {
                self.exif = Some(Tiff::new(rest));
                Ok(self.exif(&[]))
            }
            State::ExifMark { rest } => Ok(self.skip(rest)),
            State::Exif => Ok(self.exif(taken)),
            State::Scan { rest } => {
                self.separate_scans |=
                    self.frame.is_some_and(|frame| frame.is_sequential && byte(taken, 0) < frame.components);
                Ok(self.skip(rest))
            }
            State::Lost(_) | State::Ended => Ok(Want::Nothing),
        }
    }

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
        self.pieces.add(u64::from(length))?;
        match code {
            // Frame headers, but not Huffman tables, arithmetic conditioning and a reserved code.
            0xC0..=0xCF if !matches!(code, 0xC4 | 0xC8 | 0xCC) => {
                if self.frame.is_some() {
                    return Err(Fault::Broken("it has two frame headers"));
                }
                let Some(rest) = rest.checked_sub(FRAME_BYTES) else {
                    return Err(Fault::Broken("its frame header is too short"));
                };
                Ok(self.then(State::Frame { code, rest }, Want::Take(FRAME_BYTES as usize)))
            }
            0xDA if self.frame.is_none() => Err(Fault::Broken("its image data has no frame header")),
            0xDA => {
                let rest = rest.checked_sub(1).ok_or(Fault::Broken("its scan header is too short"))?;
                self.has_scan = true;
                self.scans = self.scans.saturating_add(1);
                Ok(self.then(State::Scan { rest }, Want::Take(1)))
            }
            // Viewers know the first Exif data before the image.
            0xE1 if self.exif.is_none() && !self.has_scan => match rest.checked_sub(EXIF_MARK.len() as u64) {
                Some(rest) => Ok(self.then(State::ExifMark { rest }, Want::Take(EXIF_MARK.len()))),
                None => Ok(self.skip(rest)),
            },
            _ => Ok(self.skip(rest)),
        }
    }

    fn exif(&mut self, taken: &[u8]) -> Want {
        let Some(exif) = &mut self.exif else { return self.seek() };
        let (want, left) = (exif.step(taken), exif.left());
        match want {
            Some(want) => self.then(State::Exif, want),
            None => self.skip(left),
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

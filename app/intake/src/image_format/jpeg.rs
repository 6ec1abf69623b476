//! JPEG: markers, segments with a length, and between the scans' bytes whatever is no marker.

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
    separate_scans: bool,
}

#[derive(Clone, Copy)]
struct Frame {
    /// As the pixels are stored.
    size: Dimensions,
    components: u8,
    is_sequential: bool,
}

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

    fn decoded_bytes(&self) -> Option<u64> {
        self.frame.map(|frame| frame.size.pixels() * if frame.components == 1 { 1 } else { 3 })
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

#[cfg(test)]
mod tests {
    use crate::image_format::ImageDefect;
    use crate::image_format::ImageKind::Jpeg;
    use crate::image_format::samples::{
        broken, exif, jpeg, jpeg_frame, jpeg_scan, probe, segment, taken, truncated,
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
    fn the_first_exif_data_before_the_image_turns_it() {
        let of = |number, little_endian| segment(0xE1, &[b"Exif\0\0", &exif(little_endian, number)[..]].concat());
        let (frame, scan) = (jpeg_frame(0xC0, 640, 480), jpeg_scan());
        let check = |width, height, parts: &[&[u8]]| {
            taken(Jpeg, width, height, &[START, &parts.concat(), END].concat());
        };
        for number in 1..=8 {
            let (width, height) = if number >= 5 { (480, 640) } else { (640, 480) };
            check(width, height, &[&of(number, true), &frame, &scan]);
            check(width, height, &[&of(number, false), &frame, &scan]);
            let info = probe(&[START, &of(number, true), &frame, &scan, END].concat()).unwrap();
            assert_eq!(u16::from(info.orientation.exif()), number);
        }
        check(480, 640, &[&frame, &of(6, true), &scan]);
        check(640, 480, &[&frame, &scan, &of(6, true), &scan]);
        check(640, 480, &[&of(0, true), &of(6, true), &frame, &scan]);
        check(480, 640, &[&of(6, false), &of(1, true), &frame, &scan]);
        check(480, 640, &[&segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0"), &of(8, true), &frame, &scan]);
        check(640, 480, &[&of(9, true), &frame, &scan]);
        // Data that is cut, or says that it begins elsewhere.
        for length in 0..of(6, true).len() - 20 {
            check(640, 480, &[&segment(0xE1, &of(6, true)[4..4 + length]), &frame, &scan]);
        }
    }

    #[test]
    fn separate_scans_are_seen() {
        let frame = |code| segment(code, &[8, 0, 9, 0, 9, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]);
        let scan = |components: u8| [segment(0xDA, &[&[components][..], &[0; 9]].concat()), b"data".to_vec()].concat();
        let separate = |parts: &[Vec<u8>]| {
            probe(&[START, &parts.concat(), END].concat()).unwrap().separate_scans
        };
        assert!(separate(&[frame(0xC0), scan(1), scan(1), scan(1)]));
        assert!(separate(&[frame(0xC1), scan(1), scan(2)]));
        assert!(!separate(&[frame(0xC0), scan(3)]));
        assert!(!separate(&[frame(0xC2), scan(3), scan(1)]));
    }

    #[test]
    fn without_an_end_marker_only_a_makers_trailer_says_that_nothing_is_missing() {
        let (frame, scan) = (jpeg_frame(0xC0, 640, 480), jpeg_scan());
        let check = |parts: &[&[u8]]| probe(&[START, &parts.concat()].concat());
        let unended = Err(ImageDefect::Unended { kind: Jpeg });
        assert_eq!(check(&[&frame, &scan]), unended);
        assert_eq!(check(&[&frame, &scan, b"\xFF"]), unended);
        assert_eq!(check(&[&frame]), Err(ImageDefect::Truncated { kind: Jpeg }));
        let trailer = b"\0\0\xE0\x08\x12\0\0\0Panorama_Shot_Info\xFF\x08\xFF\xC0\xFF\xD8SEFH\0\0SEFT";
        assert!(check(&[&frame, &scan, trailer]).is_ok());
        assert_eq!(check(&[&frame, &scan, b"\0\0\xE0\x08SEFT"]).map(|info| info.kind), Ok(Jpeg));
        assert!(check(&[&frame, trailer]).is_err());
        assert!(check(&[&frame, &scan, trailer, b"\0"]).is_err());
    }

    #[test]
    fn dimensions_are_two_bytes_each() {
        assert_eq!(probe(&jpeg(u16::MAX, u16::MAX)).unwrap().dimensions.pixels(), 65_535 * 65_535);
    }
}

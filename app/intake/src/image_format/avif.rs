//! AVIF: boxes, and in `meta`, `iprp`, `ipco` the properties `ispe` with the sizes of the images in the file.

use super::Dimensions;
use super::walk::{Fault, Format, Walk, Want, be32, dimensions, from};

/// Size and type.
/// Boxes that stand beside `meta` and `mdat`, and must be whole where they are.
const KNOWN_BOXES: [&[u8; 4]; 7] = [b"free", b"moof", b"moov", b"sidx", b"skip", b"uuid", b"wide"];

const HEADER_BYTES: u64 = 8;
const LARGE_SIZE_BYTES: u64 = 8;
/// Version and flags.
const VERSION_BYTES: u64 = 4;
/// Version and flags, width, height.
const ISPE_BYTES: u64 = 12;

pub(super) fn walk() -> Walk {
    Walk::new(Box::new(Avif::default()), Want::Take(HEADER_BYTES as usize))
}

#[derive(Default)]
struct Avif {
    state: State,
    /// Where the file stands once what is wanted has come.
    position: u64,
    open: Vec<Container>,
    /// The largest so far: a file has the sizes of its thumbnails, tiles and alpha planes too.
    largest: Option<(u32, u32)>,
    dimensions: Option<Dimensions>,
    has_data: bool,
}

/// A box whose boxes are looked at. Its end is none where it reaches to the end of the file.
struct Container {
    kind: Kind,
    end: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Meta,
    Properties,
    PropertyList,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Header,
    LargeSize {
        name: [u8; 4],
    },
    Version,
    Size {
        end: Option<u64>,
    },
    /// In a box that is of no interest, unless the file ends in it.
    Skipping {
        needed: bool,
    },
    ToTheEnd,
}

impl Format for Avif {
    fn step(&mut self, taken: &[u8]) -> Result<Want, Fault> {
        match self.state {
            State::Header => self.header(taken),
            State::LargeSize { name } => {
                let size = u64::from(be32(taken)) << 32 | u64::from(be32(from(taken, 4)));
                self.enter(name, HEADER_BYTES + LARGE_SIZE_BYTES, size)
            }
            State::Size { end } => {
                let (width, height) = (be32(from(taken, 4)), be32(from(taken, 8)));
                let area = |(width, height)| u64::from(width) * u64::from(height);
                self.largest =
                    self.largest.into_iter().chain([(width, height)]).max_by_key(|size| area(*size));
                Ok(self.skip_to(end, true))
            }
            State::Version | State::Skipping { .. } => self.next(),
            State::ToTheEnd => Ok(Want::Nothing),
        }
    }

    fn dimensions(&self) -> Option<Dimensions> {
        // A `meta` box without an end has more properties until the file ends: what is known so far is the least.
        let is_endless = self.open.first().is_some_and(|meta| meta.end.is_none());
        self.dimensions.or_else(|| self.found().ok().filter(|_| is_endless))
    }

    fn end(&self) -> Result<Dimensions, Fault> {
        let is_open = self.open.iter().any(|container| container.end.is_some());
        match self.state {
            State::Skipping { needed: false } if self.is_complete() => self.verdict(),
            State::Header | State::ToTheEnd if !is_open => self.verdict(),
            _ => Err(Fault::Truncated),
        }
    }
}

impl Avif {
    fn header(&mut self, taken: &[u8]) -> Result<Want, Fault> {
        let name = [4, 5, 6, 7].map(|index| super::walk::byte(taken, index));
        match be32(taken) {
            1 => Ok(self.take(LARGE_SIZE_BYTES, State::LargeSize { name })),
            0 => self.open_box(name, self.open.last().and_then(|parent| parent.end)),
            size => self.enter(name, HEADER_BYTES, u64::from(size)),
        }
    }

    fn enter(&mut self, name: [u8; 4], header: u64, size: u64) -> Result<Want, Fault> {
        let parent_end = self.open.last().and_then(|parent| parent.end).unwrap_or(u64::MAX);
        let end = size.checked_sub(header).and_then(|rest| self.position.checked_add(rest));
        match end.filter(|end| *end <= parent_end) {
            Some(end) => self.open_box(name, Some(end)),
            // What follows the image need not be boxes.
            None if self.open.is_empty() && self.is_complete() => Ok(self.ignore_rest()),
            None => Err(Fault::Broken("a box has no valid size")),
        }
    }

    fn open_box(&mut self, name: [u8; 4], end: Option<u64>) -> Result<Want, Fault> {
        let parent = self.open.last().map(|container| container.kind);
        match (parent, &name) {
            (None, b"meta") if self.dimensions.is_some() => Err(Fault::Broken("it has two `meta` boxes")),
            (None, b"meta") => {
                self.open.push(Container { kind: Kind::Meta, end });
                self.require(end, VERSION_BYTES)?;
                Ok(self.take(VERSION_BYTES, State::Version))
            }
            (Some(Kind::Meta), b"iprp") => self.descend(Kind::Properties, end),
            (Some(Kind::Properties), b"ipco") => self.descend(Kind::PropertyList, end),
            (Some(Kind::PropertyList), b"ispe") => {
                self.require(end, ISPE_BYTES)?;
                Ok(self.take(ISPE_BYTES, State::Size { end }))
            }
            (None, b"mdat") | (Some(Kind::Meta), b"idat") => {
                self.has_data = true;
                Ok(self.skip_to(end, true))
            }
            // Of what has no known name, only what stands inside a box is surely a part of the file.
            _ => Ok(self.skip_to(end, parent.is_some() || KNOWN_BOXES.contains(&&name))),
        }
    }

    fn descend(&mut self, kind: Kind, end: Option<u64>) -> Result<Want, Fault> {
        self.open.push(Container { kind, end });
        self.next()
    }

    /// The next box, in this container or in one around it.
    fn next(&mut self) -> Result<Want, Fault> {
        while let Some(Container { kind, end: Some(end) }) = self.open.last() {
            let left = end.saturating_sub(self.position);
            if left >= HEADER_BYTES {
                break;
            }
            if left > 0 {
                return Err(Fault::Broken("a box has no valid size"));
            }
            if *kind == Kind::Meta {
                self.dimensions = Some(self.found()?);
            }
            self.open.pop();
        }
        Ok(self.take(HEADER_BYTES, State::Header))
    }

    fn found(&self) -> Result<Dimensions, Fault> {
        let (width, height) = self.largest.ok_or(Fault::Broken("it does not say how large its image is"))?;
        dimensions(width, height)
    }

    fn is_complete(&self) -> bool {
        self.dimensions.is_some() && self.has_data
    }

    fn verdict(&self) -> Result<Dimensions, Fault> {
        let found = self.found()?;
        if self.has_data { Ok(found) } else { Err(Fault::Broken("it has no image data")) }
    }

    fn require(&self, end: Option<u64>, bytes: u64) -> Result<(), Fault> {
        if end.is_some_and(|end| end.saturating_sub(self.position) < bytes) {
            return Err(Fault::Broken("a box is too short"));
        }
        Ok(())
    }

    fn take(&mut self, bytes: u64, state: State) -> Want {
        self.position = self.position.saturating_add(bytes);
        self.state = state;
        Want::Take(bytes as usize)
    }

    fn skip_to(&mut self, end: Option<u64>, needed: bool) -> Want {
        let Some(end) = end else { return self.ignore_rest() };
        let bytes = end.saturating_sub(self.position);
        self.position = end;
        self.state = State::Skipping { needed };
        Want::Skip(bytes)
    }

    fn ignore_rest(&mut self) -> Want {
        self.state = State::ToTheEnd;
        Want::Nothing
    }
}

#[cfg(test)]
mod tests {
    use crate::image_format::ImageKind::Avif;
    use crate::image_format::samples::{
        avif, boxed, broken, ftyp, ispe, large_boxed, meta, probe, taken, truncated,
    };
    use crate::image_format::{Dimensions, ImageProbe};

    fn check(boxes: &[Vec<u8>]) {
        taken(Avif, 9, 7, &[ftyp(), boxes.concat()].concat());
    }

    #[test]
    fn the_boxes_come_in_any_order() {
        let (meta_box, data) = (meta(&[ispe(9, 7)], b""), boxed(b"mdat", b"data"));
        let moov = boxed(b"moov", &boxed(b"trak", &boxed(b"meta", b"not this one")));
        check(&[meta_box.clone(), data.clone()]);
        check(&[data.clone(), meta_box.clone()]);
        check(&[boxed(b"free", &[0; 99]), meta_box.clone(), moov, data.clone(), boxed(b"uuid", &[0; 16])]);
        check(&[meta(&[ispe(9, 7)], &boxed(b"idat", b"data"))]);
        let sequence = boxed(b"ftyp", b"avis\0\0\0\0avis");
        taken(Avif, 9, 7, &[sequence, meta_box, data].concat());
    }

    #[test]
    fn the_largest_size_is_the_images() {
        let data = boxed(b"mdat", b"data");
        check(&[meta(&[ispe(1, 60), ispe(9, 7), ispe(62, 1), ispe(0, 99)], b""), data.clone()]);
        let large = meta(&[ispe(u32::MAX, u32::MAX), ispe(9, 7)], b"");
        taken(Avif, u32::MAX, u32::MAX, &[ftyp(), large, data].concat());
    }

    #[test]
    fn sizes_may_be_written_in_64_bits_or_reach_to_the_end() {
        let to_the_end = |name: &[u8; 4], data: &[u8]| [b"\0\0\0\0", &name[..], data].concat();
        let meta_box = meta(&[ispe(9, 7)], b"");
        check(&[meta_box.clone(), to_the_end(b"mdat", b"data")]);
        check(&[meta_box.clone(), large_boxed(b"mdat", b"data")]);
        check(&[large_boxed(b"meta", &meta_box[8..]), boxed(b"mdat", b"data")]);
        check(&[boxed(b"mdat", b"data"), to_the_end(b"meta", &meta_box[8..])]);
        let last = meta_box.len() - 1;
        truncated(&[ftyp(), boxed(b"mdat", b"data"), to_the_end(b"meta", &meta_box[8..last])].concat());
    }

    #[test]
    fn dimensions_are_known_with_the_last_byte_if_a_box_has_no_end() {
        let meta_box = meta(&[ispe(9, 7), ispe(90, 70)], b"");
        let file =
            [ftyp(), boxed(b"mdat", b"data"), b"\0\0\0\0meta".to_vec(), meta_box[8..].to_vec()].concat();
        let mut probe = ImageProbe::new();
        let seen: Vec<_> =
            file.iter().map(|byte| probe.feed(&[*byte]).map(|()| probe.dimensions())).collect();
        let last = seen.last().copied().and_then(Result::ok).flatten();
        assert_eq!(last.map(Dimensions::pixels), Some(90 * 70));
        assert_eq!(probe.finish().ok().map(|info| info.dimensions), last);
    }

    #[test]
    fn a_cut_in_a_box_is_one_where_the_box_is_known() {
        let with = |name: &[u8; 4]| [avif(9, 7), boxed(name, &[0; 20])].concat();
        let (free, other) = (with(b"free"), with(b"<htm"));
        (1..=20).for_each(|missing| truncated(&free[..free.len() - missing]));
        (0..28).for_each(|missing| taken(Avif, 9, 7, &other[..other.len() - missing]));
        let two = [avif(9, 7), boxed(b"mdat", b"more")].concat();
        truncated(&two[..two.len() - 1]);
    }

    #[test]
    fn broken_structures_are_refused() {
        let check = |text, boxes: &[Vec<u8>]| broken(text, &[ftyp(), boxes.concat()].concat());
        let (meta_box, data) = (meta(&[ispe(9, 7)], b""), boxed(b"mdat", b"data"));
        check("how large", std::slice::from_ref(&data));
        check("how large", &[meta(&[boxed(b"pixi", b"")], b""), data.clone()]);
        check("no image data", std::slice::from_ref(&meta_box));
        check("zero", &[meta(&[ispe(0, 7)], b""), data.clone()]);
        check("two `meta` boxes", &[meta_box.clone(), meta_box, data]);
        check("too short", &[meta(&[boxed(b"ispe", &[0; 11])], b"")]);
        check("too short", &[boxed(b"meta", &[0; 3])]);
        check("valid size", &[b"\0\0\0\x07free".to_vec()]);
        check("valid size", &[b"\0\0\0\x01free\0\0\0\0\0\0\0\x0F".to_vec()]);
        check("valid size", &[b"\0\0\0\x01free\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF".to_vec()]);
        check("valid size", &[boxed(b"meta", &[&[0; 4], &b"\0\0\0\xFFiprp"[..]].concat())]);
        check("valid size", &[boxed(b"meta", &[0; 9])]);
    }

    #[test]
    fn a_size_property_elsewhere_does_not_count() {
        let elsewhere = boxed(b"moov", &ispe(9, 7));
        broken("how large", &[ftyp(), ispe(9, 7), elsewhere, boxed(b"mdat", b"data")].concat());
        assert!(probe(&avif(9, 7)).is_ok());
    }
}

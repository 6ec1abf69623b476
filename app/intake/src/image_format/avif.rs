//! AVIF: boxes. A still image is the primary one of the items in `meta`, a sequence is a track in `moov`.

mod items;
mod sizes;
#[cfg(test)]
mod tests;

use super::pieces::Pieces;
use super::walk::{Fault, Format, Walk, Want, be16, be32, byte, dimensions, from};
use super::{Dimensions, Orientation};
use items::List;
use sizes::Sizes;

/// Boxes that stand beside `meta` and `mdat`, and must be whole where they are. The PHP app has the same list.
const KNOWN_BOXES: [&[u8; 4]; 15] = [
    b"emsg", b"free", b"meco", b"mfra", b"moof", b"moov", b"pdin", b"prft", b"sidx", b"skip", b"ssix",
    b"styp", b"udta", b"uuid", b"wide",
];

/// Size and type.
const HEADER_BYTES: u64 = 8;
const LARGE_SIZE_BYTES: u64 = 8;
const BRAND_BYTES: u64 = 4;
/// Version and flags.
const VERSION_BYTES: u64 = 4;
/// Version and flags, width, height.
const ISPE_BYTES: u64 = 12;
/// Width and height of a track, behind everything else about it.
const TRACK_SIZE_BYTES: u64 = 8;

pub(super) fn walk() -> Walk {
    Walk::new(Box::new(Avif::default()), Want::Take(HEADER_BYTES as usize))
}

#[derive(Default)]
struct Avif {
    state: State,
    pieces: Pieces,
    /// Where the file stands once what is wanted has come.
    position: u64,
    open: Vec<Container>,
    sizes: Sizes,
    has_meta: bool,
    /// Whether the `meta` box has ended.
    meta_ended: bool,
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
    Movie,
    Track,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Header,
    LargeSize {
        name: [u8; 4],
    },
    /// The rest are in a box with this end.
    Brand {
        end: Option<u64>,
    },
    Version,
    Size {
        end: Option<u64>,
    },
    Turn {
        end: Option<u64>,
    },
    Primary {
        end: Option<u64>,
    },
    Associations {
        end: Option<u64>,
    },
    /// Before the next item's properties.
    NextItem {
        list: List,
    },
    Item {
        list: List,
    },
    Association {
        list: List,
        more: u64,
    },
    TrackVersion {
        end: Option<u64>,
    },
    TrackRest {
        end: Option<u64>,
    },
    TrackSize {
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
            State::Brand { end } => {
                self.sizes.prefer_track(taken == b"avis");
                Ok(self.skip_to(end, true))
            }
            State::Size { end } => {
                self.sizes.property_size(be32(from(taken, 4)), be32(from(taken, 8)))?;
                Ok(self.skip_to(end, true))
            }
            State::Turn { end } => {
                self.sizes.property_turn(Orientation::of_quarter_turns(byte(taken, 0)))?;
                Ok(self.skip_to(end, true))
            }
            State::Primary { end } => {
                let is_short = byte(taken, 0) == 0;
                self.sizes.primary(if is_short { be16(from(taken, 4)) } else { be32(from(taken, 4)) });
                Ok(self.skip_to(end, true))
            }
            State::Associations { end } => {
                let id_bytes = if byte(taken, 0) == 0 { 2 } else { 4 };
                let index_bytes = if byte(taken, 3) & 1 == 0 { 1 } else { 2 };
                self.next_item(List { end, items: be32(from(taken, 4)), id_bytes, index_bytes })
            }
            State::NextItem { list } => self.next_item(list),
            State::Item { list } => self.item(list, taken),
            State::Association { list, more } => self.association(list, more, taken),
            State::TrackVersion { end } => Ok(self.track(end, byte(taken, 0))),
            State::TrackRest { end } => Ok(self.take(TRACK_SIZE_BYTES, State::TrackSize { end })),
            State::TrackSize { end } => {
                // Numbers with 16 bits behind the point.
                self.sizes.track(be32(taken) >> 16, be32(from(taken, 4)) >> 16);
                Ok(self.skip_to(end, true))
            }
            State::Version | State::Skipping { .. } => self.next(),
            State::ToTheEnd => Ok(Want::Nothing),
        }
    }

    fn dimensions(&self) -> Option<Dimensions> {
        // What is known so far is the least: more properties may follow.
        self.found().ok()
    }

    fn largest(&self) -> Option<Dimensions> {
        self.sizes.largest()
    }

    fn orientation(&self) -> Orientation {
        self.sizes.orientation()
    }

    fn decoded_bytes(&self) -> Option<u64> {
        self.dimensions().map(|size| size.pixels().saturating_mul(3))
    }

    fn end(&self, _tail: [u8; 4]) -> Result<Dimensions, Fault> {
        let is_open = self.open.iter().any(|container| container.end.is_some());
        match self.state {
            State::Skipping { needed: false } if self.is_complete() => self.verdict(),
            State::Header | State::ToTheEnd if !is_open => self.verdict(),
            // What follows the image need not be boxes.
            State::LargeSize { .. } if self.open.is_empty() && self.is_complete() => self.verdict(),
            _ => Err(Fault::Truncated),
        }
    }
}

impl Avif {
    fn header(&mut self, taken: &[u8]) -> Result<Want, Fault> {
        let name = [4, 5, 6, 7].map(|index| byte(taken, index));
        match be32(taken) {
            1 => Ok(self.take(LARGE_SIZE_BYTES, State::LargeSize { name })),
            0 => {
                self.pieces.add(0)?;
                self.open_box(name, self.open.last().and_then(|parent| parent.end))
            }
            size => self.enter(name, HEADER_BYTES, u64::from(size)),
        }
    }

    fn enter(&mut self, name: [u8; 4], header: u64, size: u64) -> Result<Want, Fault> {
        let parent_end = self.open.last().and_then(|parent| parent.end).unwrap_or(u64::MAX);
        let end = size.checked_sub(header).and_then(|rest| self.position.checked_add(rest));
        match end.filter(|end| *end <= parent_end) {
            Some(end) => {
                self.pieces.add(size)?;
                self.open_box(name, Some(end))
            }
            // What follows the image need not be boxes.
            None if self.open.is_empty() && self.is_complete() => Ok(self.ignore_rest()),
            // Only the size of a sequence is looked for in its description, which decoders know better.
            None if self.is_in_movie() => Ok(self.leave_movie()),
            None => Err(Fault::Broken("a box has no valid size")),
        }
    }

    fn open_box(&mut self, name: [u8; 4], end: Option<u64>) -> Result<Want, Fault> {
        let parent = self.open.last().map(|container| container.kind);
        if parent == Some(Kind::PropertyList) {
            self.sizes.next_property();
        }
        match (parent, &name) {
            (None, b"ftyp") if self.has(end, BRAND_BYTES) => Ok(self.take(BRAND_BYTES, State::Brand { end })),
            (None, b"meta") if self.has_meta => Err(Fault::Broken("it has two `meta` boxes")),
            (None, b"meta") => {
                self.has_meta = true;
                self.open.push(Container { kind: Kind::Meta, end });
                self.require(end, VERSION_BYTES)?;
                Ok(self.take(VERSION_BYTES, State::Version))
            }
            (None, b"moov") => self.descend(Kind::Movie, end),
            (Some(Kind::Movie), b"trak") => self.descend(Kind::Track, end),
            (Some(Kind::Track), b"tkhd") if self.has(end, VERSION_BYTES) => {
                Ok(self.take(VERSION_BYTES, State::TrackVersion { end }))
            }
            (Some(Kind::Meta), b"pitm") if self.has(end, VERSION_BYTES + 4) => {
                Ok(self.take(VERSION_BYTES + 4, State::Primary { end }))
            }
            (Some(Kind::Meta), b"pitm") if self.has(end, VERSION_BYTES + 2) => {
                Ok(self.take(VERSION_BYTES + 2, State::Primary { end }))
            }
            (Some(Kind::Meta), b"iprp") => self.descend(Kind::Properties, end),
            (Some(Kind::Properties), b"ipco") => self.descend(Kind::PropertyList, end),
            (Some(Kind::Properties), b"ipma") if self.has(end, VERSION_BYTES + 4) => {
                Ok(self.take(VERSION_BYTES + 4, State::Associations { end }))
            }
            (Some(Kind::PropertyList), b"ispe") => {
                self.require(end, ISPE_BYTES)?;
                Ok(self.take(ISPE_BYTES, State::Size { end }))
            }
            (Some(Kind::PropertyList), b"irot") if self.has(end, 1) => Ok(self.take(1, State::Turn { end })),
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
            if left > 0 && self.is_in_movie() {
                return Ok(self.leave_movie());
            }
            if left > 0 {
                return Err(Fault::Broken("a box has no valid size"));
            }
            self.meta_ended |= *kind == Kind::Meta;
            self.open.pop();
        }
        Ok(self.take(HEADER_BYTES, State::Header))
    }

    fn is_in_movie(&self) -> bool {
        self.open.first().is_some_and(|container| container.kind == Kind::Movie)
    }

    fn leave_movie(&mut self) -> Want {
        let end = self.open.first().and_then(|movie| movie.end);
        self.open.clear();
        self.skip_to(end, true)
    }

    fn found(&self) -> Result<Dimensions, Fault> {
        let size = self.sizes.seen().ok_or(Fault::Broken("it does not say how large its image is"))?;
        dimensions(size.width, size.height)
    }

    fn is_complete(&self) -> bool {
        (self.meta_ended || self.sizes.has_track()) && self.has_data
    }

    fn verdict(&self) -> Result<Dimensions, Fault> {
        let found = self.found()?;
        if self.has_data { Ok(found) } else { Err(Fault::Broken("it has no image data")) }
    }

    fn has(&self, end: Option<u64>, bytes: u64) -> bool {
        end.is_none_or(|end| end.saturating_sub(self.position) >= bytes)
    }

    fn require(&self, end: Option<u64>, bytes: u64) -> Result<(), Fault> {
        if self.has(end, bytes) { Ok(()) } else { Err(Fault::Broken("a box is too short")) }
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

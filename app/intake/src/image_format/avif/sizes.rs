//! The sizes that an AVIF file has: of its items, with those of thumbnails, tiles and alpha planes, and of its tracks.

use crate::image_format::walk::Fault;
use crate::image_format::{Dimensions, Orientation};

/// A file has one property for all tiles of a size; this is far beyond what any has.
const MOST: usize = 1000;

#[derive(Default)]
pub(super) struct Sizes {
    /// How many properties came so far: items refer to them by number, from one on.
    count: u32,
    properties: Vec<(u32, Property)>,
    primary: Option<u32>,
    /// Of the primary item.
    size: Option<Dimensions>,
    orientation: Option<Orientation>,
    largest_item: Option<Dimensions>,
    track: Option<Dimensions>,
    largest_track: Option<Dimensions>,
    prefers_track: bool,
}

#[derive(Clone, Copy)]
enum Property {
    Size(Dimensions),
    Turn(Orientation),
}

impl Sizes {
    /// A file whose first brand is that of sequences is shown as one.
    pub(super) fn prefer_track(&mut self, prefers: bool) {
        self.prefers_track = prefers;
    }

    /// A property of any kind begins.
    pub(super) fn next_property(&mut self) {
        self.count += 1;
    }

    pub(super) fn property_size(&mut self, width: u32, height: u32) -> Result<(), Fault> {
        let size = Dimensions { width, height };
        self.largest_item = larger(self.largest_item, Some(size));
        self.add(Property::Size(size))
    }

    pub(super) fn property_turn(&mut self, orientation: Orientation) -> Result<(), Fault> {
        self.add(Property::Turn(orientation))
    }

    fn add(&mut self, property: Property) -> Result<(), Fault> {
        if self.properties.len() == MOST {
            return Err(Fault::Broken("it has too many properties"));
        }
        self.properties.push((self.count, property));
        Ok(())
    }

    /// Which item is shown. It is named before its properties are.
    pub(super) fn primary(&mut self, item: u32) {
        self.primary.get_or_insert(item);
    }

    pub(super) fn is_primary(&self, item: u32) -> bool {
        self.primary == Some(item)
    }

    /// The primary item has the property with this number.
    pub(super) fn associate(&mut self, index: u32) {
        // They came in the order of their numbers.
        let Ok(place) = self.properties.binary_search_by_key(&index, |(number, _)| *number) else { return };
        match self.properties[place].1 {
            Property::Size(size) => {
                self.size.get_or_insert(size);
            }
            Property::Turn(orientation) => {
                self.orientation.get_or_insert(orientation);
            }
        }
    }

    /// A track's size; those of sound have none.
    pub(super) fn track(&mut self, width: u32, height: u32) {
        if width > 0 && height > 0 {
            let size = Dimensions { width, height };
            self.track.get_or_insert(size);
            self.largest_track = larger(self.largest_track, Some(size));
        }
    }

    pub(super) fn has_track(&self) -> bool {
        self.track.is_some()
    }

    /// What is seen. Where the primary item's size is not to be found, it is the largest one's.
    pub(super) fn seen(&self) -> Option<Dimensions> {
        let track = self.track.filter(|_| self.prefers_track);
        let item = self.size.map(|size| self.orientation().turned(size));
        track.or(item).or(self.largest_item).or(self.track)
    }

    pub(super) fn orientation(&self) -> Orientation {
        let is_of_item = self.size.is_some() && !(self.prefers_track && self.has_track());
        self.orientation.filter(|_| is_of_item).unwrap_or_default()
    }

    pub(super) fn largest(&self) -> Option<Dimensions> {
        larger(self.largest_item, self.largest_track)
    }
}

fn larger(one: Option<Dimensions>, other: Option<Dimensions>) -> Option<Dimensions> {
    one.into_iter().chain(other).max_by_key(|size| size.pixels())
}

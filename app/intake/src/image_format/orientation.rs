//! How an image's pixels are turned before they are shown, as Exif numbers it.

use super::Dimensions;

/// One of the eight ways to turn and mirror an image; upright by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orientation(u8);

impl Default for Orientation {
    fn default() -> Self {
        Self(1)
    }
}

impl Orientation {
    /// By the number that Exif has for it.
    pub fn of_exif(number: u32) -> Option<Self> {
        u8::try_from(number).ok().filter(|number| (1..=8).contains(number)).map(Self)
    }

    /// By quarter turns against the clock, as AVIF has them.
    pub(super) fn of_quarter_turns(turns: u8) -> Self {
        Self([1, 8, 3, 6][usize::from(turns & 3)])
    }

    /// The number that Exif has for it.
    pub fn exif(self) -> u8 {
        self.0
    }

    /// The size that is seen of pixels of this size.
    pub(super) fn turned(self, size: Dimensions) -> Dimensions {
        let Dimensions { width, height } = size;
        if self.0 >= 5 { Dimensions { width: height, height: width } } else { size }
    }
}

//! GIF: a logical screen, then images and extensions, whose data comes in sub-blocks, up to the trailer.
//! Browsers show the first frame in full where the screen is too small for it, and files that only lack their trailer.

use super::Dimensions;
use super::pieces::Pieces;
use super::walk::{Fault, Format, Walk, Want, byte, dimensions, from, le16};

/// Signature and logical screen.
const SCREEN_BYTES: usize = 13;
/// Position, size and flags of an image.
const FRAME_BYTES: usize = 9;

const EXTENSION: u8 = b'!';
const IMAGE: u8 = b',';
const TRAILER: u8 = b';';

pub(super) fn walk() -> Walk {
    Walk::new(Box::new(Gif::default()), Want::Take(SCREEN_BYTES))
}

#[derive(Default)]
struct Gif {
    state: State,
    pieces: Pieces,
    /// The screen, made large enough for the first frame.
    dimensions: Option<Dimensions>,
    /// The largest of screen and frames.
    largest: Option<Dimensions>,
    has_image: bool,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Screen,
    /// After a screen's table of colours.
    Blocks,
    Block,
    Frame,
    /// After a frame's table of colours.
    FrameData,
    /// A byte before sub-blocks: an extension's label or the size of a code.
    Lead,
    SubBlockLength,
    SubBlock,
    Ended,
}

impl Format for Gif {
    fn step(&mut self, taken: &[u8]) -> Result<Want, Fault> {
        match self.state {
            State::Screen => {
                self.dimensions = Some(dimensions(le16(from(taken, 6)), le16(from(taken, 8)))?);
                self.largest = self.dimensions;
                Ok(self.then(State::Blocks, Want::Skip(colour_table_bytes(byte(taken, 10)))))
            }
            State::Blocks => Ok(self.then(State::Block, Want::Take(1))),
            State::Block => self.block(byte(taken, 0)),
            State::Frame => self.frame(taken),
            State::FrameData => Ok(self.then(State::Lead, Want::Take(1))),
            State::Lead | State::SubBlock => Ok(self.then(State::SubBlockLength, Want::Take(1))),
            State::SubBlockLength => match byte(taken, 0) {
                0 => Ok(self.then(State::Block, Want::Take(1))),
                length => {
                    self.pieces.add(u64::from(length))?;
                    Ok(self.then(State::SubBlock, Want::Skip(u64::from(length))))
                }
            },
            State::Ended => Ok(Want::Nothing),
        }
    }

    fn dimensions(&self) -> Option<Dimensions> {
        self.dimensions
    }

    fn largest(&self) -> Option<Dimensions> {
        self.largest
    }

    fn decoded_bytes(&self) -> Option<u64> {
        self.dimensions.map(|size| size.pixels() * 4)
    }

    fn end(&self, _tail: [u8; 4]) -> Result<Dimensions, Fault> {
        match self.state {
            State::Ended => self.dimensions.ok_or(Fault::Truncated),
            // Behind a whole block.
            State::Block if self.has_image => self.dimensions.ok_or(Fault::Truncated),
            _ => Err(Fault::Truncated),
        }
    }
}

impl Gif {
    fn block(&mut self, introducer: u8) -> Result<Want, Fault> {
        if matches!(introducer, IMAGE | EXTENSION) {
            self.pieces.add(1)?;
        }
        match introducer {
            IMAGE => Ok(self.then(State::Frame, Want::Take(FRAME_BYTES))),
            EXTENSION => Ok(self.then(State::Lead, Want::Take(1))),
            TRAILER if self.has_image => Ok(self.then(State::Ended, Want::Nothing)),
            TRAILER => Err(Fault::Broken("it has no image data")),
            // Some programs end a block's data twice.
            0 => Ok(Want::Take(1)),
            _ => Err(Fault::Broken("it has a block that means nothing")),
        }
    }

    fn frame(&mut self, taken: &[u8]) -> Result<Want, Fault> {
        let [left, top, width, height] = [0, 2, 4, 6].map(|at| le16(from(taken, at)));
        let frame = Dimensions { width, height };
        if let (false, Some(screen)) = (self.has_image, &mut self.dimensions) {
            screen.width = screen.width.max(left + width);
            screen.height = screen.height.max(top + height);
        }
        let sizes = [self.largest, self.dimensions, Some(frame)];
        self.largest = sizes.into_iter().flatten().max_by_key(|size| size.pixels());
        self.has_image = true;
        Ok(self.then(State::FrameData, Want::Skip(colour_table_bytes(byte(taken, 8)))))
    }

    fn then(&mut self, state: State, want: Want) -> Want {
        self.state = state;
        want
    }
}

/// The size of the colour table that flags announce: both kinds of flags say it alike.
fn colour_table_bytes(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

#[cfg(test)]
mod tests {
    use crate::image_format::Dimensions;
    use crate::image_format::ImageKind::Gif;
    use crate::image_format::samples::{broken, gif, gif_frame, gif_screen, probe, taken, truncated};

    #[test]
    fn every_way_to_write_a_gif_is_taken() {
        let check =
            |parts: &[&[u8]]| taken(Gif, 9, 7, &[&gif_screen(9, 7), &parts.concat(), &b";"[..]].concat());
        let frame = gif_frame(9, 7);
        check(&[&frame]);
        check(&[&frame, b"!\xFE\x01;\0", &frame, &gif_frame(1, 1)]);
        check(&[b"\0", &frame, b"\0\0", &frame, b"\0"]);
        check(&[b"!\xFF\x0BNETSCAPE2.0\x03\x01\0\0\0", &frame]);
        check(&[b"!\xFE\xFF", &[b';'; 255], b"\x01;\0", &frame]);
        // Without any table of colours.
        let bare = b"GIF87a\x09\0\x07\0\0\0\0,\0\0\0\0\x09\0\x07\0\0\x02\x01\0\0;";
        taken(Gif, 9, 7, bare);
    }

    #[test]
    fn a_frame_may_be_larger_than_its_screen() {
        let at = |left: u8, top: u8, mut frame: Vec<u8>| {
            (frame[1], frame[3]) = (left, top);
            frame
        };
        let check = |size, largest: u64, frames: &[Vec<u8>]| {
            let info = probe(&[gif_screen(9, 7), frames.concat(), b";".to_vec()].concat()).unwrap();
            let Dimensions { width, height } = info.dimensions;
            assert_eq!(((width, height), info.largest.pixels()), (size, largest));
        };
        check((8000, 8000), 64_000_000, &[gif_frame(8000, 8000)]);
        check((9, 7), 63, &[gif_frame(9, 7)]);
        check((11, 7), 77, &[at(2, 0, gif_frame(9, 7))]);
        check((9, 10), 90, &[at(0, 3, gif_frame(1, 7))]);
        // Later ones are cut to the screen by who shows them, but who makes room for one needs it.
        check((9, 7), 63, &[gif_frame(1, 1), at(200, 200, gif_frame(3, 3))]);
        check((9, 7), 64_000_000, &[gif_frame(1, 1), gif_frame(8000, 8000), gif_frame(2, 2)]);
    }

    #[test]
    fn the_trailer_alone_may_be_missing() {
        let (screen, frame) = (gif_screen(9, 7), gif_frame(9, 7));
        taken(Gif, 9, 7, &[&screen[..], &frame].concat());
        taken(Gif, 9, 7, &[&screen[..], &frame, b"!\xFE\x01;\0\0"].concat());
        truncated(&screen);
        truncated(&[&screen[..], b"!\xFE\x01;\0"].concat());
        truncated(&[&screen[..], &frame[..frame.len() - 1]].concat());
        truncated(&[&screen[..], &frame, b"!\xFE\x01;"].concat());
        truncated(&[&screen[..], &frame, b"!"].concat());
    }

    #[test]
    fn a_screen_without_size_is_broken() {
        broken("zero", &[gif_screen(0, 0), gif_frame(9, 7), b";".to_vec()].concat());
        broken("zero", &[gif_screen(9, 0), gif_frame(9, 7), b";".to_vec()].concat());
        broken("zero", &gif(0, 0));
    }

    #[test]
    fn broken_structures_are_refused() {
        broken("no image data", &[gif_screen(9, 7), b"!\xFE\x01x\0;".to_vec()].concat());
        broken("means nothing", &[gif_screen(9, 7), gif_frame(9, 7), b"x".to_vec()].concat());
    }
}

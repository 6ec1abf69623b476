//! A bound on the pieces that a file is made of: a few megabytes of tiny ones would keep a processor busy for seconds.
//! The PHP app has the same bound, and counts the same pieces.

use super::walk::Fault;

/// Any file may have so many.
const FREE: u64 = 100_000;

/// More are taken where they are at least so large on average; GIF's largest are 255 bytes long.
const AVERAGE_BYTES: u64 = 128;

/// No piece counts for more: what it says of its length may be a lie, and what comes is tiny ones.
const LARGEST_ALLOWANCE: u64 = 64 * 1024;

/// The pieces of one file so far.
#[derive(Default)]
pub(crate) struct Pieces {
    count: u64,
    bytes: u64,
}

impl Pieces {
    /// Counts a piece that says it has this length, and refuses the file if it has too many.
    pub(super) fn add(&mut self, bytes: u64) -> Result<(), Fault> {
        if self.count(bytes) { Ok(()) } else { Err(Fault::Broken("it is cut into too many tiny pieces")) }
    }

    /// Counts a piece that says it has this length. False if the file has too many.
    pub(crate) fn count(&mut self, bytes: u64) -> bool {
        self.count += 1;
        self.bytes = self.bytes.saturating_add(bytes.min(LARGEST_ALLOWANCE));
        self.count <= FREE + self.bytes / AVERAGE_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image_format::ImageProbe;
    use crate::image_format::samples::{
        boxed, canvas, chunk, ftyp, gif_frame, gif_screen, png_header, png_of, riff_chunk, segment,
    };

    /// Feeds a beginning and then a piece again and again; gives how often until the file was refused.
    fn fed_until_refused(beginning: &[u8], piece: &[u8]) -> u64 {
        let mut probe = ImageProbe::new();
        probe.feed(beginning).unwrap();
        // The bytes that decide what a file is are not looked into before they are all there.
        (1..=FREE * 2).find(|_| probe.feed(piece).is_err()).unwrap_or(u64::MAX)
    }

    #[test]
    fn too_many_tiny_pieces_are_refused_after_a_bounded_number_of_steps() {
        let check = |beginning: &[u8], piece: &[u8]| {
            let fed = fed_until_refused(beginning, piece);
            // Each piece brings a little allowance for the next ones.
            assert!((FREE / 2..FREE * 6 / 5).contains(&fed), "{fed}: {}", piece.escape_ascii());
        };
        check(b"\xFF\xD8", &segment(0xE0, b""));
        check(b"\xFF\xD8", &segment(0xE1, b"Exif\0\0"));
        check(&png_of(&[png_header(5, 3)]), &chunk(b"IDAT", b""));
        check(&[gif_screen(5, 3), b"!\xFE".to_vec()].concat(), b"\x01x");
        check(&[gif_screen(5, 3), gif_frame(5, 3)].concat(), b"!\xFE\x01x\0");
        let riff = [b"RIFF\xFF\xFF\xFF\x7FWEBP".to_vec(), canvas(2, 5, 3)].concat();
        check(&riff, &riff_chunk(b"none", b""));
        check(&ftyp(), &boxed(b"free", b""));
        // A container that has no end.
        check(&[ftyp(), b"\0\0\0\0moov".to_vec()].concat(), &boxed(b"free", b""));
    }

    #[test]
    fn a_length_that_is_a_lie_allows_no_more_pieces() {
        let check = |beginning: &[u8], piece: &[u8]| {
            let fed = fed_until_refused(beginning, piece);
            assert!((FREE / 2..FREE * 6 / 5).contains(&fed), "{fed}: {}", piece.escape_ascii());
        };
        check(&[ftyp(), b"\x7F\xFF\xFF\xFFmoov".to_vec()].concat(), &boxed(b"free", b""));
        let huge = [ftyp(), b"\0\0\0\x01moov\x0F\xFF\xFF\xFF\xFF\xFF\xFF\xFF".to_vec()].concat();
        check(&huge, &boxed(b"free", b""));
        let riff = [b"RIFF\xFF\xFF\xFF\x7FWEBP".to_vec(), canvas(2, 5, 3)].concat();
        let frame =
            |size: u32| [b"ANMF", &size.to_le_bytes()[..], &[0; 6], &[4, 0, 0, 2, 0, 0], &[0; 4]].concat();
        check(&[riff.clone(), frame(0x7000_0000)].concat(), &riff_chunk(b"none", b""));
        // Each frame's chunk is said to be larger than its frame.
        let lie = [frame(24), b"none\xFF\xFF\xFF\x7F".to_vec()].concat();
        let fed = fed_until_refused(&riff, &lie);
        assert!(fed <= FREE, "{fed}");
    }

    #[test]
    fn pieces_of_a_sensible_size_are_taken_however_many() {
        let mut probe = ImageProbe::new();
        probe.feed(&[gif_screen(5, 3), b"!\xFE".to_vec()].concat()).unwrap();
        let block = [&[255][..], &[b';'; 255]].concat();
        assert!((0..FREE * 3).all(|_| probe.feed(&block).is_ok()));
    }
}

//! Control characters in the heads of parts: the parser takes none, but file names with some are sent.

use bytes::{Bytes, BytesMut};

/// What a control character becomes: the rules for file names drop it, as they would drop the character.
const STAND_IN: u8 = b'*';

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// Follows a body from part to part, and replaces control characters in the heads.
pub(super) struct PartHeads {
    /// What comes before a head. Only its first byte is a carriage return.
    delimiter: Vec<u8>,
    /// So many bytes of the delimiter, or in a head of its end, were just seen.
    matched: usize,
    in_head: bool,
}

impl PartHeads {
    /// At the beginning of a body whose parts are separated by this boundary.
    pub(super) fn new(boundary: &str) -> Self {
        // The first delimiter needs no line break before it.
        Self { delimiter: format!("\r\n--{boundary}").into_bytes(), matched: 2, in_head: false }
    }

    /// The next piece of the body, copied only if there is something to replace.
    pub(super) fn cleaned(&mut self, piece: Bytes) -> Bytes {
        let mut replaced: Option<BytesMut> = None;
        let mut at = 0;
        while at < piece.len() {
            if !self.in_head && self.matched == 0 {
                // Most of a body is files: on to the next byte that may begin a delimiter.
                let Some(next) = piece[at..].iter().position(|byte| *byte == b'\r') else { break };
                at += next;
            }
            let byte = piece[at];
            if self.in_head && byte.is_ascii_control() && !b"\r\n\t".contains(&byte) {
                replaced.get_or_insert_with(|| BytesMut::from(&piece[..]))[at] = STAND_IN;
            }
            self.step(byte);
            at += 1;
        }
        replaced.map_or(piece, BytesMut::freeze)
    }

    fn step(&mut self, byte: u8) {
        let wanted = if self.in_head { END_OF_HEAD } else { &self.delimiter };
        if byte == wanted[self.matched] {
            self.matched += 1;
        } else {
            self.matched = usize::from(byte == b'\r');
        }
        if self.matched == wanted.len() {
            self.in_head = !self.in_head;
            self.matched = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    fn cleaned(body: &[u8], piece: usize) -> Vec<u8> {
        let mut heads = PartHeads::new("XX");
        body.chunks(piece).flat_map(|chunk| heads.cleaned(Bytes::copy_from_slice(chunk))).collect()
    }

    #[test]
    fn only_heads_are_changed() {
        let body = b"--XX\r\nA: \x01\x7F\t\x80b\r\n\r\n\x01\x7F\r\n--X\x02\r\r\n--XX\r\nB: \x1B[\r\n\r\n\x03\r\n--XX--\r\n";
        let expected =
            b"--XX\r\nA: **\t\x80b\r\n\r\n\x01\x7F\r\n--X\x02\r\r\n--XX\r\nB: *[\r\n\r\n\x03\r\n--XX--\r\n";
        for piece in 1..=body.len() {
            assert_eq!(cleaned(body, piece).escape_ascii().to_string(), expected.escape_ascii().to_string());
        }
    }

    proptest! {
        #[test]
        fn what_has_no_delimiter_stays_as_it_is(body in any::<Vec<u8>>(), piece in 1..9_usize) {
            let body = [b"x".to_vec(), body].concat();
            prop_assert_eq!(cleaned(&body, piece), body);
        }
    }
}

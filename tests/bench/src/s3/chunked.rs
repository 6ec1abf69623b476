//! `aws-chunked`: how SDKs frame a body whose checksum follows it. Payload is handed on without a copy.

use bytes::Bytes;

const LONGEST_LINE: usize = 4096;

/// Takes the payload out of the frames; feed it the body's pieces as they come.
#[derive(Debug, Default)]
pub struct Decoder {
    state: State,
    line: Vec<u8>,
}

/// A body that is not framed as it should be.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// `SIZE[;chunk-signature=...]` and a line end.
    #[default]
    Size,
    /// So many bytes of payload are still to come.
    Payload(usize),
    /// The line end behind a chunk's payload.
    PayloadEnd,
    /// `NAME:VALUE` lines until an empty one.
    Trailers,
    Done,
}

impl Decoder {
    /// Takes a piece of the body and returns the pieces of payload in it.
    pub fn push(&mut self, mut input: Bytes) -> Result<Vec<Bytes>, Malformed> {
        let mut payload = Vec::new();
        while !input.is_empty() {
            match self.state {
                State::Payload(left) => {
                    let piece = input.split_to(left.min(input.len()));
                    let left = left - piece.len();
                    self.state = if left == 0 { State::PayloadEnd } else { State::Payload(left) };
                    payload.push(piece);
                }
                State::Done => return Err(Malformed("something follows the last chunk")),
                State::Size | State::PayloadEnd | State::Trailers => {
                    if let Some(line) = self.line(&mut input)? {
                        self.state = self.after(&line)?;
                    }
                }
            }
        }
        Ok(payload)
    }

    /// The body has ended.
    pub fn finish(self) -> Result<(), Malformed> {
        if self.state == State::Done { Ok(()) } else { Err(Malformed("the last chunk is missing")) }
    }

    /// A whole line without its end, which may have come in several pieces.
    fn line(&mut self, input: &mut Bytes) -> Result<Option<Vec<u8>>, Malformed> {
        let end = input.iter().position(|byte| *byte == b'\n');
        self.line.extend(input.split_to(end.map_or(input.len(), |end| end + 1)));
        if self.line.len() > LONGEST_LINE {
            return Err(Malformed("a chunk's header is too long"));
        }
        if end.is_none() {
            return Ok(None);
        }
        let mut line = std::mem::take(&mut self.line);
        line.truncate(line.len() - 1);
        if line.pop() == Some(b'\r') { Ok(Some(line)) } else { Err(Malformed("a line ends without CR LF")) }
    }

    fn after(&self, line: &[u8]) -> Result<State, Malformed> {
        match self.state {
            State::Size => match size(line).ok_or(Malformed("a chunk has no size"))? {
                0 => Ok(State::Trailers),
                size => Ok(State::Payload(size)),
            },
            State::PayloadEnd if line.is_empty() => Ok(State::Size),
            State::PayloadEnd => Err(Malformed("a chunk is longer than its size")),
            _ if line.is_empty() => Ok(State::Done),
            _ => Ok(State::Trailers),
        }
    }
}

fn size(line: &[u8]) -> Option<usize> {
    let digits = line.split(|byte| *byte == b';').next()?;
    usize::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes a body that comes in pieces of a size.
    fn decode(body: &str, piece: usize) -> Result<String, Malformed> {
        let mut decoder = Decoder::default();
        let mut payload = Vec::new();
        for piece in body.as_bytes().chunks(piece) {
            payload.extend(decoder.push(Bytes::copy_from_slice(piece))?.concat());
        }
        decoder.finish()?;
        Ok(String::from_utf8(payload).unwrap())
    }

    #[test]
    fn pieces_of_any_size_give_the_payload() {
        let unsigned = "5\r\nhello\r\nD\r\n, big\r\nworld\n\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
        let signed = "12;chunk-signature=0f\r\nhello, big\r\nworld\n\r\n0;chunk-signature=1e\r\n\r\n";
        for body in [unsigned, signed] {
            for piece in 1..=body.len() {
                assert_eq!(decode(body, piece).as_deref(), Ok("hello, big\r\nworld\n"), "{body} by {piece}");
            }
        }
        assert_eq!(decode("0\r\n\r\n", 1).as_deref(), Ok(""));
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        let body = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
        for length in 0..body.len() {
            assert!(decode(&body[..length], 7).is_err(), "{length}");
        }
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        for body in ["hello", "x\r\n", "5\nhello\r\n", "4\r\nhello\r\n0\r\n\r\n", "0\r\n\r\n!"] {
            assert!(decode(body, 3).is_err(), "{body}");
        }
        assert!(decode(&"1".repeat(5000), 100).is_err());
    }
}

//! The grammar of a form (RFC 2046 and 7578), without I/O: bytes go in as they arrive, heads and data come out, the data
//! without a copy. `multer` copies every byte and holds without a bound; tests and the fuzzer compare both.

use bytes::{Buf, Bytes, BytesMut};
use memchr::memmem::Finder;
use memchr::{memmem, memrchr};
use thiserror::Error;

/// The most that may stand before the first part, in the head of one, or behind a delimiter.
const MAX_HELD_BYTES: usize = 16 * 1024;

const MAX_HEADERS: usize = 32;

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// What a control character in a head becomes: file names with some are sent, and the rules for names drop either.
const STAND_IN: u8 = b'*';

/// What stands next in a form.
pub(super) enum Found {
    Part(Head),
    /// Behind the last part.
    End,
}

/// What stands next in a part.
pub(super) enum Piece {
    Data(Bytes),
    End,
}

/// The headers of a part that matter here, as they were written.
#[derive(Default)]
pub(super) struct Head {
    pub(super) disposition: Option<Bytes>,
    pub(super) content_type: Option<Bytes>,
}

/// Bytes that are not a form.
#[derive(Debug, Error)]
pub(super) enum ParseError {
    #[error("the headers of a part are larger than {MAX_HELD_BYTES} bytes")]
    TooLarge,
    #[error("a delimiter is followed by something else than a line break")]
    Delimiter,
    #[error("the headers of a part cannot be read: {0}")]
    Head(httparse::Error),
}

/// Where in a form the next byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Preamble,
    /// Behind a delimiter.
    Delimited,
    Head,
    Data,
    Ended,
}

/// A form as far as it has come.
pub(super) struct Parser {
    stage: Stage,
    /// What has come and was not given out.
    bytes: Bytes,
    /// A line break, two hyphens, the boundary.
    delimiter: Finder<'static>,
}

impl Parser {
    pub(super) fn new(boundary: &str) -> Self {
        let delimiter = Finder::new(&format!("\r\n--{boundary}")).into_owned();
        Self { stage: Stage::Preamble, bytes: Bytes::new(), delimiter }
    }

    /// Takes the next bytes of the form.
    pub(super) fn feed(&mut self, more: Bytes) {
        if self.bytes.is_empty() {
            self.bytes = more;
            return;
        }
        // Seldom: a head that comes in pieces, or data that ends as a delimiter begins.
        let mut joined = BytesMut::from(std::mem::take(&mut self.bytes));
        joined.extend_from_slice(&more);
        self.bytes = joined.freeze();
    }

    /// The next part, past what is left of the one before; none while its head is not all there.
    pub(super) fn next(&mut self) -> Result<Option<Found>, ParseError> {
        loop {
            let is_past = match self.stage {
                Stage::Preamble => self.pass_preamble()?,
                Stage::Delimited => self.pass_delimiter()?,
                Stage::Data => self.data().is_some(),
                Stage::Head => return Ok(self.head()?.map(Found::Part)),
                Stage::Ended => return Ok(Some(Found::End)),
            };
            if !is_past {
                return Ok(None);
            }
        }
    }

    /// What comes next of a part; none while that may as well be the delimiter behind it.
    pub(super) fn data(&mut self) -> Option<Piece> {
        if self.stage != Stage::Data {
            return Some(Piece::End);
        }
        let Some(end) = self.delimiter.find(&self.bytes) else {
            let data = self.bytes.split_to(self.bytes.len() - self.beginning_of_delimiter());
            return (!data.is_empty()).then_some(Piece::Data(data));
        };
        let data = self.bytes.split_to(end);
        self.bytes.advance(self.delimiter.needle().len());
        self.stage = Stage::Delimited;
        Some(if data.is_empty() { Piece::End } else { Piece::Data(data) })
    }

    /// With how many bytes that may begin a delimiter the data ends. Only the first byte of a delimiter is a carriage return.
    fn beginning_of_delimiter(&self) -> usize {
        let delimiter = self.delimiter.needle();
        let end = &self.bytes[self.bytes.len().saturating_sub(delimiter.len() - 1)..];
        let beginning = memrchr(b'\r', end).map_or(&[][..], |at| &end[at..]);
        if delimiter.starts_with(beginning) { beginning.len() } else { 0 }
    }

    /// The first delimiter needs no line break before it.
    fn pass_preamble(&mut self) -> Result<bool, ParseError> {
        let delimiter = &self.delimiter.needle()[b"\r\n".len()..];
        let Some(at) = self.held(|bytes| memmem::find(bytes, delimiter))? else { return Ok(false) };
        self.bytes.advance(at + delimiter.len());
        self.stage = Stage::Delimited;
        Ok(true)
    }

    /// Two more hyphens end the form; white space may stand before a line break.
    fn pass_delimiter(&mut self) -> Result<bool, ParseError> {
        if self.bytes.len() < 2 {
            return Ok(false);
        }
        if self.bytes.starts_with(b"--") {
            self.stage = Stage::Ended;
            return Ok(true);
        }
        let is_padding = |byte: &u8| matches!(byte, b' ' | b'\t');
        let Some(at) = self.held(|bytes| bytes.iter().position(|byte| !is_padding(byte)))? else {
            return Ok(false);
        };
        let Some(line_break) = self.bytes.get(at..at + 2) else { return Ok(false) };
        if line_break != b"\r\n" {
            return Err(ParseError::Delimiter);
        }
        self.bytes.advance(at + 2);
        self.stage = Stage::Head;
        Ok(true)
    }

    fn head(&mut self) -> Result<Option<Head>, ParseError> {
        let Some(at) = self.held(|bytes| memmem::find(bytes, END_OF_HEAD))? else { return Ok(None) };
        let bytes = self.bytes.split_to(at + END_OF_HEAD.len());
        self.stage = Stage::Data;
        Head::read(&without_controls(bytes)).map(Some)
    }

    /// Where something is in as much as may be held.
    fn held(&self, find: impl FnOnce(&[u8]) -> Option<usize>) -> Result<Option<usize>, ParseError> {
        let held = &self.bytes[..self.bytes.len().min(MAX_HELD_BYTES)];
        match find(held) {
            None if held.len() == MAX_HELD_BYTES => Err(ParseError::TooLarge),
            found => Ok(found),
        }
    }
}

impl Head {
    fn read(bytes: &Bytes) -> Result<Self, ParseError> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        httparse::parse_headers(bytes, &mut headers).map_err(ParseError::Head)?;
        let mut head = Self::default();
        // What is not there is empty, and has no name. Of several with one name the last one counts.
        for header in headers {
            let value = || Some(bytes.slice_ref(header.value));
            if header.name.eq_ignore_ascii_case("content-disposition") {
                head.disposition = value();
            } else if header.name.eq_ignore_ascii_case("content-type") {
                head.content_type = value();
            }
        }
        Ok(head)
    }
}

/// A head whose bytes can be read: copied only if there is something to replace.
fn without_controls(head: Bytes) -> Bytes {
    let is_unreadable = |byte: &u8| byte.is_ascii_control() && !b"\r\n\t".contains(byte);
    if !head.iter().any(is_unreadable) {
        return head;
    }
    head.iter().map(|byte| if is_unreadable(byte) { STAND_IN } else { *byte }).collect()
}

//! A request's body: counted, and kept when it is small.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::{HeaderMap, Request, StatusCode};

use super::answers::Refusal;
use super::chunked::{Decoder, Malformed};

/// What is longer is not kept: runs store gigabytes.
pub const KEPT_BYTES: u64 = 64 * 1024;

/// An object's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Here, whole.
    Kept(Bytes),
    /// Only its size is known any more.
    Counted(u64),
}

impl Content {
    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Self::Kept(bytes) => bytes.len() as u64,
            Self::Counted(size) => *size,
        }
    }

    /// Several, one after the other.
    pub fn joined(parts: impl Iterator<Item = Self>) -> Self {
        let mut gathered = Gathered::default();
        for part in parts {
            match part {
                Self::Kept(bytes) => gathered.add(bytes),
                Self::Counted(size) => gathered.skip(size),
            }
        }
        gathered.finish()
    }
}

/// Reads a body to its end.
pub async fn receive(request: Request<Incoming>) -> Result<Content, Refusal> {
    let (head, mut body) = request.into_parts();
    let mut decoder = is_chunked(&head.headers).then(Decoder::default);
    let mut gathered = Gathered::default();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| incomplete(&error.to_string()))?;
        let Ok(piece) = frame.into_data() else { continue };
        let pieces = match &mut decoder {
            Some(decoder) => decoder.push(piece).map_err(malformed)?,
            None => vec![piece],
        };
        pieces.into_iter().for_each(|piece| gathered.add(piece));
    }
    if let Some(decoder) = decoder {
        decoder.finish().map_err(malformed)?;
    }
    let promised = number(&head.headers, "x-amz-decoded-content-length");
    if promised.is_some_and(|promised| promised != gathered.size) {
        return Err(incomplete("the body has another length than x-amz-decoded-content-length"));
    }
    Ok(gathered.finish())
}

/// Pieces of a content that is kept as long as it is small.
#[derive(Default)]
struct Gathered {
    size: u64,
    first: Option<Bytes>,
    rest: BytesMut,
}

impl Gathered {
    fn add(&mut self, piece: Bytes) {
        self.size += piece.len() as u64;
        if self.size > KEPT_BYTES {
            self.forget();
        } else if self.first.is_none() {
            self.first = Some(piece);
        } else {
            self.rest.extend_from_slice(&piece);
        }
    }

    fn skip(&mut self, size: u64) {
        self.size += size;
        self.forget();
    }

    fn forget(&mut self) {
        (self.first, self.rest) = (None, BytesMut::new());
    }

    fn finish(self) -> Content {
        if self.size > KEPT_BYTES {
            return Content::Counted(self.size);
        }
        let first = self.first.unwrap_or_default();
        // The usual case is one piece, which costs no copy.
        Content::Kept(if self.rest.is_empty() { first } else { [first, self.rest.freeze()].concat().into() })
    }
}

fn is_chunked(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text("content-encoding").contains("aws-chunked") || text("x-amz-content-sha256").starts_with("STREAMING-")
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

fn incomplete(message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "IncompleteBody", message)
}

fn malformed(Malformed(what): Malformed) -> Refusal {
    incomplete(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_content_is_kept_and_large_content_counted() {
        let kept = |text: &'static str| Content::Kept(Bytes::from_static(text.as_bytes()));
        assert_eq!(Content::joined([kept("ab"), kept(""), kept("cd")].into_iter()), kept("abcd"));
        let large = Content::Counted(KEPT_BYTES + 1);
        assert_eq!(Content::joined([kept("ab"), large].into_iter()).size(), KEPT_BYTES + 3);
        assert_eq!(Content::joined(std::iter::empty()), kept(""));
    }

    #[test]
    fn bodies_in_chunks_are_told_by_either_header() {
        for (name, value, chunked) in [
            ("content-encoding", "aws-chunked", true),
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", true),
            ("x-amz-content-sha256", "UNSIGNED-PAYLOAD", false),
        ] {
            let headers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
            assert_eq!(is_chunked(&headers), chunked, "{name}: {value}");
        }
    }
}

//! What people upload, made by code and the same on every machine, and what the contract says about each file.

pub mod avif;
mod gif;
pub mod jpeg;
pub mod located;
mod others;
pub mod png;
mod webp;
mod zlib;

use serde::Serialize;

/// The default of `MAX_FILE_BYTES`, which the corpus is made for.
pub const MAX_FILE_BYTES: usize = 20 * 1024 * 1024;

/// A page that would do harm if a browser took an image for it.
pub const HTML: &[u8] = b"<!DOCTYPE html><html><script>alert(document.domain)</script></html>";

/// One file and what an app with default limits makes of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What is special about it; no other has the same.
    pub name: String,
    /// The name that a client sends.
    pub file_name: String,
    /// The type that a client claims.
    pub claimed_type: Option<&'static str>,
    /// The file.
    pub bytes: Vec<u8>,
    /// What becomes of it.
    pub expected: Expected,
}

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// It is stored as this.
    Stored {
        /// Its type, by its content.
        content_type: &'static str,
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// It is refused.
    Refused {
        /// The status.
        status: u16,
        /// The message has one of these; empty when it may say anything.
        words: &'static [&'static str],
    },
}

/// All files, in an order that does not change.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for whole in [png::wholes(), jpeg::wholes(), gif::wholes(), webp::wholes(), avif::wholes()].concat() {
        cases.extend(whole.cases());
    }
    for some in [png::cases(), jpeg::cases(), gif::cases(), webp::cases(), avif::cases(), others::cases()] {
        cases.extend(some);
    }
    cases.extend(sizes());
    cases
}

fn sizes() -> [Case; 3] {
    let whole = png::of_size(MAX_FILE_BYTES);
    let over = png::of_size(MAX_FILE_BYTES + 1);
    let refused = Expected::Refused { status: 413, words: &["20 MiB", "20971520"] };
    [
        Case::broken("empty", "png", Vec::new()),
        Case::stored("exactly-max-file-bytes", "image/png", 20, 10, whole),
        Case { expected: refused, ..Case::stored("over-max-file-bytes", "image/png", 20, 10, over) },
    ]
}

/// A valid image that ends where its file ends: whatever is cut off breaks it.
#[derive(Clone)]
struct Whole {
    name: String,
    content_type: &'static str,
    width: u32,
    height: u32,
    /// Whether width and height change places before it is shown.
    turned: bool,
    bytes: Vec<u8>,
}

impl Whole {
    fn new(name: &str, content_type: &'static str, width: u32, height: u32, bytes: Vec<u8>) -> Self {
        Self { name: name.to_owned(), content_type, width, height, turned: false, bytes }
    }

    /// The same, seen with its sides the other way round.
    fn turned(self) -> Self {
        Self { turned: true, ..self }
    }

    /// Whole as browsers send it, and cut in three places.
    fn cases(self) -> Vec<Case> {
        let Self { name, content_type, width, height, turned, bytes } = self;
        let (width, height) = if turned { (height, width) } else { (width, height) };
        let ending = ending(content_type);
        let cut = |how: &str, length: usize| {
            Case::broken(&format!("{name}-{how}"), ending, bytes[..length].to_vec())
        };
        let whole = Case::stored(&name, content_type, width, height, bytes.clone());
        let middle = cut("cut-in-the-middle", bytes.len() / 2);
        let mut cases = vec![whole.claiming(Some(content_type)), middle];
        let shorter = cut("cut-by-its-last-byte", bytes.len() - 1);
        // GIF's last byte is its trailer: nothing of the image is missing without it, and browsers show it.
        let is_whole = content_type == "image/gif";
        let expected = if is_whole {
            Expected::Stored { content_type, width, height }
        } else {
            shorter.expected.clone()
        };
        cases.push(Case { expected, ..shorter });
        if bytes.len() > 64 {
            cases.push(cut("first-64-bytes", 64));
        }
        cases
    }
}

impl Case {
    fn stored(name: &str, content_type: &'static str, width: u32, height: u32, bytes: Vec<u8>) -> Self {
        Self::new(name, ending(content_type), bytes, Expected::Stored { content_type, width, height })
    }

    /// It has the beginning of an image, but it is none.
    fn broken(name: &str, ending: &str, bytes: Vec<u8>) -> Self {
        Self::new(name, ending, bytes, Expected::Refused { status: 400, words: &[] })
    }

    /// The same, with a message that says this.
    fn saying(self, words: &'static [&'static str]) -> Self {
        match self.expected {
            Expected::Refused { status, .. } => {
                Self { expected: Expected::Refused { status, words }, ..self }
            }
            Expected::Stored { .. } => self,
        }
    }

    /// It consists of so many tiny pieces that it is refused for that.
    fn tiny_pieces(ending: &str, start: &[u8], piece: &[u8]) -> Self {
        let bytes = [start, &piece.repeat(120_000)].concat();
        Self::broken(&format!("{ending}-of-tiny-pieces"), ending, bytes).saying(&["tiny pieces"])
    }

    /// It has dimensions beyond the default of `MAX_PIXELS`.
    fn too_many_pixels(name: &str, bytes: Vec<u8>) -> Self {
        let words = &["50000000", "50,000,000", "50 000 000", "50 million", "50 megapixels"];
        Self::new(name, "img", bytes, Expected::Refused { status: 413, words })
    }

    /// It is something else; the message says what is taken.
    fn no_image(name: &str, ending: &str, bytes: Vec<u8>) -> Self {
        Self::new(name, ending, bytes, Expected::Refused { status: 415, words: &["JPEG"] })
    }

    fn new(name: &str, ending: &str, bytes: Vec<u8>, expected: Expected) -> Self {
        let file_name = format!("{name}.{ending}");
        Self { name: name.to_owned(), file_name, claimed_type: None, bytes, expected }
    }

    fn claiming(self, claimed_type: Option<&'static str>) -> Self {
        Self { claimed_type, ..self }
    }
}

fn ending(content_type: &str) -> &str {
    match content_type.strip_prefix("image/") {
        Some("jpeg") => "jpg",
        Some(other) => other,
        None => "bin",
    }
}

/// Bytes that are not all the same.
pub fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use image::{GenericImageView, ImageFormat};

    use super::*;

    #[test]
    fn every_case_has_a_name_of_its_own() {
        let cases = all();
        let names: BTreeSet<_> = cases.iter().map(|case| &case.name).collect();
        assert_eq!(names.len(), cases.len());
        assert!(cases.len() > 200, "{}", cases.len());
    }

    /// A decoder that has nothing to do with the code above agrees about dimensions, and that nothing is missing.
    #[test]
    fn a_decoder_reads_the_whole_ones() {
        let wholes = [png::wholes(), jpeg::wholes(), gif::wholes(), webp::wholes()].concat();
        // It takes a while to make an image of 49 megapixels.
        for whole in wholes.iter().filter(|whole| whole.width * whole.height < 1_000_000) {
            let format = ImageFormat::from_mime_type(whole.content_type).unwrap();
            let decoded = image::load_from_memory_with_format(&whole.bytes, format);
            let decoded = decoded.unwrap_or_else(|error| panic!("{}: {error}", whole.name));
            assert_eq!(decoded.dimensions(), (whole.width, whole.height), "{}", whole.name);
        }
    }

    #[test]
    fn sizes_are_exact() {
        assert_eq!(sizes().map(|case| case.bytes.len()), [0, MAX_FILE_BYTES, MAX_FILE_BYTES + 1]);
    }
}

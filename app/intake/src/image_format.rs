//! What an image file is: its kind by its first bytes, its dimensions, and whether it is all there.
//! Nothing is decoded, and nothing is allocated by what a file says about itself.

mod avif;
mod gif;
mod jpeg;
mod orientation;
mod pieces;
mod png;
mod probe;
#[cfg(test)]
pub(crate) mod samples;
mod tiff;
mod walk;
mod webp;

use std::fmt;

use thiserror::Error;

pub use orientation::Orientation;
pub(crate) use pieces::Pieces;
pub use probe::ImageProbe;

/// So many leading bytes decide what a file is, unless it begins with a longer list of brands.
pub const SNIFF_BYTES: usize = 64;

/// An AVIF file begins with a list of brands. It is read so far.
const MAX_SNIFF_BYTES: usize = 4096;

/// A kind of image that the app takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImageKind {
    /// JPEG
    Jpeg,
    /// PNG
    Png,
    /// GIF
    Gif,
    /// WebP
    WebP,
    /// AVIF
    Avif,
}

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// The width.
    pub width: u32,
    /// The height.
    pub height: u32,
}

/// What is known of a whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageInfo {
    /// Its kind.
    pub kind: ImageKind,
    /// Its size in pixels, as it is seen: turned as its metadata says, and with a GIF's first frame in full.
    pub dimensions: Dimensions,
    /// The largest size of anything in it: a frame, or an image beside the one that is seen.
    pub largest: Dimensions,
    /// How its pixels are turned before they are shown.
    pub orientation: Orientation,
    /// Whether it is a JPEG file that is neither progressive nor interleaved: a scan for each component.
    pub separate_scans: bool,
    /// How often a decoder goes over all its pixels: a scan of a JPEG file may be a few bytes long.
    pub scans: u32,
}

/// Why a file is not taken. The texts go on after the file's name.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ImageDefect {
    /// There is not one byte.
    #[error("is empty: choose a file with content")]
    Empty,
    /// It begins like none of the kinds.
    #[error("is not an image that is taken here: send JPEG, PNG, GIF, WebP or AVIF")]
    NotAnImage,
    /// It ends before its image does.
    #[error("ends early, a part of the {kind} image is missing: send the whole file")]
    Truncated {
        /// What it begins like.
        kind: ImageKind,
    },
    /// It ends where its last data may end, but nothing marks its end.
    #[error(
        "ends early, it has no end marker and a part of the {kind} image may be missing: send the whole file, or, if it \
         looks whole to you, open it, save it again and send that"
    )]
    Unended {
        /// What it begins like.
        kind: ImageKind,
    },
    /// Its structure makes no sense.
    #[error("is a broken {kind} image, {reason}: save it again and send that")]
    Broken {
        /// What it begins like.
        kind: ImageKind,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl ImageKind {
    /// Every kind there is.
    pub const ALL: [Self; 5] = [Self::Jpeg, Self::Png, Self::Gif, Self::WebP, Self::Avif];

    /// Decides by a file's first bytes, never by its name or by what the client says.
    pub fn sniff(head: &[u8]) -> Option<Self> {
        match head {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            [a, b, c, d, b'f', b't', b'y', b'p', rest @ ..] => {
                let box_bytes = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
                names_avif(rest, box_bytes.saturating_sub(8)).then_some(Self::Avif)
            }
            _ => None,
        }
    }

    /// How many leading bytes decide what a file is, by those that are there.
    pub fn sniff_bytes(head: &[u8]) -> usize {
        match head {
            [a, b, c, d, b'f', b't', b'y', b'p', ..] => {
                let box_bytes = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
                box_bytes.clamp(SNIFF_BYTES, MAX_SNIFF_BYTES)
            }
            _ => SNIFF_BYTES,
        }
    }

    /// The kind that is stored with this media type.
    pub fn from_content_type(content_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.content_type() == content_type)
    }

    /// The media type it is stored and served with.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Avif => "image/avif",
        }
    }

    /// The usual ending of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::WebP => "webp",
            Self::Avif => "avif",
        }
    }
}

impl fmt::Display for ImageKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Gif => "GIF",
            Self::WebP => "WebP",
            Self::Avif => "AVIF",
        })
    }
}

impl Dimensions {
    /// Width times height.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// The major brand (4 bytes), a version (4 bytes), then the compatible brands, as far as the box and the head reach.
fn names_avif(after_ftyp: &[u8], box_rest: usize) -> bool {
    let brands = &after_ftyp[..after_ftyp.len().min(box_rest).min(MAX_SNIFF_BYTES - 8)];
    let is_avif = |brand: &[u8]| brand == b"avif" || brand == b"avis";
    brands.chunks_exact(4).enumerate().any(|(index, brand)| index != 1 && is_avif(brand))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_decide() {
        let check = |head: &[u8], kind| assert_eq!(ImageKind::sniff(head), kind, "{head:?}");
        check(b"\xFF\xD8\xFF\xE0rest", Some(ImageKind::Jpeg));
        check(b"\x89PNG\r\n\x1A\n", Some(ImageKind::Png));
        check(b"GIF87a", Some(ImageKind::Gif));
        check(b"GIF89a...", Some(ImageKind::Gif));
        check(b"RIFF\x10\0\0\0WEBPVP8 ", Some(ImageKind::WebP));
        check(b"\0\0\0\x1Cftypavif\0\0\0\0avifmif1", Some(ImageKind::Avif));
        check(b"\0\0\0\x1Cftypmif1\0\0\0\0mif1avif", Some(ImageKind::Avif));
        check(b"\0\0\0\x10ftypmp42\0\0\0\0avif", None);
        let brands = |count| [&b"ftypmif1\0\0\0\0"[..], &b"none".repeat(count), b"avif"].concat();
        check(&[&b"\0\0\0\x74"[..], &brands(24)].concat(), Some(ImageKind::Avif));
        check(&[&b"\0\0\x10\0"[..], &brands(1019)].concat(), Some(ImageKind::Avif));
        check(&[&b"\0\0\x10\x04"[..], &brands(1020)].concat(), None);
        check(b"\0\0\0\x18ftypmp42\0\0\0\0isom", None);
        check(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", None);
        check(b"RIFF\x10\0\0\0WAVE", None);
        check(b"<svg xmlns=", None);
        check(b"%PDF-1.7", None);
        check(b"BM6\0\0\0", None);
        check(b"\xFF\xD8", None);
        check(b"", None);
    }

    #[test]
    fn content_types_name_the_kinds() {
        for kind in ImageKind::ALL {
            assert_eq!(ImageKind::from_content_type(kind.content_type()), Some(kind));
        }
        assert_eq!(ImageKind::from_content_type("image/svg+xml"), None);
    }

    #[test]
    fn defects_go_on_after_a_name() {
        let kind = ImageKind::WebP;
        let check = |defect: ImageDefect, text| assert_eq!(defect.to_string(), text);
        check(ImageDefect::Empty, "is empty: choose a file with content");
        check(
            ImageDefect::Truncated { kind },
            "ends early, a part of the WebP image is missing: send the whole file",
        );
        check(
            ImageDefect::Unended { kind: ImageKind::Jpeg },
            "ends early, it has no end marker and a part of the JPEG image may be missing: send the whole file, or, if \
             it looks whole to you, open it, save it again and send that",
        );
        check(
            ImageDefect::Broken { kind, reason: "its width is zero" },
            "is a broken WebP image, its width is zero: save it again and send that",
        );
    }
}

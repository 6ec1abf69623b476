//! The rules of an upload, as pure functions: what is an image, what a stored file is called, where it is kept.
//! The PHP app has the same rules; a change here belongs there too.

use std::time::Duration;

/// All images live under this prefix; the task role can touch nothing else.
pub const PREFIX: &str = "uploads/";

/// So many leading bytes decide what a file is. An AVIF file lists its brands there.
pub const SNIFF_BYTES: usize = 64;

const MAX_NAME_BYTES: usize = 100;

/// Unix milliseconds stay below this until the year 2286, and have as many digits.
const LATEST_MILLIS: u128 = 9_999_999_999_999;

/// A kind of image that the app takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// The key of a new image. A plain listing, which S3 gives in ascending order, has the newest first,
/// because the id counts down: so the page needs one call, however many images there are.
pub fn object_key(since_epoch: Duration, random: u32, file_name: &str) -> String {
    let countdown = LATEST_MILLIS.saturating_sub(since_epoch.as_millis());
    format!("{PREFIX}{countdown:013}-{random:08x}/{file_name}")
}

/// A name that is safe in a key, a URL and a page: no path, no control characters, at most 100 bytes.
pub fn safe_file_name(raw: &str, kind: ImageKind) -> String {
    let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|c| c.is_alphanumeric() || ".-_ ".contains(*c)).collect();
    // No leading dot: neither hidden files nor `..`.
    let name = kept.trim_start_matches([' ', '.']);
    let name = name[..name.floor_char_boundary(MAX_NAME_BYTES)].trim_end();
    if name.is_empty() { format!("image.{}", kind.extension()) } else { name.to_owned() }
}

/// Whether a path below `images/` can name an object: no empty part, and none that a client or a proxy resolves.
pub fn is_plain_path(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// The file name at the end of a key.
pub fn name_in_key(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

/// The major brand (4 bytes), a version (4 bytes), then the compatible brands, as far as the box and the head reach.
fn names_avif(after_ftyp: &[u8], box_rest: usize) -> bool {
    let brands = &after_ftyp[..after_ftyp.len().min(box_rest)];
    let is_avif = |brand: &[u8]| brand == b"avif" || brand == b"avis";
    brands.chunks_exact(4).enumerate().any(|(index, brand)| index != 1 && is_avif(brand))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

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
        check(b"\0\0\0\x18ftypmp42\0\0\0\0isom", None);
        check(b"RIFF\x10\0\0\0WAVE", None);
        check(b"<svg xmlns=", None);
        check(b"%PDF-1.7", None);
        check(b"\xFF\xD8", None);
        check(b"", None);
    }

    #[test]
    fn newer_keys_sort_first() {
        let key = |millis| object_key(Duration::from_millis(millis), 7, "a.png");
        assert_eq!(key(1_764_000_000_000), "uploads/8235999999999-00000007/a.png");
        assert!(key(1_764_000_000_001) < key(1_764_000_000_000));
        assert!(key(1_764_000_000_000) < key(999));
    }

    #[test]
    fn file_names_are_made_safe() {
        let check = |raw, safe| assert_eq!(safe_file_name(raw, ImageKind::Png), safe, "{raw:?}");
        check("cat.png", "cat.png");
        check("Ünïcode 猫_1-2.png", "Ünïcode 猫_1-2.png");
        check("../../etc/passwd", "passwd");
        check("C:\\Users\\me\\cat.png", "cat.png");
        check("a\r\nb\0<script>\".png", "abscript.png");
        check("...", "image.png");
        check(".htaccess", "htaccess");
        check("", "image.png");
        check("dir/", "image.png");
        check("  \u{202E}gnp.exe  ", "gnp.exe");
        assert_eq!(safe_file_name(&"猫".repeat(60), ImageKind::Gif), "猫".repeat(33));
    }

    #[test]
    fn paths_that_could_be_resolved_name_no_object() {
        assert!(is_plain_path("823-1/cat.png"));
        for path in ["", "/", "a//b", "../secret", "a/../b", "a/.", "a/"] {
            assert!(!is_plain_path(path), "{path:?}");
        }
    }

    proptest! {
        #[test]
        fn any_name_becomes_safe_and_stays_so(raw in any::<String>()) {
            let name = safe_file_name(&raw, ImageKind::Jpeg);
            prop_assert!(!name.is_empty() && name.len() <= MAX_NAME_BYTES && is_plain_path(&name));
            prop_assert!(!name.chars().any(|c| c.is_control() || "/\\<>\"'&".contains(c)));
            prop_assert_eq!(safe_file_name(&name, ImageKind::Jpeg), name);
        }
    }
}

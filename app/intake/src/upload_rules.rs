//! The rules of an upload, as pure functions: what a stored file is called, where it is kept, what a claim must say.
//! The PHP app has the same rules; a change here belongs there too.

use std::time::Duration;

use crate::image_format::ImageKind;

/// All images live under this prefix.
pub const PREFIX: &str = "uploads/";

const MAX_NAME_BYTES: usize = 100;

/// An ending up to this long, with its dot, survives when a name is cut.
const MAX_ENDING_BYTES: usize = 16;

/// Unix milliseconds stay below this until the year 2286, and have as many digits.
const LATEST_MILLIS: u128 = 9_999_999_999_999;

/// Content types that claim nothing: what programs send that do not know better.
const NO_CLAIMS: [&str; 3] = ["", "application/octet-stream", "binary/octet-stream"];

/// Other names of the five types, as browsers and programs send or sent them.
const ALIASES: [(&str, ImageKind); 6] = [
    ("image/jpg", ImageKind::Jpeg),
    ("image/pjpeg", ImageKind::Jpeg),
    ("image/x-png", ImageKind::Png),
    ("image/apng", ImageKind::Png),
    ("image/vnd.mozilla.apng", ImageKind::Png),
    ("image/avif-sequence", ImageKind::Avif),
];

/// The key of a new image.
pub fn object_key(since_epoch: Duration, random: u32, file_name: &str) -> String {
    format!("{PREFIX}{}/{file_name}", new_id(since_epoch, random))
}

/// The part of a key that no other image has. A plain listing, which S3 gives in ascending order, has the newest first,
/// because it counts down: so the page needs one call, however many images there are.
pub fn new_id(since_epoch: Duration, random: u32) -> String {
    let countdown = LATEST_MILLIS.saturating_sub(since_epoch.as_millis());
    format!("{countdown:013}-{random:08x}")
}

/// A name that is safe in a key, a URL and a page: no path, nothing invisible, at most 100 bytes.
pub fn safe_file_name(raw: &str, kind: ImageKind) -> String {
    let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter_map(safe_char).collect();
    // No leading dot: neither hidden files nor `..`.
    let name = shortened(kept.trim_start_matches([' ', '.']).trim_end_matches(' '));
    if name.is_empty() { format!("image.{}", kind.extension()) } else { name }
}

/// Whether a path below `images/` can name an object: no empty part, and none that a client or a proxy resolves.
pub fn is_plain_path(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// The file name at the end of a key.
pub fn name_in_key(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

/// Whether the content type that a part came with allows its content to be of this kind.
pub fn claim_fits(claimed: Option<&str>, kind: ImageKind) -> bool {
    let claimed = claimed.unwrap_or_default();
    let essence = claimed.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    NO_CLAIMS.contains(&essence.as_str())
        || essence == kind.content_type()
        || ALIASES.contains(&(essence.as_str(), kind))
}

/// What becomes of one character of a name; none where it is dropped.
fn safe_char(c: char) -> Option<char> {
    match c {
        // Tabs and line ends are control characters before they are white space.
        _ if c.is_control() => None,
        _ if c.is_whitespace() => Some(' '),
        _ if c.is_ascii() => (c.is_ascii_alphanumeric() || "._-()".contains(c)).then_some(c),
        _ => (!is_invisible(c)).then_some(c),
    }
}

/// Characters beyond ASCII that nobody sees, that turn text around, or that mean nothing to others. The two joiners,
/// U+200C and U+200D, are not among them: scripts and emoji need them. The PHP app has the same list.
fn is_invisible(c: char) -> bool {
    matches!(c,
        // soft hyphen, Arabic letter mark, Mongolian vowel separator
        '\u{AD}' | '\u{61C}' | '\u{180E}'
        // zero width space; marks, embeddings, overrides and isolates of direction; invisible operators
        | '\u{200B}' | '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        // byte order mark, interlinear annotations, replacements, no characters at all
        | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFF}'
        // private use; tags
        | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' | '\u{E0000}'..='\u{E007F}')
}

/// Cuts a name that is too long before its ending, if that is one.
fn shortened(name: &str) -> String {
    if name.len() <= MAX_NAME_BYTES {
        return name.to_owned();
    }
    let dot = name.rfind('.').filter(|dot| *dot > 0 && name.len() - dot <= MAX_ENDING_BYTES);
    let (stem, ending) = name.split_at(dot.unwrap_or(name.len()));
    let stem = &stem[..stem.floor_char_boundary(MAX_NAME_BYTES - ending.len())];
    format!("{}{ending}", stem.trim_end_matches(' '))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn newer_keys_sort_first() {
        let key = |millis| object_key(Duration::from_millis(millis), 7, "a.png");
        assert_eq!(key(1_764_000_000_000), "uploads/8235999999999-00000007/a.png");
        assert!(key(1_764_000_000_001) < key(1_764_000_000_000));
        assert!(key(1_764_000_000_000) < key(999));
        assert_eq!(new_id(Duration::MAX, u32::MAX), "0000000000000-ffffffff");
    }

    #[test]
    fn file_names_are_made_safe() {
        let check = |raw, safe| assert_eq!(safe_file_name(raw, ImageKind::Png), safe, "{raw:?}");
        check("cat.png", "cat.png");
        check("Ünïcode 猫_1-2.png", "Ünïcode 猫_1-2.png");
        check("cat (1).png", "cat (1).png");
        check("../../etc/passwd", "passwd");
        check("C:\\Users\\me\\cat.png", "cat.png");
        check("a\r\nb\0<script>\".png", "abscript.png");
        check("a\tb%00&'#?:*|+=,;@!$^`{}[]~.png", "ab00.png");
        check("...", "image.png");
        check(". .htaccess", "htaccess");
        check("", "image.png");
        check("dir/", "image.png");
        check("  \u{202E}gnp.exe  ", "gnp.exe");
    }

    #[test]
    fn what_nobody_sees_is_dropped_and_what_scripts_need_stays() {
        let check = |raw, safe| assert_eq!(safe_file_name(raw, ImageKind::Png), safe, "{raw:?}");
        check("a\u{A0}b\u{3000}c\u{2028}d\u{202F}e", "a b c d e");
        check("a\u{85}\u{AD}\u{61C}\u{180E}\u{200B}\u{200E}\u{2066}\u{FEFF}b", "ab");
        check("a\u{FFFD}\u{FFFE}\u{E000}\u{10FFFD}\u{E0041}\u{E007F}b", "ab");
        check("\u{3000}\u{200F}.x", "x");
        // Persian with a non-joiner, a family emoji with joiners, a combining accent, an emoji's variation
        for name in ["می\u{200C}خواهم.png", "👨\u{200D}👩\u{200D}👧.png", "e\u{301}.png", "❤\u{FE0F}.png"]
        {
            check(name, name);
        }
    }

    #[test]
    fn long_names_keep_their_ending() {
        let check = |raw: String, safe: String| assert_eq!(safe_file_name(&raw, ImageKind::Gif), safe);
        check("猫".repeat(60), "猫".repeat(33));
        check(format!("{}.jpeg", "猫".repeat(60)), format!("{}.jpeg", "猫".repeat(31)));
        check(format!("{} b.png", "a".repeat(95)), format!("{}.png", "a".repeat(95)));
        check(format!("{}.png", "a".repeat(96)), format!("{}.png", "a".repeat(96)));
        check(
            format!("{}.{}", "a".repeat(99), "b".repeat(15)),
            format!("{}.{}", "a".repeat(84), "b".repeat(15)),
        );
        check(format!("{} .{}", "a".repeat(98), "b".repeat(16)), format!("{} .", "a".repeat(98)));
        check(format!("{}  {}", "a".repeat(98), "b"), "a".repeat(98));
    }

    #[test]
    fn a_claim_must_name_the_kind() {
        use ImageKind::{Avif, Gif, Jpeg, Png, WebP};
        for kind in ImageKind::ALL {
            for claimed in
                [None, Some(""), Some("application/octet-stream"), Some("Binary/Octet-Stream; x=y")]
            {
                assert!(claim_fits(claimed, kind), "{claimed:?} for {kind:?}");
            }
            for other in ImageKind::ALL {
                assert_eq!(claim_fits(Some(other.content_type()), kind), kind == other);
            }
        }
        let check = |claimed, kind, fits| assert_eq!(claim_fits(Some(claimed), kind), fits, "{claimed:?}");
        check("IMAGE/JPEG ; charset=binary", Jpeg, true);
        check("image/jpg", Jpeg, true);
        check("image/pjpeg", Jpeg, true);
        check("image/x-png", Png, true);
        check("image/apng", Png, true);
        check("image/vnd.mozilla.apng", Png, true);
        check("image/avif-sequence", Avif, true);
        check("image/jpg", Png, false);
        check("image/heic", Avif, false);
        check("text/html", Gif, false);
        check("image", WebP, false);
        check("image/", WebP, false);
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
            prop_assert!(!name.contains('/') && !name.starts_with(['.', ' ']) && !name.ends_with(' '));
            prop_assert!(name.chars().all(|c| safe_char(c) == Some(c)));
            prop_assert_eq!(safe_file_name(&name, ImageKind::Jpeg), name);
        }

        #[test]
        fn long_names_become_safe_and_stay_so(raw in "[a. 猫\u{200D}]{60,140}[.][ab ]{0,20}") {
            let name = safe_file_name(&raw, ImageKind::Jpeg);
            prop_assert!(!name.is_empty() && name.len() <= MAX_NAME_BYTES && is_plain_path(&name));
            prop_assert!(!name.starts_with(['.', ' ']) && !name.ends_with(' '));
            prop_assert_eq!(safe_file_name(&name, ImageKind::Jpeg), name);
        }
    }
}

//! Any name becomes one that is safe, and stays as it is from then on.

#![no_main]

use app_intake::image_format::ImageKind;
use app_intake::upload_rules::{is_plain_path, name_in_key, object_key, safe_file_name};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    let raw = String::from_utf8_lossy(raw);
    for kind in ImageKind::ALL {
        let name = safe_file_name(&raw, kind);
        assert!(!name.is_empty() && name.len() <= 100 && is_plain_path(&name), "{name:?}");
        assert!(!name.starts_with(['.', ' ']) && !name.ends_with(' '), "{name:?}");
        let is_safe = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || " .-_()".contains(c);
        assert!(
            name.chars().all(|c| is_safe(c) && !c.is_control() && (c == ' ' || !c.is_whitespace())),
            "{name:?}"
        );
        assert_eq!(safe_file_name(&name, kind), name);
        assert_eq!(name_in_key(&object_key(std::time::Duration::ZERO, 0, &name)), name);
    }
});

//! Images that say where they were taken, in Exif data and in XMP.

/// Name, type and file.
pub const FILES: [(&str, &str, &[u8]); 3] = [
    ("located.jpg", "image/jpeg", include_bytes!("../../corpus/located.jpg")),
    ("located.png", "image/png", include_bytes!("../../corpus/located.png")),
    ("located.webp", "image/webp", include_bytes!("../../corpus/located.webp")),
];

/// What of a file says it.
pub fn secrets_in(file: &[u8]) -> Vec<&'static str> {
    // Attributes and an element of XMP, and the day in Exif.
    let secrets = ["48,8.5N", "11,34E", "519/1", "2026:01:02\0"];
    let is_there = |secret: &&str| file.windows(secret.len()).any(|part| part == secret.as_bytes());
    secrets.into_iter().filter(is_there).collect()
}

/// What else is known of how it was taken, which stays.
pub fn has_the_rest(file: &[u8]) -> bool {
    ["Maker\0", "2026:01:02 03:04:05"]
        .iter()
        .all(|text| file.windows(text.len()).any(|part| part == text.as_bytes()))
}

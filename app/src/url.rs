//! Addresses, all relative: a load balancer may serve the app under a path that the app cannot know.

use app_intake::upload_rules::PREFIX;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays as it is in a path, and in a query's value.
pub const UNRESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The address of something about an image: `images/ID/NAME`, `view/ID/NAME`, ...
pub fn of_image(what: &str, key: &str) -> String {
    format!("{what}/{}", utf8_percent_encode(id_and_name(key), UNRESERVED))
}

/// The page of what comes after this image.
pub fn older_than(key: &str) -> String {
    format!("?after={}", utf8_percent_encode(id_and_name(key), UNRESERVED))
}

/// From a path, as the browser has it, back to the page: `/images/a/b` is two levels down, and so is
/// `/rust/images/a/b` where the base path is `/rust`.
pub fn root_from(path: &str, base_path: &str) -> String {
    let below = below_base(path, base_path).unwrap_or_else(|| path.trim_start_matches('/'));
    match below.matches('/').count() {
        0 => "./".to_owned(),
        levels => "../".repeat(levels),
    }
}

/// What follows the base path, whose slashes may be repeated. Those after it are levels to a browser.
fn below_base<'a>(path: &'a str, base_path: &str) -> Option<&'a str> {
    if base_path.is_empty() {
        return None;
    }
    let mut segments = base_path.split('/').filter(|segment| !segment.is_empty());
    let rest = segments.try_fold(path, |rest, segment| {
        let rest = rest.strip_prefix('/')?.trim_start_matches('/').strip_prefix(segment)?;
        rest.starts_with('/').then_some(rest)
    });
    rest?.strip_prefix('/')
}

fn id_and_name(key: &str) -> &str {
    key.strip_prefix(PREFIX).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_encoded_part_by_part() {
        assert_eq!(of_image("images", "uploads/82-1/a b?#%.png"), "images/82-1/a%20b%3F%23%25.png");
        assert_eq!(of_image("view", "uploads/82-1/猫.png"), "view/82-1/%E7%8C%AB.png");
        assert_eq!(older_than("uploads/82-1/a+b.png"), "?after=82-1/a%2Bb.png");
    }

    #[test]
    fn the_way_back_is_relative() {
        let check = |path, base_path, root: &str| {
            assert_eq!(root_from(path, base_path), root, "{path} below {base_path:?}");
        };
        check("/upload", "", "./");
        check("/", "", "./");
        check("//upload", "", "./");
        check("/images/a/b", "", "../../");
        check("/rust/upload", "/rust", "./");
        check("/rust/images/a/b", "/rust", "../../");
        check("//rust//images/a", "/rust", "../../");
        check("/some//app/x", "/some/app", "./");
        check("/some/app/view/x/y", "/some/app", "../../");
        // What came without the base path, or below another one that begins like it.
        check("/images/a/b", "/rust", "../../");
        check("/rusty/x", "/rust", "../");
        check("/some/apple/x", "/some/app", "../../");
    }
}

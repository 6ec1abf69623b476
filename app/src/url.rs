//! Addresses, all relative: a load balancer may serve the app under a path that the app cannot know.

use app_intake::upload_rules::PREFIX;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays as it is in a path.
pub const UNRESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// What stays as it is in a query's value.
const QUERY_VALUE: &AsciiSet = &UNRESERVED.remove(b'/');

/// The address of something about an image: `images/ID/NAME`, `view/ID/NAME`, ...
pub fn of_image(what: &str, key: &str) -> String {
    format!("{what}/{}", utf8_percent_encode(id_and_name(key), UNRESERVED))
}

/// The page of what comes after this image.
pub fn older_than(key: &str) -> String {
    format!("?after={}", utf8_percent_encode(id_and_name(key), QUERY_VALUE))
}

/// From a path back to the page: `/images/a/b` is two levels down.
pub fn root_from(path: &str) -> String {
    let below = path.trim_start_matches('/').matches('/').count();
    if below == 0 { "./".to_owned() } else { "../".repeat(below) }
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
        let check = |path, root: &str| assert_eq!(root_from(path), root, "{path}");
        check("/upload", "./");
        check("/", "./");
        check("//upload", "./");
        check("/images/a/b", "../../");
    }
}

//! What a client already has, and which part of an image it wants (RFC 9110). The typed headers of `axum-extra` read a range
//! only with an image's length, which S3 knows and the app does not; without that they are for one function's few lines.

use axum::http::{HeaderMap, header};

/// S3's tags have at most 38 letters; what stands in for it may have longer ones.
const LONGEST_TAG: usize = 128;

/// `If-None-Match` compares weakly: a proxy that compresses marks a tag as weak.
pub fn is_known(headers: &HeaderMap, e_tag: Option<&str>) -> bool {
    let Some(e_tag) = e_tag else { return false };
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|tag| {
        let tag = tag.trim();
        tag == "*" || tag.trim_start_matches("W/") == e_tag
    })
}

/// The tag that is asked about, where it is one that S3 may have given, as S3 compares it: strong. None where there are several,
/// or any is meant.
pub fn only_tag(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::IF_NONE_MATCH).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let tag = value.to_str().ok()?.trim().trim_start_matches("W/");
    let inner = tag.strip_prefix('"')?.strip_suffix('"')?;
    let is_of_tag = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (inner.len() <= LONGEST_TAG && inner.bytes().all(is_of_tag)).then_some(tag)
}

/// Which bytes of so many a well-formed range has: the first, and the one behind the last. None where it has none of them.
pub fn slice(range: &str, size: u64) -> Option<(u64, u64)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (first, end) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) => (first, last.saturating_add(1).min(size)),
        (Ok(first), Err(_)) => (first, size),
        (Err(_), Ok(length)) => (size.saturating_sub(length), size),
        (Err(_), Err(_)) => return None,
    };
    (first < end).then_some((first, end))
}

/// The one range that is asked for. Several ranges, malformed ones, and a range that holds only for a certain version
/// (`If-Range`) are left out: the whole image is always a right answer.
pub fn byte_range(headers: &HeaderMap) -> Option<&str> {
    let range = headers.get(header::RANGE)?.to_str().ok()?;
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let is_number = |text: &str| text.is_empty() || text.parse::<u64>().is_ok();
    let in_order = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) => first <= last,
        (first, last) => first.is_ok() || last.is_ok(),
    };
    let plain = range.bytes().all(|byte| byte.is_ascii_digit() || b"bytes=-".contains(&byte));
    let whole = headers.contains_key(header::IF_RANGE);
    (is_number(first) && is_number(last) && in_order && plain && !whole).then_some(range)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_known_tag_is_recognised() {
        let check = |value: &'static str, known| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(value));
            assert_eq!(is_known(&headers, Some("\"abc\"")), known, "{value}");
        };
        check("\"abc\"", true);
        check("W/\"abc\"", true);
        check("\"x\", \"abc\"", true);
        check("*", true);
        check("\"abcd\"", false);
        assert!(!is_known(&HeaderMap::new(), Some("\"abc\"")));
    }

    #[test]
    fn one_tag_is_passed_on_as_a_strong_one() {
        let tag = |values: &[&'static str]| {
            let values = values.iter().map(|value| (header::IF_NONE_MATCH, HeaderValue::from_static(value)));
            only_tag(&HeaderMap::from_iter(values)).map(str::to_owned)
        };
        assert_eq!(tag(&["\"abc\""]).as_deref(), Some("\"abc\""));
        assert_eq!(tag(&[" W/\"abc\""]).as_deref(), Some("\"abc\""));
        for values in [&[][..], &["*"], &["abc"], &["\"a\", \"b\""], &["\"a,b\""], &["\""], &["\"a b\""]] {
            assert_eq!(tag(values), None, "{values:?}");
        }
    }

    #[test]
    fn a_range_is_cut_at_the_end() {
        let check = |range, bytes| assert_eq!(slice(range, 10), bytes, "{range}");
        check("bytes=0-7", Some((0, 8)));
        check("bytes=3-3", Some((3, 4)));
        check("bytes=5-", Some((5, 10)));
        check("bytes=5-100", Some((5, 10)));
        check("bytes=-3", Some((7, 10)));
        check("bytes=-30", Some((0, 10)));
        check("bytes=-0", None);
        check("bytes=10-", None);
        check("bytes=10-18446744073709551615", None);
        assert_eq!(slice("bytes=0-", 0), None);
    }

    #[test]
    fn one_well_formed_range_is_taken() {
        let check = |value: &'static str, taken: bool| {
            let headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_static(value))]);
            assert_eq!(byte_range(&headers), taken.then_some(value), "{value}");
        };
        for range in ["bytes=0-7", "bytes=5-", "bytes=-1", "bytes=-0", "bytes=3-3"] {
            check(range, true);
        }
        for range in
            ["bytes=", "bytes=-", "bytes=7-0", "bytes=a-b", "bytes=0-1,3-4", "items=0-1", "bytes=+1-2", "0-1"]
        {
            check(range, false);
        }
    }

    #[test]
    fn a_range_of_a_certain_version_is_not_taken() {
        let value = HeaderValue::from_static;
        let headers = [(header::RANGE, value("bytes=0-7")), (header::IF_RANGE, value("\"abc\""))];
        assert_eq!(byte_range(&HeaderMap::from_iter(headers)), None);
    }
}

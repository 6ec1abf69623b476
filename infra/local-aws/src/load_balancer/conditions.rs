//! Conditions of rules: checked when they are made, then matched against each request.

use super::form::invalid;
use super::model::{Condition, HeaderValues, QueryValues, Values};
use crate::api_error::ApiError;
use hyper::HeaderMap;
use hyper::header::HeaderName;
use std::net::IpAddr;

const MAX_VALUES: usize = 5;
const MAX_LENGTH: usize = 128;

/// What of a request conditions look at.
pub struct Seen<'a> {
    /// Without its port.
    pub host: &'a str,
    /// Without its query.
    pub path: &'a str,
    /// After the question mark.
    pub query: &'a str,
    /// Such as `GET`.
    pub method: &'a str,
    /// All of them.
    pub headers: &'a HeaderMap,
    /// Who connected.
    pub source: IpAddr,
}

/// A condition that can be matched.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html>
#[derive(Debug)]
pub enum Matcher {
    Host(Vec<String>),
    Path(Vec<String>),
    Method(Vec<String>),
    Header(HeaderName, Vec<String>),
    Query(Vec<(Option<String>, String)>),
    Source(Vec<(IpAddr, u8)>),
}

impl Matcher {
    /// Whether a request meets the condition.
    pub fn matches(&self, seen: &Seen<'_>) -> bool {
        match self {
            Self::Host(patterns) => patterns.iter().any(|it| like(it, seen.host, true)),
            Self::Path(patterns) => patterns.iter().any(|it| like(it, seen.path, false)),
            Self::Method(methods) => methods.iter().any(|it| it == seen.method),
            Self::Header(name, patterns) => {
                let values = seen.headers.get_all(name).iter().filter_map(|it| it.to_str().ok());
                values.into_iter().any(|value| patterns.iter().any(|it| like(it, value, true)))
            }
            Self::Query(pairs) => seen.query.split('&').any(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                pairs.iter().any(|(wanted, pattern)| {
                    wanted.as_ref().is_none_or(|it| like(it, key, true)) && like(pattern, value, true)
                })
            }),
            Self::Source(blocks) => blocks.iter().any(|block| within(*block, seen.source)),
        }
    }
}

/// A condition as the API shows it, and as requests are matched.
///
/// # Errors
/// What AWS refuses.
pub fn complete(condition: Condition) -> Result<(Condition, Matcher), ApiError> {
    let field = condition.field.clone();
    let old = condition.values.clone().unwrap_or_default();
    let of = |config: &Option<Values>| config.as_ref().map(|it| it.values.clone()).unwrap_or_default();
    let all = [&condition.host_header_config, &condition.path_pattern_config];
    let regex = all.iter().any(|it| it.as_ref().is_some_and(|it| !it.regex_values.is_empty()));
    if regex || condition.regex_values.is_some() {
        return Err(invalid("regular expressions in conditions are not there in the local AWS"));
    }
    let either =
        |config: &Option<Values>| checked(&field, if old.is_empty() { of(config) } else { old.clone() });
    let bare = Condition { field: field.clone(), ..Condition::default() };
    let config = |values: &Vec<String>| Some(Values { values: values.clone(), regex_values: Vec::new() });
    Ok(match field.as_str() {
        "host-header" => {
            let values = either(&condition.host_header_config)?;
            (
                Condition { host_header_config: config(&values), values: Some(values.clone()), ..bare },
                Matcher::Host(values),
            )
        }
        "path-pattern" => {
            let values = either(&condition.path_pattern_config)?;
            (
                Condition { path_pattern_config: config(&values), values: Some(values.clone()), ..bare },
                Matcher::Path(values),
            )
        }
        "http-request-method" => {
            let values = checked(&field, of(&condition.http_request_method_config))?;
            (Condition { http_request_method_config: config(&values), ..bare }, Matcher::Method(values))
        }
        "source-ip" => {
            let values = checked(&field, of(&condition.source_ip_config))?;
            let blocks = values.iter().map(|it| block(it)).collect::<Result<_, _>>()?;
            (Condition { source_ip_config: config(&values), ..bare }, Matcher::Source(blocks))
        }
        "http-header" => {
            let header = condition.http_header_config.unwrap_or_default();
            let matcher = header_matcher(&header)?;
            (Condition { http_header_config: Some(header), ..bare }, matcher)
        }
        "query-string" => {
            let query = condition.query_string_config.unwrap_or_default();
            let matcher = query_matcher(&query)?;
            (Condition { query_string_config: Some(query), ..bare }, matcher)
        }
        other => {
            return Err(invalid(format!(
                "Condition field '{other}' must be one of '[host-header, http-header, http-request-method, path-pattern, query-string, source-ip]'"
            )));
        }
    })
}

fn checked(field: &str, values: Vec<String>) -> Result<Vec<String>, ApiError> {
    if values.is_empty() || values.iter().any(String::is_empty) {
        return Err(invalid("A condition value must be specified"));
    }
    if let Some(long) = values.iter().find(|it| it.len() > MAX_LENGTH) {
        return Err(invalid(format!(
            "The condition value '{long}' of '{field}' cannot be longer than '{MAX_LENGTH}' characters"
        )));
    }
    if values.len() > MAX_VALUES {
        return Err(too_many_values());
    }
    Ok(values)
}

/// A rule has too many values in its conditions together.
pub fn too_many_values() -> ApiError {
    invalid(format!("Rules can have up to '{MAX_VALUES}' condition values"))
}

/// How many values the conditions of a rule have together.
pub fn over_limit<'a>(matchers: impl Iterator<Item = &'a Matcher>) -> bool {
    let count = |matcher: &Matcher| match matcher {
        Matcher::Host(all) | Matcher::Path(all) | Matcher::Method(all) | Matcher::Header(_, all) => all.len(),
        Matcher::Query(all) => all.len(),
        Matcher::Source(all) => all.len(),
    };
    matchers.map(count).sum::<usize>() > MAX_VALUES
}

fn header_matcher(header: &HeaderValues) -> Result<Matcher, ApiError> {
    let name = HeaderName::from_bytes(header.http_header_name.as_bytes());
    let name =
        name.map_err(|_| invalid(format!("The header name '{}' is not valid", header.http_header_name)))?;
    if name == hyper::header::HOST {
        return Err(invalid("The header name 'host' cannot be used for an http-header condition"));
    }
    Ok(Matcher::Header(name, checked("http-header", header.values.clone())?))
}

fn query_matcher(query: &QueryValues) -> Result<Matcher, ApiError> {
    checked("query-string", query.values.iter().map(|it| it.value.clone()).collect())?;
    Ok(Matcher::Query(query.values.iter().map(|it| (it.key.clone(), it.value.clone())).collect()))
}

fn block(text: &str) -> Result<(IpAddr, u8), ApiError> {
    let parsed = text.split_once('/').and_then(|(address, length)| {
        let (address, length): (IpAddr, u8) = (address.parse().ok()?, length.parse().ok()?);
        (length <= if address.is_ipv4() { 32 } else { 128 }).then_some((address, length))
    });
    parsed.ok_or_else(|| invalid(format!("The CIDR block '{text}' is not valid")))
}

fn within((network, length): (IpAddr, u8), address: IpAddr) -> bool {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(it) => u128::from(it.to_bits()) << 96,
        IpAddr::V6(it) => it.to_bits(),
    };
    let address = address.to_canonical();
    let differ = bits(network) ^ bits(address);
    network.is_ipv4() == address.is_ipv4() && (length == 0 || differ >> (128 - u32::from(length)) == 0)
}

/// Whether a text is like a pattern with `*` for any characters and `?` for one; a backslash takes their meaning.
fn like(pattern: &str, text: &str, fold: bool) -> bool {
    let same = |a: u8, b: u8| a == b || fold && a.eq_ignore_ascii_case(&b);
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut position, mut star) = (0, 0, None);
    while position < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, position));
                at += 1;
                continue;
            }
            Some(b'?') => {
                at += 1;
                position += 1;
                continue;
            }
            Some(b'\\') if pattern.get(at + 1).is_some_and(|it| same(*it, text[position])) => {
                at += 2;
                position += 1;
                continue;
            }
            Some(literal) if same(*literal, text[position]) => {
                at += 1;
                position += 1;
                continue;
            }
            _ => {}
        }
        // The last star takes one more.
        let Some((of_star, taken)) = star else { return false };
        (at, position, star) = (of_star + 1, taken + 1, Some((of_star, taken + 1)));
    }
    pattern[at.min(pattern.len())..].iter().all(|it| *it == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_stand_for_others() {
        let cases = [
            ("/img/*", "/img/", true),
            ("/img/*", "/img", false),
            ("/*/a?c", "/x/y/abc", true),
            ("/*/a?c", "/x/y/ac", false),
            ("*.example.com", "test.example.com", true),
            ("*", "", true),
            (r"a\*", "a*", true),
            (r"a\*", "ab", false),
            ("a*b*c", "aXbYbc", true),
            ("A", "a", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(like(pattern, text, false), expected, "{pattern} {text}");
        }
        assert!(like("EXAMPLE.com", "example.COM", true));
    }

    #[test]
    fn addresses_are_within_their_blocks() {
        let within = |text: &str, address: &str| within(block(text).unwrap(), address.parse().unwrap());
        assert!(within("10.1.0.0/16", "10.1.255.3") && !within("10.1.0.0/16", "10.2.0.1"));
        assert!(within("0.0.0.0/0", "10.2.0.1") && !within("0.0.0.0/0", "::1"));
        assert!(within("127.0.0.1/32", "::ffff:127.0.0.1"));
        assert!(within("2001:db8::/32", "2001:db8:1::1"));
        assert!(["10.0.0.0", "10.0.0.0/33", "x/8"].iter().all(|it| block(it).is_err()));
    }
}

//! Conditions of rules: checked when they are made, then matched against each request.

use super::actions::text;
use super::form::invalid;
use crate::api_error::ApiError;
use hyper::HeaderMap;
use hyper::header::HeaderName;
use serde_json::{Value, json};
use std::net::IpAddr;

const MAX_VALUES: usize = 5;
const MAX_LENGTH: usize = 128;
/// Each kind of condition and the member that has its values.
const CONFIGS: [(&str, &str); 6] = [
    ("host-header", "HostHeaderConfig"),
    ("http-header", "HttpHeaderConfig"),
    ("http-request-method", "HttpRequestMethodConfig"),
    ("path-pattern", "PathPatternConfig"),
    ("query-string", "QueryStringConfig"),
    ("source-ip", "SourceIpConfig"),
];

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
pub fn complete(condition: &Value) -> Result<(Value, Matcher), ApiError> {
    let field = text(condition, "Field");
    let known = CONFIGS.iter().find(|(name, _)| *name == field);
    let (_, config_name) = known.ok_or_else(|| {
        let fields = CONFIGS.map(|(name, _)| name).join(", ");
        invalid(format!("Condition field '{field}' must be one of '[{fields}]'"))
    })?;
    let config = &condition[config_name];
    if !condition["RegexValues"].is_null() || !config["RegexValues"].is_null() {
        return Err(invalid("regular expressions in conditions are not there in the local AWS"));
    }
    let pairs = config["Values"].as_array().into_iter().flatten();
    let pairs = pairs.map(|it| (it["Key"].as_str().map(str::to_owned), text(it, "Value").to_owned()));
    let pairs: Vec<(Option<String>, String)> = pairs.collect();
    // Hosts and paths have an older form beside.
    let plain = if condition["Values"].is_array() { &condition["Values"] } else { &config["Values"] };
    let plain = plain.as_array().into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned));
    let values: Vec<String> =
        if field == "query-string" { pairs.iter().map(|it| it.1.clone()).collect() } else { plain.collect() };
    check_values(field, &values)?;
    let mut shown = json!({"Field": field, *config_name: {"Values": values}});
    let matcher = match field {
        "host-header" => Matcher::Host(values),
        "path-pattern" => Matcher::Path(values),
        "http-request-method" => Matcher::Method(values),
        "source-ip" => Matcher::Source(values.iter().map(|it| block(it)).collect::<Result<_, _>>()?),
        "query-string" => Matcher::Query(pairs),
        _ => Matcher::Header(header_name(text(config, "HttpHeaderName"))?, values),
    };
    match &matcher {
        Matcher::Host(values) | Matcher::Path(values) => shown["Values"] = json!(values),
        Matcher::Header(..) | Matcher::Query(_) => shown[config_name] = config.clone(),
        _ => {}
    }
    Ok((shown, matcher))
}

fn check_values(field: &str, values: &[String]) -> Result<(), ApiError> {
    if values.is_empty() || values.iter().any(String::is_empty) {
        return Err(invalid("A condition value must be specified"));
    }
    match values.iter().find(|it| it.len() > MAX_LENGTH) {
        None => Ok(()),
        Some(long) => {
            let text =
                format!("The '{field}' value '{long}' cannot be longer than '{MAX_LENGTH}' characters");
            Err(invalid(text))
        }
    }
}

/// Checks how many values the conditions of a rule have together.
pub fn check_count(matchers: &[Matcher]) -> Result<(), ApiError> {
    let count = |matcher: &Matcher| match matcher {
        Matcher::Host(all) | Matcher::Path(all) | Matcher::Method(all) | Matcher::Header(_, all) => all.len(),
        Matcher::Query(all) => all.len(),
        Matcher::Source(all) => all.len(),
    };
    match matchers.iter().map(count).sum::<usize>() > MAX_VALUES {
        true => Err(invalid(format!("Rules can have up to '{MAX_VALUES}' condition values"))),
        false => Ok(()),
    }
}

fn header_name(name: &str) -> Result<HeaderName, ApiError> {
    let parsed = HeaderName::from_bytes(name.as_bytes()).ok().filter(|it| it != hyper::header::HOST);
    parsed
        .ok_or_else(|| invalid(format!("The header name '{name}' is not valid for an http-header condition")))
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
        let escaped = pattern.get(at) == Some(&b'\\') && at + 1 < pattern.len();
        let literal = if escaped { pattern[at + 1] } else { pattern.get(at).copied().unwrap_or_default() };
        if literal == b'*' && !escaped {
            star = Some((at, position));
            at += 1;
        } else if at < pattern.len() && (literal == b'?' && !escaped || same(literal, text[position])) {
            (at, position) = (at + 1 + usize::from(escaped), position + 1);
        } else {
            // The last star takes one more.
            let Some((of_star, taken)) = star else { return false };
            (at, position, star) = (of_star + 1, taken + 1, Some((of_star, taken + 1)));
        }
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

//! The form of a call of the query protocol, as a tree: `A.member.1.B=c` is `{"A": [{"B": "c"}]}`.

use crate::api_error::ApiError;
use serde_json::{Map, Value};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// The deepest member of any call has half as many parts.
const MAX_DEPTH: usize = 16;

/// A call's members; all leaves are texts.
pub struct Form(Value);

impl Form {
    /// Reads a form.
    pub fn new(pairs: &[(String, String)]) -> Result<Self, ApiError> {
        let mut root = Map::new();
        for (key, value) in pairs {
            let parts: Vec<&str> = key.split('.').collect();
            let malformed = || ApiError::new("MalformedQueryString", format!("unexpected member '{key}'"));
            if parts.len() > MAX_DEPTH || value.chars().any(|it| it.is_control() && !"\t\n\r".contains(it)) {
                return Err(malformed());
            }
            insert(&mut root, &parts, value).ok_or_else(malformed)?;
        }
        Ok(Self(with_lists(root)))
    }

    /// A member's text; an empty one counts as absent.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0[name].as_str().filter(|text| !text.is_empty())
    }

    /// Whether a member is there, even empty.
    pub fn has(&self, name: &str) -> bool {
        !self.0[name].is_null()
    }

    /// A member that has to be there.
    pub fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name).ok_or_else(|| {
            let member = format!("{}{}", name[..1].to_lowercase(), &name[1..]);
            let why = "failed to satisfy constraint: Member must not be null";
            invalid(format!("1 validation error detected: Value null at '{member}' {why}"))
        })
    }

    /// A number within bounds.
    pub fn number<T>(&self, name: &str, bounds: RangeInclusive<T>) -> Result<Option<T>, ApiError>
    where
        T: FromStr + PartialOrd + Display,
    {
        let Some(text) = self.text(name) else { return Ok(None) };
        match text.parse() {
            Ok(number) if bounds.contains(&number) => Ok(Some(number)),
            _ => Err(invalid(format!(
                "{name} must be a number from {} to {}, not '{text}'",
                bounds.start(),
                bounds.end()
            ))),
        }
    }

    /// A list, empty if it is not there.
    pub fn list(&self, name: &str) -> Result<&[Value], ApiError> {
        match &self.0[name] {
            Value::Array(list) => Ok(list),
            Value::Null => Ok(&[]),
            Value::String(empty) if empty.is_empty() => Ok(&[]),
            _ => Err(invalid(format!("{name} must be a list"))),
        }
    }

    /// A list of texts.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, ApiError> {
        let text = |it: &Value| it.as_str().map(str::to_owned);
        let texts: Option<_> = self.list(name)?.iter().map(text).collect();
        texts.ok_or_else(|| invalid(format!("{name} must be a list of texts")))
    }

    /// A member of a structure: `("Matcher", "HttpCode")`.
    pub fn inner(&self, outer: &str, name: &str) -> Option<&str> {
        self.0[outer][name].as_str().filter(|text| !text.is_empty())
    }
}

/// A refusal of what a call says.
pub fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

fn insert(into: &mut Map<String, Value>, parts: &[&str], value: &str) -> Option<()> {
    let (first, rest) = parts.split_first()?;
    if rest.is_empty() {
        return into.insert((*first).to_owned(), value.into()).is_none().then_some(());
    }
    let next = into.entry(*first).or_insert_with(|| Value::Object(Map::new()));
    insert(next.as_object_mut()?, rest, value)
}

fn with_lists(map: Map<String, Value>) -> Value {
    let convert = |value| match value {
        Value::Object(inner) => with_lists(inner),
        leaf => leaf,
    };
    let Some(Value::Object(_)) = map.get("member").filter(|_| map.len() == 1) else {
        return map.into_iter().map(|(name, value)| (name, convert(value))).collect();
    };
    let members = map.into_iter().filter_map(|(_, members)| match members {
        Value::Object(members) => Some(members),
        _ => None,
    });
    let mut members: Vec<(String, Value)> = members.flatten().collect();
    members.sort_by_key(|(index, _)| index.parse::<u32>().unwrap_or(u32::MAX));
    members.into_iter().map(|(_, value)| convert(value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Result<Form, ApiError> {
        Form::new(
            &pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<Vec<_>>(),
        )
    }

    #[test]
    fn members_are_a_list_in_the_order_of_their_numbers() {
        let form = form(&[("A.member.10", "z"), ("A.member.2", "b"), ("A.member.1", "a")]).unwrap();
        assert_eq!(form.texts("A").unwrap(), ["a", "b", "z"]);
    }

    #[test]
    fn what_no_tree_gives_is_refused() {
        let deep = "A.".repeat(100_000);
        for pairs in
            [vec![("A", "1"), ("A.B", "2")], vec![("A.B", "2"), ("A", "1")], vec![(deep.as_str(), "1")]]
        {
            assert_eq!(form(&pairs).err().map(|it| it.code), Some("MalformedQueryString".to_owned()));
        }
    }
}

//! Reads JSON into ECS's types and tells everything that does not fit, not only the first thing.
//!
//! A value of the wrong type is noted and something harmless is read in its place, so that reading goes on. What is
//! found later about such a place is not reported.

use crate::ecs::rules::{Findings, Path, Rule};
use infra_engine::output::OUTPUT;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Map, Value};
use std::cell::RefCell;

/// Reads a value of this type, with rule T01 or T02 for each part that does not fit it.
///
/// # Errors
/// Never for types that consist of objects, lists, enumerations, texts, numbers and booleans.
pub fn read<T: DeserializeOwned>(json: &Value) -> Result<(T, Findings), Error> {
    let findings = RefCell::new(Findings::default());
    let reader = Reader { json: Some(json), path: Path::Root, findings: &findings, quiet: false };
    let value = T::deserialize(reader)?;
    Ok((value, findings.into_inner()))
}

/// Reads one value.
struct Reader<'a> {
    /// `None`: the member is left out.
    json: Option<&'a Value>,
    path: Path<'a>,
    findings: &'a RefCell<Findings>,
    /// Within a value that is known to be broken.
    quiet: bool,
}

impl<'a> Reader<'a> {
    fn wrong(&self, rule: Rule, problem: &str) {
        if !self.quiet {
            self.findings.borrow_mut().add_broken(rule, &self.path, problem);
        }
    }

    /// Says that the value is not what is expected here, and what is there instead.
    fn not(&self, expected: &str) {
        match self.json {
            None => self.wrong(Rule::T01, &format!("{expected} is required")),
            Some(json) => self.wrong(Rule::T01, &format!("{} where {expected} is expected", shown(json))),
        }
    }

    fn integer(&self, least: i64, most: i64) -> i64 {
        match self.json.and_then(Value::as_i64) {
            Some(number) if (least..=most).contains(&number) => return number,
            Some(number) => self.wrong(Rule::T01, &format!("{number} is beyond {least} to {most}")),
            None => self.not("a whole number"),
        }
        0
    }

    fn text(&self, expected: &str) -> &'a str {
        if let Some(Value::String(text)) = self.json {
            return text;
        }
        self.not(expected);
        ""
    }
}

/// A value in a message: short ones as they are.
fn shown(json: &Value) -> String {
    match json {
        Value::Null => "null".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::Bool(_) | Value::Number(_) => json.to_string(),
        Value::String(text) if text.chars().count() <= 40 => format!("the text \"{text}\""),
        Value::String(_) => "a text".to_owned(),
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Error;

    /// For members whose content ECS leaves open.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.json.cloned().unwrap_or_default().deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.json {
            None => visitor.visit_none(),
            Some(Value::Null) => {
                self.wrong(Rule::T01, "null, which ECS does not take: leave the member out");
                visitor.visit_none()
            }
            Some(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Some(Value::Bool(value)) = self.json {
            return visitor.visit_bool(*value);
        }
        self.not("true or false");
        visitor.visit_bool(false)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_i64(self.integer(i32::MIN.into(), i32::MAX.into()))
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.json.and_then(Value::as_f64) {
            Some(number) => visitor.visit_f64(number),
            None => {
                self.not("a number");
                visitor.visit_f64(0.0)
            }
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.text("a text"))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let items: &[Value] = match self.json {
            Some(Value::Array(items)) => items,
            None => &[],
            Some(_) => {
                self.not("a list");
                &[]
            }
        };
        visitor.visit_seq(Items { items, index: 0, parent: &self })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let members = match self.json {
            Some(Value::Object(members)) => Some(members),
            None => None,
            Some(_) => {
                self.not("an object");
                None
            }
        };
        visitor.visit_map(Members::of_map(members, &self))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Some(Value::Object(members)) = self.json {
            return visitor.visit_map(Members::of_struct(Some(members), fields, &self));
        }
        self.not("an object");
        let broken = Self { quiet: true, ..self };
        visitor.visit_map(Members::of_struct(None, fields, &broken))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let text = self.text("a text");
        let known = variants.iter().find(|&&variant| variant == text);
        if known.is_none() && matches!(self.json, Some(Value::String(_))) {
            self.wrong(Rule::T02, &format!("\"{text}\" is none of {}", variants.join(", ")));
        }
        let variant =
            known.or(variants.first()).ok_or_else(|| Error::custom("an enumeration without values"))?;
        visitor.visit_enum(StrDeserializer::<Error>::new(variant))
    }

    /// A value that could be another resource's output in a program is a text in a file.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == OUTPUT {
            visitor.visit_str(self.text("a text"))
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i64 i128 u8 u16 u32 u64 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
        ignored_any
    }
}

/// The items of a list.
struct Items<'a, 'p> {
    items: &'a [Value],
    index: usize,
    parent: &'p Reader<'a>,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(item) = self.items.get(self.index) else { return Ok(None) };
        let path = self.parent.path.item(self.index);
        self.index += 1;
        let Reader { findings, quiet, .. } = *self.parent;
        seed.deserialize(Reader { json: Some(item), path, findings, quiet }).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.index)
    }
}

/// The members of an object: those that are given, then those of the type that are left out, as each type of member
/// knows itself whether it may be.
struct Members<'a, 'p> {
    given: Option<serde_json::map::Iter<'a>>,
    members: Option<&'a Map<String, Value>>,
    /// Those of the type that have not been looked at; `None` for a map, which has any.
    fields: Option<std::slice::Iter<'static, &'static str>>,
    known: &'static [&'static str],
    next: (&'a str, Option<&'a Value>),
    parent: &'p Reader<'a>,
}

impl<'a, 'p> Members<'a, 'p> {
    fn of_map(members: Option<&'a Map<String, Value>>, parent: &'p Reader<'a>) -> Self {
        Self { given: members.map(Map::iter), members, fields: None, known: &[], next: ("", None), parent }
    }

    fn of_struct(
        members: Option<&'a Map<String, Value>>,
        known: &'static [&'static str],
        parent: &'p Reader<'a>,
    ) -> Self {
        let fields = Some(known.iter());
        Self { given: members.map(Map::iter), members, fields, known, next: ("", None), parent }
    }

    fn advance(&mut self) -> Option<(&'a str, Option<&'a Value>)> {
        while let Some((name, value)) = self.given.as_mut().and_then(Iterator::next) {
            if self.fields.is_none() || self.known.contains(&name.as_str()) {
                return Some((name, Some(value)));
            }
            let path = self.parent.path.member(name);
            if !self.parent.quiet {
                self.parent.findings.borrow_mut().add(Rule::T01, &path, unknown(name, self.known));
            }
        }
        let left_out = |field: &&&str| !self.members.is_some_and(|members| members.contains_key(**field));
        self.fields.as_mut()?.find(left_out).map(|&field| (field, None))
    }
}

impl<'de> MapAccess<'de> for Members<'_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(next) = self.advance() else { return Ok(None) };
        self.next = next;
        seed.deserialize(next.0.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let (name, json) = self.next;
        let Reader { findings, quiet, .. } = *self.parent;
        let path = self.parent.path.member(name);
        seed.deserialize(Reader { json, path, findings, quiet })
    }
}

/// Members that ECS tells of a task definition but does not take.
const ANSWERS: [&str; 10] = [
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
    "deletedAt",
];

/// A name so similar is probably meant.
const SIMILAR: f64 = 0.85;
/// More names than this tell nobody anything.
const MOST_NAMES: usize = 12;

fn unknown(name: &str, known: &[&str]) -> String {
    if ANSWERS.contains(&name) {
        return "ECS tells this in an answer and does not take it in a request: leave it out".to_owned();
    }
    let similarity =
        |known: &str| strsim::jaro_winkler(&name.to_ascii_lowercase(), &known.to_ascii_lowercase());
    let closest = known.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
    match closest.filter(|closest| similarity(closest) >= SIMILAR) {
        Some(closest) => format!("ECS knows no member of this name; is `{closest}` meant?"),
        None if known.len() <= MOST_NAMES => {
            format!("ECS knows no member of this name; it has {}", known.join(", "))
        }
        None => "ECS knows no member of this name".to_owned(),
    }
}

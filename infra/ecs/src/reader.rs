//! Reads JSON into ECS's types and reports everything that does not fit, not only the first thing.
//!
//! A value of the wrong type is noted and something harmless is read in its place, so that reading goes on. What is
//! found later about such a place is not reported. So it is with placeholders, which are no fault.
//!
//! `eserde` collects all errors too, but gives no value beside them, so that no rule could look at the rest; it knows neither null
//! from missing nor our rules' words, and its derive makes the code of every type twice.

mod members;
mod notebook;
mod place;
mod placeholder;

pub use notebook::Form;

use crate::rules::{Findings, Path, Rule};
use infra_engine::output::OUTPUT;
use members::{Items, Members};
use notebook::Notebook;
use place::Place;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};
use std::cell::RefCell;

/// Outputs of several texts; all others are one.
const LISTS: [&str; 1] = ["subnets"];

/// Reads a value of this type, with rule T01 or T02 for each part that does not fit it.
///
/// # Errors
/// Never for types that consist of objects, lists, enumerations, texts, numbers and booleans.
pub fn read<T: DeserializeOwned>(json: &Value, form: Form) -> Result<(T, Findings), Error> {
    let notes = RefCell::new(Notebook::new(form));
    let place = Place { json: Some(json), path: Path::Root, notes: &notes, quiet: false };
    let value = T::deserialize(place)?;
    Ok((value, notes.into_inner().into_findings()))
}

impl<'de> Deserializer<'de> for Place<'_> {
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
        if !self.is_unknown() {
            self.not("true or false");
        }
        visitor.visit_bool(false)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_i64(self.integer(i32::MIN.into(), i32::MAX.into()))
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.json.and_then(Value::as_f64) {
            Some(number) => visitor.visit_f64(number),
            None => {
                if !self.is_unknown() {
                    self.not("a number");
                }
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
                if !self.is_unknown() {
                    self.not("a list");
                }
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
                if !self.is_unknown() {
                    self.not("an object");
                }
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
        if !self.is_unknown() {
            self.not("an object");
        }
        let broken = Self { quiet: true, ..self };
        visitor.visit_map(Members::of_struct(None, fields, &broken))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let text = if let Some(Value::String(text)) = self.json { text } else { self.text("a text") };
        let known = variants.iter().find(|&&variant| variant == text);
        if known.is_none() && matches!(self.json, Some(Value::String(_))) && !self.is_unknown() {
            let problem = format!("\"{text}\" is none of {}", variants.join(", "));
            if matches!(self.path, Path::Member(_, "logDriver")) && !text.is_empty() {
                self.own_log_driver(&problem);
                return visitor.visit_enum(StrDeserializer::<Error>::new(text));
            }
            self.wrong(Rule::T02, &problem);
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
        match self.path {
            _ if name != OUTPUT => visitor.visit_newtype_struct(self),
            Path::Member(_, member) if LISTS.contains(&member) => self.deserialize_seq(visitor),
            _ => visitor.visit_str(self.text("a text")),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i64 i128 u8 u16 u32 u64 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
        ignored_any
    }
}

//! Enumerations of ECS's JSON that can hold a value which this version does not know.
//!
//! AWS adds values. What is live has to be read all the same, so that it shows as a difference and can be changed. A value that
//! is not known is kept as its text, is equal to no known value, and comes from reading alone: a program can't make one.

use serde::de::{Deserialize, Deserializer, EnumAccess, Error, VariantAccess, Visitor};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// The text of a value that this version does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownValue(&'static str);

/// Each text once, for as long as the program runs: the enumerations stay as cheap to copy as they are.
static TEXTS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

impl UnknownValue {
    /// Keeps this text.
    pub fn keep(text: &str) -> Self {
        let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = texts.get(text) {
            return Self(kept);
        }
        let kept: &'static str = Box::leak(text.into());
        texts.insert(kept);
        Self(kept)
    }

    /// The text, as ECS writes it.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

/// An enumeration of ECS's JSON.
pub trait OpenEnum: Sized {
    /// The values that this version knows, as ECS writes them.
    const KNOWN: &'static [&'static str];

    /// The value of this text, known or not.
    fn from_text(text: &str) -> Self;

    /// As ECS writes it.
    fn text(self) -> &'static str;
}

/// For values that people write, such as settings: takes the known ones alone.
///
/// # Errors
/// When the value is not known.
pub fn known<'de, T: OpenEnum + Copy + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let value = T::deserialize(deserializer)?;
    let text = value.text();
    if T::KNOWN.contains(&text) { Ok(value) } else { Err(D::Error::unknown_variant(text, T::KNOWN)) }
}

/// The text of a value of an enumeration, asked for as one: a deserialiser that takes the known values alone can say which.
pub fn text_of<'de, D: Deserializer<'de>>(
    deserializer: D,
    name: &'static str,
    known: &'static [&'static str],
) -> Result<String, D::Error> {
    deserializer.deserialize_enum(name, known, TextVisitor)
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, value: A) -> Result<String, A::Error> {
        let (text, variant) = value.variant::<String>()?;
        variant.unit_variant()?;
        Ok(text)
    }
}

/// Declares an enumeration, each value with its text in ECS's JSON.
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$value_meta:meta])* $value:ident = $text:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$value_meta])* $value,)+
            /// A value that this version does not know; only what is read can be one.
            Unknown($crate::open_enum::UnknownValue),
        }

        impl $name {
            /// As ECS writes it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)+
                    Self::Unknown(value) => value.as_str(),
                }
            }
        }

        impl $crate::open_enum::OpenEnum for $name {
            const KNOWN: &'static [&'static str] = &[$($text),+];

            fn from_text(text: &str) -> Self {
                match text {
                    $($text => Self::$value,)+
                    _ => Self::Unknown($crate::open_enum::UnknownValue::keep(text)),
                }
            }

            fn text(self) -> &'static str {
                self.as_str()
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use $crate::open_enum::{OpenEnum, text_of};
                let text = text_of(deserializer, stringify!($name), <Self as OpenEnum>::KNOWN)?;
                Ok(<Self as OpenEnum>::from_text(&text))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::{Form, read};
    use serde_json::{Value, from_value, json, to_value};

    open_enum! {
        /// A colour.
        pub enum Color {
            /// Like the sky.
            Blue = "BLUE",
            /// Like grass.
            Green = "GREEN",
        }
    }

    #[derive(Debug, serde::Deserialize)]
    struct Wall {
        #[serde(deserialize_with = "known")]
        color: Color,
    }

    #[test]
    fn a_value_that_is_not_known_is_read_and_written_as_its_text_and_equals_no_known_one() {
        for text in ["BLUE", "GREEN", "PURPLE", "blue", ""] {
            let color: Color = from_value(json!(text)).unwrap();
            assert_eq!(to_value(color).unwrap(), json!(text));
            assert_eq!(color == Color::Blue, text == "BLUE");
            assert_eq!(matches!(color, Color::Unknown(_)), !Color::KNOWN.contains(&text));
        }
        assert_eq!(Color::from_text("PURPLE"), from_value(json!("PURPLE")).unwrap());
        assert_ne!(Color::from_text("PURPLE"), Color::from_text("PINK"));
        assert!(from_value::<Color>(json!(7)).is_err());
    }

    #[test]
    fn what_people_write_is_one_of_the_known_values() {
        assert_eq!(from_value::<Wall>(json!({"color": "BLUE"})).unwrap().color, Color::Blue);
        let error = from_value::<Wall>(json!({"color": "PURPLE"})).unwrap_err().to_string();
        assert!(error.contains("unknown variant `PURPLE`, expected `BLUE` or `GREEN`"), "{error}");
    }

    #[test]
    fn a_file_with_a_value_that_is_not_known_is_refused_with_those_that_are() {
        let reported = |value: Value| {
            let (_, findings) = read::<Color>(&value, Form::default()).unwrap();
            findings.errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(reported(json!("GREEN")), "");
        assert!(reported(json!("PURPLE")).contains("\"PURPLE\" is none of BLUE, GREEN"));
    }
}

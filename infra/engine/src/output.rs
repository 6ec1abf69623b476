//! Values that are known only once another resource exists.

use crate::failure::Failure;
use crate::id::ResourceId;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer, StringDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::marker::PhantomData;

/// The name under which an [`Output`] asks a deserialiser for its value: one that reads files can then insist on the
/// value itself, as there are no other resources to refer to.
pub const OUTPUT: &str = "$output";

/// A value given in the program, or an attribute that a resource will have once it exists.
///
/// An edge of the dependency graph exists because one resource holds an `Output` of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Output<T> {
    /// An attribute of another resource, not known yet.
    Of(Reference),
    /// The value itself.
    Known(T),
}

/// Which attribute of which resource an [`Output`] stands for; in JSON `{"$output": "bucket/images.name"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    #[serde(rename = "$output")]
    target: Target,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Target {
    resource: ResourceId,
    attribute: String,
}

impl TryFrom<String> for Target {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let parts =
            text.rsplit_once('.').and_then(|(id, attribute)| Some((ResourceId::parse(id)?, attribute)));
        let (resource, attribute) = parts.ok_or_else(|| format!("`{text}` refers to no output"))?;
        Ok(Self { resource, attribute: attribute.to_owned() })
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        format!("{}.{}", target.resource, target.attribute)
    }
}

impl Reference {
    /// The attribute of this name of that resource.
    pub fn new(resource: ResourceId, attribute: &str) -> Self {
        Self { target: Target { resource, attribute: attribute.to_owned() } }
    }

    /// The resource that will have the value.
    pub fn resource(&self) -> &ResourceId {
        &self.target.resource
    }

    /// The name of its attribute.
    pub fn attribute(&self) -> &str {
        &self.target.attribute
    }
}

impl<T> Output<T> {
    /// The attribute of this name of that resource.
    pub fn of(resource: &ResourceId, attribute: &str) -> Self {
        Self::Of(Reference::new(resource.clone(), attribute))
    }

    /// The value, for code that runs only after the resources it depends on exist.
    ///
    /// # Errors
    /// When the value is still a reference: the engine resolves all of them before a create or update.
    pub fn get(&self) -> Result<&T, Failure> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Of(reference) => Err(Failure::new(format!(
                "{} of {} is not known yet",
                reference.attribute(),
                reference.resource()
            ))),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Output<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(OUTPUT, OutputVisitor(PhantomData))
    }
}

/// An object is a reference, a text or a list is the value.
struct OutputVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OutputVisitor<T> {
    type Value = Output<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, a list, or a reference to another resource's output")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Output<T>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Output<T>, E> {
        T::deserialize(StrDeserializer::new(text)).map(Output::Known)
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Output<T>, E> {
        T::deserialize(StringDeserializer::new(text)).map(Output::Known)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Output<T>, A::Error> {
        T::deserialize(SeqAccessDeserializer::new(items)).map(Output::Known)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Output<T>, A::Error> {
        Reference::deserialize(MapAccessDeserializer::new(members)).map(Output::Of)
    }
}

impl<T> From<T> for Output<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl From<&str> for Output<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}

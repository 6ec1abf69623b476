//! The items of lists and the members of objects, one after the other.

use super::place::Place;
use crate::rules::Path;
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess};
use serde_json::{Error, Map, Value};

/// Enumerations that ECS writes as an empty text in answers where they are not set.
const EMPTY_WHERE_NOT_SET: [&str; 14] = [
    "appProtocol",
    "assignPublicIp",
    "availabilityZoneRebalancing",
    "cpuArchitecture",
    "iam",
    "ipcMode",
    "launchType",
    "networkMode",
    "operatingSystemFamily",
    "pidMode",
    "propagateTags",
    "protocol",
    "transitEncryption",
    "versionConsistency",
];

/// The items of a list.
pub struct Items<'a, 'p> {
    pub items: &'a [Value],
    pub index: usize,
    pub parent: &'p Place<'a>,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(item) = self.items.get(self.index) else { return Ok(None) };
        let path = self.parent.path.item(self.index);
        self.index += 1;
        let Place { notes, quiet, .. } = *self.parent;
        seed.deserialize(Place { json: Some(item), path, notes, quiet }).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.index)
    }
}

/// The members of an object: those that are given, then those of the type that are left out, as each type of member
/// knows itself whether it may be.
pub struct Members<'a, 'p> {
    given: Option<serde_json::map::Iter<'a>>,
    members: Option<&'a Map<String, Value>>,
    /// Those of the type that have not been looked at; `None` for a map, which has any.
    fields: Option<std::slice::Iter<'static, &'static str>>,
    known: &'static [&'static str],
    next: (&'a str, Option<&'a Value>),
    parent: &'p Place<'a>,
}

impl<'a, 'p> Members<'a, 'p> {
    pub fn of_map(members: Option<&'a Map<String, Value>>, parent: &'p Place<'a>) -> Self {
        Self { given: members.map(Map::iter), members, fields: None, known: &[], next: ("", None), parent }
    }

    pub fn of_struct(
        members: Option<&'a Map<String, Value>>,
        known: &'static [&'static str],
        parent: &'p Place<'a>,
    ) -> Self {
        let fields = Some(known.iter());
        Self { given: members.map(Map::iter), members, fields, known, next: ("", None), parent }
    }

    fn advance(&mut self) -> Option<(&'a str, Option<&'a Value>)> {
        while let Some((name, value)) = self.given.as_mut().and_then(Iterator::next) {
            let is_map = self.fields.is_none();
            if is_map || self.known.contains(&name.as_str()) {
                match self.given(name, value) {
                    // A map has no members that may be left out.
                    None if is_map => continue,
                    given => return Some((name, given)),
                }
            }
            if !self.parent.quiet {
                self.parent.notes.borrow_mut().unknown(&self.parent.path, name, self.known);
            }
        }
        let left_out = |field: &&&str| !self.members.is_some_and(|members| members.contains_key(**field));
        self.fields.as_mut()?.find(left_out).map(|&field| (field, None))
    }

    /// The value of a member, unless it says that the member is left out.
    fn given(&self, name: &str, value: &'a Value) -> Option<&'a Value> {
        let notes = self.parent.notes;
        let not_set = match value {
            Value::Null => true,
            Value::String(text) => {
                text.is_empty() && self.fields.is_some() && EMPTY_WHERE_NOT_SET.contains(&name)
            }
            _ => false,
        };
        if !not_set || notes.borrow().form.own {
            return Some(value);
        }
        if !self.parent.quiet {
            let (path, mut notes): (Path<'_>, _) = (self.parent.path.member(name), notes.borrow_mut());
            if value.is_null() { notes.null(&path) } else { notes.empty(&path) }
        }
        None
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
        let Place { notes, quiet, .. } = *self.parent;
        let path = self.parent.path.member(name);
        seed.deserialize(Place { json, path, notes, quiet })
    }
}

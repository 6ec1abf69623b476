//! Finding references in a desired value and putting what they refer to in their place.

use crate::output::Reference;
use serde::Deserialize;
use serde_json::Value;

/// All references in a value.
pub fn references(value: &Value) -> Vec<Reference> {
    let mut found = Vec::new();
    collect(value, &mut found);
    found
}

/// The value with each reference replaced by what `lookup` knows; an unknown one stays as it is.
pub fn resolve(value: &Value, lookup: &dyn Fn(&Reference) -> Option<Value>) -> Value {
    if let Some(reference) = as_reference(value) {
        return lookup(&reference).unwrap_or_else(|| value.clone());
    }
    match value {
        Value::Array(items) => items.iter().map(|item| resolve(item, lookup)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), resolve(member, lookup))).collect()
        }
        _ => value.clone(),
    }
}

/// The reference that this JSON value is, if it is one.
pub fn as_reference(value: &Value) -> Option<Reference> {
    value.get("$output")?;
    Reference::deserialize(value).ok()
}

fn collect(value: &Value, found: &mut Vec<Reference>) {
    if let Some(reference) = as_reference(value) {
        found.push(reference);
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.values().for_each(|member| collect(member, found)),
        _ => {}
    }
}

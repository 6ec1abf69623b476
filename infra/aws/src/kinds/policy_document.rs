//! Policy documents as the services give them back.

use serde_json::Value;

/// A document as JSON. A text that is no JSON stays a text: it differs from every desired document, shows up in preview,
/// and is replaced.
pub fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

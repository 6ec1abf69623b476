//! Every setting with its value, where that comes from, its default and what it is for.

use super::given::{Given, Origin};
use super::range::Range;
use super::{SettingError, Settings};
use crate::app_spec::AppList;
use serde::Serialize;
use serde_json::Value;

/// One setting of a stack.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Listed {
    /// Its key, as `--set` and files take it.
    pub key: String,
    /// Its value.
    pub value: Value,
    /// Where that comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// What the code has.
    pub default: Value,
    /// What it is for.
    pub text: String,
    /// What it may be, in words.
    pub allowed: String,
    /// AWS's page; empty for what AWS does not see.
    pub page: &'static str,
}

impl Settings {
    /// Every setting of a stack of these apps with what is given for it, in the order of the code.
    ///
    /// # Errors
    /// As [`overridden`](Self::overridden).
    pub fn listed(apps: AppList, given: &Given) -> Result<Vec<Listed>, SettingError> {
        let defaults = Self::of(apps);
        let leaves = Range::leaves(&defaults.ranges());
        let unreadable = |error: serde_json::Error| SettingError::Type {
            given: "the settings".to_owned(),
            reason: error.to_string(),
        };
        let before = serde_json::to_value(&defaults).map_err(unreadable)?;
        let after = serde_json::to_value(defaults.overridden(given)?).map_err(unreadable)?;
        let listed = leaves.into_iter().map(|(key, range)| {
            let (value, default) = (at(&after, &key), at(&before, &key));
            let origin = match given.origin_of(&key, &value) {
                Some(origin) => origin,
                None if value == default => Origin::Default,
                None => Origin::Moved,
            };
            let text = range.text.trim().to_owned();
            Listed { key, value, origin, default, text, allowed: range.allowed.to_string(), page: range.page }
        });
        Ok(listed.collect())
    }
}

fn at(settings: &Value, key: &str) -> Value {
    settings.pointer(&format!("/{}", key.replace('.', "/"))).cloned().unwrap_or_default()
}

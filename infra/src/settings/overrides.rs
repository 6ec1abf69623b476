//! Settings that are changed for one run: `--set web.desired_count=3`.

use super::Settings;
use serde_json::Value;

/// A `--set` that does not fit.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// It has no equals sign.
    #[error("`{0}` is no setting: write KEY=VALUE, such as web.desired_count=3")]
    NoValue(String),
    /// There is no such key.
    #[error("there is no setting `{key}`; {parent} has {known}")]
    Unknown {
        /// The key.
        key: String,
        /// The part of the settings it was looked for in.
        parent: String,
        /// The keys that are there.
        known: String,
    },
    /// The value has another type.
    #[error("setting `{key}` can't be {value}: {reason}")]
    Type {
        /// The key.
        key: String,
        /// The value given.
        value: String,
        /// What the deserialiser says.
        reason: String,
    },
}

impl Settings {
    /// The defaults with these `KEY=VALUE` pairs applied; a value is JSON, or a text where it is no JSON.
    ///
    /// # Errors
    /// When a key does not exist or a value has the wrong type.
    pub fn with_overrides(overrides: &[String]) -> Result<Self, SettingError> {
        overrides.iter().try_fold(Self::default(), |settings, text| settings.with(text))
    }

    fn with(&self, text: &str) -> Result<Self, SettingError> {
        let (key, value) = text.split_once('=').ok_or_else(|| SettingError::NoValue(text.to_owned()))?;
        let mistyped = |error: serde_json::Error| SettingError::Type {
            key: key.to_owned(),
            value: value.to_owned(),
            reason: error.to_string(),
        };
        let mut all = serde_json::to_value(self).map_err(mistyped)?;
        let mut place = &mut all;
        let mut parent = "the top level".to_owned();
        for part in key.split('.') {
            let known = keys(place);
            place = match place.get_mut(part) {
                Some(member) => member,
                None => return Err(SettingError::Unknown { key: key.to_owned(), parent, known }),
            };
            parent = part.to_owned();
        }
        *place = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        serde_json::from_value(all).map_err(mistyped)
    }
}

fn keys(section: &Value) -> String {
    let members = section.as_object().into_iter().flatten();
    members.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> Result<Settings, String> {
        Settings::with_overrides(&[text.to_owned()]).map_err(|error| error.to_string())
    }

    #[test]
    fn a_setting_can_be_changed_for_one_run() {
        assert_eq!(with("web.desired_count=3").unwrap().web.desired_count, 3);
        assert_eq!(with("network.allowed_clients=10.0.0.0/8").unwrap().network.allowed_clients, "10.0.0.0/8");
    }

    #[test]
    fn an_unknown_setting_names_those_that_exist() {
        let error = with("cluster.insights=true").unwrap_err();
        assert!(error.contains("container_insights"), "{error}");
    }

    #[test]
    fn a_setting_within_a_setting_is_reached_by_its_path() {
        assert_eq!(with("web.scaling.max_tasks=9").unwrap().web.scaling.max_tasks, 9);
        assert!(with("web.scaling.most=9").unwrap_err().contains("max_tasks"));
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused() {
        assert!(with("web.desired_count=many").unwrap_err().contains("web.desired_count"));
    }
}

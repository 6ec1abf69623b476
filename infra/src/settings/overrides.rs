//! Settings that are changed for one run: `--set web.desired_count=3`.

use super::range::{Allowed, Range, Violation, violations};
use super::{Apps, Settings};
use crate::app_spec::AppList;
use serde::Deserialize;
use serde_json::{Value, json};

/// A `--set` that does not fit.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// It has no equals sign.
    #[error("`{0}` is not a valid setting: write KEY=VALUE, such as web.desired_count=3")]
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
    /// The value is one that the setting can't have.
    #[error(transparent)]
    Refused(#[from] Violation),
    /// The values do not make settings.
    #[error("{given} can't be read as settings: {reason}")]
    Type {
        /// What was given.
        given: String,
        /// What the deserialiser says.
        reason: String,
    },
    /// More than one of them.
    #[error("{}", .0.iter().map(Self::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<Self>),
}

impl Settings {
    /// The defaults with these `KEY=VALUE` pairs applied; a value is JSON, or a text where it is no JSON.
    ///
    /// Values that can be read and are outside their ranges are found with all else that is wrong, by
    /// [`violations`](Self::violations).
    ///
    /// # Errors
    /// When a key does not exist or a value can't be read; with all such.
    pub fn with_overrides(overrides: &[String]) -> Result<Self, SettingError> {
        Self::default().overridden(overrides)
    }

    /// All settings of a stack of these apps, from JSON.
    ///
    /// # Errors
    /// When a setting is missing, unknown or of another type.
    pub fn read(apps: AppList, mut all: Value) -> Result<Self, serde_json::Error> {
        let apps = Apps::take(apps, &mut all)?;
        Ok(Self { apps, ..Self::deserialize(all)? })
    }

    /// These pairs applied, as [`with_overrides`](Self::with_overrides) does it.
    ///
    /// # Errors
    /// As there.
    pub fn overridden(self, overrides: &[String]) -> Result<Self, SettingError> {
        let (apps, ranges) = (self.apps.specs(), self.ranges());
        let unreadable = |error: serde_json::Error| SettingError::Type {
            given: overrides.join(" "),
            reason: error.to_string(),
        };
        let mut all = serde_json::to_value(self).map_err(unreadable)?;
        let (mut given, mut errors) = (Vec::new(), Vec::new());
        for text in overrides {
            match apply(&mut all, text, &ranges) {
                Ok(key) => given.push(key),
                Err(error) => errors.push(error),
            }
        }
        counts_follow(&mut all, &given, apps);
        match Self::read(apps, all.clone()) {
            Ok(settings) if errors.is_empty() => return Ok(settings),
            Ok(_) => {}
            Err(error) => {
                let refused = violations(&ranges, &all);
                let is_explained = !refused.is_empty();
                errors.extend(refused.into_iter().map(SettingError::Refused));
                if !is_explained {
                    errors.push(unreadable(error));
                }
            }
        }
        match errors.pop() {
            Some(only) if errors.is_empty() => Err(only),
            Some(last) => {
                errors.push(last);
                Err(SettingError::Several(errors))
            }
            None => Err(SettingError::Several(Vec::new())),
        }
    }
}

/// Puts one value into its place; gives the key.
fn apply<'a>(all: &mut Value, text: &'a str, ranges: &[Range]) -> Result<&'a str, SettingError> {
    let (key, value) = text.split_once('=').ok_or_else(|| SettingError::NoValue(text.to_owned()))?;
    let mut place = all;
    let mut parent = "the top level".to_owned();
    for part in key.split('.') {
        let known = keys(place);
        place = match place.get_mut(part) {
            Some(member) => member,
            None => return Err(SettingError::Unknown { key: key.to_owned(), parent, known }),
        };
        parent = part.to_owned();
    }
    *place = read(value, Range::named(ranges, key));
    Ok(key)
}

/// A value as JSON; a text needs no quotes, and an empty one is nothing where there may be nothing.
fn read(text: &str, allowed: Option<Allowed>) -> Value {
    let as_text = || Value::String(text.to_owned());
    if text.is_empty() && matches!(allowed, Some(Allowed::Optional(_))) {
        return Value::Null;
    }
    match serde_json::from_str(text) {
        // A key pair may be called 123.
        Ok(Value::Number(_) | Value::Bool(_)) if allowed.is_some_and(Allowed::is_text) => as_text(),
        Ok(value) => value,
        Err(_) => as_text(),
    }
}

/// Of the counts of an app with an autoscaler (fewest, first, most), those that are given move those that are not.
fn counts_follow(all: &mut Value, given: &[&str], apps: AppList) {
    for app in apps.iter().map(|app| app.name) {
        let is_given = |member: &str| {
            let key = format!("{app}.{member}");
            given.iter().any(|given| key == **given || key.starts_with(&format!("{given}.")))
        };
        let Some(settings) = all.get_mut(app) else { continue };
        let number = |value: &Value| value.as_u64();
        let counts = (
            number(&settings["scaling"]["min_tasks"]),
            number(&settings["desired_count"]),
            number(&settings["scaling"]["max_tasks"]),
        );
        let (Some(mut least), Some(mut begins), Some(mut most)) = counts else { continue };
        let [least_given, begins_given, most_given] =
            ["scaling.min_tasks", "desired_count", "scaling.max_tasks"].map(is_given);
        if most_given && !begins_given {
            begins = begins.min(most);
        }
        if least_given && !begins_given {
            begins = begins.max(least);
        }
        if !least_given {
            least = least.min(begins);
        }
        if !most_given {
            most = most.max(begins);
        }
        settings["desired_count"] = json!(begins);
        settings["scaling"]["min_tasks"] = json!(least);
        settings["scaling"]["max_tasks"] = json!(most);
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
        assert_eq!(with("web.desired_count=3").unwrap().apps["web"].desired_count, 3);
        assert_eq!(with("network.allowed_clients=10.0.0.0/8").unwrap().network.allowed_clients, "10.0.0.0/8");
    }

    #[test]
    fn an_unknown_setting_names_those_that_exist() {
        let error = with("cluster.insights=true").unwrap_err();
        assert!(error.contains("container_insights"), "{error}");
    }

    #[test]
    fn a_setting_within_a_setting_is_reached_by_its_path() {
        assert_eq!(with("web.scaling.max_tasks=9").unwrap().apps["web"].scaling.max_tasks, 9);
        assert!(with("web.scaling.most=9").unwrap_err().contains("max_tasks"));
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused() {
        assert!(with("web.desired_count=many").unwrap_err().contains("web.desired_count"));
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let wrong = ["web.desired_count=-1", "logs.retention=1", "nonsense", "web.container_port=70000"];
        let error = Settings::with_overrides(&wrong.map(str::to_owned)).unwrap_err().to_string();
        for part in
            ["desired_count=-1: allowed is 0 to", "retention_in_days", "`nonsense`", "container_port=70000"]
        {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn an_empty_text_is_none_where_there_may_be_none() {
        for key in ["ec2.key_pair", "ec2.ssh_from", "web.image"] {
            assert_eq!(with(&format!("{key}=")).unwrap(), Settings::default(), "{key}");
        }
    }

    #[test]
    fn a_text_may_look_like_a_number() {
        for name in ["123", "true", "1e3"] {
            assert_eq!(with(&format!("ec2.key_pair={name}")).unwrap().ec2.key_pair.as_deref(), Some(name));
        }
        assert_eq!(with(r#"ec2.key_pair="12""#).unwrap().ec2.key_pair.as_deref(), Some("12"));
        assert_eq!(with("ec2.key_pair=null").unwrap().ec2.key_pair, None);
    }

    #[test]
    fn counts_that_are_given_move_those_that_are_not() {
        for (given, expected) in [
            (&["web.scaling.min_tasks=3"][..], (3, 3, 4)),
            (&["web.scaling.min_tasks=6"], (6, 6, 6)),
            (&["web.scaling.max_tasks=1"], (1, 1, 1)),
            (&["web.desired_count=1"], (1, 1, 4)),
            (&["web.desired_count=9"], (2, 9, 9)),
            (&["web.desired_count=3", "web.scaling.min_tasks=3"], (3, 3, 4)),
            (&["web.desired_count=1", "web.scaling.min_tasks=3"], (3, 1, 4)),
        ] {
            let given: Vec<String> = given.iter().map(|&text| text.to_owned()).collect();
            let settings = Settings::with_overrides(&given).unwrap();
            let web = &settings.apps["web"];
            assert_eq!(
                (web.scaling.min_tasks, web.desired_count, web.scaling.max_tasks),
                expected,
                "{given:?}"
            );
        }
    }
}

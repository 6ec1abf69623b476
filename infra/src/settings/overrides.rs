//! The defaults with what is given for a stack: its file, then `--set web.desired_count=3`.

use super::given::{Given, GivenSetting, GivenValue, Origin};
use super::nearest::nearest;
use super::range::{Allowed, Range, Violation, violations, violations_of};
use super::{Apps, Settings};
use crate::app_spec::AppList;
use serde::Deserialize;
use serde_json::{Value, json};

/// A given setting that does not fit.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// It has no equals sign.
    #[error("`{0}` is not a valid setting: write KEY=VALUE, such as web.desired_count=3")]
    NoValue(String),
    /// There is no such key.
    #[error("{key}: there is no such setting; {hint}")]
    Unknown {
        /// The key.
        key: String,
        /// The nearest one, or those beside it.
        hint: String,
    },
    /// The value is one that the setting can't have.
    #[error(transparent)]
    Refused(#[from] Violation),
    /// It is in a file.
    #[error("{origin}: {error}")]
    InFile {
        /// Where.
        origin: Origin,
        /// What is wrong.
        error: Box<Self>,
    },
    /// The values do not make settings.
    #[error("{given} can't be read as settings: {reason}")]
    Type {
        /// What was given.
        given: String,
        /// What the deserialiser says.
        reason: String,
    },
    /// Several of these.
    #[error("{}", .0.iter().map(Self::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<Self>),
}

impl Settings {
    /// The defaults with these `KEY=VALUE` pairs applied; a value is JSON, or a text where it is no JSON.
    ///
    /// # Errors
    /// As [`overridden`](Self::overridden).
    pub fn with_overrides(overrides: &[String]) -> Result<Self, SettingError> {
        Self::default().overridden(&Given::of_set(overrides))
    }

    /// All settings of a stack of these apps, from JSON.
    ///
    /// # Errors
    /// When a setting is missing, unknown or of another type.
    pub fn read(apps: AppList, mut all: Value) -> Result<Self, serde_json::Error> {
        let apps = Apps::take(apps, &mut all)?;
        Ok(Self { apps, ..Self::deserialize(all)? })
    }

    /// These settings with what is given applied: one file, then the next, then the command line.
    ///
    /// Values of the command line that can be read and are outside their ranges are found with all else that is wrong, by
    /// [`violations`](Self::violations); those of files here, with their lines.
    ///
    /// # Errors
    /// When a key does not exist or a value can't be read; with all such.
    pub fn overridden(self, given: &Given) -> Result<Self, SettingError> {
        let (apps, ranges) = (self.apps.specs(), self.ranges());
        let unreadable = |error: serde_json::Error| SettingError::Type {
            given: given.iter().map(GivenSetting::key).collect::<Vec<_>>().join(" "),
            reason: error.to_string(),
        };
        let mut all = serde_json::to_value(self).map_err(unreadable)?;
        let mut errors = Vec::new();
        for layer in given.layers() {
            for one in layer {
                errors.extend(apply(&mut all, one, &ranges).err());
            }
            counts_follow(&mut all, layer, apps);
        }
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
        Err(together(errors))
    }
}

fn together(mut errors: Vec<SettingError>) -> SettingError {
    match errors.pop() {
        Some(only) if errors.is_empty() => only,
        last => {
            errors.extend(last);
            SettingError::Several(errors)
        }
    }
}

/// Puts one value into its place.
fn apply(all: &mut Value, given: &GivenSetting, ranges: &[Range]) -> Result<(), SettingError> {
    let applied = put(all, given, ranges);
    match &given.origin {
        origin @ Origin::File { .. } => {
            applied.map_err(|error| SettingError::InFile { origin: origin.clone(), error: Box::new(error) })
        }
        _ => applied,
    }
}

fn put(all: &mut Value, given: &GivenSetting, ranges: &[Range]) -> Result<(), SettingError> {
    let key = given.key();
    let (path, entry, range) = match Range::table_on(ranges, &given.path) {
        // The name of an entry may have dots in it.
        Some((parts, range)) => (&given.path[..parts], Some(given.path[parts..].join(".")), Some(range)),
        None => (&given.path[..], None, Range::at(ranges, &given.path)),
    };
    let allowed = match range.map(|range| range.allowed) {
        Some(Allowed::Table(_, texts, _)) if entry.is_some() => Some(Allowed::Text(texts)),
        allowed => allowed,
    };
    let mut value = match &given.value {
        GivenValue::Typed(None) => return Err(SettingError::NoValue(key)),
        GivenValue::Typed(Some(text)) => read(text, allowed),
        GivenValue::InFile(value) => nothing_if_empty(value.clone(), allowed),
    };
    let mut place = all;
    let mut parent = "the top level";
    for part in path {
        if place.get(part).is_none() {
            let hint = hint(&key, parent, &members(place), ranges);
            return Err(SettingError::Unknown { key, hint });
        }
        place = &mut place[part];
        parent = part;
    }
    if let Some(entry) = entry {
        let mut table = place.clone();
        table[entry] = value;
        value = table;
    }
    if let (Some(range), GivenValue::InFile(_)) = (range, &given.value) {
        let refused = violations_of(range, &path.join("."), &value);
        if !refused.is_empty() {
            return Err(together(refused.into_iter().map(SettingError::Refused).collect()));
        }
    }
    *place = value;
    Ok(())
}

fn hint(key: &str, parent: &str, beside: &str, ranges: &[Range]) -> String {
    let leaves = Range::leaves(ranges);
    match nearest(key, leaves.iter().map(|(key, _)| key.as_str())) {
        Some(near) => format!("did you mean {near}?"),
        None if beside.is_empty() => format!("{parent} has none in it"),
        None => format!("{parent} has {beside}"),
    }
}

/// A value as JSON; a text needs no quotes, and an empty one is nothing where there may be nothing.
fn read(text: &str, allowed: Option<Allowed>) -> Value {
    let as_text = || Value::String(text.to_owned());
    if text.is_empty() {
        return nothing_if_empty(as_text(), allowed);
    }
    match serde_json::from_str(text) {
        // A key pair may be called 123.
        Ok(Value::Number(_) | Value::Bool(_)) if allowed.is_some_and(Allowed::is_text) => as_text(),
        Ok(value) => value,
        Err(_) => as_text(),
    }
}

fn nothing_if_empty(value: Value, allowed: Option<Allowed>) -> Value {
    let is_empty = value.as_str().is_some_and(str::is_empty);
    if is_empty && matches!(allowed, Some(Allowed::Optional(_))) { Value::Null } else { value }
}

/// Of the counts of an app with an autoscaler (fewest, first, most), those that are given move those that are not.
fn counts_follow(all: &mut Value, given: &[GivenSetting], apps: AppList) {
    for app in apps.iter().map(|app| app.name) {
        let is_given = |member: &str| {
            let key = format!("{app}.{member}");
            given.iter().any(|given| given.gives(&key))
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

fn members(section: &Value) -> String {
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

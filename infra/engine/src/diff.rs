//! The structural difference between a desired and a live value, property by property.

use crate::resolve::as_reference;
use serde::Serialize;
use serde_json::Value;

/// One property that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The way to the property: `containerDefinitions[0].image`.
    pub path: String,
    /// The live value; absent where the property is not set.
    pub before: Option<Value>,
    /// The desired value; absent where the property is to be removed.
    pub after: Option<Value>,
}

/// What has to change for `live` to become `desired`.
///
/// Members of the resource itself that `desired` leaves out are not ours and not compared; further down there is nothing
/// of somebody else's, such as in a policy document: what is there beside the desired is to go. `null` asks for absence.
/// Lists are compared item by item where both have the same length, else as a whole.
pub fn diff(desired: &Value, live: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    compare(String::new(), Some(desired), Some(live), &mut changes);
    changes
}

fn compare(path: String, desired: Option<&Value>, live: Option<&Value>, changes: &mut Vec<Change>) {
    match (desired, live) {
        (Some(Value::Object(desired)), Some(Value::Object(live))) if !is_reference(desired) => {
            let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            for (name, value) in desired {
                compare(below(name), Some(value), live.get(name), changes);
            }
            let others = live.iter().filter(|(name, _)| !path.is_empty() && !desired.contains_key(*name));
            for (name, value) in others {
                compare(below(name), None, Some(value), changes);
            }
        }
        (Some(Value::Array(desired)), Some(Value::Array(live))) if desired.len() == live.len() => {
            for (index, (desired, live)) in desired.iter().zip(live).enumerate() {
                compare(format!("{path}[{index}]"), Some(desired), Some(live), changes);
            }
        }
        (desired, live) => {
            let (desired, live) = (present(desired), present(live));
            if desired != live {
                changes.push(Change { path, before: live.cloned(), after: desired.map(readable) });
            }
        }
    }
}

fn is_reference(members: &serde_json::Map<String, Value>) -> bool {
    members.contains_key("$output")
}

fn present(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}

/// A reference to something that does not exist yet, in words.
fn readable(value: &Value) -> Value {
    match (as_reference(value), value) {
        (Some(reference), _) => Value::String(format!(
            "({} of {}, known after deploy)",
            reference.attribute(),
            reference.resource()
        )),
        (None, Value::Array(items)) => items.iter().map(readable).collect(),
        (None, Value::Object(members)) => {
            members.iter().map(|(name, member)| (name.clone(), readable(member))).collect()
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(desired: Value, live: Value) -> Vec<String> {
        diff(&desired, &live).into_iter().map(|change| change.path).collect()
    }

    #[test]
    fn equal_values_do_not_differ() {
        assert!(paths(json!({"a": [1, {"b": null}]}), json!({"a": [1, {}]})).is_empty());
    }

    #[test]
    fn a_member_that_is_not_desired_is_not_ours() {
        assert!(paths(json!({"a": 1}), json!({"a": 1, "desiredCount": 7})).is_empty());
    }

    #[test]
    fn a_member_further_down_that_is_not_desired_is_to_go() {
        let desired = json!({"policies": {"ours": {"Effect": "Allow"}}});
        let live = json!({"policies": {"ours": {"Effect": "Allow", "NotAction": "s3:*"}, "theirs": {}, "none": null}});
        assert_eq!(paths(desired, live), ["policies.ours.NotAction", "policies.theirs"]);
    }

    #[test]
    fn null_asks_for_absence() {
        assert_eq!(paths(json!({"a": null}), json!({"a": 1})), ["a"]);
    }

    #[test]
    fn the_path_leads_to_the_property() {
        let desired = json!({"containers": [{"ports": [{"containerPort": 80}]}]});
        let live = json!({"containers": [{"ports": [{"containerPort": 81}]}]});
        assert_eq!(paths(desired, live), ["containers[0].ports[0].containerPort"]);
    }

    #[test]
    fn lists_of_other_length_differ_as_a_whole() {
        assert_eq!(paths(json!({"a": [1, 2]}), json!({"a": [1]})), ["a"]);
    }
}

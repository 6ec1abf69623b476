//! Members of ECS's API that this version does not know. AWS adds some every few months: a program can set them before this
//! library has a type for them. They are sent, shown and compared as they are.

use serde::de::value::Error;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;
use std::collections::BTreeMap;

/// Members by their names in ECS's API. Another resource's output stands here as its JSON.
///
/// ```
/// use infra_ecs::{Container, Task, fargate_size};
/// use serde_json::json;
///
/// let web = Container::new("web", "nginx").port(80).with(|it| {
///     it.unknown.insert("gpuSharing".to_owned(), json!({"mode": "TIME_SLICED"}));
/// });
/// let task = Task::fargate("web", fargate_size!(cpu: 256, memory: 512)).container(web);
/// let sent = serde_json::to_value(task.definition())?;
/// assert_eq!(sent["containerDefinitions"][0]["gpuSharing"]["mode"], "TIME_SLICED");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub type UnknownMembers = BTreeMap<String, Value>;

/// The members of an object that its type does not know.
pub fn beyond<T: DeserializeOwned>(object: &Value) -> UnknownMembers {
    let known = known::<T>();
    let members = object.as_object().into_iter().flatten();
    let unknown = members.filter(|(name, _)| !known.contains(&name.as_str()));
    unknown.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Of a live object, the members that are asked for: what nobody asks for is not ours.
pub fn asked(live: &Value, wanted: &UnknownMembers) -> UnknownMembers {
    let live = |(name, wanted): (&String, &Value)| Some((name.clone(), asked_of(live.get(name)?, wanted)));
    wanted.iter().filter_map(live).collect()
}

/// Of a live value, what is asked for: AWS adds its defaults to what it was given.
pub fn asked_of(live: &Value, wanted: &Value) -> Value {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => {
            let asked_for = live.iter().filter(|(name, _)| wanted.get(*name).is_some_and(|it| !it.is_null()));
            asked_for.map(|(name, value)| (name.clone(), asked_of(value, &wanted[name]))).collect()
        }
        (Value::Array(live), Value::Array(wanted)) if live.len() == wanted.len() => {
            live.iter().zip(wanted).map(|(live, wanted)| asked_of(live, wanted)).collect()
        }
        _ => live.clone(),
    }
}

/// The names that a struct knows, as it asks a deserialiser for them.
pub(crate) fn known<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // It always fails: there is nothing to be read.
    T::deserialize(Names(&mut names)).err();
    names
}

struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("not a struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(Error::custom("only its names are asked for"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ContainerDefinition, Service, TaskDefinition};
    use infra_engine::{Resource, Stack};
    use serde::Deserialize;
    use serde_json::json;

    #[test]
    fn a_struct_knows_its_members_by_their_names_in_the_api() {
        assert!(known::<Service>().contains(&"enableECSManagedTags"));
        assert!(known::<TaskDefinition>().contains(&"containerDefinitions"));
        assert!(known::<ContainerDefinition>().contains(&"readonlyRootFilesystem"));
        assert!(!known::<Service>().contains(&"unknown"));
    }

    #[test]
    fn what_a_type_does_not_know_is_kept_with_the_rest() {
        let value = json!({
            "family": "web", "gravity": 9.81,
            "containerDefinitions": [{"name": "web", "orbit": {"height": 400}}, {"name": "side"}],
        });
        let mut task = TaskDefinition::deserialize(&value).unwrap();
        task.keep_unknown(&value);
        let json = serde_json::to_value(&task).unwrap();
        assert_eq!(json["gravity"], 9.81);
        assert_eq!(json["containerDefinitions"][0]["orbit"], json!({"height": 400}));
        assert_eq!(json["containerDefinitions"][1].get("orbit"), None);
    }

    #[test]
    fn what_is_live_is_taken_over_container_by_container() {
        let desired =
            json!({"family": "web", "containerDefinitions": [{"name": "b", "orbit": 1}, {"name": "a"}]});
        let live = json!({"family": "web", "gravity": 1, "containerDefinitions": [{"name": "a", "orbit": 2}, {"name": "b", "orbit": 3}]});
        let mut task = TaskDefinition::deserialize(&desired).unwrap();
        task.keep_unknown(&desired);
        let mut now = TaskDefinition::deserialize(&live).unwrap();
        now.take_unknown(&live, &task);
        assert_eq!(now.unknown, UnknownMembers::new());
        let unknown: Vec<_> = now.container_definitions.iter().map(|it| it.unknown.get("orbit")).collect();
        assert_eq!(unknown, [None, Some(&json!(3))]);
    }

    #[test]
    fn only_what_is_asked_for_is_compared() {
        let live = json!({"enabled": true, "namespace": "default", "services": [{"portName": "http", "timeout": {}}]});
        let wanted = json!({"enabled": true, "namespace": null, "services": [{"portName": "http"}]});
        assert_eq!(asked_of(&live, &wanted), json!({"enabled": true, "services": [{"portName": "http"}]}));
    }

    #[test]
    fn a_stack_keeps_what_a_type_does_not_know() {
        let mut stack = Stack::new("demo");
        let unknown = BTreeMap::from([("gravity".to_owned(), json!(9.81))]);
        stack.add("web", TaskDefinition { family: "web".to_owned(), unknown, ..TaskDefinition::default() });
        let node = &stack.nodes()[0];
        assert_eq!(node.desired["gravity"], 9.81);
        assert_eq!((node.normalise)(&node.desired).unwrap()["gravity"], 9.81);
    }

    #[test]
    fn of_what_is_live_only_what_is_asked_for_counts() {
        let wanted = beyond::<Service>(&json!({"serviceName": "web", "gravity": 1, "orbit": 2}));
        assert_eq!(
            asked(&json!({"gravity": 3, "drag": 4}), &wanted),
            BTreeMap::from([("gravity".to_owned(), json!(3))])
        );
    }
}

//! The rows that apply to kinds of resource.

use crate::Emulator;
use crate::table::Mend;
use async_trait::async_trait;
use infra_engine::kind::{Context, ErasedKind};
use infra_engine::live::LiveValue;
use infra_engine::{Failure, Found, Operations};
use serde_json::Value;
use std::time::Duration;

/// Requests that the load balancer has assigned to old targets and not yet sent; those are stopped without a word to it.
const ON_THEIR_WAY: Duration = Duration::from_secs(2);

/// A kind, mended.
pub struct Emulated {
    /// The kind itself.
    pub kind: Box<dyn ErasedKind>,
    /// Who answers its calls.
    pub emulator: Emulator,
}

impl Emulated {
    fn mends(&self) -> impl Iterator<Item = &'static Mend> {
        self.emulator.mends(self.kind.name())
    }
}

#[async_trait(?Send)]
impl ErasedKind for Emulated {
    fn name(&self) -> &'static str {
        self.kind.name()
    }

    fn operations(&self) -> Operations {
        self.kind.operations()
    }

    fn deleted_before(&self) -> &'static [&'static str] {
        self.kind.deleted_before()
    }

    async fn read(&self, desired: &Value) -> Result<Option<LiveValue>, Failure> {
        let mut live = self.kind.read(desired).await?;
        for live in live.iter_mut() {
            self.mends().for_each(|mend| count_as_desired(mend, &mut live.properties, desired));
        }
        Ok(live)
    }

    async fn create(&self, desired: &Value, context: &Context<'_>) -> Result<Value, Failure> {
        self.kind.create(desired, context).await
    }

    async fn update(
        &self,
        desired: &Value,
        live: &LiveValue,
        context: &Context<'_>,
    ) -> Result<Value, Failure> {
        self.kind.update(desired, live, context).await
    }

    async fn wait_until_stable(&self, desired: &Value, context: &Context<'_>) -> Result<(), Failure> {
        let replaced = context.replaced.filter(|_| self.emulator.waits_for_replacing(self.kind.name()));
        self.kind.wait_until_stable(desired, &Context { replaced, ..*context }).await
    }

    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        let goes_soon = self.mends().any(|mend| matches!(mend, Mend::GoesSoon));
        if context.is_replaced && goes_soon {
            tokio::time::sleep(ON_THEIR_WAY).await;
        }
        let is_replaced = context.is_replaced && !goes_soon;
        self.kind.delete(found, &Context { is_replaced, ..*context }).await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        self.kind.list(stack).await
    }
}

fn count_as_desired(mend: &Mend, live: &mut Value, desired: &Value) {
    let Mend::Missing(members) = mend else { return };
    for member in *members {
        let path: Vec<&str> = member.split('.').collect();
        fill(live, desired, &path);
    }
}

/// Puts the desired value of a member into a live one where it is missing; `*` stands for every item of a list.
fn fill(live: &mut Value, desired: &Value, path: &[&str]) {
    match (path, live, desired) {
        ([], live, desired) if is_missing(live) => live.clone_from(desired),
        (["*", rest @ ..], Value::Array(live), Value::Array(desired)) => {
            for (live, desired) in live.iter_mut().zip(desired) {
                fill(live, desired, rest);
            }
        }
        ([name, rest @ ..], Value::Object(live), Value::Object(desired)) => {
            if let Some(desired) = desired.get(*name) {
                fill(live.entry(*name).or_insert(Value::Null), desired, rest);
            }
        }
        _ => {}
    }
}

fn is_missing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn mended(mend: &Mend) -> Value {
        let mut live = json!({"kept": 1, "list": [{"name": "a"}, {"name": "b", "port": 2}]});
        let desired =
            json!({"kept": 9, "more": 3, "list": [{"name": "x", "port": 7}, {"name": "b", "port": 8}]});
        count_as_desired(mend, &mut live, &desired);
        live
    }

    #[test]
    fn what_is_missing_counts_as_desired_and_what_is_there_stays() {
        assert_eq!(
            mended(&Mend::Missing(&["kept", "more", "list.*.port"])),
            json!({"kept": 1, "more": 3, "list": [{"name": "a", "port": 7}, {"name": "b", "port": 2}]})
        );
    }
}

//! A kind whose calls say in the journal for which resource they are made, and are made as the kind declares them.

use async_trait::async_trait;
use infra_engine::kind::{Context, ErasedKind};
use infra_engine::live::LiveValue;
use infra_engine::{Failure, Found, Names, Operations};
use infra_wire::call::OPERATIONS;
use infra_wire::journal::RESOURCE;
use serde_json::Value;

/// The kind itself, with its calls written down.
pub struct Journaled<K>(pub K);

impl<K: ErasedKind> Journaled<K> {
    async fn calls<T>(&self, resource: impl ToString, calls: impl Future<Output = T>) -> T {
        RESOURCE.scope(resource.to_string(), OPERATIONS.scope(self.0.operations(), calls)).await
    }
}

#[async_trait(?Send)]
impl<K: ErasedKind> ErasedKind for Journaled<K> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn deleted_before(&self) -> Names {
        self.0.deleted_before()
    }

    fn operations(&self) -> Operations {
        self.0.operations()
    }

    async fn read(&self, desired: &Value) -> Result<Option<LiveValue>, Failure> {
        self.calls(self.name(), self.0.read(desired)).await
    }

    async fn create(&self, desired: &Value, context: &Context<'_>) -> Result<Value, Failure> {
        self.calls(context.id, self.0.create(desired, context)).await
    }

    async fn update(
        &self,
        desired: &Value,
        live: &LiveValue,
        context: &Context<'_>,
    ) -> Result<Value, Failure> {
        self.calls(context.id, self.0.update(desired, live, context)).await
    }

    async fn wait_until_stable(&self, desired: &Value, context: &Context<'_>) -> Result<(), Failure> {
        self.calls(context.id, self.0.wait_until_stable(desired, context)).await
    }

    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        self.calls(context.id, self.0.delete(found, context)).await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        self.calls(self.name(), self.0.list(stack)).await
    }
}

//! Kinds that use each other: neither can go first.

use super::cloud::{Cloud, stack};
use super::labels::Labels;
use async_trait::async_trait;
use infra_engine::apply::apply;
use infra_engine::kind::ErasedKind;
use infra_engine::live::LiveValue;
use infra_engine::plan::plan;
use infra_engine::refresh::refresh;
use infra_engine::teardown::teardown;
use infra_engine::{Context, Failure, Found, Names, Operations, Provider, Silent, Stack};
use serde_json::Value;

/// The crates, which as it happens use labels, as labels use crates.
struct LabelledCrates(Cloud);

#[async_trait(?Send)]
impl ErasedKind for LabelledCrates {
    fn name(&self) -> &'static str {
        ErasedKind::name(&self.0)
    }

    fn deleted_before(&self) -> Names {
        &["label"]
    }

    fn operations(&self) -> Operations {
        ErasedKind::operations(&self.0)
    }

    async fn read(&self, desired: &Value) -> Result<Option<LiveValue>, Failure> {
        ErasedKind::read(&self.0, desired).await
    }

    async fn create(&self, desired: &Value, context: &Context<'_>) -> Result<Value, Failure> {
        ErasedKind::create(&self.0, desired, context).await
    }

    async fn update(
        &self,
        desired: &Value,
        live: &LiveValue,
        context: &Context<'_>,
    ) -> Result<Value, Failure> {
        ErasedKind::update(&self.0, desired, live, context).await
    }

    async fn wait_until_stable(&self, desired: &Value, context: &Context<'_>) -> Result<(), Failure> {
        ErasedKind::wait_until_stable(&self.0, desired, context).await
    }

    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        ErasedKind::delete(&self.0, found, context).await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        ErasedKind::list(&self.0, stack).await
    }
}

#[tokio::test]
async fn a_circle_among_what_is_to_be_deleted_is_reported_and_nothing_is_deleted() {
    let cloud = Cloud::default();
    let provider = Provider::default().with(LabelledCrates(cloud.clone())).with(Labels(cloud.clone()));
    let mut stack = stack("bottom", "blue");
    stack.add("label", super::labels::Label { name: "label".to_owned() });
    let world = refresh(&stack, &provider).await.unwrap();
    apply(&stack, &plan(&stack, &world, false).unwrap(), &world, &provider, &Silent).await.unwrap();
    cloud.take_writes();
    let problems = provider.problems();
    assert_eq!(problems.iter().filter(|line| line.contains("goes before itself")).count(), 2, "{problems:?}");

    let failures = teardown("test", &provider, &Silent).await.unwrap_err();
    let mut reported: Vec<String> = failures.0.iter().map(ToString::to_string).collect();
    reported.sort();
    assert_eq!(
        reported,
        ["delete crate/bottom (bottom)", "delete crate/top (top)", "delete label/label (label)"]
    );
    assert!(failures.0[0].source.to_string().contains("label/label"));

    let nothing = Stack::new("test");
    let world = refresh(&nothing, &provider).await.unwrap();
    let plan = plan(&nothing, &world, false).unwrap();
    assert_eq!(apply(&nothing, &plan, &world, &provider, &Silent).await.unwrap_err().0.len(), 3);
    assert!(cloud.take_writes().is_empty());
}

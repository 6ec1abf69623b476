//! Labels on the crates of the cloud in memory: one goes before its crate does.

use super::cloud::Cloud;
use async_trait::async_trait;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::ownership::id_from;
use infra_engine::{Context, Failure, Found, Live, Names, Operations, Resource, ResourceKind, outputs};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Label {
    pub name: String,
}

outputs! {
    /// Nothing refers to a label.
    LabelOutputs {}
}

impl Resource for Label {
    const KIND: &'static str = "label";
    type Outputs = LabelOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }
}

pub struct Labels(pub Cloud);

#[async_trait(?Send)]
impl ResourceKind for Labels {
    type Resource = Label;

    const DELETED_BEFORE: Names = &["crate"];
    const NOT_FOUND: Names = &[];
    const ALREADY_EXISTS: Names = &[];
    const OPERATIONS: Operations = Operations::reading(&[]);

    async fn read(&self, desired: &Label) -> ReadResult<Label> {
        let tags = self.0.labels.lock().unwrap().get(&desired.name).cloned();
        Ok(tags.map(|tags| Live { properties: desired.clone(), outputs: LabelOutputs {}, tags: Some(tags) }))
    }

    async fn create(&self, desired: &Label, context: &Context<'_>) -> Result<LabelOutputs, Failure> {
        self.0.wrote("create", &desired.name);
        self.0.labels.lock().unwrap().insert(desired.name.clone(), context.tags());
        Ok(LabelOutputs {})
    }

    async fn update(
        &self,
        desired: &Label,
        live: LiveOf<Label>,
        _: &Context<'_>,
    ) -> Result<LabelOutputs, Failure> {
        self.0.wrote("update", &desired.name);
        Ok(live.outputs)
    }

    async fn delete(&self, found: &Found, _: &Context<'_>) -> Result<(), Failure> {
        self.0.wrote("delete", &found.name);
        self.0.labels.lock().unwrap().remove(&found.name);
        Ok(())
    }

    async fn list(&self, _: &str) -> Result<Vec<Found>, Failure> {
        let labels = self.0.labels.lock().unwrap();
        let found = labels.iter().map(|(name, tags)| Found {
            id: id_from(tags, Label::KIND, name),
            name: name.clone(),
            locator: name.clone(),
        });
        Ok(found.collect())
    }
}

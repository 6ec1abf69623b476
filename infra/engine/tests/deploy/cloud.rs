//! A cloud in memory that has crates, and a stack of two of them.

use super::labels::Labels;
use async_trait::async_trait;
use infra_engine::apply::apply;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::live::Tags;
use infra_engine::ownership::found;
use infra_engine::plan::{PlanError, plan};
use infra_engine::refresh::refresh;
use infra_engine::{
    Action, Context, Failure, Found, Live, Names, Operations, Output, Plan, Provider, Resource, ResourceKind,
    Silent, Stack, outputs,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A box that may stand on another one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Crate {
    pub name: String,
    pub color: String,
    /// As it is built, it stays.
    pub material: String,
    pub stands_on: Option<Output<String>>,
}

impl Crate {
    /// One of wood, on the ground.
    pub fn new(name: &str, color: &str) -> Self {
        Self { name: name.to_owned(), color: color.to_owned(), material: "wood".to_owned(), stands_on: None }
    }
}

outputs! {
    /// Where a crate stands.
    CrateOutputs {
        /// Its place.
        address: String,
    }
}

impl Resource for Crate {
    const KIND: &'static str = "crate";
    const IMMUTABLE: &'static [&'static str] = &["material"];
    type Outputs = CrateOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }
}

#[derive(Clone, Default)]
pub struct Cloud {
    pub crates: Arc<Mutex<BTreeMap<String, (Crate, Tags)>>>,
    pub labels: Arc<Mutex<BTreeMap<String, Tags>>>,
    writes: Arc<Mutex<Vec<String>>>,
    pub settled: Arc<Mutex<Vec<String>>>,
    /// What went because another one had taken its place.
    pub replaced: Arc<Mutex<Vec<String>>>,
    /// The answers to so many of the next writes are lost.
    to_be_lost: Arc<Mutex<u32>>,
    /// So many of the next reads do not know of a crate that is there.
    pub unknown: Arc<Mutex<u32>>,
    /// Whether crates that are there can't be read.
    pub unreadable: Arc<Mutex<bool>>,
}

impl Cloud {
    fn answer<T>(&self, answer: T) -> Result<T, Failure> {
        let mut to_be_lost = self.to_be_lost.lock().unwrap();
        if *to_be_lost == 0 {
            return Ok(answer);
        }
        *to_be_lost -= 1;
        Err(Failure::new("the connection broke").with_answer_lost())
    }

    pub fn loses(&self, answers: u32) {
        *self.to_be_lost.lock().unwrap() = answers;
    }

    pub fn wrote(&self, what: &str, name: &str) {
        self.writes.lock().unwrap().push(format!("{what} {name}"));
    }

    pub fn take_writes(&self) -> Vec<String> {
        std::mem::take(&mut self.writes.lock().unwrap())
    }
}

fn address(name: &str) -> CrateOutputs {
    CrateOutputs { address: format!("address-of-{name}").into() }
}

#[async_trait(?Send)]
impl ResourceKind for Cloud {
    type Resource = Crate;

    const DELETED_BEFORE: Names = &[];
    const NOT_FOUND: Names = &[];
    const ALREADY_EXISTS: Names = &["CrateExists"];
    const OPERATIONS: Operations = Operations::reading(&[]);

    async fn read(&self, desired: &Crate) -> ReadResult<Crate> {
        let crates = self.crates.lock().unwrap();
        if *self.unreadable.lock().unwrap() && crates.contains_key(&desired.name) {
            return Err(Failure::new("nobody may look at it"));
        }
        let mut unknown = self.unknown.lock().unwrap();
        if *unknown > 0 && crates.contains_key(&desired.name) {
            *unknown -= 1;
            return Ok(None);
        }
        Ok(crates.get(&desired.name).map(|(live, tags)| Live {
            properties: live.clone(),
            outputs: address(&live.name),
            tags: Some(tags.clone()),
        }))
    }

    async fn create(&self, desired: &Crate, context: &Context<'_>) -> Result<CrateOutputs, Failure> {
        if desired.color == "invisible" {
            return Err(Failure::new("there is no such color"));
        }
        if self.crates.lock().unwrap().contains_key(&desired.name) {
            return Err(Failure::new("it exists already").with_code("CrateExists"));
        }
        self.wrote("create", &desired.name);
        self.crates.lock().unwrap().insert(desired.name.clone(), (desired.clone(), context.tags()));
        self.answer(address(&desired.name))
    }

    async fn update(
        &self,
        desired: &Crate,
        _: LiveOf<Crate>,
        context: &Context<'_>,
    ) -> Result<CrateOutputs, Failure> {
        if desired.material == "glass" {
            return Err(Failure::new("glass takes no color"));
        }
        self.wrote("update", &desired.name);
        self.crates.lock().unwrap().insert(desired.name.clone(), (desired.clone(), context.tags()));
        self.answer(address(&desired.name))
    }

    async fn wait_until_stable(&self, desired: &Crate, _: &Context<'_>) -> Result<(), Failure> {
        self.settled.lock().unwrap().push(desired.name.clone());
        Ok(())
    }

    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        if context.is_replaced {
            self.replaced.lock().unwrap().push(found.name.clone());
        }
        if self.crates.lock().unwrap().remove(&found.name).is_none() {
            return Ok(());
        }
        self.wrote("delete", &found.name);
        self.answer(())
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let crates = self.crates.lock().unwrap();
        Ok(crates.iter().filter_map(|(name, (_, tags))| found::<Crate>(stack, tags, name, name)).collect())
    }
}

/// A bottom crate of this name and colour, and one that stands on it.
pub fn stack(bottom: &str, color: &str) -> Stack {
    stack_on(Crate::new(bottom, color))
}

/// This crate, and one that stands on it.
pub fn stack_on(bottom: Crate) -> Stack {
    let mut stack = Stack::new("test");
    let lower = stack.add("bottom", bottom);
    stack.add("top", Crate { stands_on: Some(lower.address.clone()), ..Crate::new("top", "red") });
    stack
}

pub struct World {
    pub cloud: Cloud,
    pub provider: Provider,
}

impl World {
    pub fn new() -> Self {
        let cloud = Cloud::default();
        Self { provider: Provider::default().with(cloud.clone()).with(Labels(cloud.clone())), cloud }
    }

    pub async fn plan(&self, stack: &Stack) -> Result<Plan, PlanError> {
        plan(stack, &refresh(stack, &self.provider).await.unwrap(), false)
    }

    pub async fn deploy(&self, stack: &Stack) -> Vec<String> {
        let world = refresh(stack, &self.provider).await.unwrap();
        let plan = plan(stack, &world, false).unwrap();
        apply(stack, &plan, &world, &self.provider, &Silent).await.unwrap();
        self.cloud.take_writes()
    }
}

pub fn actions(plan: &Plan) -> Vec<(Action, &str)> {
    plan.changes().map(|step| (step.action, step.name.as_str())).collect()
}

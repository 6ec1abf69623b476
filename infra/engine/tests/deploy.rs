//! Plan, apply and teardown against a cloud in memory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use async_trait::async_trait;
use infra_engine::apply::{AllOutputs, apply};
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::live::Tags;
use infra_engine::ownership::{Ownership, id_from};
use infra_engine::plan::{PlanError, plan};
use infra_engine::refresh::refresh;
use infra_engine::teardown::teardown;
use infra_engine::{
    Action, Context, Event, Failure, Found, Live, Output, Plan, Provider, Reporter, Resource, ResourceId,
    ResourceKind, Silent, Stack, outputs,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A box that may stand on another one.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Crate {
    name: String,
    color: String,
    stands_on: Option<Output<String>>,
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
    type Outputs = CrateOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }
}

#[derive(Clone, Default)]
struct Cloud {
    crates: Arc<Mutex<BTreeMap<String, (Crate, Tags)>>>,
    writes: Arc<Mutex<Vec<String>>>,
    settled: Arc<Mutex<Vec<String>>>,
    /// The answers to so many of the next writes are lost.
    to_be_lost: Arc<Mutex<u32>>,
    /// So many of the next reads do not know of a crate that is there.
    unknown: Arc<Mutex<u32>>,
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

    fn loses(&self, answers: u32) {
        *self.to_be_lost.lock().unwrap() = answers;
    }

    fn wrote(&self, what: &str, name: &str) {
        self.writes.lock().unwrap().push(format!("{what} {name}"));
    }

    fn take_writes(&self) -> Vec<String> {
        std::mem::take(&mut self.writes.lock().unwrap())
    }
}

fn address(name: &str) -> CrateOutputs {
    CrateOutputs { address: format!("address-of-{name}").into() }
}

#[async_trait(?Send)]
impl ResourceKind for Cloud {
    type Resource = Crate;

    fn uses(&self) -> &'static [&'static str] {
        &[]
    }

    async fn read(&self, desired: &Crate) -> ReadResult<Crate> {
        let crates = self.crates.lock().unwrap();
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
            return Err(Failure::new("it exists already").with_name_taken());
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
        self.wrote("update", &desired.name);
        self.crates.lock().unwrap().insert(desired.name.clone(), (desired.clone(), context.tags()));
        self.answer(address(&desired.name))
    }

    async fn settle(&self, desired: &Crate, _: &Context<'_>) -> Result<(), Failure> {
        self.settled.lock().unwrap().push(desired.name.clone());
        Ok(())
    }

    async fn delete(&self, found: &Found, _: &Context<'_>) -> Result<(), Failure> {
        if self.crates.lock().unwrap().remove(&found.name).is_none() {
            return Ok(());
        }
        self.wrote("delete", &found.name);
        self.answer(())
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let crates = self.crates.lock().unwrap();
        let ours = crates.iter().filter(|(_, (_, tags))| Ownership::of(tags, stack) == Ownership::Ours);
        Ok(ours
            .map(|(name, (_, tags))| Found {
                id: id_from(tags, Crate::KIND, name),
                name: name.clone(),
                locator: name.clone(),
            })
            .collect())
    }
}

/// A bottom crate of this name and colour, and one that stands on it.
fn stack(bottom: &str, color: &str) -> Stack {
    let mut stack = Stack::new("test");
    let lower =
        stack.add("bottom", Crate { name: bottom.to_owned(), color: color.to_owned(), stands_on: None });
    let upper =
        Crate { name: "top".to_owned(), color: "red".to_owned(), stands_on: Some(lower.address.clone()) };
    stack.add("top", upper);
    stack
}

struct World {
    cloud: Cloud,
    provider: Provider,
}

impl World {
    fn new() -> Self {
        let cloud = Cloud::default();
        Self { provider: Provider::default().with(cloud.clone()), cloud }
    }

    async fn plan(&self, stack: &Stack) -> Result<Plan, PlanError> {
        plan(stack, &refresh(stack, &self.provider).await.unwrap(), false)
    }

    async fn deploy(&self, stack: &Stack) -> Vec<String> {
        let world = refresh(stack, &self.provider).await.unwrap();
        let plan = plan(stack, &world, false).unwrap();
        apply(stack, &plan, &world, &self.provider, &Silent).await.unwrap();
        self.cloud.take_writes()
    }
}

fn actions(plan: &Plan) -> Vec<(Action, &str)> {
    plan.changes().map(|step| (step.action, step.name.as_str())).collect()
}

#[tokio::test]
async fn what_is_used_is_created_first() {
    let world = World::new();
    assert_eq!(world.deploy(&stack("bottom", "blue")).await, ["create bottom", "create top"]);
    let top = world.cloud.crates.lock().unwrap()["top"].0.clone();
    assert_eq!(top.stands_on, Some("address-of-bottom".into()));
}

/// Keeps what is told of the end: what is in place, and what is left, each by name.
#[derive(Default)]
struct Ends(Mutex<Vec<[Vec<String>; 2]>>);

impl Reporter for Ends {
    fn report(&self, _: Event) {}

    fn near_the_end(&self, outputs: &AllOutputs, left: &[&ResourceId]) {
        let names = |ids: Vec<&ResourceId>| {
            let mut names: Vec<String> = ids.iter().map(|id| id.logical_name.clone()).collect();
            // Outputs are in a hash map: in no order.
            names.sort();
            names
        };
        self.0.lock().unwrap().push([names(outputs.keys().collect()), names(left.to_vec())]);
    }
}

/// What is told of the end while a stack is deployed.
async fn told_of_the_end(stack: &Stack) -> Vec<[Vec<String>; 2]> {
    let (world, ends) = (World::new(), Ends::default());
    let found = refresh(stack, &world.provider).await.unwrap();
    let plan = plan(stack, &found, false).unwrap();
    // It may fail.
    apply(stack, &plan, &found, &world.provider, &ends).await.ok();
    ends.0.into_inner().unwrap()
}

#[tokio::test]
async fn the_end_is_told_once_all_is_begun() {
    let [bottom, top] = ["bottom", "top"].map(str::to_owned);
    let told = [[vec![bottom.clone()], vec![top.clone()]], [vec![bottom, top], vec![]]];
    assert_eq!(told_of_the_end(&stack("bottom", "blue")).await, told);
}

#[tokio::test]
async fn of_a_graph_that_is_not_begun_to_the_last_no_end_is_told() {
    assert!(told_of_the_end(&stack("bottom", "invisible")).await.is_empty());
}

#[tokio::test]
async fn a_second_deploy_writes_nothing() {
    let world = World::new();
    world.deploy(&stack("bottom", "blue")).await;
    assert!(world.plan(&stack("bottom", "blue")).await.unwrap().is_empty());
    assert!(world.deploy(&stack("bottom", "blue")).await.is_empty());
}

#[tokio::test]
async fn what_an_earlier_run_wrote_is_waited_for() {
    let world = World::new();
    world.deploy(&stack("bottom", "blue")).await;
    world.cloud.settled.lock().unwrap().clear();
    world.deploy(&stack("bottom", "blue")).await;
    assert_eq!(*world.cloud.settled.lock().unwrap(), ["bottom", "top"]);
}

#[tokio::test]
async fn a_change_in_place_touches_only_its_resource() {
    let world = World::new();
    world.deploy(&stack("bottom", "blue")).await;
    let changed = stack("bottom", "green");
    let plan = world.plan(&changed).await.unwrap();
    assert_eq!(actions(&plan), [(Action::Update, "bottom")]);
    assert_eq!(plan.steps[0].changes[0].path, "color");
    assert_eq!(world.deploy(&changed).await, ["update bottom"]);
}

#[tokio::test]
async fn a_new_name_replaces_the_old_one_after_its_user_has_moved() {
    let world = World::new();
    world.deploy(&stack("bottom-1", "blue")).await;
    let changed = stack("bottom-2", "blue");
    let plan = world.plan(&changed).await.unwrap();
    assert_eq!(actions(&plan), [(Action::Replace, "bottom-2"), (Action::Update, "top")]);
    assert_eq!(world.deploy(&changed).await, ["create bottom-2", "update top", "delete bottom-1"]);
}

#[tokio::test]
async fn what_is_ours_but_no_longer_wanted_is_deleted() {
    let world = World::new();
    world.deploy(&stack("bottom", "blue")).await;
    assert_eq!(world.deploy(&Stack::new("test")).await.len(), 2);
    assert!(world.cloud.crates.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_not_ours_is_refused_and_can_be_adopted() {
    let world = World::new();
    world.deploy(&stack("bottom", "blue")).await;
    world.cloud.crates.lock().unwrap().get_mut("bottom").unwrap().1.clear();
    let stack = stack("bottom", "blue");
    assert!(matches!(world.plan(&stack).await, Err(PlanError::NotOurs { name, .. }) if name == "bottom"));
    let adopted = plan(&stack, &refresh(&stack, &world.provider).await.unwrap(), true).unwrap();
    assert_eq!(actions(&adopted), [(Action::Update, "bottom")]);
}

#[tokio::test]
async fn a_failure_deletes_nothing_and_begins_nothing_that_depends_on_it() {
    let world = World::new();
    world.deploy(&stack("bottom-1", "blue")).await;
    let broken = stack("bottom-2", "invisible");
    let seen = refresh(&broken, &world.provider).await.unwrap();
    let plan = plan(&broken, &seen, false).unwrap();
    let failures = apply(&broken, &plan, &seen, &world.provider, &Silent).await.unwrap_err();
    assert_eq!(failures.0.len(), 1);
    assert!(world.cloud.take_writes().is_empty());
}

#[tokio::test]
async fn teardown_needs_only_the_stacks_name_and_leaves_others_alone() {
    let world = World::new();
    world.deploy(&stack("bottom", "blue")).await;
    let mut other = Stack::new("other");
    other.add("bottom", Crate { name: "other".to_owned(), color: "red".to_owned(), stands_on: None });
    world.deploy(&other).await;
    let deleted = teardown("test", &world.provider, &Silent).await.unwrap();
    assert_eq!(deleted.len(), 2);
    assert_eq!(world.cloud.crates.lock().unwrap().keys().collect::<Vec<_>>(), ["other"]);
}

#[tokio::test]
async fn what_was_made_although_the_answer_is_lost_is_not_made_again() {
    let world = World::new();
    world.cloud.loses(1);
    let writes = world.deploy(&stack("bottom", "blue")).await;
    assert_eq!(writes, ["create bottom", "update bottom", "create top"]);
}

#[tokio::test]
async fn what_was_made_although_the_answer_is_lost_may_not_be_known_for_a_while() {
    let world = World::new();
    world.cloud.loses(1);
    *world.cloud.unknown.lock().unwrap() = 2;
    let writes = world.deploy(&stack("bottom", "blue")).await;
    assert_eq!(writes, ["create bottom", "update bottom", "create top"]);
}

#[tokio::test]
async fn what_a_run_made_that_was_killed_may_not_be_known_to_the_next_one_for_a_while() {
    let world = World::new();
    world.deploy(&stack("bottom", "blue")).await;
    *world.cloud.unknown.lock().unwrap() = 4;
    assert_eq!(world.deploy(&stack("bottom", "green")).await, ["update bottom", "update top"]);
}

#[tokio::test]
async fn an_update_whose_answer_is_lost_is_looked_at_before_it_is_made_again() {
    let world = World::new();
    world.deploy(&stack("bottom", "blue")).await;
    world.cloud.loses(1);
    assert_eq!(world.deploy(&stack("bottom", "green")).await, ["update bottom"]);
}

#[tokio::test]
async fn a_deletion_whose_answer_is_lost_is_taken_for_done_when_it_is_gone() {
    let world = World::new();
    world.deploy(&stack("bottom", "blue")).await;
    world.cloud.loses(2);
    teardown("test", &world.provider, &Silent).await.unwrap();
    assert!(world.cloud.crates.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_change_whose_answers_are_all_lost_fails() {
    let world = World::new();
    world.cloud.loses(u32::MAX);
    let stack = stack("bottom", "blue");
    let seen = refresh(&stack, &world.provider).await.unwrap();
    let plan = plan(&stack, &seen, false).unwrap();
    let failures = apply(&stack, &plan, &seen, &world.provider, &Silent).await.unwrap_err();
    assert_eq!(failures.0.len(), 1);
}

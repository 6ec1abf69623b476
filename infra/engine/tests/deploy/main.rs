//! Plan, apply and teardown against a cloud in memory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod circle;
mod cloud;
mod labels;
mod recreate;

use cloud::{Crate, World, actions, stack, stack_on};
use infra_engine::apply::apply;
use infra_engine::plan::{PlanError, plan};
use infra_engine::refresh::refresh;
use infra_engine::teardown::teardown;
use infra_engine::{Action, Silent, Stack};

#[tokio::test]
async fn what_is_used_is_created_first() {
    let world = World::new();
    assert_eq!(world.deploy(&stack("bottom", "blue")).await, ["create bottom", "create top"]);
    let top = world.cloud.crates.lock().unwrap()["top"].0.clone();
    assert_eq!(top.stands_on, Some("address-of-bottom".into()));
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
async fn what_goes_knows_that_another_one_has_taken_its_place() {
    let world = World::new();
    world.deploy(&stack("bottom-1", "blue")).await;
    world.deploy(&stack("bottom-2", "blue")).await;
    assert_eq!(*world.cloud.replaced.lock().unwrap(), ["bottom-1"]);
}

#[tokio::test]
async fn what_is_ours_but_no_longer_wanted_is_deleted() {
    let world = World::new();
    world.deploy(&stack("bottom", "blue")).await;
    assert_eq!(world.deploy(&Stack::new("test")).await.len(), 2);
    assert!(world.cloud.crates.lock().unwrap().is_empty());
    assert!(world.cloud.replaced.lock().unwrap().is_empty());
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
    other.add("bottom", Crate::new("other", "red"));
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

#[tokio::test]
async fn a_creation_that_failed_is_reported_although_what_it_left_can_not_be_changed_either() {
    let world = World::new();
    world.cloud.loses(1);
    let stack = stack_on(Crate { material: "glass".to_owned(), ..Crate::new("bottom", "blue") });
    assert_eq!(why_it_fails(&world, &stack).await, "the connection broke; then: glass takes no color");
}

#[tokio::test]
async fn a_creation_that_failed_is_reported_although_what_it_left_can_not_be_read() {
    let world = World::new();
    world.cloud.loses(1);
    *world.cloud.unreadable.lock().unwrap() = true;
    assert_eq!(why_it_fails(&world, &stack("bottom", "blue")).await, "the connection broke");
}

async fn why_it_fails(world: &World, stack: &Stack) -> String {
    let seen = refresh(stack, &world.provider).await.unwrap();
    let plan = plan(stack, &seen, false).unwrap();
    let failures = apply(stack, &plan, &seen, &world.provider, &Silent).await.unwrap_err();
    failures.0[0].source.to_string()
}

//! What can't change in place, under a name that does not show it.

use super::cloud::{Crate, World, actions, stack_on};
use super::labels::Label;
use infra_engine::ownership::RESOURCE_TAG;
use infra_engine::{Action, ResourceId, Stack};

/// A crate of this material, and one that stands on it.
fn bare(material: &str) -> Stack {
    stack_on(Crate { material: material.to_owned(), ..Crate::new("bottom", "blue") })
}

/// The same, and a label for it.
fn labelled(material: &str) -> Stack {
    labelled_as("label", material)
}

/// The same, and a label of this name.
fn labelled_as(name: &str, material: &str) -> Stack {
    let mut stack = bare(material);
    stack.add_after("label", Label { name: name.to_owned() }, &[&ResourceId::new("crate", "bottom")]);
    stack
}

#[tokio::test]
async fn what_can_not_change_goes_first_with_what_uses_it_but_not_with_what_only_refers_to_it() {
    let world = World::new();
    world.deploy(&labelled("wood")).await;
    let plan = world.plan(&labelled("steel")).await.unwrap();
    let planned = [(Action::Recreate, "bottom"), (Action::Update, "top"), (Action::Recreate, "label")];
    assert_eq!(actions(&plan), planned);
    assert_eq!(plan.steps[0].changes[0].path, "material");
    assert_eq!(plan.steps[2].changes[0].path, "crate/bottom");
    let writes = world.deploy(&labelled("steel")).await;
    assert_eq!(writes, ["delete label", "delete bottom", "create bottom", "create label"]);
    assert!(world.plan(&labelled("steel")).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_uses_it_and_is_not_there_is_only_created() {
    let world = World::new();
    world.deploy(&labelled("wood")).await;
    world.cloud.labels.lock().unwrap().clear();
    let plan = world.plan(&labelled("steel")).await.unwrap();
    assert_eq!(plan.steps[2].action, Action::Create);
    let writes = world.deploy(&labelled("steel")).await;
    assert_eq!(writes, ["delete bottom", "create bottom", "create label"]);
}

#[tokio::test]
async fn what_uses_it_and_gets_a_new_name_in_the_same_plan_goes_first_under_the_old_one() {
    let world = World::new();
    world.deploy(&labelled_as("label", "wood")).await;
    let changed = labelled_as("sticker", "steel");
    let plan = world.plan(&changed).await.unwrap();
    let planned = [(Action::Recreate, "bottom"), (Action::Update, "top"), (Action::Recreate, "sticker")];
    assert_eq!(actions(&plan), planned);
    let why: Vec<_> = plan.steps[2].changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(why, ["name", "crate/bottom"]);
    let writes = world.deploy(&changed).await;
    assert_eq!(writes, ["delete label", "delete bottom", "create bottom", "create sticker"]);
    assert!(world.plan(&changed).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_may_use_it_and_is_no_longer_wanted_goes_first() {
    let world = World::new();
    world.deploy(&labelled("wood")).await;
    let writes = world.deploy(&bare("steel")).await;
    assert_eq!(writes, ["delete label", "delete bottom", "create bottom"]);
    assert!(world.plan(&bare("steel")).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_uses_it_goes_first_although_somebody_removed_the_tag_with_its_address() {
    let world = World::new();
    world.deploy(&labelled_as("sticker", "wood")).await;
    world.cloud.labels.lock().unwrap().get_mut("sticker").unwrap().remove(RESOURCE_TAG);
    let writes = world.deploy(&labelled_as("sticker", "steel")).await;
    assert_eq!(writes, ["delete sticker", "delete bottom", "create bottom", "create sticker"]);
}

#[tokio::test]
async fn what_does_not_use_it_stays_until_the_end() {
    let world = World::new();
    let mut before = labelled("wood");
    before.add("other", Crate::new("other", "green"));
    world.deploy(&before).await;
    let writes = world.deploy(&labelled("steel")).await;
    let expected = ["delete label", "delete bottom", "create bottom", "create label", "delete other"];
    assert_eq!(writes, expected);
}

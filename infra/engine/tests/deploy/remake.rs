//! What can't change in place, under a name that does not tell it.

use super::cloud::{Crate, World, actions, stack_on};
use super::labels::Label;
use infra_engine::{Action, ResourceId, Stack};

/// A crate of this material, one that stands on it, and a label for it.
fn labelled(material: &str) -> Stack {
    let mut stack = stack_on(Crate { material: material.to_owned(), ..Crate::new("bottom", "blue") });
    stack.add_after("label", Label { name: "label".to_owned() }, &[&ResourceId::new("crate", "bottom")]);
    stack
}

#[tokio::test]
async fn what_can_not_change_goes_first_with_what_uses_it_but_not_with_what_only_refers_to_it() {
    let world = World::new();
    world.deploy(&labelled("wood")).await;
    let plan = world.plan(&labelled("steel")).await.unwrap();
    let planned = [(Action::Remake, "bottom"), (Action::Update, "top"), (Action::Remake, "label")];
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

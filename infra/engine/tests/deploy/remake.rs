//! What can't change in place, under a name that does not tell it.

use super::cloud::{Crate, World, actions, stack, stack_on};
use infra_engine::{Action, Stack};

fn of_steel() -> Stack {
    stack_on(Crate { material: "steel".to_owned(), ..Crate::new("bottom", "blue") })
}

#[tokio::test]
async fn what_can_not_change_goes_first_with_what_depends_on_it() {
    let world = World::new();
    world.deploy(&stack("bottom", "blue")).await;
    let plan = world.plan(&of_steel()).await.unwrap();
    assert_eq!(actions(&plan), [(Action::Remake, "bottom"), (Action::Remake, "top")]);
    assert_eq!(plan.steps[0].changes[0].path, "material");
    assert_eq!(plan.steps[1].changes[0].path, "crate/bottom");
    let mut writes = world.deploy(&of_steel()).await;
    writes[..2].sort();
    assert_eq!(writes, ["delete bottom", "delete top", "create bottom", "create top"]);
    assert!(world.plan(&of_steel()).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_depends_on_it_and_is_not_there_is_only_created() {
    let world = World::new();
    world.deploy(&stack("bottom", "blue")).await;
    world.cloud.crates.lock().unwrap().remove("top");
    let plan = world.plan(&of_steel()).await.unwrap();
    assert_eq!(actions(&plan), [(Action::Remake, "bottom"), (Action::Create, "top")]);
    assert_eq!(world.deploy(&of_steel()).await, ["delete bottom", "create bottom", "create top"]);
}

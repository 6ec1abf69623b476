//! What can't become what is desired, and has no new name under which a new one could come first: it goes with all that
//! uses it, and they come anew.

use crate::diff::Change;
use crate::event::Reporter;
use crate::failure::ResourceFailures;
use crate::id::ResourceId;
use crate::live::Found;
use crate::provider::{Provider, Uses};
use crate::refresh::{World, locked};
use crate::stack::{Node, Stack};
use crate::teardown::delete_all;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Mutex;

/// Whether one of these changes can't be made in place.
pub(crate) fn is_needed(node: &Node, changes: &[Change]) -> bool {
    changes.iter().any(|change| node.fixed.contains(&member_of(&change.path)))
}

/// The member of the resource in which a path begins.
fn member_of(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or(path)
}

/// Which of the resources that go a node can't stay without: one that it depends on, and that its kind uses. What only comes
/// after another one stays.
pub(crate) fn cause<'a>(
    stack: &'a Stack,
    node: &Node,
    going: &[usize],
    uses: &Uses,
) -> Option<&'a ResourceId> {
    let used = uses.get(node.id.kind.as_str()).copied().unwrap_or_default();
    let ids = node.dependencies.iter().filter(|it| going.contains(it)).map(|it| &stack.nodes()[*it].id);
    ids.into_iter().find(|id| used.contains(&id.kind.as_str()))
}

/// Why a resource goes that could stay by itself.
pub(crate) fn goes_with(used: &ResourceId) -> Change {
    Change { path: used.to_string(), before: None, after: Some(Value::from("comes anew")) }
}

/// The resources that had to go during a run.
#[derive(Default)]
pub(crate) struct Gone(Mutex<HashSet<ResourceId>>);

impl Gone {
    pub(crate) fn contains(&self, id: &ResourceId) -> bool {
        locked(&self.0).contains(id)
    }

    /// Deletes this resource and those that use it, which are still to be worked on; gives all of them.
    pub(crate) async fn delete(
        &self,
        (stack, index): (&Stack, usize),
        world: &World,
        provider: &Provider,
        reporter: &dyn Reporter,
    ) -> Result<Vec<ResourceId>, ResourceFailures> {
        let nodes = with_users(stack, index, &world.uses);
        let is_one = |found: &&Found| nodes.iter().any(|it| it.id == found.id && it.name == found.name);
        let found: Vec<Found> = world.owned.iter().filter(is_one).cloned().collect();
        delete_all(stack.name(), &found, provider, reporter).await?;
        let ids: Vec<ResourceId> = nodes.iter().map(|node| node.id.clone()).collect();
        locked(&self.0).extend(ids.iter().cloned());
        Ok(ids)
    }
}

/// A resource and all that use it, directly or through others.
fn with_users<'a>(stack: &'a Stack, index: usize, uses: &Uses) -> Vec<&'a Node> {
    let mut all = vec![index];
    // Dependencies point backwards, so one pass meets every user after what it uses.
    for (other, node) in stack.nodes().iter().enumerate().skip(index + 1) {
        if cause(stack, node, &all, uses).is_some() {
            all.push(other);
        }
    }
    all.into_iter().map(|index| &stack.nodes()[index]).collect()
}

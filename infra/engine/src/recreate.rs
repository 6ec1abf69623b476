//! What can't become what is desired, and has no new name under which a new one could come first: it goes with all that
//! uses it, and they come anew.

use crate::diff::Change;
use crate::event::Reporter;
use crate::failure::ResourceFailures;
use crate::id::ResourceId;
use crate::live::Found;
use crate::provider::{DeletionOrder, Provider};
use crate::refresh::{World, locked};
use crate::stack::{Node, Stack};
use crate::teardown::delete_all;
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};
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
    order: &DeletionOrder,
) -> Option<&'a ResourceId> {
    let used = order.get(node.id.kind.as_str()).copied().unwrap_or_default();
    let ids = node.dependencies.iter().filter(|it| going.contains(it)).map(|it| &stack.nodes()[*it].id);
    ids.into_iter().find(|id| used.contains(&id.kind.as_str()))
}

/// Why a resource goes that could stay by itself.
pub(crate) fn recreated_with(used: &ResourceId) -> Change {
    Change { path: used.to_string(), before: None, after: Some(Value::from("comes anew")) }
}

/// What had to go during a run.
#[derive(Default)]
pub(crate) struct Deleted {
    /// The resources of the stack.
    resources: Mutex<HashSet<ResourceId>>,
    /// What of the account was deleted for that.
    deleted: Mutex<Vec<Found>>,
}

impl Deleted {
    pub(crate) fn contains(&self, id: &ResourceId) -> bool {
        locked(&self.resources).contains(id)
    }

    /// Whether this was deleted, so that it need not be any more.
    pub(crate) fn has_deleted(&self, found: &Found) -> bool {
        locked(&self.deleted).contains(found)
    }

    /// Deletes this resource and those that use it, which are still to be worked on; gives all of them.
    pub(crate) async fn delete(
        &self,
        (stack, index): (&Stack, usize),
        world: &World,
        provider: &Provider,
        reporter: &dyn Reporter,
    ) -> Result<Vec<ResourceId>, ResourceFailures> {
        let nodes = with_users(stack, index, &world.deletion_order);
        let kinds = using_kinds(&stack.nodes()[index].id.kind, &world.deletion_order);
        let goes = |found: &&Found| match stack.index_of(&found.id) {
            // Also under the name that it had before this plan.
            Some(index) => nodes.contains(&index),
            None => kinds.contains(found.id.kind.as_str()) && is_unwanted_or_among(found, stack, &nodes),
        };
        let found: Vec<Found> =
            world.owned.iter().filter(goes).filter(|it| !self.has_deleted(it)).cloned().collect();
        delete_all(stack.name(), &found, provider, reporter).await?;
        locked(&self.deleted).extend(found);
        let ids: Vec<ResourceId> = nodes.iter().map(|&index| stack.nodes()[index].id.clone()).collect();
        locked(&self.resources).extend(ids.iter().cloned());
        Ok(ids)
    }
}

/// Of what carries no address of the stack: whether it goes anyway, as no resource of the stack has its name, or one that goes
/// now has. What an unwanted one refers to is not known; all of its kind may.
fn is_unwanted_or_among(found: &Found, stack: &Stack, nodes: &[usize]) -> bool {
    let named = |node: &Node| node.id.kind == found.id.kind && node.name == found.name;
    stack.nodes().iter().position(named).is_none_or(|index| nodes.contains(&index))
}

/// A resource and all that use it, directly or through others.
fn with_users(stack: &Stack, index: usize, order: &DeletionOrder) -> Vec<usize> {
    let mut all = vec![index];
    // Dependencies point backwards, so one pass meets every user after what it uses.
    for (other, node) in stack.nodes().iter().enumerate().skip(index + 1) {
        if cause(stack, node, &all, order).is_some() {
            all.push(other);
        }
    }
    all
}

/// The kinds that use this one, directly or through others.
fn using_kinds<'a>(kind: &'a str, order: &DeletionOrder) -> BTreeSet<&'a str> {
    let (mut users, mut looked_for) = (BTreeSet::new(), vec![kind]);
    while let Some(kind) = looked_for.pop() {
        for (user, _) in order.iter().filter(|(_, used)| used.contains(&kind)) {
            if users.insert(*user) {
                looked_for.push(user);
            }
        }
    }
    users
}

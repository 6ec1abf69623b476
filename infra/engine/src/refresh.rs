//! Reading the world: every resource of the stack by its name, and everything in the account that is tagged as ours.

use crate::failure::{Failure, ResourceFailure, ResourceFailures};
use crate::id::ResourceId;
use crate::live::{Found, LiveValue};
use crate::output::Reference;
use crate::provider::{DeletionOrder, Provider};
use crate::resolve::resolve;
use crate::stack::{Node, Stack};
use crate::walk::walk;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Mutex;

/// The world as it was found.
#[derive(Debug, Default)]
pub struct World {
    /// The resources of the stack that exist.
    pub live: HashMap<ResourceId, LiveValue>,
    /// Every resource in the account that carries the stack's tags, in the code or not.
    pub owned: Vec<Found>,
    /// Which kinds use which.
    pub deletion_order: DeletionOrder,
}

/// Reads every resource of the stack and lists what the account holds of it, both at the same time. The lists are asked for
/// first, as more follows from them.
///
/// # Errors
/// When a read fails: what could not be read can't be compared, so nothing is planned.
pub async fn refresh(stack: &Stack, provider: &Provider) -> Result<World, ResourceFailures> {
    let (owned, live) = tokio::join!(list_owned(stack.name(), provider), read_all(stack, provider));
    Ok(World { live: live?, owned: owned?, deletion_order: provider.deletion_order() })
}

/// Everything in the account that carries the stack's tags.
///
/// # Errors
/// When a kind can't be listed.
pub async fn list_owned(stack: &str, provider: &Provider) -> Result<Vec<Found>, ResourceFailures> {
    let kinds = provider.kinds();
    let found = Mutex::new(Vec::new());
    let walked = walk(&vec![Vec::new(); kinds.len()], |index| {
        let (kind, found) = (kinds[index], &found);
        async move {
            let listed = kind.list(stack).await.map_err(|source| ResourceFailure {
                action: "list",
                id: ResourceId::new(kind.name(), "*"),
                name: format!("all of stack {stack}"),
                source,
            })?;
            locked(found).extend(listed);
            Ok::<_, ResourceFailure>(())
        }
    })
    .await;
    let kind_at = |index: usize| (ResourceId::new(kinds[index].name(), "*"), format!("all of stack {stack}"));
    walked.map_err(|unfinished| unfinished.into_failures("list", kind_at))?;
    Ok(unlocked(found))
}

async fn read_all(
    stack: &Stack,
    provider: &Provider,
) -> Result<HashMap<ResourceId, LiveValue>, ResourceFailures> {
    let live = Mutex::new(HashMap::new());
    let order: Vec<Vec<usize>> = stack.nodes().iter().map(|node| node.read_after.clone()).collect();
    let walked =
        walk(&order, |index| {
            let (node, live) = (&stack.nodes()[index], &live);
            async move {
                let found = read_one(stack, node, provider, live).await.map_err(|source| {
                    ResourceFailure { action: "read", id: node.id.clone(), name: node.name.clone(), source }
                })?;
                if let Some(found) = found {
                    locked(live).insert(node.id.clone(), found);
                }
                Ok::<_, ResourceFailure>(())
            }
        })
        .await;
    walked.map_err(|unfinished| unfinished.into_failures("read", |index| stack.nodes()[index].address()))?;
    Ok(unlocked(live))
}

async fn read_one(
    stack: &Stack,
    node: &Node,
    provider: &Provider,
    live: &Mutex<HashMap<ResourceId, LiveValue>>,
) -> Result<Option<LiveValue>, Failure> {
    let desired = {
        let known = locked(live);
        // What is found through another resource can't exist without it.
        if node.found_after.iter().any(|parent| !known.contains_key(&stack.nodes()[*parent].id)) {
            return Ok(None);
        }
        resolve(&node.desired, &|reference| output(&known, reference))
    };
    provider.kind(&node.id.kind)?.read(&desired).await
}

/// The value a reference stands for, among the resources that exist.
pub(crate) fn output(live: &HashMap<ResourceId, LiveValue>, reference: &Reference) -> Option<Value> {
    live.get(reference.resource())?.outputs.get(reference.attribute()).cloned()
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn unlocked<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

//! Carrying a plan out: creates and updates along the graph, then deletions against it.

use crate::event::{Event, Reporter};
use crate::failure::{Failure, MADE_AT_MOST, ResourceFailure, ResourceFailures, SOUGHT_AT_MOST, wait_after};
use crate::id::ResourceId;
use crate::kind::{Context, ErasedKind};
use crate::live::{Found, LiveValue};
use crate::ownership::Ownership;
use crate::plan::{Plan, differences};
use crate::provider::Provider;
use crate::recreate::{self, Deleted};
use crate::refresh::{World, locked};
use crate::resolve::resolve;
use crate::stack::{Node, Stack};
use crate::teardown::delete_in_order;
use crate::walk::walk;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;

/// The outputs of every resource, by address.
pub type AllOutputs = HashMap<ResourceId, Value>;

/// Creates and updates what differs, then deletes what is no longer wanted; gives the outputs of all resources.
///
/// A resource is compared again once everything it depends on is in place, so one whose inputs turn out unchanged
/// is left alone.
///
/// # Errors
/// The resources that failed; independent ones were let finish, nothing was deleted.
pub async fn apply(
    stack: &Stack,
    plan: &Plan,
    world: &World,
    provider: &Provider,
    reporter: &dyn Reporter,
) -> Result<AllOutputs, ResourceFailures> {
    let outputs = Mutex::new(known_outputs(world));
    let order: Vec<Vec<usize>> = stack.nodes().iter().map(|node| node.dependencies.clone()).collect();
    let gone = Deleted::default();
    let walked = walk(&order, |index| {
        let (node, outputs, gone) = (&stack.nodes()[index], &outputs, &gone);
        async move {
            let replaced = plan.deletions.iter().find(|found| found.id == node.id);
            let work = Work { stack, index, node, world, gone, replaced, provider, reporter };
            if let Some(new) = work.bring_about(outputs).await? {
                locked(outputs).insert(node.id.clone(), new);
            }
            Ok::<_, ResourceFailures>(())
        }
    })
    .await;
    walked
        .map_err(|unfinished| unfinished.into_failures("deploy", |index| stack.nodes()[index].address()))?;
    let left: Vec<Found> = plan.deletions.iter().filter(|found| !gone.has_deleted(found)).cloned().collect();
    let is_replaced = |found: &Found| stack.index_of(&found.id).is_some();
    delete_in_order(stack.name(), &left, &is_replaced, provider, reporter).await?;
    Ok(outputs.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// The outputs of the resources that exist.
pub fn known_outputs(world: &World) -> AllOutputs {
    world.live.iter().map(|(id, live)| (id.clone(), live.outputs.clone())).collect()
}

/// One resource on its way to what is desired.
struct Work<'a> {
    stack: &'a Stack,
    index: usize,
    node: &'a Node,
    world: &'a World,
    /// What had to go during this run.
    gone: &'a Deleted,
    replaced: Option<&'a Found>,
    provider: &'a Provider,
    reporter: &'a dyn Reporter,
}

impl Work<'_> {
    /// Creates or updates it if it needs that, and waits until it is in effect; gives its new outputs.
    async fn bring_about(&self, outputs: &Mutex<AllOutputs>) -> Result<Option<Value>, ResourceFailures> {
        let desired = self.desired(outputs).map_err(|source| self.failure("read", source))?;
        let mut live = self.world.live.get(&self.node.id).filter(|_| !self.gone.contains(&self.node.id));
        if let Some(now) = live {
            let changes = differences(self.stack, &self.node.id, &desired, now);
            if changes.is_empty() {
                let is_stable = self.wait(&desired).await;
                is_stable.map_err(|source| self.failure("wait for", source))?;
                return Ok(None);
            }
            if recreate::is_needed(self.node, &changes) {
                self.delete_with_dependents(outputs).await?;
                live = None;
            }
        }
        let action = if live.is_some() { "update" } else { "create" };
        let began = Instant::now();
        self.report(Event::Started { id: self.node.id.clone(), name: self.node.name.clone(), action });
        let result = self.change(&desired, live).await;
        self.report(Event::Finished {
            id: self.node.id.clone(),
            name: self.node.name.clone(),
            action,
            elapsed: began.elapsed(),
            succeeded: result.is_ok(),
        });
        Ok(Some(result.map_err(|source| self.failure(action, source))?))
    }

    fn desired(&self, outputs: &Mutex<AllOutputs>) -> Result<Value, Failure> {
        let resolved = {
            let outputs = locked(outputs);
            resolve(&self.node.desired, &|reference| {
                outputs.get(reference.resource())?.get(reference.attribute()).cloned()
            })
        };
        (self.node.normalise)(&resolved)
            .map_err(|error| Failure::caused_by("a resolved value has not the shape of its kind", error))
    }

    /// Deletes it as it is, with all that uses it.
    async fn delete_with_dependents(&self, outputs: &Mutex<AllOutputs>) -> Result<(), ResourceFailures> {
        let Self { stack, index, world, provider, reporter, .. } = *self;
        let gone = self.gone.delete((stack, index), world, provider, reporter).await?;
        locked(outputs).retain(|id, _| !gone.contains(id));
        Ok(())
    }

    async fn change(&self, desired: &Value, live: Option<&LiveValue>) -> Result<Value, Failure> {
        let (kind, context) = (self.provider.kind(&self.node.id.kind)?, self.context());
        let outputs = match live {
            None => self.create(kind, desired, &context).await?,
            Some(live) => self.update(kind, desired, live, &context).await?,
        };
        kind.wait_until_stable(desired, &context).await?;
        Ok(outputs)
    }

    /// Creates it. When the answer to a call is lost, or the resource is there already, it may have been made all the same,
    /// by this call or by a run that was killed: one that is ours is brought to what is desired.
    async fn create(
        &self,
        kind: &dyn ErasedKind,
        desired: &Value,
        context: &Context<'_>,
    ) -> Result<Value, Failure> {
        let mut times = 0;
        loop {
            times += 1;
            let failure = match kind.create(desired, context).await {
                Ok(outputs) => return Ok(outputs),
                Err(failure) => failure,
            };
            let is_there = failure.name_is_taken();
            let at_most = if is_there { SOUGHT_AT_MOST } else { MADE_AT_MOST };
            // If it can't be read now, the first failure says more.
            match kind.read(desired).await {
                Ok(Some(made)) if self.is_ours(&made) => {
                    let updated = kind.update(desired, &made, context).await;
                    return updated.map_err(|later| later.after(&failure));
                }
                // What was made a moment ago, by a run that was killed or by a call whose answer was lost, may be refused as
                // there already before it can be read, or before all of it can.
                seen if times < at_most
                    && (is_there
                        || (matches!(seen, Ok(None)) && (failure.answer_is_lost() || times > 1))) =>
                {
                    context.waiting(format!("AWS to show {}", self.node.name));
                    wait_after(times).await;
                }
                _ => return Err(failure),
            }
        }
    }

    /// Updates it. What an update creates, such as a revision, may have been made although the answer is lost: it is looked
    /// at before another one is made.
    async fn update(
        &self,
        kind: &dyn ErasedKind,
        desired: &Value,
        live: &LiveValue,
        context: &Context<'_>,
    ) -> Result<Value, Failure> {
        let mut updated = kind.update(desired, live, context).await;
        for times in 1..MADE_AT_MOST {
            let lost = match updated {
                Err(failure) if failure.answer_is_lost() => failure,
                other => return other,
            };
            // If it can't be read now, the first failure says more.
            let Ok(Some(now)) = kind.read(desired).await else { return Err(lost) };
            if differences(self.stack, &self.node.id, desired, &now).is_empty() {
                return Ok(now.outputs);
            }
            wait_after(times).await;
            updated = kind.update(desired, &now, context).await;
        }
        updated
    }

    fn is_ours(&self, live: &LiveValue) -> bool {
        live.tags.as_ref().is_none_or(|tags| Ownership::of(tags, self.stack.name()) == Ownership::Ours)
    }

    async fn wait(&self, desired: &Value) -> Result<(), Failure> {
        self.provider.kind(&self.node.id.kind)?.wait_until_stable(desired, &self.context()).await
    }

    fn context(&self) -> Context<'_> {
        let Self { replaced, reporter, .. } = *self;
        let own_tags = self.stack.tags();
        Context { replaced, own_tags, ..Context::of(self.stack.name(), &self.node.id, reporter) }
    }

    fn report(&self, event: Event) {
        self.reporter.report(event);
    }

    fn failure(&self, action: &'static str, source: Failure) -> ResourceFailure {
        ResourceFailure { action, id: self.node.id.clone(), name: self.node.name.clone(), source }
    }
}

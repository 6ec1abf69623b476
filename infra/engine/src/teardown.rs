//! Deleting what was found in the account: users before what they use, independent resources at the same time.

use crate::event::{Event, Reporter};
use crate::failure::{Failure, MADE_AT_MOST, ResourceFailure, ResourceFailures, wait_after};
use crate::kind::{Context, ErasedKind};
use crate::live::Found;
use crate::provider::{DeletionOrder, Provider};
use crate::refresh::list_owned;
use crate::walk::walk;
use std::collections::BTreeSet;
use std::time::Instant;

/// Deletes every resource in the account that carries the stack's tags; needs nothing but the stack's name.
/// Gives what it deleted.
///
/// # Errors
/// The resources that could not be listed or deleted.
pub async fn teardown(
    stack: &str,
    provider: &Provider,
    reporter: &dyn Reporter,
) -> Result<Vec<Found>, ResourceFailures> {
    let found = list_owned(stack, provider).await?;
    delete_all(stack, &found, provider, reporter).await?;
    Ok(found)
}

/// Deletes these resources, those of a kind only after those of the kinds that use it.
///
/// # Errors
/// The resources that could not be deleted; what they use was left alone. Those of kinds that use each other in a circle,
/// before anything is deleted.
pub async fn delete_all(
    stack: &str,
    found: &[Found],
    provider: &Provider,
    reporter: &dyn Reporter,
) -> Result<(), ResourceFailures> {
    delete_in_order(stack, found, &|_| false, provider, reporter).await
}

/// The same, of resources of which others may have taken the place.
pub(crate) async fn delete_in_order(
    stack: &str,
    found: &[Found],
    is_replaced: &dyn Fn(&Found) -> bool,
    provider: &Provider,
    reporter: &dyn Reporter,
) -> Result<(), ResourceFailures> {
    let order = deletion_order(found, &provider.deletion_order());
    let walked = walk(&order, |index| {
        let found = &found[index];
        let context = Context { is_replaced: is_replaced(found), ..Context::of(stack, &found.id, reporter) };
        async move { delete_one(found, provider, &context).await }
    })
    .await;
    let resource = |index: usize| (found[index].id.clone(), found[index].name.clone());
    walked.map_err(|unfinished| unfinished.into_failures("delete", resource))
}

async fn delete_one(
    found: &Found,
    provider: &Provider,
    context: &Context<'_>,
) -> Result<(), ResourceFailure> {
    let (began, action, reporter) = (Instant::now(), "delete", context.reporter);
    reporter.report(Event::Started { id: found.id.clone(), name: found.name.clone(), action });
    let result = match provider.kind(&found.id.kind) {
        Ok(kind) => delete(kind, found, context).await,
        Err(failure) => Err(failure),
    };
    reporter.report(Event::Finished {
        id: found.id.clone(),
        name: found.name.clone(),
        action,
        elapsed: began.elapsed(),
        succeeded: result.is_ok(),
    });
    result.map_err(|source| ResourceFailure {
        action,
        id: found.id.clone(),
        name: found.name.clone(),
        source,
    })
}

/// Deletes it. When the answer to a call is lost, it looks again: what is gone by then is as good as deleted, while the same
/// call made again may fail because of that.
async fn delete(kind: &dyn ErasedKind, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
    let mut deleted = kind.delete(found, context).await;
    for times in 1..MADE_AT_MOST {
        match &deleted {
            Err(failure) if failure.answer_is_lost() => {}
            _ => break,
        }
        wait_after(times).await;
        deleted = kind.delete(found, context).await;
    }
    deleted
}

/// For each resource the indices of those that must be gone before it: all of the kinds that use its kind.
fn deletion_order(found: &[Found], order: &DeletionOrder) -> Vec<Vec<usize>> {
    found
        .iter()
        .map(|used| {
            let users: BTreeSet<&str> = order
                .iter()
                .filter(|(_, used_kinds)| used_kinds.contains(&used.id.kind.as_str()))
                .map(|(kind, _)| *kind)
                .collect();
            (0..found.len()).filter(|other| users.contains(found[*other].id.kind.as_str())).collect()
        })
        .collect()
}

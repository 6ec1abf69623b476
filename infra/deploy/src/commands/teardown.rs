//! `teardown`: delete what carries the stack's tags. Works from what is found, not from the code.

mod losses;

use super::consent;
use crate::plan_view;
use crate::progress_view::ProgressView;
use crate::session::Session;
use crate::setup::Setup;
use crate::stack_lease::{StackLease, release};
use anyhow::{Context, Result, bail};
use boot_time::Instant;
use infra::storage::lease_bucket_id;
use infra_aws::Aws;
use infra_aws::kinds;
use infra_aws::kinds::cluster::inhabitants::{refuse_others, stop_one_off_tasks};
use infra_aws::kinds::load_balancer::refuse_protected;
use infra_engine::refresh::list_owned;
use infra_engine::teardown::delete_all;
use infra_engine::{Failure, Found, Provider, Resource};
use infra_lease::{Lease, LeaseSnapshot};
use infra_options::StackOptions;
use infra_options::print;
use infra_options::teardown::Options;
use infra_resources::{Cluster, LoadBalancer};
use infra_wire::read_cache;
use std::process::ExitCode;
use std::time::Duration;

/// So long AWS may list what was deleted, or not list what was made.
const SHOWN_WITHIN: Duration = Duration::from_secs(60);
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// Deletes the stack, then looks again whether anything is left.
pub(super) async fn run(options: Options, setup: &Setup) -> Result<ExitCode> {
    let (options, wait) = (options.stack, options.wait);
    let aws = Session::connect(&options, setup).await?;
    let (stack, provider) = (options.name.as_str(), kinds::all(&aws));
    let lease = StackLease::named(&aws, &options.name, setup.overrides.lease_lasts)?;
    let began = Instant::now();
    let (found, seen) = read_with_lease(&aws, &provider, &lease).await?;
    let was_quiet = seen.record.is_some() && seen.was_quiet_since(began);
    if found.is_empty() {
        infra_options::say!(
            "nothing of stack {stack} was found in {} (account {})",
            aws.region,
            aws.account.id
        );
        return report(&options, &found);
    }
    plan_view::print_found(&found, stack, &aws);
    losses::print(&aws, &found).await?;
    if !consent::given_by_name(&options, &question(stack))? {
        return Ok(declined());
    }
    let lease = lease.acquire("teardown", wait.for_lease, seen).await?;
    let shown = Shown { found, is_still_right: lease.uncontended && was_quiet };
    let deleted = alone(&aws, &lease, shown, &provider, &options).await;
    match &deleted {
        // It went with its bucket.
        Ok(Some(_)) => lease.forget(),
        Ok(None) | Err(_) => release(lease, None).await,
    }
    let Some(deleted) = deleted? else { return Ok(declined()) };
    infra_options::say!("stack {stack} is gone: {} resources deleted, none left", deleted.len());
    report(&options, &deleted)
}

fn question(stack: &str) -> String {
    format!("Delete everything of stack {stack}, uploaded images included?")
}

fn declined() -> ExitCode {
    infra_options::say!("nothing was deleted");
    ExitCode::FAILURE
}

/// What was agreed to be deleted.
struct Shown {
    found: Vec<Found>,
    /// Whether no other run can have changed it before the lease was there.
    is_still_right: bool,
}

impl Shown {
    /// What is there now that the lease is held. More than was shown is shown and asked about; nothing if that is declined.
    async fn now(self, aws: &Aws, provider: &Provider, options: &StackOptions) -> Result<Option<Vec<Found>>> {
        if self.is_still_right {
            return Ok(Some(self.found));
        }
        let stack = aws.stack.as_ref();
        let now = read_owned(aws, provider).await?;
        // Its own bucket may have been made a moment ago for the lease of this run.
        let is_more = |found: &&Found| !is_of_the_lease(found) && !self.found.contains(found);
        if now.iter().any(|found| is_more(&found)) {
            infra_options::say!("the stack has changed since this list was made; what is deleted now:");
            plan_view::print_found(&now, stack, aws);
            if !consent::given_by_name_meanwhile(options, question(stack)).await? {
                return Ok(None);
            }
        }
        Ok(Some(now))
    }
}

/// Deletes what is there now that the lease is held, and gives it; nothing if that is declined. The lease's own bucket goes last,
/// when nothing else is left.
async fn alone(
    aws: &Aws,
    lease: &Lease,
    shown: Shown,
    provider: &Provider,
    options: &StackOptions,
) -> Result<Option<Vec<Found>>> {
    let Some(found) = shown.now(aws, provider, options).await? else { return Ok(None) };
    // One-off tasks would hold instances and cluster for as long as they run.
    for cluster in found.iter().filter(|found| found.id.kind == Cluster::KIND) {
        stop_one_off_tasks(aws, &cluster.name).await?;
    }
    let (stack, view) = (aws.stack.as_ref(), ProgressView::new());
    let (its_bucket, others): (Vec<_>, Vec<_>) = found.into_iter().partition(is_of_the_lease);
    delete_all(stack, &others, provider, &view).await?;
    let mut deleted = others;
    deleted.extend(delete_what_shows_late(aws, &deleted, provider, &view).await?);
    lease.stop_renewing().await;
    delete_all(stack, &its_bucket, provider, &view).await?;
    deleted.extend(its_bucket);
    Ok(Some(deleted))
}

/// Looks until nothing is left but the lease's bucket. AWS may list for a while what was deleted, and may list only now what
/// was made a moment before: all of that is deleted, and what was not deleted before is given.
async fn delete_what_shows_late(
    aws: &Aws,
    deleted: &[Found],
    provider: &Provider,
    view: &ProgressView,
) -> Result<Vec<Found>> {
    let (stack, began, mut late) = (aws.stack.as_ref(), Instant::now(), Vec::new());
    loop {
        let mut left = read_owned(aws, provider).await?;
        left.retain(|found| !is_of_the_lease(found));
        let Some(first) = left.first() else { return Ok(late) };
        if began.elapsed() >= SHOWN_WITHIN {
            bail!(
                "{} resources are still there, such as {} ({}): run teardown again",
                left.len(),
                first.id,
                first.name
            );
        }
        delete_all(stack, &left, provider, view).await?;
        left.retain(|found| !deleted.contains(found) && !late.contains(found));
        late.extend(left);
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

fn is_of_the_lease(found: &Found) -> bool {
    found.id == lease_bucket_id()
}

/// Everything that is there.
async fn read_owned(aws: &Aws, provider: &Provider) -> Result<Vec<Found>> {
    let _cache = read_cache::begin();
    Ok(if_deletable(aws, list_owned(&aws.stack, provider).await?).await?)
}

/// Refuses to go on where the stack is protected, somebody else's services are in a cluster that is to be deleted, or the load
/// balancer can't be deleted. To be asked while the read cache is kept, which has the answers.
async fn if_deletable(aws: &Aws, found: Vec<Found>) -> Result<Vec<Found>, Failure> {
    losses::refuse_protected(aws, &found).await?;
    for cluster in found.iter().filter(|found| found.id.kind == Cluster::KIND) {
        refuse_others(aws, &cluster.name).await?;
    }
    for balancer in found.iter().filter(|found| found.id.kind == LoadBalancer::KIND) {
        refuse_protected(aws, balancer).await?;
    }
    Ok(found)
}

/// Everything that is there, and who holds the stack.
async fn read_with_lease(
    aws: &Aws,
    provider: &Provider,
    lease: &StackLease<'_>,
) -> Result<(Vec<Found>, LeaseSnapshot)> {
    let _cache = read_cache::begin();
    let (lease, found) = tokio::join!(lease.read_and_prefetch(), list_owned(&aws.stack, provider));
    Ok((if_deletable(aws, found?).await?, lease?))
}

fn report(options: &StackOptions, deleted: &[Found]) -> Result<ExitCode> {
    if options.json {
        let deleted: Vec<_> = deleted
            .iter()
            .map(|found| serde_json::json!({"action": "delete", "kind": found.id.kind, "name": found.name}))
            .collect();
        print(serde_json::to_string_pretty(&deleted).context("the list has no JSON form")?)?;
    }
    Ok(ExitCode::SUCCESS)
}

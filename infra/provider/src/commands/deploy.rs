//! `deploy`: show what would change, ask, change it, and see that the app answers.

use super::{LeaseOptions, StackOptions, consent};
use crate::error_report;
use crate::image_builds;
use crate::kinds::task_definition::prune::Pruning;
use crate::lease::Lease;
use crate::plan_view;
use crate::progress_view::ProgressView;
use crate::served;
use crate::session::{Looked, Session};
use crate::summary::Summary;
use anyhow::{Context, Result};
use clap::Args;
use infra_engine::apply::{AllOutputs, apply};
use infra_engine::{Action, Plan, Resource, ResourceId};
use infra_resources::{Listener, ListenerRule, Service};
use std::process::ExitCode;

/// The options of `deploy`.
#[derive(Clone, Debug, Args)]
pub struct Options {
    #[command(flatten)]
    stack: StackOptions,
    /// Take over resources of the stack's names that somebody else made
    #[arg(long)]
    adopt: bool,
    /// Do not wait until new tasks have taken over
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    wait: LeaseOptions,
}

fn replaces_a_service(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| step.action == Action::Replace && step.kind == Service::KIND)
}

/// Applies what differs, with the stack's lease held. If another run may have changed it before the lease was there, what was
/// shown is looked at again.
async fn alone(
    session: &Session,
    options: &Options,
    looked: Looked,
    view: &ProgressView,
) -> Result<AllOutputs> {
    let wanted = session.lease("deploy", options.adopt, options.wait.for_lease);
    let lease = Lease::acquire(&session.aws, wanted, looked.lease.clone(), view).await?;
    let work = async {
        let is_as_seen = lease.is_as_seen && looked.was_quiet;
        let (world, plan) = if is_as_seen {
            (looked.world, looked.plan)
        } else {
            let Looked { world, plan, .. } = session.look(options.adopt).await?;
            (world, plan)
        };
        let outputs = apply(&session.program.stack, &plan, &world, &session.provider, view).await?;
        prune(session, &plan, view).await;
        anyhow::Ok(outputs)
    };
    let outputs = work.await;
    let released = lease.release(outputs.as_ref().ok().map(arns_of_listeners)).await;
    let outputs = outputs?;
    released?;
    Ok(outputs)
}

/// What the next run asks about at once.
fn arns_of_listeners(outputs: &AllOutputs) -> Vec<String> {
    let of_kind = |id: &ResourceId| [Listener::KIND, ListenerRule::KIND].contains(&id.kind.as_str());
    let outputs = outputs.iter().filter(|(id, _)| of_kind(id)).map(|(_, outputs)| outputs);
    let mut arns: Vec<_> = outputs.filter_map(|outputs| Some(outputs["arn"].as_str()?.to_owned())).collect();
    arns.sort();
    arns
}

/// Deregisters what is old of the task definitions that have a new revision.
async fn prune(session: &Session, plan: &Plan, view: &ProgressView) {
    let kept = session.settings.tasks.kept_revisions;
    let pruning = Pruning { aws: &session.aws, cluster: &session.program.exports.cluster, kept };
    for (family, failure) in pruning.after(plan, view).await {
        let what = format!("old revisions of {family} stay registered");
        view.suspend(|| error_report::warn(&what, &failure));
    }
}

/// Brings the stack up to what the code says.
pub(super) async fn run(options: Options) -> Result<ExitCode> {
    let mut session = Session::open(&options.stack).await?.waiting(!options.no_wait);
    let looked = session.look(options.adopt).await?;
    let plan = &looked.plan;
    plan_view::print(plan, &session);
    if options.no_wait && replaces_a_service(plan) && !session.aws.is_emulated() {
        eprintln!(
            "a service is replaced, so this waits all the same: the old one must not go before the new one is healthy"
        );
        session = session.waiting(true);
    }
    let stack = &session.program.stack;
    if !plan.is_empty() {
        if !consent::given(&options.stack, "Deploy?")? {
            eprintln!("nothing was changed");
            return Ok(ExitCode::FAILURE);
        }
        looked.survey.end();
    }
    let view = ProgressView::new();
    image_builds::build(stack, plan, &session.aws.workspace, &view).await?;
    let outputs = if plan.is_empty() {
        apply(stack, plan, &looked.world, &session.provider, &view).await?
    } else {
        alone(&session, &options, looked, &view).await?
    };
    drop(view);
    let summary = Summary::new(&session.program.exports, &outputs, &session.aws, &options.stack)
        .context("the load balancer has no address")?;
    if !options.no_wait {
        served::wait(&[summary.url.as_str(), summary.php_url.as_str()]).await?;
    }
    summary.print(options.stack.json)?;
    Ok(ExitCode::SUCCESS)
}

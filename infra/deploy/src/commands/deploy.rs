//! `deploy`: show what would change, ask, change it, and see that the app answers.

use super::consent;
use crate::error_report;
use crate::expected_time::{local_speed, of_services};
use crate::image_builds;
use crate::plan_file::PlanFile;
use crate::plan_view;
use crate::progress_view::ProgressView;
use crate::secret_check;
use crate::session::{Session, Snapshot};
use crate::setup::Setup;
use crate::smoke_check::{self, Site};
use crate::stack_lease::release;
use crate::summary::Summary;
use anyhow::{Context, Result};
use infra::storage::lease_bucket_id;
use infra_aws::kinds::task_definition::prune::Pruning;
use infra_engine::apply::{AllOutputs, apply};
use infra_engine::{Action, Failure, Plan, Resource, ResourceId};
use infra_options::deploy::Options;
use infra_resources::{Listener, ListenerRule, LoadBalancer, Service};
use std::process::ExitCode;

const QUESTION: &str = "Deploy?";

fn declined() -> ExitCode {
    infra_options::say!("nothing was changed");
    ExitCode::FAILURE
}

fn replaces_a_service(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| step.action == Action::Replace && step.kind == Service::KIND)
}

/// Whether the load balancer may be minutes old: it is made, or services are, as after a first deploy that was cut off.
fn may_be_new(plan: &Plan) -> bool {
    let is_made = |action| matches!(action, Action::Create | Action::Replace);
    let kinds = [LoadBalancer::KIND, Service::KIND];
    plan.steps.iter().any(|step| kinds.contains(&step.kind.as_str()) && is_made(step.action))
}

/// Refuses a plan by which a protected stack loses what can't be made again.
fn refuse_losses(plan: &Plan, session: &Session) -> Result<(), Failure> {
    let refused = infra::protection::refused(&session.settings, plan);
    if refused.is_empty() {
        return Ok(());
    }
    let stack = session.program.stack.name();
    Err(Failure::new(format!("stack {stack} is protected (protect=true): {}", refused.join("; ")))
        .hint("set protect to false, in the stack's file or by --set protect=false, if that is what you want; nothing was changed"))
}

/// Applies what differs, with the stack's lease held. If another run may have changed it before the lease was there, it is
/// read again, and what differs now is shown and asked about anew; gives nothing if that is declined.
async fn alone(
    session: &Session,
    options: &Options,
    agreed: Option<&PlanFile>,
    snapshot: Snapshot,
    view: &ProgressView,
) -> Result<Option<AllOutputs>> {
    let lease = session.lease(options.adopt);
    let lease = lease.acquire("deploy", options.wait.for_lease, snapshot.lease.clone()).await?;
    let outputs = async {
        let is_still_right = lease.uncontended && snapshot.was_quiet;
        let (world, plan) = if is_still_right {
            (snapshot.world, snapshot.plan)
        } else {
            let Snapshot { world, plan, .. } = session.read(options.adopt).await?;
            refuse_losses(&plan, session)?;
            // The lease's own bucket may have been made a moment ago for this run.
            let is_as_agreed = snapshot.plan.does_the_same(&plan, &lease_bucket_id());
            if let Some(agreed) = agreed {
                agreed.refuse_unless(&PlanFile::of(&plan, session)?)?;
            } else if !is_as_agreed && !is_agreed_to(&plan, options).await? {
                return Ok(None);
            }
            // It may need images that the first plan did not.
            image_builds::engine_for(&plan).await?;
            image_builds::build(&session.program.stack, &plan, &session.aws, view).await?;
            (world, plan)
        };
        let outputs = apply(&session.program.stack, &plan, &world, &session.provider, view).await?;
        prune(session, &plan, view).await;
        anyhow::Ok(Some(outputs))
    }
    .await;
    let arns = outputs.as_ref().ok().and_then(Option::as_ref).map(arns_of_listeners);
    release(lease, arns).await;
    outputs
}

/// Shows a plan that is another one than was agreed to, and asks again if there is something to do.
async fn is_agreed_to(plan: &Plan, options: &Options) -> Result<bool> {
    infra_options::say!("the stack has changed since this plan was made; what is changed now:");
    plan_view::print_changes(plan);
    Ok(plan.is_empty() || consent::given_meanwhile(&options.stack, QUESTION).await?)
}

/// What the next run asks about at once.
fn arns_of_listeners(outputs: &AllOutputs) -> Vec<String> {
    let outputs = outputs.iter().filter(|(id, _)| has_an_arn_to_keep(id)).map(|(_, outputs)| outputs);
    let mut arns: Vec<_> = outputs.filter_map(|outputs| Some(outputs["arn"].as_str()?.to_owned())).collect();
    arns.sort();
    arns
}

fn has_an_arn_to_keep(id: &ResourceId) -> bool {
    [Listener::KIND, ListenerRule::KIND].contains(&id.kind.as_str())
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
pub(super) async fn run(options: Options, setup: &Setup) -> Result<ExitCode> {
    let agreed = options.plan.as_deref().map(PlanFile::read).transpose()?;
    let mut session =
        Session::open(&options.stack, setup).await?.waiting(!options.no_wait, options.keep_trying);
    let snapshot = session.read(options.adopt).await?;
    let plan = &snapshot.plan;
    if let Some(engine) = image_builds::engine_for(plan).await? {
        let emulated = image_builds::emulated(&session.program.stack, plan, &engine, &session.settings);
        session.notes.extend(emulated);
    }
    let refused = secret_check::refused(&mut session).await;
    plan_view::print(plan, &session);
    refuse_losses(plan, &session)?;
    if let Some(refused) = refused {
        return Err(refused.into());
    }
    if let Some(agreed) = &agreed {
        agreed.refuse_unless(&PlanFile::of(plan, &session)?)?;
    }
    if options.no_wait && replaces_a_service(plan) && session.aws.waits_for_replacing(Service::KIND) {
        infra_options::say!(
            "a service is replaced, so this waits all the same: the old one must not go before the new one is healthy"
        );
    }
    let stack = &session.program.stack;
    let is_new = may_be_new(plan);
    if !plan.is_empty() {
        if agreed.is_none() && !consent::given(&options.stack, QUESTION)? {
            return Ok(declined());
        }
        snapshot.cache.end();
    }
    let expected = of_services(stack, local_speed(options.stack.local));
    let view = ProgressView::new().with_json(options.stack.json).with_expected(expected);
    image_builds::build(stack, plan, &session.aws, &view).await?;
    let outputs = if plan.is_empty() {
        Some(apply(stack, plan, &snapshot.world, &session.provider, &view).await?)
    } else {
        alone(&session, &options, agreed.as_ref(), snapshot, &view).await?
    };
    drop(view);
    let Some(outputs) = outputs else { return Ok(declined()) };
    let summary = Summary::new(&session.program.exports, &outputs, &session.aws, &options.stack)
        .context("the load balancer has no address")?;
    if !options.no_wait {
        let urls: Vec<&str> = summary.urls.iter().map(|(_, url)| url.as_str()).collect();
        let site = Site {
            urls: &urls,
            load_balancer: &summary.load_balancer,
            unasked: summary.unasked(),
            allowed_clients: &session.settings.network.allowed_clients,
        };
        smoke_check::wait(&site, is_new).await?;
    }
    summary.print_last(options.stack.json)?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_engine::plan::Step;

    fn with(action: Action, kind: &str) -> Plan {
        let id = ResourceId::new(kind, "some");
        let step = Step { action, kind: kind.to_owned(), name: "some".to_owned(), changes: Vec::new(), id };
        Plan { steps: vec![step], deletions: Vec::new() }
    }

    #[test]
    fn a_load_balancer_is_given_its_time_also_after_a_first_deploy_that_was_cut_off() {
        assert!(may_be_new(&with(Action::Create, LoadBalancer::KIND)));
        assert!(may_be_new(&with(Action::Create, Service::KIND)));
        assert!(!may_be_new(&with(Action::Update, Service::KIND)));
        assert!(!may_be_new(&with(Action::Create, Listener::KIND)));
    }
}

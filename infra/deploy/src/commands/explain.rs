//! `explain`: why a resource is created, changed, replaced or left, and what earlier runs did with it. Reads only.

use crate::plan_view;
use crate::session::Session;
use crate::setup::Setup;
use anyhow::{Context, Result, bail};
use infra_engine::plan::Step;
use infra_engine::{Action, Stack};
use infra_options::explain::Options;
use infra_options::print;
use infra_wire::journal;
use std::process::ExitCode;

/// So many calls of earlier runs are shown.
const CALLS: usize = 20;

/// Prints why, and what happened.
pub(super) async fn run(options: Options, setup: &Setup) -> Result<ExitCode> {
    let session = Session::open(&options.stack, setup).await?;
    let plan = session.read(false).await?.plan;
    let asked = |step: &&Step| step.id.to_string() == options.resource || step.name == options.resource;
    let steps: Vec<_> = plan.steps.iter().filter(asked).collect();
    if steps.is_empty() {
        let known: Vec<_> = plan.steps.iter().map(|step| step.id.to_string()).collect();
        bail!(
            "stack {} has no resource {}; it has {}",
            options.stack.name,
            options.resource,
            known.join(", ")
        );
    }
    for step in steps {
        print(format_args!("{} ({})\n  {}", step.id, step.name, why(step)))?;
        for change in &step.changes {
            print(format_args!("    {}", plan_view::in_words(change)))?;
        }
        for (relation, others) in neighbours(&session.program.stack, step) {
            print(format_args!("  {relation} {}", others.join(", ")))?;
        }
        print_calls(&session, &options, step)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn why(step: &Step) -> &'static str {
    match step.action {
        Action::Keep => "is left: every property that the code asks for is as it says",
        Action::Create => "is created: nothing of this name is in the account",
        Action::Update => "is changed in place: these properties are not as the code says",
        Action::Replace => {
            "is replaced: something that can't change in place is part of its name, so a new one comes beside the old one"
        }
        Action::Recreate => {
            "is made anew: what differs can't change in place, so it goes first, and what uses it"
        }
        Action::Delete => "is deleted: it carries the stack's tags, and the code does not ask for it",
    }
}

/// What it comes after, and what comes after it.
fn neighbours(stack: &Stack, step: &Step) -> Vec<(&'static str, Vec<String>)> {
    let Some(index) = stack.index_of(&step.id) else { return Vec::new() };
    let nodes = stack.nodes();
    let after = nodes[index].dependencies.iter().map(|&it| nodes[it].id.to_string()).collect::<Vec<_>>();
    let before = nodes.iter().filter(|node| node.dependencies.contains(&index));
    let before = before.map(|node| node.id.to_string()).collect::<Vec<_>>();
    [("comes after", after), ("is needed by", before)].into_iter().filter(|(_, it)| !it.is_empty()).collect()
}

/// The calls that earlier runs on this machine made for it.
fn print_calls(session: &Session, options: &Options, step: &Step) -> Result<()> {
    let (workspace, stack) = (&options.stack.workspace, session.program.stack.name());
    let place = journal::Place { stack, region: &session.aws.region, local: options.stack.local };
    let calls = journal::of_resource(workspace, place, &step.id.to_string());
    let calls = calls.with_context(|| format!("cannot read target/journal in {}", workspace.display()))?;
    for (run, entry) in calls.iter().skip(calls.len().saturating_sub(CALLS)) {
        let request = entry.request_id.as_deref().unwrap_or("-");
        print(format_args!(
            "  {} {:<11} {:<28} {:>4} {:>6} ms  {request}  ({run})",
            entry.time, entry.service, entry.operation, entry.outcome, entry.milliseconds
        ))?;
    }
    Ok(())
}

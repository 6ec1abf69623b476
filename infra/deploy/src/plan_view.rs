//! How a plan looks to people: a line per resource, and below it the properties that differ.

use crate::progress_view::KIND_WIDTH;
use crate::session::Session;
use console::{StyledObject, style};
use infra_aws::Aws;
use infra_engine::diff::Change;
use infra_engine::plan::Step;
use infra_engine::{Action, Found, Plan, Resource};
use infra_resources::Service;
use serde::Serialize;
use serde_json::Value;

/// So much of a value is shown; the rest is in `preview --json`.
const VALUE_WIDTH: usize = 100;

/// Prints what a plan changes, and what is less safe than it could be.
pub fn print(plan: &Plan, session: &Session) {
    let fit = &session.program.fit;
    for warning in session.settings.warnings().iter().chain(&fit.warnings) {
        infra_options::say!("{} {warning}", style("warning:").for_stderr().yellow().bold());
    }
    let counts = plan.steps.iter().filter_map(|step| note_on(step, session)).collect::<Vec<_>>();
    for note in session.notes.iter().chain(&session.program.notes).chain(&counts) {
        infra_options::say!("{} {note}", style("note:").for_stderr().cyan().bold());
    }
    let (stack, aws) = (session.program.stack.name(), &session.aws);
    infra_options::say!("stack {stack} in {} (account {})", aws.region, aws.account.id);
    print_changes(plan);
    for line in &fit.lines {
        infra_options::say!("fit: {line}");
    }
}

/// Prints what a plan changes, and nothing else.
pub fn print_changes(plan: &Plan) {
    for step in plan.changes() {
        print_step(step);
    }
    infra_options::say!("{}", totals(plan));
}

/// A service that is there keeps its number of tasks, whatever count was given.
fn note_on(step: &Step, session: &Session) -> Option<String> {
    let is_there = step.id.kind == Service::KIND && matches!(step.action, Action::Keep | Action::Update);
    let given = session.owned_counts.iter().find(|count| is_there && step.id.logical_name == count.app)?;
    Some(given.note(session.program.stack.name(), session.given_region.as_deref()))
}

/// A step of `preview --json`.
#[derive(Serialize)]
pub struct JsonStep<'a> {
    #[serde(flatten)]
    step: &'a Step,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// What changes, and what stays although a setting of this run names it.
pub fn json_steps<'a>(plan: &'a Plan, session: &Session) -> Vec<JsonStep<'a>> {
    let steps = plan.steps.iter().map(|step| JsonStep { step, note: note_on(step, session) });
    steps.filter(|it| it.step.action != Action::Keep || it.note.is_some()).collect()
}

/// Prints differences and nothing else.
pub fn print_differences(steps: &[&Step]) {
    for step in steps {
        print_step(step);
    }
    if steps.is_empty() {
        infra_options::say!("what is deployed is as the code says");
    }
}

/// Prints what a teardown deletes.
pub fn print_found(found: &[Found], stack: &str, aws: &Aws) {
    infra_options::say!("stack {stack} in {} (account {})", aws.region, aws.account.id);
    for found in found {
        infra_options::say!("{} {:<KIND_WIDTH$} {}", verb(Action::Delete), found.id.kind, found.name);
    }
    infra_options::say!("{} resources to delete", found.len());
}

fn print_step(step: &Step) {
    infra_options::say!("{} {:<KIND_WIDTH$} {}", verb(step.action), step.kind, step.name);
    for change in &step.changes {
        infra_options::say!("      {}", in_words(change));
    }
}

fn verb(action: Action) -> StyledObject<&'static str> {
    match action {
        Action::Keep => style("    keep    ").for_stderr(),
        Action::Create => style("  + create  ").for_stderr().green(),
        Action::Update => style("  ~ update  ").for_stderr().yellow(),
        Action::Replace => style("+/- replace ").for_stderr().magenta(),
        Action::Recreate => style("-/+ recreate").for_stderr().magenta(),
        Action::Delete => style("  - delete  ").for_stderr().red(),
    }
}

/// A property before and after.
pub fn in_words(change: &Change) -> String {
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{}: {} -> {}", change.path, short(before), short(after)),
        (None, Some(after)) => format!("{}: {}", change.path, short(after)),
        (Some(before), None) => format!("{}: {} -> nothing", change.path, short(before)),
        (None, None) => change.path.clone(),
    }
}

fn short(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= VALUE_WIDTH {
        return text;
    }
    let kept: String = text.chars().take(VALUE_WIDTH).collect();
    format!("{kept}…")
}

fn totals(plan: &Plan) -> String {
    if plan.is_empty() {
        return format!("nothing to change: all {} resources are as the code says", plan.steps.len());
    }
    let count = |action| plan.steps.iter().filter(|step| step.action == action).count();
    let recreated = match count(Action::Recreate) {
        0 => String::new(),
        some => format!("{some} to recreate, "),
    };
    format!(
        "{} to create, {} to update, {} to replace, {recreated}{} to delete, {} unchanged",
        count(Action::Create),
        count(Action::Update),
        count(Action::Replace),
        count(Action::Delete),
        count(Action::Keep)
    )
}

//! How a plan looks to people: a line per resource, and below it the properties that differ.

use crate::progress_view::KIND_WIDTH;
use crate::session::Session;
use console::{StyledObject, style};
use infra_aws::Aws;
use infra_engine::diff::Change;
use infra_engine::plan::Step;
use infra_engine::{Action, Found, Plan, Resource};
use infra_resources::bucket::KMS;
use infra_resources::{Bucket, Service};
use serde::Serialize;
use serde_json::Value;

/// So much of a value is shown; the rest is in `preview --json`.
const VALUE_WIDTH: usize = 100;

/// What a person should know before a plan is carried out.
pub struct Remark {
    /// How bad it is.
    pub kind: RemarkKind,
    /// What it is.
    pub text: String,
}

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemarkKind {
    /// It is less safe than it could be.
    Warning,
    /// It is good to know.
    Note,
    /// A deploy does not do it.
    Refused,
}

impl RemarkKind {
    /// The word before it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Note => "note",
            Self::Refused => "refused",
        }
    }
}

/// What should be known of a plan: what is less safe than it could be, what stays, what is refused.
pub fn remarks(plan: &Plan, session: &Session) -> Vec<Remark> {
    let of = |kind| move |text: String| Remark { kind, text };
    let warnings = session.settings.warnings().into_iter().chain(session.program.fit.warnings.clone());
    let notes = session.notes.iter().chain(&session.program.notes).cloned();
    let counts = plan.steps.iter().filter_map(|step| note_on(step, session).or_else(|| note_on_key(step)));
    let refused = infra::protection::refused(&session.settings, plan).into_iter();
    let refused = refused.map(|what| format!("{what}; a deploy does not do that while protect=true"));
    let mut remarks: Vec<_> = warnings.map(of(RemarkKind::Warning)).collect();
    remarks.extend(notes.chain(counts).map(of(RemarkKind::Note)));
    remarks.extend(refused.map(of(RemarkKind::Refused)));
    remarks
}

/// Prints what a plan changes, and what should be known of it.
pub fn print(plan: &Plan, session: &Session) {
    for Remark { kind, text } in remarks(plan, session) {
        let title = style(format!("{}:", kind.title())).for_stderr().bold();
        let title = match kind {
            RemarkKind::Warning => title.yellow(),
            RemarkKind::Note => title.cyan(),
            RemarkKind::Refused => title.red(),
        };
        infra_options::say!("{title} {text}");
    }
    let fit = &session.program.fit;
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

/// What is in a bucket stays as it was encrypted, and the tasks may use the key of the settings alone.
fn note_on_key(step: &Step) -> Option<String> {
    let is_left = |change: &Change| {
        let before = change.before.as_ref().and_then(Value::as_str).unwrap_or_default();
        change.path == "kmsKeyArn" && !before.is_empty()
            || change.path == "encryption" && before.starts_with(KMS)
    };
    let is_it =
        step.id.kind == Bucket::KIND && step.action == Action::Update && step.changes.iter().any(is_left);
    let bucket = &step.name;
    is_it.then(|| {
        format!(
            "storage.kms_key: what is in {bucket} stays encrypted with the key before, which tasks may no longer use; encrypt it \
             anew after the deploy, `aws s3 cp s3://{bucket} s3://{bucket} --recursive`"
        )
    })
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

/// How many resources change how.
pub fn totals(plan: &Plan) -> String {
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

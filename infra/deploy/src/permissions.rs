//! What a command on a stack must be allowed to do, as IAM policies: from the calls that each kind of resource declares.

mod actions;
mod github;
mod scope;

pub use github::trust;
pub use scope::Stack;

use infra_engine::operations::Effect;
use infra_engine::{Failure, Operations};
use infra_options::policy::Allowed;
use scope::Scope;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// IAM's limit for a managed policy, without its white space.
///
/// AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const CHARACTERS: usize = 6144;

/// A managed policy.
#[derive(Clone, Debug, Serialize)]
pub struct Policy {
    /// What it is called: `demo-deploy-1`.
    pub name: String,
    /// Its document.
    pub document: Value,
}

/// The kinds of resource with what they call: those of the stack, and all of them.
pub struct Kinds<'a> {
    /// Each kind's name and operations.
    pub all: &'a [(&'static str, Operations)],
    /// The names of those that the stack has.
    pub used: &'a BTreeSet<&'a str>,
}

/// Reads of what people have written, which are allowed of the stack's own alone.
const OF_CONTENTS: [&str; 2] = ["logs:GetLogEvents", "s3:GetObject"];

/// The policies that allow a command on a stack.
///
/// # Errors
/// When a kind is not in the table of actions.
pub fn policies(command: Allowed, kinds: &Kinds<'_>, stack: &Stack<'_>) -> Result<Vec<Policy>, Failure> {
    let mut statements =
        vec![statement("Read", &reads(kinds)?, &Scope { resources: vec!["*".into()], condition: None })];
    let mut scoped: BTreeMap<&str, (BTreeSet<String>, Scope)> = BTreeMap::new();
    let contents = OF_CONTENTS.map(str::to_owned);
    let writes = writes(command, kinds)?.into_iter().filter(|action| stack.uses(action));
    for action in writes.chain(contents) {
        let (name, scope) = stack.scope(&action);
        scoped.entry(name).or_insert_with(|| (BTreeSet::new(), scope)).0.insert(action);
    }
    statements.extend(scoped.iter().map(|(name, (actions, scope))| statement(name, actions, scope)));
    let documents = split(statements);
    let name = |number: usize| match documents.len() {
        1 => format!("{}-{}", stack.names.stack, command.name()),
        _ => format!("{}-{}-{}", stack.names.stack, command.name(), number + 1),
    };
    Ok(documents
        .iter()
        .enumerate()
        .map(|(number, document)| Policy { name: name(number), document: document.clone() })
        .collect())
}

/// Everything is read by listing it, whosever it is: what is found is the stack's by its tags.
fn reads(kinds: &Kinds<'_>) -> Result<BTreeSet<String>, Failure> {
    let mut found: BTreeSet<String> = actions::of_commands(true).map(str::to_owned).collect();
    for (kind, operations) in kinds.all {
        for operation in operations.reads {
            found.extend(known(kind, operation)?);
        }
    }
    found.retain(|action| !OF_CONTENTS.contains(&action.as_str()));
    Ok(found)
}

fn writes(command: Allowed, kinds: &Kinds<'_>) -> Result<BTreeSet<String>, Failure> {
    let effects: &[Effect] = match command {
        Allowed::Deploy => &[Effect::Creates, Effect::Changes, Effect::Removes],
        Allowed::Teardown => &[Effect::Changes, Effect::Removes],
        Allowed::Preview => &[],
    };
    let reads = reads(kinds)?;
    let mut found: BTreeSet<String> = BTreeSet::new();
    match command {
        Allowed::Deploy => found.extend(actions::of_commands(false).map(str::to_owned)),
        // The lease is taken by whoever writes.
        Allowed::Teardown => found.extend(["s3:PutObject".to_owned()]),
        Allowed::Preview => {}
    }
    for (kind, operations) in kinds.all.iter().filter(|(kind, _)| kinds.used.contains(kind)) {
        let written = operations.all().filter(|(effect, _)| effects.contains(effect));
        // What is deleted needs no tags.
        let written = written.filter(|(_, name)| command == Allowed::Deploy || !name.contains("Tag"));
        for (_, operation) in written {
            found.extend(known(kind, operation)?);
        }
    }
    Ok(&found - &reads)
}

fn known(kind: &str, operation: &str) -> Result<Vec<String>, Failure> {
    actions::of(kind, operation).ok_or_else(|| {
        Failure::new(format!("nothing is known of what kind {kind} needs for {operation}"))
            .hint("name the kind's service in infra/deploy/src/permissions/actions.rs")
    })
}

fn statement(name: &str, actions: &BTreeSet<String>, scope: &Scope) -> Value {
    let mut statement =
        json!({ "Sid": name, "Effect": "Allow", "Action": actions, "Resource": scope.resources });
    if let Some(condition) = &scope.condition {
        statement["Condition"] = condition.clone();
    }
    statement
}

/// As few documents as the limit allows, in the order of the statements.
fn split(statements: Vec<Value>) -> Vec<Value> {
    let document = |statements: &[Value]| json!({ "Version": "2012-10-17", "Statement": statements });
    let mut documents = Vec::new();
    let mut current: Vec<Value> = Vec::new();
    for statement in statements {
        current.push(statement);
        if current.len() > 1 && length(&document(&current)) > CHARACTERS {
            let last = current.pop();
            documents.push(document(&current));
            current = last.into_iter().collect();
        }
    }
    documents.push(document(&current));
    documents
}

/// As IAM counts: without white space.
fn length(document: &Value) -> usize {
    document.to_string().chars().filter(|it| !it.is_whitespace()).count()
}

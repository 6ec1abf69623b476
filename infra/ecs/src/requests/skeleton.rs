//! What `--generate-cli-skeleton` prints, before anybody has filled it in.

use crate::rules::{Findings, Path, Rule};
use serde_json::Value;

/// Members by which a request is known.
const NAMES: [&str; 4] = ["family", "serviceName", "service", "taskDefinition"];
/// Fewer empty texts than this may have been forgotten.
const FEWEST: usize = 10;

/// Whether a request's names are empty, and so are most of its texts.
pub fn is_skeleton(json: &Value) -> bool {
    let mut names = NAMES.iter().filter_map(|name| json.get(name)).peekable();
    if names.peek().is_none() || names.any(|name| name.as_str() != Some("")) {
        return false;
    }
    let (empty, texts) = count(json);
    empty >= FEWEST && empty * 2 > texts
}

/// What is said of one: each of its values is as wrong as the others.
pub fn findings() -> Findings {
    let mut findings = Findings::default();
    let problem =
        "an unfilled skeleton, as --generate-cli-skeleton prints it: fill in what is meant, remove the rest";
    findings.add(Rule::T01, &Path::Root, problem);
    findings
}

/// How many of its texts are empty, and how many there are.
fn count(json: &Value) -> (usize, usize) {
    let sum = |all: &mut dyn Iterator<Item = &Value>| {
        all.map(count).fold((0, 0), |(empty, texts), (more, others)| (empty + more, texts + others))
    };
    match json {
        Value::String(text) => (usize::from(text.is_empty()), 1),
        Value::Array(items) => sum(&mut items.iter()),
        Value::Object(members) => sum(&mut members.values()),
        Value::Null | Value::Bool(_) | Value::Number(_) => (0, 0),
    }
}

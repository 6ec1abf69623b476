//! Files with requests to ECS, one after the other.

use std::path::Path;

use anyhow::Context;
use infra_ecs::requests::{Kind, NoRequest, Part, parts};
use infra_ecs::rules::{Findings, Minds, Rule};
use infra_ecs::verdict::Outcome;
use serde_json::{Value, json};

use super::document::{self, Document};
use super::relaxed::Torn;
use super::report::{self, How, Report};

/// A folder's files that are larger than this are no requests to ECS.
const LARGEST: u64 = 1 << 20;
/// Words by which a file that can't be read is known as one that should be.
const WORDS: [&str; 2] = ["containerDefinitions", "taskDefinition"];

/// How a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was checked, or it should have been.
    Checked(Outcome),
    /// It is not a request to ECS, and nobody said that it is.
    Skipped(&'static str),
}

/// Checks a file that was named, and prints what was found.
pub fn check(file: &Path, how: &How) -> anyhow::Result<Outcome> {
    let name = file.display().to_string();
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {name}"))?;
    let documents = match document::read(file, bytes) {
        Ok(documents) => documents,
        Err(torn) => return unreadable(&name, &torn, how),
    };
    let mut worst = Outcome::Taken;
    for document in &documents {
        worst = worst.max(match parts(&document.json) {
            Ok(parts) => judge_all(&name, document, &parts, how)?,
            Err(NoRequest(what)) => no_request(&name, what, how)?,
        });
    }
    Ok(worst)
}

/// Checks a file that a folder has, if it is a request to ECS.
pub fn check_found(file: &Path, how: &How) -> anyhow::Result<Ending> {
    let name = file.display().to_string();
    let size = std::fs::metadata(file).with_context(|| format!("cannot read {name}"))?.len();
    if size > LARGEST {
        return Ok(Ending::Skipped("too large for a request to ECS"));
    }
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {name}"))?;
    let looks_so = {
        let text = String::from_utf8_lossy(&bytes);
        WORDS.iter().any(|word| text.contains(word))
    };
    let documents = match document::read(file, bytes) {
        Ok(documents) => documents,
        Err(torn) if looks_so => return unreadable(&name, &torn, how).map(Ending::Checked),
        Err(_) => return Ok(Ending::Skipped("neither JSON nor YAML")),
    };
    let mut ending = None;
    let mut skipped = "not a request to ECS";
    for document in &documents {
        match parts(&document.json) {
            Ok(parts) => {
                let outcome = judge_all(&name, document, &parts, how)?;
                ending = Some(ending.map_or(outcome, |worst: Outcome| worst.max(outcome)));
            }
            Err(NoRequest(what)) => skipped = what,
        }
    }
    Ok(ending.map_or(Ending::Skipped(skipped), Ending::Checked))
}

/// Checks a task definition that is no file's.
pub fn judge_made(name: &str, definition: Value, how: &How) -> anyhow::Result<Outcome> {
    let document = Document::made(definition);
    let part = Part { kind: Kind::TaskDefinition, place: String::new(), json: &document.json };
    judge(name, &document, &part, how)
}

fn judge_all(name: &str, document: &Document, parts: &[Part<'_>], how: &How) -> anyhow::Result<Outcome> {
    let mut worst = Outcome::Taken;
    for part in parts {
        worst = worst.max(judge(name, document, part, how)?);
    }
    Ok(worst)
}

fn judge(name: &str, document: &Document, part: &Part<'_>, how: &How) -> anyhow::Result<Outcome> {
    let mut findings = part.check()?;
    remarks(document, &mut findings);
    if how.allow_unknown {
        findings.allow_unknown();
    }
    twice(document, part, &mut findings);
    let report = Report::new(name, document, part, findings, how);
    infra_options::print(if how.json { report.line() } else { report.text() })?;
    if how.annotate {
        report.annotations().into_iter().try_for_each(infra_options::print)?;
    }
    Ok(report.outcome())
}

/// What the file has beside JSON, as a note.
fn remarks(document: &Document, findings: &mut Findings) {
    use infra_ecs::rules::Path;
    let Some(first) = document.remarks.first() else { return };
    let all: Vec<_> = document.remarks.iter().map(|it| format!("{} (line {})", it.what, it.line)).collect();
    let problem = format!("{}: more than aws-cli reads as JSON", all.join(", "));
    // The note has its line for a path, as it is about the text.
    let place = format!("line {}", first.line);
    findings.note(Rule::T01, &Path::Root.member(&place), problem, Minds::AwsCli);
}

/// What a request has twice.
fn twice(document: &Document, part: &Part<'_>, findings: &mut Findings) {
    use infra_ecs::rules::Path;
    for member in document.twice().iter().filter(|member| member.way.starts_with(&part.place)) {
        let name = member.way.rsplit('.').next().unwrap_or_default();
        let problem = format!("`{name}` is given twice, the last counts");
        let place = format!("line {}", member.line);
        findings.note(Rule::T01, &Path::Root.member(&place), problem, Minds::Check);
    }
}

fn no_request(name: &str, what: &str, how: &How) -> anyhow::Result<Outcome> {
    infra_options::print(if how.json {
        json!({"file": name, "ok": false, "problem": what}).to_string()
    } else {
        report::no_request(name, what)
    })?;
    if how.annotate {
        infra_options::print(super::annotations::error(name, None, "cannot be checked", what))?;
    }
    Ok(Outcome::NoJson)
}

fn unreadable(name: &str, torn: &Torn, how: &How) -> anyhow::Result<Outcome> {
    let Torn { line, problem } = torn;
    infra_options::print(if how.json {
        json!({"file": name, "ok": false, "problem": problem, "line": line}).to_string()
    } else {
        report::unreadable(name, torn)
    })?;
    if how.annotate {
        infra_options::print(super::annotations::error(name, Some(*line), "cannot be read", problem))?;
    }
    Ok(Outcome::NoJson)
}

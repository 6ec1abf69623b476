//! A file with one task definition, reported to people or as one line of JSON.

use std::path::Path;

use anyhow::Context;
use console::style;
use infra_resources::ecs::requests;
use infra_resources::ecs::rules::{Finding, Findings};
use infra_resources::ecs::verdict::Outcome;
use serde_json::{Value, json};

use super::place::value_at;
use crate::output;

/// Checks a file and prints what was found.
pub fn check(file: &Path, as_json: bool) -> anyhow::Result<Outcome> {
    let name = file.display().to_string();
    let text = std::fs::read(file).with_context(|| format!("cannot read {name}"))?;
    match serde_json::from_slice(&text) {
        Ok(definition) => judge(&name, &definition, as_json),
        Err(error) => {
            let line = json!({"file": name, "ok": false, "problem": format!("no JSON: {error}")});
            let text = format!("{}: no JSON: {error}", style(name).bold());
            output::print(if as_json { line.to_string() } else { text })?;
            Ok(Outcome::NoJson)
        }
    }
}

/// Checks a definition and prints what was found, under this name.
pub fn judge(name: &str, definition: &Value, as_json: bool) -> anyhow::Result<Outcome> {
    let findings = requests::task_definition(definition)?;
    output::print(if as_json { line(name, &findings) } else { report(name, &findings, definition) })?;
    Ok(if findings.is_ok() { Outcome::Taken } else { Outcome::Refused })
}

fn line(name: &str, findings: &Findings) -> String {
    let Findings { errors, warnings, .. } = findings;
    json!({"file": name, "ok": findings.is_ok(), "errors": errors, "warnings": warnings}).to_string()
}

fn report(name: &str, findings: &Findings, definition: &Value) -> String {
    let Findings { errors, warnings, .. } = findings;
    let mut lines = vec![format!("{}: {}", style(name).bold(), verdict(errors.len(), warnings.len()))];
    lines.extend(errors.iter().map(|it| finding(it, &style("error").red().bold().to_string(), definition)));
    lines.extend(
        warnings.iter().map(|it| finding(it, &style("warning").yellow().bold().to_string(), definition)),
    );
    lines.join("\n")
}

fn verdict(errors: usize, warnings: usize) -> String {
    let verdict = if errors == 0 { "ECS takes it" } else { "ECS refuses it" };
    let counts = [(errors, "error"), (warnings, "warning")].into_iter().filter(|(count, _)| *count > 0);
    let counts = counts.map(|(count, noun)| format!(", {count} {noun}{}", if count == 1 { "" } else { "s" }));
    std::iter::once(verdict.to_owned()).chain(counts).collect()
}

fn finding(finding: &Finding, severity: &str, definition: &Value) -> String {
    let Finding { rule, path, problem } = finding;
    let path = if path.is_empty() { "(the whole)" } else { path };
    let mut lines = vec![format!("  {severity} {}  {path}: {problem}", rule.number())];
    lines.extend(value_at(definition, path).map(|value| format!("    value: {value}")));
    lines.push(format!("    valid: {}", rule.valid()));
    lines.push(format!("    AWS:   {}", rule.page()));
    lines.join("\n")
}

//! A file with one task definition, reported to people or as one line of JSON.

use std::path::Path;

use anyhow::Context;
use console::style;
use infra_resources::ecs::requests;
use infra_resources::ecs::rules::{Finding, Findings};
use infra_resources::ecs::verdict::Outcome;
use serde_json::{Value, json};

use super::place::value_at;

/// Checks a file and prints what was found.
pub fn check(file: &Path, as_json: bool) -> anyhow::Result<Outcome> {
    let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let definition: Value = match serde_json::from_slice(&text) {
        Ok(definition) => definition,
        Err(error) => {
            if as_json {
                println!("{}", json!({"file": file, "ok": false, "error": format!("no JSON: {error}")}));
            } else {
                println!("{} is no JSON: {error}", style(file.display()).bold());
            }
            return Ok(Outcome::NoJson);
        }
    };
    let findings = requests::task_definition(&definition)?;
    if as_json {
        let Findings { errors, warnings } = &findings;
        let ok = findings.is_ok();
        println!("{}", json!({"file": file, "ok": ok, "errors": errors, "warnings": warnings}));
    } else {
        print(file, &findings, &definition);
    }
    Ok(if findings.is_ok() { Outcome::Taken } else { Outcome::Refused })
}

fn print(file: &Path, findings: &Findings, definition: &Value) {
    let verdict = match (findings.errors.len(), findings.warnings.len()) {
        (0, 0) => "ECS takes it".to_owned(),
        (0, warnings) => format!("ECS takes it, {}", counted(warnings, "warning")),
        (errors, 0) => format!("ECS refuses it, {}", counted(errors, "error")),
        (errors, warnings) => {
            format!("ECS refuses it, {}, {}", counted(errors, "error"), counted(warnings, "warning"))
        }
    };
    println!("{}: {verdict}", style(file.display()).bold());
    for error in &findings.errors {
        print_finding(error, &style(error.rule.number()).red().bold().to_string(), definition);
    }
    for warning in &findings.warnings {
        print_finding(warning, &style(warning.rule.number()).yellow().bold().to_string(), definition);
    }
}

fn print_finding(finding: &Finding, number: &str, definition: &Value) {
    let path = if finding.path.is_empty() { "(the whole)" } else { &finding.path };
    println!("  {number}  {path}: {}", finding.problem);
    if let Some(value) = value_at(definition, &finding.path) {
        println!("       value: {value}");
    }
    println!("       valid: {}", finding.rule.valid());
    println!("       AWS:   {}", finding.rule.page());
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

//! What was found in a request, for people and as a line of JSON.

use std::collections::BTreeMap;

use console::style;
use infra_ecs::requests::{Kind, Part};
use infra_ecs::rules::{Finding, Findings, Minds, Rule};
use infra_ecs::verdict::Outcome;
use serde_json::{Value, json};

use super::annotations::{self, Level};
use super::document::Document;
use super::place::{line_at, value_at};
use super::relaxed::Torn;

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// As JSON.
    pub json: bool,
    /// Warnings are errors.
    pub strict: bool,
    /// Members that are not known are notes.
    pub allow_unknown: bool,
    /// GitHub shows them beside the file, too.
    pub annotate: bool,
}

/// What was found in a request.
pub struct Report<'a> {
    name: &'a str,
    part: &'a Part<'a>,
    findings: Findings,
    lines: BTreeMap<String, usize>,
    /// Whether nothing but strictness refuses it.
    strict_alone: bool,
}

impl<'a> Report<'a> {
    pub fn new(
        name: &'a str,
        document: &Document,
        part: &'a Part<'a>,
        mut findings: Findings,
        how: &How,
    ) -> Self {
        let taken = findings.is_ok();
        if how.strict {
            findings.strict();
        }
        let silent = findings.errors.is_empty() && findings.warnings.is_empty() && findings.notes.is_empty();
        let lines = if silent { BTreeMap::new() } else { document.lines() };
        let strict_alone = taken && !findings.is_ok();
        Self { name, part, findings, lines, strict_alone }
    }

    pub fn outcome(&self) -> Outcome {
        if self.findings.is_ok() { Outcome::Taken } else { Outcome::Refused }
    }

    /// The line of JSON.
    pub fn line(&self) -> String {
        let all = |findings: &[Finding]| findings.iter().map(|it| self.json(it)).collect::<Vec<_>>();
        let Findings { errors, warnings, notes, .. } = &self.findings;
        let mut line = json!({
            "file": self.name,
            "kind": kind(self.part.kind),
            "ok": self.findings.is_ok(),
            "errors": all(errors),
            "warnings": all(warnings),
            "notes": all(notes),
        });
        if !self.part.place.is_empty() {
            line["place"] = json!(self.part.place);
        }
        line.to_string()
    }

    fn json(&self, finding: &Finding) -> Value {
        let mut json = json!(finding);
        // What would be valid is said of faults.
        if self.findings.notes.contains(finding) {
            json["message"] = json!(finding.problem);
        }
        if let Some(line) = self.line_of(finding) {
            json["line"] = json!(line);
        }
        json
    }

    /// The text for people.
    pub fn text(&self) -> String {
        let place = if self.part.place.is_empty() { String::new() } else { format!(" {}", self.part.place) };
        let name = format!("{}{place}", self.name);
        let mut lines = vec![format!("{}: {}", style(name).bold(), self.verdict())];
        lines.extend(
            self.findings.errors.iter().map(|it| self.finding(it, &style("error").red().bold().to_string())),
        );
        lines.extend(
            self.findings
                .warnings
                .iter()
                .map(|it| self.finding(it, &style("warning").yellow().bold().to_string())),
        );
        lines.extend(self.findings.notes.iter().map(|it| self.note(it)));
        let Findings { errors, warnings, .. } = &self.findings;
        let why = infra::explained::command(errors.iter().chain(warnings).map(|finding| finding.rule));
        lines.extend(why.map(|why| format!("  {why}")));
        lines.join("\n")
    }

    fn verdict(&self) -> String {
        let Findings { errors, warnings, notes, .. } = &self.findings;
        let verdict = match (errors.is_empty(), self.strict_alone) {
            (true, _) => "ECS takes it",
            (false, true) => "refused as --strict is",
            (false, false) => "ECS refuses it",
        };
        let counts = [(errors.len(), "error"), (warnings.len(), "warning"), (notes.len(), "note")];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let counts =
            counts.map(|(count, noun)| format!(", {count} {noun}{}", if count == 1 { "" } else { "s" }));
        std::iter::once(verdict.to_owned()).chain(counts).collect()
    }

    fn finding(&self, finding: &Finding, severity: &str) -> String {
        let Finding { rule, path, problem, minds } = finding;
        let mut lines =
            vec![format!("  {severity} {}  {}: {problem}", rule.number(), self.place_of(finding))];
        let value = value_at(self.part.json, &self.within(path));
        lines.extend(value.map(|value| format!("    value: {value}")));
        lines.extend(finding.valid().map(|valid| format!("    valid: {valid}")));
        lines.push(format!("    minds: {}", who(finding, *minds)));
        lines.push(format!("    AWS:   {}", self.page(*rule)));
        lines.join("\n")
    }

    /// The page of a rule; of those about all requests, the page of this one.
    fn page(&self, rule: Rule) -> &'static str {
        match (rule, self.part.kind) {
            (Rule::T01 | Rule::T02, Kind::Service | Kind::AnsweredService) => {
                "CreateService, Amazon ECS API Reference"
            }
            (Rule::T01 | Rule::T02, Kind::RunTask) => "RunTask, Amazon ECS API Reference",
            _ => rule.page(),
        }
    }

    fn note(&self, finding: &Finding) -> String {
        let Finding { problem, minds, .. } = finding;
        let minds = match minds {
            Minds::Ecs => "ECS, if it is still missing when it is sent".to_owned(),
            _ => minds.to_string(),
        };
        format!("  {} {}: {problem}\n    minds: {minds}", style("note").cyan().bold(), self.place_of(finding))
    }

    /// A path with its line.
    fn place_of(&self, finding: &Finding) -> String {
        let path = if finding.path.is_empty() { "(the whole)" } else { &finding.path };
        match self.line_of(finding) {
            Some(_) if path.starts_with("line ") => path.to_owned(),
            Some(line) => format!("{path} (line {line})"),
            None => path.to_owned(),
        }
    }

    /// The way to a value within the part.
    fn within(&self, path: &str) -> String {
        let way = self.part.way_to(path);
        way.strip_prefix(&self.part.place).unwrap_or(&way).trim_start_matches('.').to_owned()
    }

    fn line_of(&self, finding: &Finding) -> Option<usize> {
        if let Some(line) = finding.path.strip_prefix("line ") {
            return line.parse().ok();
        }
        line_at(&self.lines, &self.part.way_to(&finding.path))
    }

    /// The findings as GitHub's annotations.
    pub fn annotations(&self) -> Vec<String> {
        let Findings { errors, warnings, notes, .. } = &self.findings;
        let all = [(Level::Error, errors), (Level::Warning, warnings), (Level::Notice, notes)];
        let all = all.into_iter().flat_map(|(level, findings)| findings.iter().map(move |it| (level, it)));
        all.map(|(level, finding)| {
            let Finding { rule, path, problem, .. } = finding;
            let path = if path.is_empty() || path.starts_with("line ") { "" } else { &format!("{path}: ") };
            let said = if level == Level::Notice { problem.clone() } else { finding.message() };
            let message = format!("{path}{said}");
            annotations::annotation(level, self.name, self.line_of(finding), rule.number(), &message)
        })
        .collect()
    }
}

/// With a disputed rule nobody knows whether ECS minds.
fn who(finding: &Finding, minds: Minds) -> String {
    if finding.rule == Rule::X03 {
        "ECS, once a service has a load balancer or a registry on this port".to_owned()
    } else if minds == Minds::Ecs && finding.rule.is_disputed() {
        "ECS, perhaps: AWS's own documents disagree".to_owned()
    } else {
        minds.to_string()
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::TaskDefinition => "task definition",
        Kind::Containers => "containers",
        Kind::Service | Kind::AnsweredService => "service",
        Kind::RunTask => "run-task",
    }
}

/// What is said of a file that is something else.
pub fn no_request(name: &str, what: &str) -> String {
    format!("{}: {what}", style(name).bold())
}

/// What is said of a file that can't be read.
pub fn unreadable(name: &str, torn: &Torn) -> String {
    format!("{}: can't be read: line {}: {}", style(name).bold(), torn.line, torn.problem)
}

//! Everything that the rules find in a request.

use super::dependence::{depends, is_about};
use super::finding::{Finding, Minds};
use super::path::Path;
use super::rule::Rule;
use serde::Serialize;
use std::fmt;

/// What becomes of a member that the type does not know.
pub(crate) const IGNORED: &str = "aws-cli refuses it, ECS ignores it";

/// Everything that was found, not only the first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// What ECS would refuse.
    pub errors: Vec<Finding>,
    /// What the sources disagree about, and what only aws-cli minds.
    pub warnings: Vec<Finding>,
    /// What is good to know and refuses nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Finding>,
    /// The ways to values that could not be read, in whose place something else was.
    #[serde(skip)]
    broken: Vec<String>,
    /// The ways to texts that are not yet what will be sent.
    #[serde(skip)]
    unfinished: Vec<String>,
    /// The ways to members that the type does not know.
    #[serde(skip)]
    unknown_members: Vec<String>,
}

impl Findings {
    /// Adds a finding: a warning where the rule is disputed, else an error.
    pub fn add(&mut self, rule: Rule, path: &Path<'_>, problem: impl fmt::Display) {
        let finding = finding(rule, path, problem, Minds::Ecs);
        if rule.is_disputed() { self.warnings.push(finding) } else { self.errors.push(finding) }
    }

    /// Adds a warning.
    pub fn warn(&mut self, rule: Rule, path: &Path<'_>, problem: impl fmt::Display, minds: Minds) {
        self.warnings.push(finding(rule, path, problem, minds));
    }

    /// Adds a note.
    pub fn note(&mut self, rule: Rule, path: &Path<'_>, problem: impl fmt::Display, minds: Minds) {
        self.notes.push(finding(rule, path, problem, minds));
    }

    /// Adds a finding about a value that can't be read.
    pub(crate) fn add_broken(&mut self, rule: Rule, path: &Path<'_>, problem: impl fmt::Display) {
        self.add(rule, path, problem);
        self.unknown(path);
    }

    /// Something else was read in the place of a value that is not known yet.
    pub(crate) fn unknown(&mut self, path: &Path<'_>) {
        self.broken.push(path.to_string());
    }

    /// The text at a path is not yet the one that will be sent.
    pub(crate) fn unfinished(&mut self, path: &Path<'_>) {
        self.unfinished.push(path.to_string());
    }

    /// Adds what the rules found in a value that was read in the place of a broken one, but not what depends on it.
    pub fn extend_where_sound(&mut self, others: Self) {
        let sound = |finding: &Finding| {
            !self.broken.iter().any(|path| depends(finding, path))
                && !self.unfinished.iter().any(|path| is_about(finding, path))
        };
        self.errors.extend(others.errors.into_iter().filter(sound));
        self.warnings.extend(others.warnings.into_iter().filter(sound));
        self.notes.extend(others.notes.into_iter().filter(sound));
    }

    /// Warns of a member that the type does not know.
    pub(crate) fn unknown_member(&mut self, path: &Path<'_>, problem: impl fmt::Display) {
        self.warn(Rule::T01, path, problem, Minds::AwsCli);
        self.unknown_members.push(path.to_string());
    }

    /// Members that the types do not know are meant: each is a note that says what becomes of it.
    pub fn allow_unknown(&mut self) {
        let is_unknown = |it: &Finding| it.rule == Rule::T01 && self.unknown_members.contains(&it.path);
        for mut finding in self.warnings.extract_if(.., |finding| is_unknown(finding)) {
            finding.problem = finding.problem.replace(IGNORED, "it is sent as it is; aws-cli refuses it");
            self.notes.push(finding);
        }
    }

    /// Warnings count as errors.
    pub fn strict(&mut self) {
        self.errors.append(&mut self.warnings);
    }

    /// What is an error for a program is a note for a file where the condition holds, as its tool fills the value in.
    pub(crate) fn soften(&mut self, is_filled_in: impl Fn(&Finding) -> bool, why: &str) {
        for mut finding in self.errors.extract_if(.., |finding| is_filled_in(finding)) {
            finding.problem = format!("{}; {why}", finding.problem);
            self.notes.push(finding);
        }
    }

    /// What ECS has been seen to register, and a task's start may fail of, is a warning for a file.
    pub(crate) fn doubt(&mut self, is_taken: impl Fn(&Finding) -> bool) {
        for mut finding in self.errors.extract_if(.., |finding| is_taken(finding)) {
            finding.minds = Minds::Agent;
            self.warnings.push(finding);
        }
    }

    /// The errors as lines.
    pub fn refusals(&self) -> Vec<String> {
        self.errors.iter().map(Finding::to_string).collect()
    }

    /// Whether ECS would take it.
    pub fn is_ok(&self) -> bool {
        self.errors.is_empty()
    }
}

fn finding(rule: Rule, path: &Path<'_>, problem: impl fmt::Display, minds: Minds) -> Finding {
    Finding { rule, path: path.to_string(), problem: problem.to_string(), minds }
}

/// A request that ECS would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ECS would refuse it: {}", .0.refusals().join("; "))]
pub struct Refused(pub Box<Findings>);

//! What the rules find, and the way to the value that each finding is about.

use super::rule::Rule;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::fmt;

/// A value that ECS would refuse, or that the sources disagree about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}{}{}", rule.number(), path, if path.is_empty() { "" } else { ": " }, self.message())]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The way to the value: `containerDefinitions[0].portMappings[1].hostPort`; empty for the whole.
    pub path: String,
    /// What is wrong with the value.
    pub problem: String,
}

impl Finding {
    /// What is wrong with the value, and what would be valid.
    pub fn message(&self) -> String {
        format!("{}; valid: {}", self.problem, self.rule.valid())
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Finding", 3)?;
        members.serialize_field("rule", self.rule.number())?;
        members.serialize_field("path", &self.path)?;
        members.serialize_field("message", &self.message())?;
        members.end()
    }
}

/// Everything that was found, not only the first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// What ECS would refuse.
    pub errors: Vec<Finding>,
    /// What the sources disagree about.
    pub warnings: Vec<Finding>,
}

impl Findings {
    /// Adds a finding: a warning where the rule is disputed, else an error.
    pub fn add(&mut self, rule: Rule, path: &Path<'_>, problem: impl fmt::Display) {
        let finding = Finding { rule, path: path.to_string(), problem: problem.to_string() };
        if rule.is_disputed() { self.warnings.push(finding) } else { self.errors.push(finding) }
    }

    /// Adds what others found, unless it is about a value that is already known to be broken, or about its siblings:
    /// what they must be depends on it.
    pub fn extend_where_sound(&mut self, others: Self) {
        let broken: Vec<String> = self.errors.iter().map(|error| scope(&error.path).to_owned()).collect();
        let sound = |finding: &Finding| !broken.iter().any(|path| overlaps(path, &finding.path));
        self.errors.extend(others.errors.into_iter().filter(sound));
        self.warnings.extend(others.warnings.into_iter().filter(sound));
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

/// The object that a broken member belongs to; the member alone where that object is the definition or a container.
fn scope(path: &str) -> &str {
    let Some((parent, _)) = path.rsplit_once('.') else { return path };
    let is_container = parent.starts_with("containerDefinitions[") && !parent.contains('.');
    if is_container { path } else { parent }
}

/// Whether one path leads to a part of what the other leads to.
fn overlaps(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let rest = long.strip_prefix(short);
    rest.is_some_and(|rest| short.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The way to a value, kept on the stack: it becomes text only where something is found.
#[derive(Clone, Copy, Debug)]
pub enum Path<'a> {
    /// The whole.
    Root,
    /// A member of an object.
    Member(&'a Path<'a>, &'a str),
    /// An item of a list.
    Item(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    /// The way to a member.
    pub fn member(&'a self, name: &'a str) -> Self {
        Self::Member(self, name)
    }

    /// The way to an item.
    pub fn item(&'a self, index: usize) -> Self {
        Self::Item(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(Self::Root, name) => formatter.write_str(name),
            Self::Member(parent, name) => write!(formatter, "{parent}.{name}"),
            Self::Item(parent, index) => write!(formatter, "{parent}[{index}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_people_write_it() {
        let (root, containers) = (Path::Root, Path::Member(&Path::Root, "containerDefinitions"));
        let container = containers.item(0);
        let mappings = container.member("portMappings");
        assert_eq!(
            mappings.item(1).member("hostPort").to_string(),
            "containerDefinitions[0].portMappings[1].hostPort"
        );
        assert_eq!(root.to_string(), "");
    }

    #[test]
    fn paths_overlap_where_one_value_is_part_of_the_other() {
        assert!(overlaps("volumes", "volumes[0].name") && overlaps("volumes[0].name", "volumes"));
        assert!(overlaps("cpu", "cpu") && overlaps("", "cpu"));
        assert!(!overlaps("cpu", "cpus") && !overlaps("volumes[0]", "volumes[1]"));
    }
}

//! Settings that are given for a stack, by its file and by `--set`, each with where it comes from.

use super::stack_file::{self, StackFileError};
use crate::stack_name::StackName;
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use std::path::Path;

/// Settings that are given, in the order in which they are applied: a later one goes before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given(Vec<GivenSetting>);

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenSetting {
    /// The way to it: `web`, `scaling`, `max_tasks`.
    pub path: Vec<String>,
    /// Its value.
    pub value: GivenValue,
    /// Where it is given.
    pub origin: Origin,
}

/// A value as it was written.
#[derive(Clone, Debug, PartialEq)]
pub enum GivenValue {
    /// On the command line: JSON, or a text where it is no JSON. None was given without an equals sign.
    Typed(Option<String>),
    /// In a file, whose values have types.
    InFile(Value),
}

/// Where the value of a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "from", rename_all = "lowercase")]
pub enum Origin {
    /// The code.
    Default,
    /// A stack's file.
    File {
        /// The file, below the checkout.
        file: String,
        /// Its line, from 1.
        line: usize,
    },
    /// The command line.
    Set,
    /// Another one that is given moves it, as a larger `desired_count` moves `max_tasks`.
    Moved,
}

impl Given {
    /// What the file of a stack says, if it has one, and these `KEY=VALUE` pairs on top of it.
    ///
    /// # Errors
    /// When a file can't be read, or names one that is not there or that leads back to it.
    pub fn of_stack(workspace: &Path, stack: &StackName, set: &[String]) -> Result<Self, StackFileError> {
        let mut given = Self(stack_file::read(workspace, stack.as_str())?);
        given.0.extend(Self::of_set(set).0);
        Ok(given)
    }

    /// These `KEY=VALUE` pairs.
    pub fn of_set(set: &[String]) -> Self {
        let one = |text: &String| {
            let (key, value) = match text.split_once('=') {
                Some((key, value)) => (key, Some(value.to_owned())),
                None => (text.as_str(), None),
            };
            let path = key.split('.').map(str::to_owned).collect();
            GivenSetting { path, value: GivenValue::Typed(value), origin: Origin::Set }
        };
        Self(set.iter().map(one).collect())
    }

    /// Without those of the command line.
    #[must_use]
    pub fn of_files(&self) -> Self {
        Self(self.0.iter().filter(|one| one.origin != Origin::Set).cloned().collect())
    }

    /// All, in the order in which they are applied.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &GivenSetting> {
        self.0.iter()
    }

    /// Those of one file, or of the command line, at a time.
    pub(super) fn layers(&self) -> impl Iterator<Item = &[GivenSetting]> {
        self.0.chunk_by(|one, next| one.origin.file() == next.origin.file())
    }

    /// Where a setting is given that has this value, if it is given; of counts, another one may have moved it since.
    pub(super) fn origin_of(&self, key: &str, value: &Value) -> Option<Origin> {
        let last = self.0.iter().rev().find(|one| one.gives(key))?;
        match &last.value {
            GivenValue::InFile(given) if given.is_number() && value.is_number() && given != value => {
                Some(Origin::Moved)
            }
            _ => Some(last.origin.clone()),
        }
    }
}

impl GivenSetting {
    /// The setting as `--set` takes it.
    pub fn key(&self) -> String {
        self.path.join(".")
    }

    /// Whether it gives this setting, or a section or a table in which that is.
    pub fn gives(&self, key: &str) -> bool {
        let own = self.key();
        let within = |outer: &str, inner: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        within(&own, key) || within(key, &own)
    }
}

impl Origin {
    /// The file, where it is one.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::File { file, .. } => Some(file),
            _ => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File { file, line } => write!(formatter, "{file}:{line}"),
            Self::Set => formatter.write_str("--set"),
            Self::Moved => formatter.write_str("moved by another setting"),
        }
    }
}

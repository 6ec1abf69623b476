//! How the engine addresses a resource: its kind and its logical name within the stack.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A resource's address within a stack, written `target-group/web`.
///
/// The logical name is the programmer's; the physical name in the account is a function of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ResourceId {
    /// The kind of resource, in lower case with hyphens: `target-group`.
    pub kind: String,
    /// The name by which the program calls it: `web`.
    pub logical_name: String,
}

impl ResourceId {
    /// The address of the resource of this kind with this logical name.
    pub fn new(kind: impl Into<String>, logical_name: impl Into<String>) -> Self {
        Self { kind: kind.into(), logical_name: logical_name.into() }
    }

    /// Reads what `Display` writes; `None` without a slash.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, logical_name) = text.split_once('/')?;
        Some(Self::new(kind, logical_name))
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.kind, self.logical_name)
    }
}

//! What was found in the account.

use crate::id::ResourceId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// A resource as it is now: its properties in the shape of the desired value, its outputs and its tags.
#[derive(Clone, Debug)]
pub struct Live<R, O> {
    /// The live value, in the same type as the desired one.
    pub properties: R,
    /// What others can refer to.
    pub outputs: O,
    /// The tags it carries, which say whose it is; `None` for what has no owner, such as a lookup.
    pub tags: Option<Tags>,
}

/// A live resource as JSON, as the engine handles all kinds alike.
pub type LiveValue = Live<serde_json::Value, serde_json::Value>;

/// A resource of ours that a listing of the account turned up, with what is needed to delete it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its address; the logical name comes from its tag.
    pub id: ResourceId,
    /// The name in the account.
    pub name: String,
    /// What the service's API takes to address it: an ARN, an id or the name.
    pub locator: String,
}

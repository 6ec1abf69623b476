//! The plan: what would change, computed without I/O from the stack and the world as it was found.

use crate::diff::{Change, diff};
use crate::id::ResourceId;
use crate::live::{Found, LiveValue, Tags};
use crate::output::Reference;
use crate::ownership::{Ownership, RESOURCE_TAG, missing_tags};
use crate::recreate;
use crate::refresh::{World, output};
use crate::resolve::resolve;
use crate::stack::{Node, Stack};
use serde::Serialize;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It stays as it is.
    Keep,
    /// It does not exist yet.
    Create,
    /// It changes in place.
    Update,
    /// Something changes that can't change in place: a new one comes under a new name, then the old one goes.
    Replace,
    /// Something changes that can't change in place and is no part of its name: it goes first, with all that uses it, and
    /// they come anew.
    Recreate,
    /// It is ours but no longer in the program.
    Delete,
}

/// What happens to one resource, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// What happens.
    pub action: Action,
    /// The kind of resource.
    pub kind: String,
    /// Its physical name.
    pub name: String,
    /// The properties that differ.
    pub changes: Vec<Change>,
    /// Its address.
    #[serde(skip)]
    pub id: ResourceId,
}

/// What a deploy would do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// A step for each resource of the stack in its order, then one for each that is to be deleted.
    pub steps: Vec<Step>,
    /// What is deleted once everything else is in place.
    pub deletions: Vec<Found>,
}

impl Plan {
    /// The steps that change something.
    pub fn changes(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.action != Action::Keep)
    }

    /// Whether another plan changes the same in the same way, beside one resource: who has agreed to one has agreed to the other.
    pub fn does_the_same(&self, other: &Self, beside: &ResourceId) -> bool {
        let counts = |step: &&Step| step.id != *beside;
        self.changes().filter(counts).eq(other.changes().filter(counts)) && self.deletions == other.deletions
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes().next().is_none()
    }
}

/// Why no plan can be made.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A resource of that name exists and is somebody else's.
    #[error("{id}: {name} exists already and {owner}")]
    NotOurs {
        /// The resource of the program.
        id: ResourceId,
        /// The physical name that is taken.
        name: String,
        /// Whose it is, in words.
        owner: String,
    },
    /// A desired value does not have the shape of its kind.
    #[error("{id} has no normal form")]
    NoNormalForm {
        /// The resource.
        id: ResourceId,
        /// What the deserialiser says.
        #[source]
        source: serde_json::Error,
    },
}

/// Compares what the stack wants with the world. `adopt` takes over resources that are not ours yet.
///
/// # Errors
/// When a name is taken by somebody else's resource and `adopt` is not set.
pub fn plan(stack: &Stack, world: &World, adopt: bool) -> Result<Plan, PlanError> {
    let mut changing: HashMap<ResourceId, Action> = HashMap::new();
    let mut steps = Vec::new();
    // Those that go, and come anew.
    let mut going = Vec::new();
    for (index, node) in stack.nodes().iter().enumerate() {
        let mut step = step_for(stack, node, world, &changing, adopt)?;
        let cause = recreate::cause(stack, node, &going, &world.deletion_order);
        let is_there = step.action != Action::Create;
        if cause.is_some() || is_there && recreate::is_needed(node, &step.changes) {
            going.push(index);
        }
        // What has another name now is there under the one before.
        let was_there = is_there || world.owned.iter().any(|found| found.id == node.id);
        if was_there && going.contains(&index) {
            step.action = Action::Recreate;
            step.changes.splice(0..0, cause.map(recreate::recreated_with));
        }
        changing.insert(node.id.clone(), step.action);
        steps.push(step);
    }
    let deletions = orphans(stack, world);
    for orphan in &deletions {
        match steps.iter_mut().find(|step| step.id == orphan.id && comes_under_a_new_name(step, world)) {
            Some(step) => {
                // One that is made anew goes first.
                if step.action == Action::Create {
                    step.action = Action::Replace;
                }
                step.changes.insert(0, renamed(&orphan.name, &step.name));
            }
            None => steps.push(Step {
                action: Action::Delete,
                kind: orphan.id.kind.clone(),
                name: orphan.name.clone(),
                changes: Vec::new(),
                id: orphan.id.clone(),
            }),
        }
    }
    Ok(Plan { steps, deletions })
}

/// Everything in which a live resource is not as desired: properties, and our tags.
pub(crate) fn differences(stack: &Stack, id: &ResourceId, desired: &Value, live: &LiveValue) -> Vec<Change> {
    let mut changes = diff(desired, &live.properties);
    if let Some(tags) = &live.tags {
        changes.extend(
            missing_tags(stack.tags_of(id), tags).into_iter().map(|missing| tag_change(missing, tags)),
        );
    }
    changes
}

fn step_for(
    stack: &Stack,
    node: &Node,
    world: &World,
    changing: &HashMap<ResourceId, Action>,
    adopt: bool,
) -> Result<Step, PlanError> {
    let desired = resolve(&node.desired, &|reference| stable_output(stack, world, changing, reference));
    let desired = (node.normalise)(&desired)
        .map_err(|source| PlanError::NoNormalForm { id: node.id.clone(), source })?;
    let (action, changes) = match world.live.get(&node.id) {
        None => (Action::Create, Vec::new()),
        Some(live) => {
            if let Some(tags) = &live.tags {
                refuse_others(stack.name(), node, tags, adopt)?;
            }
            let changes = differences(stack, &node.id, &desired, live);
            (if changes.is_empty() { Action::Keep } else { Action::Update }, changes)
        }
    };
    Ok(Step { action, kind: node.id.kind.clone(), name: node.name.clone(), changes, id: node.id.clone() })
}

/// An output that will be the same after the deploy; of a resource that changes, only those that an update keeps.
fn stable_output(
    stack: &Stack,
    world: &World,
    changing: &HashMap<ResourceId, Action>,
    reference: &Reference,
) -> Option<Value> {
    let node = &stack.nodes()[stack.index_of(reference.resource())?];
    match changing.get(reference.resource()) {
        Some(Action::Update) if node.outputs_of_update.contains(&reference.attribute()) => None,
        Some(Action::Recreate) => None,
        _ => output(&world.live, reference),
    }
}

fn tag_change((key, value): (String, String), live: &Tags) -> Change {
    Change {
        path: format!("tags.{key}"),
        before: live.get(&key).cloned().map(Value::String),
        after: Some(Value::String(value)),
    }
}

fn refuse_others(stack: &str, node: &Node, tags: &Tags, adopt: bool) -> Result<(), PlanError> {
    let owner = match Ownership::of(tags, stack) {
        Ownership::Ours => return Ok(()),
        Ownership::OtherStack(other) => format!("belongs to stack {other}"),
        Ownership::Foreign if adopt => return Ok(()),
        // Somebody removed the other tag: this one comes from us, and the name belongs to this stack alone.
        Ownership::Foreign if tags.get(RESOURCE_TAG) == Some(&node.id.to_string()) => return Ok(()),
        Ownership::Foreign => "does not belong to this stack (deploy --adopt takes it over)".to_owned(),
    };
    Err(PlanError::NotOurs { id: node.id.clone(), name: node.name.clone(), owner })
}

fn orphans(stack: &Stack, world: &World) -> Vec<Found> {
    let wanted: HashSet<(&str, &str)> =
        stack.nodes().iter().map(|node| (node.id.kind.as_str(), node.name.as_str())).collect();
    let mut orphans: Vec<Found> = world
        .owned
        .iter()
        .filter(|found| !wanted.contains(&(found.id.kind.as_str(), found.name.as_str())))
        .cloned()
        .collect();
    orphans.sort_by(|a, b| (&a.id, &a.name).cmp(&(&b.id, &b.name)));
    orphans
}

/// Whether a resource of the stack is not there under its name.
fn comes_under_a_new_name(step: &Step, world: &World) -> bool {
    matches!(step.action, Action::Create | Action::Recreate) && !world.live.contains_key(&step.id)
}

fn renamed(before: &str, after: &str) -> Change {
    Change { path: "name".to_owned(), before: Some(before.into()), after: Some(after.into()) }
}

//! The stack: resources added one by one by plain functions, and the graph that their outputs make.

use crate::id::ResourceId;
use crate::live::Tags;
use crate::ownership::all_tags;
use crate::resolve::references;
use crate::resource::{Handle, Resource};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// All the resources a program wants, in the order in which it added them.
///
/// A handle exists only after its resource was added, so edges point backwards and there can be no cycle.
#[derive(Debug)]
pub struct Stack {
    name: String,
    tags: Tags,
    nodes: Vec<Node>,
    indices: HashMap<ResourceId, usize>,
    errors: Vec<StackError>,
}

/// One resource of the stack, as the engine handles all kinds alike.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its address.
    pub id: ResourceId,
    /// Its name in the account.
    pub name: String,
    /// The desired value; references to other resources stand in it as `{"$output": ...}`.
    pub desired: Value,
    /// Those it must be created after, as indices into the stack.
    pub dependencies: Vec<usize>,
    /// Those whose outputs are needed to find it.
    pub found_after: Vec<usize>,
    /// Those that are read before it: those by which it is found, and those that a read compares with.
    pub read_after: Vec<usize>,
    /// The members that can't change while it exists.
    pub fixed: &'static [&'static str],
    /// The outputs that an update in place changes.
    pub outputs_of_update: &'static [&'static str],
    /// Brings a value of this kind to its normal form.
    pub normalise: fn(&Value) -> serde_json::Result<Value>,
}

impl Node {
    /// Its address, and its name in the account.
    pub(crate) fn address(&self) -> (ResourceId, String) {
        (self.id.clone(), self.name.clone())
    }
}

/// A mistake in the program that made the stack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StackError {
    /// Two resources of a kind share a logical name.
    #[error("{0} was added twice: logical names are unique within a kind")]
    Duplicate(ResourceId),
    /// A resource can't be written as JSON.
    #[error("{id} has no JSON form: {reason}")]
    NoJson {
        /// The resource.
        id: ResourceId,
        /// What the serialiser says.
        reason: String,
    },
    /// A resource has values that the service would refuse.
    #[error("{id} would be refused:{}", problems.iter().map(|problem| format!("\n  {problem}")).collect::<String>())]
    Refused {
        /// The resource.
        id: ResourceId,
        /// What is wrong with each.
        problems: Vec<String>,
    },
    /// A handle of another stack was used.
    #[error("{user} refers to {target}, which is not in this stack")]
    UnknownReference {
        /// The resource that refers.
        user: ResourceId,
        /// What it refers to.
        target: ResourceId,
    },
}

impl Stack {
    /// An empty stack of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            tags: Tags::new(),
            nodes: Vec::new(),
            indices: HashMap::new(),
            errors: Vec::new(),
        }
    }

    /// With tags of one's own, on everything in it.
    #[must_use]
    pub fn with_tags(self, tags: Tags) -> Self {
        Self { tags, ..self }
    }

    /// The stack's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tags of one's own, on everything in it.
    pub fn tags(&self) -> &Tags {
        &self.tags
    }

    /// All tags that a resource carries.
    pub fn tags_of(&self, id: &ResourceId) -> Tags {
        all_tags(&self.name, id, &self.tags)
    }

    /// The resources, each after those it depends on.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The place of a resource in [`nodes`](Self::nodes).
    pub fn index_of(&self, id: &ResourceId) -> Option<usize> {
        self.indices.get(id).copied()
    }

    /// Adds a resource; what it refers to is created before it.
    pub fn add<R: Resource>(&mut self, logical_name: &str, resource: R) -> Handle<R> {
        self.add_after(logical_name, resource, &[])
    }

    /// Adds a resource that needs others to exist although it does not refer to them.
    pub fn add_after<R: Resource>(
        &mut self,
        logical_name: &str,
        mut resource: R,
        after: &[&ResourceId],
    ) -> Handle<R> {
        let id = ResourceId::new(R::KIND, logical_name);
        self.refuse(&id, resource.problems());
        resource.normalise();
        match serde_json::to_value(&resource) {
            Ok(desired) => self.insert::<R>(id.clone(), resource.physical_name(), desired, after),
            Err(error) => self.errors.push(StackError::NoJson { id: id.clone(), reason: error.to_string() }),
        }
        Handle::new(id)
    }

    /// Says that a resource would be refused, where that shows only beside another one; an empty list says nothing.
    pub fn refuse(&mut self, id: &ResourceId, problems: Vec<String>) {
        if !problems.is_empty() {
            self.errors.push(StackError::Refused { id: id.clone(), problems });
        }
    }

    /// The mistakes made while the stack was put together; none for a sound one.
    pub fn errors(&self) -> &[StackError] {
        &self.errors
    }

    fn insert<R: Resource>(&mut self, id: ResourceId, name: String, desired: Value, after: &[&ResourceId]) {
        let in_members = |members: &[&str]| members.iter().map(|member| desired[*member].clone()).collect();
        let found_after = self.indices_of_references(&id, &Value::Array(in_members(R::IDENTITY)));
        let mut read_after = self.indices_of_references(&id, &Value::Array(in_members(R::READ_WITH)));
        read_after.extend(&found_after);
        let mut dependencies = self.indices_of_references(&id, &desired);
        dependencies.extend(after.iter().filter_map(|other| self.known_index(&id, other)));
        let node = Node {
            id: id.clone(),
            name,
            desired,
            dependencies: dependencies.into_iter().collect(),
            found_after: found_after.into_iter().collect(),
            read_after: read_after.into_iter().collect(),
            fixed: R::IMMUTABLE,
            outputs_of_update: R::OUTPUTS_OF_UPDATE,
            normalise: normalise::<R>,
        };
        if self.indices.insert(id.clone(), self.nodes.len()).is_some() {
            self.errors.push(StackError::Duplicate(id));
        }
        self.nodes.push(node);
    }

    fn indices_of_references(&mut self, user: &ResourceId, value: &Value) -> BTreeSet<usize> {
        references(value)
            .iter()
            .filter_map(|reference| self.known_index(user, reference.resource()))
            .collect()
    }

    fn known_index(&mut self, user: &ResourceId, target: &ResourceId) -> Option<usize> {
        let index = self.index_of(target);
        if index.is_none() {
            self.errors.push(StackError::UnknownReference { user: user.clone(), target: target.clone() });
        }
        index
    }
}

fn normalise<R: Resource>(value: &Value) -> serde_json::Result<Value> {
    let mut resource: R = serde_json::from_value(value.clone())?;
    resource.keep_unknown(value);
    resource.normalise();
    serde_json::to_value(&resource)
}

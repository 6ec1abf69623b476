//! Whose a resource is, by its tags alone.

use crate::id::ResourceId;
use crate::live::{Found, Tags};
use crate::resource::Resource;

/// The tag that names the stack a resource belongs to.
pub const STACK_TAG: &str = "ecs-image-app:stack";
/// The tag that holds the resource's address within its stack.
pub const RESOURCE_TAG: &str = "ecs-image-app:resource";

/// What the tags of a resource say of its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// It belongs to this stack.
    Ours,
    /// It belongs to another stack of this tool.
    OtherStack(String),
    /// It does not carry our tags: somebody else made it.
    Foreign,
}

impl Ownership {
    /// Reads the owner from a resource's tags.
    pub fn of(tags: &Tags, stack: &str) -> Self {
        match tags.get(STACK_TAG) {
            Some(owner) if owner == stack => Self::Ours,
            Some(owner) => Self::OtherStack(owner.clone()),
            None => Self::Foreign,
        }
    }
}

/// The tags that every resource of a stack carries.
pub fn tags_for(stack: &str, id: &ResourceId) -> Tags {
    Tags::from([(STACK_TAG.to_owned(), stack.to_owned()), (RESOURCE_TAG.to_owned(), id.to_string())])
}

/// The same with tags of one's own; those by which a resource is known are always the stack's.
pub fn all_tags(stack: &str, id: &ResourceId, own: &Tags) -> Tags {
    let mut tags = own.clone();
    tags.extend(tags_for(stack, id));
    tags
}

/// Those of the tags that a resource must carry that are not among these.
pub fn missing_tags(mut tags: Tags, live: &Tags) -> Tags {
    tags.retain(|key, value| live.get(key) != Some(value));
    tags
}

/// What a listing of the account turned up, if its tags say that it belongs to the stack.
pub fn found<R: Resource>(stack: &str, tags: &Tags, name: &str, locator: &str) -> Option<Found> {
    let id = id_from(tags, R::KIND, name);
    let found = Found { id, name: name.to_owned(), locator: locator.to_owned() };
    (Ownership::of(tags, stack) == Ownership::Ours).then_some(found)
}

/// The address in a resource's tags; the physical name stands in where somebody removed the tag.
pub fn id_from(tags: &Tags, kind: &str, physical_name: &str) -> ResourceId {
    tags.get(RESOURCE_TAG)
        .and_then(|text| ResourceId::parse(text))
        .filter(|id| id.kind == kind)
        .unwrap_or_else(|| ResourceId::new(kind, physical_name))
}

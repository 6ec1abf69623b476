//! What a kind of resource has to say of itself to be part of a stack.

use crate::id::ResourceId;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::fmt::Debug;
use std::ops::Deref;

/// The desired value of a resource, and at the same time the shape in which its live value is read.
///
/// Both serialise to JSON; their structural difference is what preview shows and deploy changes. A member of
/// the resource itself that is left out of the desired JSON is not ours: it is neither compared nor reset.
pub trait Resource: Serialize + DeserializeOwned + Clone + Debug + Send + Sync + 'static {
    /// The kind's name: lower case, with hyphens.
    const KIND: &'static str;
    /// The members by which the live resource is found; they decide how early it can be read.
    const IDENTITY: &'static [&'static str] = &["name"];
    /// The members that a read compares with what it finds, as far as what they refer to exists: that is read before.
    const READ_WITH: &'static [&'static str] = &[];
    /// The members that can't change while it exists and that its name does not show. Where one has to, it goes first, with
    /// all that uses it, and comes anew.
    const IMMUTABLE: &'static [&'static str] = &[];
    /// Outputs that an update in place changes, such as the revision of a task definition.
    const OUTPUTS_OF_UPDATE: &'static [&'static str] = &[];
    /// What others can refer to.
    type Outputs: Outputs;

    /// The name in the account: a pure function of the stack, the logical name and what can't change in place.
    fn physical_name(&self) -> String;

    /// Brings equal values to the same form, such as sets to a sorted list. Applied to desired and live alike.
    fn normalise(&mut self) {}

    /// Keeps of its JSON what the type does not know, where it has a place for that.
    fn keep_unknown(&mut self, _: &Value) {}

    /// What the service would refuse of it, found without a call; one line for each value.
    fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The attributes of a resource that others can refer to; each member is an [`Output`](crate::Output).
pub trait Outputs: Serialize + DeserializeOwned + Send + Sync {
    /// References to the attributes of this resource.
    fn of(resource: &ResourceId) -> Self;
}

/// What `Stack::add` hands back: the resource's address and its outputs, to be passed on to other resources.
#[derive(Clone, Debug)]
pub struct Handle<R: Resource> {
    /// The resource's address.
    pub id: ResourceId,
    outputs: R::Outputs,
}

impl<R: Resource> Handle<R> {
    pub(crate) fn new(id: ResourceId) -> Self {
        let outputs = R::Outputs::of(&id);
        Self { id, outputs }
    }
}

impl<R: Resource> Deref for Handle<R> {
    type Target = R::Outputs;

    fn deref(&self) -> &Self::Target {
        &self.outputs
    }
}

/// Declares a struct of outputs: each member becomes an `Output` of the type given.
#[macro_export]
macro_rules! outputs {
    ($(#[$meta:meta])* $name:ident { $($(#[$member_meta:meta])* $member:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, ::serde::Serialize, ::serde::Deserialize)]
        pub struct $name { $($(#[$member_meta])* pub $member: $crate::Output<$type>),* }

        impl $crate::Outputs for $name {
            fn of(resource: &$crate::ResourceId) -> Self {
                Self { $($member: $crate::Output::of(resource, stringify!($member))),* }
            }
        }
    };
}

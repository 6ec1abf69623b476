//! What is written once for each kind of resource: how to read, create, update, delete and list it.

use crate::caller::calls_for;
use crate::event::{Event, Reporter};
use crate::failure::Failure;
use crate::id::ResourceId;
use crate::live::{Found, Live, LiveValue, Tags};
use crate::operations::{Names, Operations};
use crate::ownership::{all_tags, missing_tags};
use crate::resource::Resource;
use async_trait::async_trait;
use serde_json::Value;

/// The calls for one kind of resource. One task drives all of them, so their futures need not be `Send`.
///
/// What is constant of a kind has no default: the compiler names what a new one leaves out. An error is named by the service's code
/// for it or, where one code stands for several, by a part of the message; what has a space in it is part of a message.
///
/// Create need not tolerate a resource that is there already (a run was killed between the call and its answer): by
/// `ALREADY_EXISTS` the engine looks whether it is ours. Delete tolerates one that is gone.
#[async_trait(?Send)]
pub trait ResourceKind: Send + Sync {
    /// The desired value of this kind.
    type Resource: Resource;

    /// The kinds this one refers to; in a teardown they go after it.
    const DELETED_BEFORE: Names;

    /// The errors by which its service says that there is no such resource.
    const NOT_FOUND: Names;

    /// The errors by which its service refuses to create one that is there already.
    const ALREADY_EXISTS: Names;

    /// The operations of the API that it calls.
    const OPERATIONS: Operations;

    /// The live resource, or `None`. The members in `IDENTITY` are known, and those in `READ_WITH` where what they refer to exists;
    /// others may still be references.
    async fn read(&self, desired: &Self::Resource) -> ReadResult<Self::Resource>;

    /// Creates it and waits until it can be used.
    async fn create(
        &self,
        desired: &Self::Resource,
        context: &Context<'_>,
    ) -> Result<<Self::Resource as Resource>::Outputs, Failure>;

    /// Changes the live resource into the desired one.
    async fn update(
        &self,
        desired: &Self::Resource,
        live: LiveOf<Self::Resource>,
        context: &Context<'_>,
    ) -> Result<<Self::Resource as Resource>::Outputs, Failure>;

    /// Waits until what was written has taken effect; also where nothing was, as an earlier run may have been killed
    /// after its last write. Only reads.
    async fn wait_until_stable(
        &self,
        _desired: &Self::Resource,
        _context: &Context<'_>,
    ) -> Result<(), Failure> {
        Ok(())
    }

    /// Deletes it and waits until it is gone.
    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure>;

    /// Every resource of this kind in the account that belongs to the stack.
    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure>;
}

/// A live resource in its own types.
pub type LiveOf<R> = Live<R, <R as Resource>::Outputs>;
/// What reading one gives.
pub type ReadResult<R> = Result<Option<LiveOf<R>>, Failure>;

static NO_TAGS: Tags = Tags::new();

/// What an action may want to know of the run it is part of.
pub struct Context<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// The resource at hand.
    pub id: &'a ResourceId,
    /// Tags of one's own, on everything in the stack.
    pub own_tags: &'a Tags,
    /// The one whose place it takes, which goes once everything is in place.
    pub replaced: Option<&'a Found>,
    /// Whether another one has taken its place, under a new name, and it goes.
    pub is_replaced: bool,
    /// Takes word of what the action is waiting for.
    pub reporter: &'a dyn Reporter,
}

impl<'a> Context<'a> {
    /// For an action on a resource that takes nobody's place.
    pub fn of(stack: &'a str, id: &'a ResourceId, reporter: &'a dyn Reporter) -> Self {
        Self { stack, id, own_tags: &NO_TAGS, replaced: None, is_replaced: false, reporter }
    }

    /// The tags that the resource must carry.
    pub fn tags(&self) -> Tags {
        all_tags(self.stack, self.id, self.own_tags)
    }

    /// Those of its tags that the live resource lacks, if it lacks one. What somebody else put on it is theirs and stays.
    pub fn missing_tags(&self, live: &Option<Tags>) -> Option<Tags> {
        Some(missing_tags(self.tags(), live.as_ref()?)).filter(|missing| !missing.is_empty())
    }

    /// Says what the action is waiting for.
    pub fn waiting(&self, what: impl Into<String>) {
        self.reporter.report(Event::Waiting { id: self.id.clone(), what: what.into() });
    }
}

/// A kind without its types, so that the engine can hold all kinds in one list.
#[async_trait(?Send)]
pub trait ErasedKind: Send + Sync {
    /// The kind's name.
    fn name(&self) -> &'static str;
    /// As [`ResourceKind::DELETED_BEFORE`].
    fn deleted_before(&self) -> Names;
    /// As [`ResourceKind::OPERATIONS`].
    fn operations(&self) -> Operations;
    /// As [`ResourceKind::read`].
    async fn read(&self, desired: &Value) -> Result<Option<LiveValue>, Failure>;
    /// As [`ResourceKind::create`]; gives the outputs.
    async fn create(&self, desired: &Value, context: &Context<'_>) -> Result<Value, Failure>;
    /// As [`ResourceKind::update`]; gives the outputs.
    async fn update(
        &self,
        desired: &Value,
        live: &LiveValue,
        context: &Context<'_>,
    ) -> Result<Value, Failure>;
    /// As [`ResourceKind::wait_until_stable`].
    async fn wait_until_stable(&self, desired: &Value, context: &Context<'_>) -> Result<(), Failure>;
    /// As [`ResourceKind::delete`].
    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure>;
    /// As [`ResourceKind::list`].
    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure>;
}

#[async_trait(?Send)]
impl<K: ResourceKind> ErasedKind for K {
    fn name(&self) -> &'static str {
        K::Resource::KIND
    }

    fn deleted_before(&self) -> Names {
        K::DELETED_BEFORE
    }

    fn operations(&self) -> Operations {
        K::OPERATIONS
    }

    async fn read(&self, desired: &Value) -> Result<Option<LiveValue>, Failure> {
        let desired: K::Resource = resource_from(desired)?;
        let live = calls_for(K::Resource::KIND, K::OPERATIONS, ResourceKind::read(self, &desired)).await?;
        let Some(live) = live else { return Ok(None) };
        let mut properties = live.properties;
        properties.normalise();
        Ok(Some(Live {
            properties: to_json(&properties)?,
            outputs: to_json(&live.outputs)?,
            tags: live.tags,
        }))
    }

    async fn create(&self, desired: &Value, context: &Context<'_>) -> Result<Value, Failure> {
        let desired = resource_from(desired)?;
        let create = ResourceKind::create(self, &desired, context);
        let created = calls_for(context.id, K::OPERATIONS, create).await;
        to_json(&created.map_err(|failure| failure.with_name_taken_if(K::ALREADY_EXISTS))?)
    }

    async fn update(
        &self,
        desired: &Value,
        live: &LiveValue,
        context: &Context<'_>,
    ) -> Result<Value, Failure> {
        let typed = Live {
            properties: resource_from(&live.properties)?,
            outputs: from_json(&live.outputs)?,
            tags: live.tags.clone(),
        };
        let desired = resource_from(desired)?;
        let update = ResourceKind::update(self, &desired, typed, context);
        to_json(&calls_for(context.id, K::OPERATIONS, update).await?)
    }

    async fn wait_until_stable(&self, desired: &Value, context: &Context<'_>) -> Result<(), Failure> {
        let desired = resource_from(desired)?;
        calls_for(context.id, K::OPERATIONS, ResourceKind::wait_until_stable(self, &desired, context)).await
    }

    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        calls_for(context.id, K::OPERATIONS, ResourceKind::delete(self, found, context)).await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        calls_for(K::Resource::KIND, K::OPERATIONS, ResourceKind::list(self, stack)).await
    }
}

fn resource_from<R: Resource>(value: &Value) -> Result<R, Failure> {
    let mut resource: R = from_json(value)?;
    resource.keep_unknown(value);
    Ok(resource)
}

fn from_json<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, Failure> {
    T::deserialize(value).map_err(|error| Failure::caused_by("a value has not the shape of its kind", error))
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(|error| Failure::caused_by("a value has no JSON form", error))
}

//! The bucket that the lease lies in: the one that is made before all else of the stack.

use super::Buckets;
use crate::Aws;
use async_trait::async_trait;
use infra_engine::ownership::{Ownership, tags_for};
use infra_engine::{Failure, ResourceId};
use infra_lease::BootstrapBucket;

/// A bucket of the stack, before the stack is deployed.
pub struct StackBucket<'a> {
    /// The connection.
    pub aws: &'a Aws,
    /// Its address in the stack.
    pub id: ResourceId,
    /// Its name.
    pub name: String,
    /// Whether one of that name that somebody else made is taken over.
    pub adopt: bool,
}

#[async_trait(?Send)]
impl BootstrapBucket for StackBucket<'_> {
    async fn create(&self) -> Result<(), Failure> {
        Buckets(self.aws.clone()).create_bare(&self.name).await
    }

    async fn claim(&self) -> Result<(), Failure> {
        let (buckets, stack, name) = (Buckets(self.aws.clone()), &self.aws.stack, &self.name);
        let Some(found) = buckets.tags(name).await? else { return self.create().await };
        if Ownership::of(&found, stack) == Ownership::Ours {
            return Ok(());
        }
        // One whose making was cut off counts as ours only while nothing else is in it.
        let Some(found) = buckets.tags_or_unfinished(name).await? else { return self.create().await };
        if Ownership::of(&found, stack) == Ownership::Ours || self.adopt {
            // A put replaces all tags: those of the one who made it stay. AWS's own can't be put.
            let others = found.into_iter().filter(|(key, _)| !key.starts_with("aws:"));
            return buckets.tag(name, &others.chain(tags_for(stack, &self.id)).collect()).await;
        }
        Err(Failure::new(format!("bucket {name} exists already and does not belong to this stack"))
            .hint("use another --stack NAME, or take it over with deploy --adopt"))
    }
}

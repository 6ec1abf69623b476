//! Buckets that are not to be deleted, and how much is in one that is.

use super::Buckets;
use crate::clients::S3;
use aws_sdk_s3::types::EncodingType;
use infra_engine::live::Tags;
use infra_engine::{Failure, ResourceKind};
use infra_resources::bucket::PROTECT_TAG;
use infra_wire::sdk_error::SdkResult;

/// A thousand objects each: what is more need not be known exactly.
const PAGES: usize = 10;

/// How many objects a bucket has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectCount {
    /// So many were counted.
    pub counted: usize,
    /// Whether there are more.
    pub are_more: bool,
}

/// Whether these tags protect their bucket.
pub(super) fn is_in(tags: &Tags) -> bool {
    tags.get(PROTECT_TAG).is_some_and(|value| value == "true")
}

/// These tags with the one that protects, or without it.
pub(super) fn with(mut tags: Tags, protected: bool) -> Tags {
    if protected {
        tags.insert(PROTECT_TAG.to_owned(), "true".to_owned());
    } else {
        tags.remove(PROTECT_TAG);
    }
    tags
}

impl Buckets {
    /// Whether a bucket is not to be deleted, as its tags say.
    ///
    /// # Errors
    /// When they can't be read.
    pub async fn is_protected(&self, name: &str) -> Result<bool, Failure> {
        Ok(self.tags(name).await?.is_some_and(|tags| is_in(&tags)))
    }

    /// How many objects are in a bucket, as far as that is counted.
    ///
    /// # Errors
    /// When they can't be listed.
    pub async fn object_count(&self, name: &str) -> Result<ObjectCount, Failure> {
        let (mut count, mut next) = (ObjectCount { counted: 0, are_more: false }, None);
        for _ in 0..PAGES {
            let request = self.0.client::<S3>().list_objects_v2().bucket(name);
            let request = request.encoding_type(EncodingType::Url).set_continuation_token(next.take());
            let page = request.send().await.none_if(Self::NOT_FOUND, "count what is in the bucket")?;
            let Some(page) = page else { return Ok(count) };
            count.counted += page.contents().len();
            next = page.next_continuation_token;
            count.are_more = next.is_some();
            if !count.are_more {
                break;
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_protects_until_it_is_taken_away() {
        let others = Tags::from([("team".to_owned(), "web".to_owned())]);
        let protected = with(others.clone(), true);
        assert!(is_in(&protected) && !is_in(&others));
        assert_eq!(with(protected, false), others);
    }
}

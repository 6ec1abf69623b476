//! What a teardown takes with it that can't be made again: what is in the bucket of uploads. A protected one is left.

use infra::storage::images_bucket_id;
use infra_aws::Aws;
use infra_aws::kinds::bucket::{Buckets, ObjectCount};
use infra_engine::{Failure, Found};

/// Refuses to go on where the bucket is protected: a deploy with `protect=true` has left the tag there.
///
/// # Errors
/// When it is, or when its tags can't be read.
pub(super) async fn refuse_protected(aws: &Aws, found: &[Found]) -> Result<(), Failure> {
    for bucket in buckets(found) {
        if Buckets(aws.clone()).is_protected(&bucket.name).await? {
            let (stack, name) = (&aws.stack, &bucket.name);
            return Err(Failure::new(format!(
                "stack {stack} is protected: it was deployed with protect=true, and bucket {name} says so"
            ))
            .hint(format!(
                "to tear it down, first deploy it with protect=false (in infra/stacks/{stack}.toml, or `cargo xtask deploy \
                 --stack {stack} --set protect=false`); nothing was deleted"
            )));
        }
    }
    Ok(())
}

/// Says how many objects are lost.
///
/// # Errors
/// When they can't be counted.
pub(super) async fn print(aws: &Aws, found: &[Found]) -> Result<(), Failure> {
    for bucket in buckets(found) {
        let count = Buckets(aws.clone()).object_count(&bucket.name).await?;
        infra_options::say!("bucket {} goes with all that is in it: {}", bucket.name, in_words(count));
    }
    Ok(())
}

fn buckets(found: &[Found]) -> impl Iterator<Item = &Found> {
    let images = images_bucket_id();
    found.iter().filter(move |found| found.id == images)
}

fn in_words(count: ObjectCount) -> String {
    match count {
        ObjectCount { counted, are_more: true } => format!("more than {counted} objects"),
        ObjectCount { counted: 1, .. } => "1 object".to_owned(),
        ObjectCount { counted, .. } => format!("{counted} objects"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_counted_as_far_as_they_were_listed() {
        let words = |counted, are_more| in_words(ObjectCount { counted, are_more });
        assert_eq!(words(0, false), "0 objects");
        assert_eq!(words(1, false), "1 object");
        assert_eq!(words(10_000, true), "more than 10000 objects");
    }
}

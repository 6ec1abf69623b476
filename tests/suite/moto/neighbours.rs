//! Neighbours whose names begin as the stack's do: whatever they are and whatever tags they carry, they are never the stack's.

use std::collections::BTreeSet;
use std::fmt::Display;

use e2e::aws_api::AwsApi;
use e2e::command::KILLED;
use e2e::fault_proxy::{Effect, Fault, FaultProxy};
use serde_json::json;

use super::by_hand::{self, ACCOUNT, ByHand, PLACE};
use super::ownership::{RESOURCE_TAG, STACK_TAG};
use super::two_runs::holder_elsewhere;
use super::{Moto, REGION};

/// So many writes of another stack's first deploy pass before it is killed, again and again until it is done.
const WRITES_AT_ONCE: usize = 7;

#[tokio::test(flavor = "multi_thread")]
async fn of_every_kind_they_survive_a_deploy_and_a_teardown_untouched() {
    let moto = Moto::start().await;
    // Its families of task definitions have the tutorial's names.
    for stack in ["near", "cloudfolks"] {
        let aws = moto.api();
        moto.deploy(&format!("{stack}-2"), &[]).await;
        for neighbour in neighbours(stack) {
            neighbour.make(&aws).await;
        }
        let before = state(&aws, stack).await;
        moto.deploy(stack, &[]).await;
        moto.deploys_without_a_write(stack, &[]).await;
        let torn_down = moto.run(&format!("teardown --yes --stack {stack}"), &[]).await.ends_with(0).await;
        is_as_before(&before, &state(&aws, stack).await, &torn_down);
        moto.run(&format!("preview --stack {stack}-2"), &[]).await.ends_with(0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_stack_survives_in_each_half_made_state() {
    let moto = Moto::start().await;
    let aws = moto.api();
    moto.deploy("near", &[]).await;
    let first_deploy = "deploy --yes --no-wait --stack near-2";
    for round in 0.. {
        let fault = format!("die-after@{WRITES_AT_ONCE}");
        let outcome = moto.run(first_deploy, &[]).await.with_fault(&fault).end().await;
        let before = state(&aws, "near-2").await;
        moto.deploys_without_a_write("near", &[]).await;
        is_as_before(&before, &state(&aws, "near-2").await, &round);
        if outcome.code != Some(KILLED) {
            assert_eq!(outcome.code, Some(0), "{outcome}");
            assert!(round > 3, "the first deploy was killed {round} times only");
            break;
        }
    }
    let before = state(&aws, "near-2").await;
    moto.run("teardown --yes --stack near", &[]).await.ends_with(0).await;
    is_as_before(&before, &state(&aws, "near-2").await, &"after the teardown");
    moto.run("preview --stack near-2", &[]).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_buckets_of_another_stacks_first_deploy_and_of_somebody_else_are_not_even_listed() {
    let moto = Moto::start().await;
    let aws = moto.api();
    moto.deploy("near", &[]).await;
    let lease = format!("near-2-lease-{ACCOUNT}-{REGION}");
    let [backups, empty] = ["near-backups", "nearby"].map(|name| format!("{name}-{ACCOUNT}-{REGION}"));
    for bucket in [&lease, &backups, &empty] {
        aws.s3(bucket, Some(PLACE)).await;
    }
    moto.run("preview --stack near", &[]).await.ends_with(0).await;
    // Its lease lies there before it has tags.
    moto.put_object(&lease, "lease.json", &holder_elsewhere(3600).to_string()).await;
    moto.run("preview --stack near", &[]).await.ends_with(0).await;
    let torn_down = moto.run("teardown --yes --stack near", &[]).await.ends_with(0).await;
    let left = aws.everything_named("near").await;
    for bucket in [&lease, &backups, &empty] {
        assert!(left.contains(&format!("ListBuckets: {bucket}")), "{bucket}: {left:#?} {torn_down}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_nobody_may_look_into_stops_neither_a_deploy_nor_a_teardown() {
    let moto = Moto::start().await;
    let secret = format!("near-secret-{ACCOUNT}-{REGION}");
    moto.api().s3(&secret, Some(PLACE)).await;
    let proxy = FaultProxy::to(&moto.endpoint).await;
    let path = format!("/{secret}");
    proxy.set(Fault::all(Effect::Status(403)).path(move |it| it.trim_end_matches('/') == path));
    let through = format!("http://127.0.0.1:{}", proxy.port());
    for words in ["deploy --yes --no-wait", "preview", "teardown --yes"] {
        let run = moto.run(&format!("{words} --stack near"), &[]).await;
        run.at(&through, REGION).ends_with(0).await;
    }
    assert!(proxy.happened() > 0);
    let left = moto.api().everything_named("near").await;
    assert_eq!(left, BTreeSet::from([format!("ListBuckets: {secret}")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_bucket_of_the_stacks_own_name_is_its_own() {
    let moto = Moto::start().await;
    for purpose in ["lease", "images"] {
        moto.api().s3(&format!("near-{purpose}-{ACCOUNT}-{REGION}"), Some(PLACE)).await;
    }
    let torn_down = moto.run("teardown --yes --stack near", &[]).await.ends_with(0).await;
    assert_eq!(moto.api().everything_named("near").await, BTreeSet::new(), "{torn_down}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_service_in_the_stacks_cluster_is_neither_scaled_nor_stopped_nor_deleted() {
    let moto = Moto::start().await;
    let aws = moto.api();
    moto.deploy("near", &[]).await;
    by_hand::service(&aws, "near-ecs-cluster", "near-x", json!([])).await;
    let before = aws.everything_named("near-x").await;
    moto.deploys_without_a_write("near", &[]).await;
    let refused = moto.without_a_write("teardown --yes --stack near", &[], 1).await;
    refused.says(&["cluster near-ecs-cluster", "do not belong to stack near: near-x"]);
    assert_eq!(aws.everything_named("near-x").await, before);
    aws.ecs("DeleteService", json!({"cluster": "near-ecs-cluster", "service": "near-x", "force": true}))
        .await;
    moto.run("teardown --yes --stack near", &[]).await.ends_with(0).await;
}

/// Those that could be taken for a stack's: without tags, with somebody's own, with another stack's.
fn neighbours(stack: &str) -> Vec<ByHand> {
    let another = [(STACK_TAG, format!("{stack}-3")), (RESOURCE_TAG, "bucket/lease".to_owned())];
    let with = |ending: &str, tags: Vec<(&'static str, String)>| {
        let beginning = format!("{stack}{ending}");
        let family = match stack {
            "cloudfolks" => format!("My-Web-App{ending}"),
            _ => format!("{beginning}-My-Web-App"),
        };
        // In a path of their own, and in the stack's.
        let paths = vec![format!("/{beginning}/"), format!("/{stack}/")];
        ByHand { beginning, family, paths, tags }
    };
    vec![
        with("-x", Vec::new()),
        with("x", Vec::new()),
        with("-y", vec![("owner", "them".to_owned())]),
        with("-3", another.to_vec()),
        // Only the tag that does not say whose it is.
        with("-z", vec![(RESOURCE_TAG, "bucket/images".to_owned())]),
    ]
}

fn is_as_before(before: &BTreeSet<String>, now: &BTreeSet<String>, when: &dyn Display) {
    let gone: Vec<_> = before.difference(now).collect();
    let new: Vec<_> = now.difference(before).collect();
    assert!(gone.is_empty() && new.is_empty(), "gone: {gone:#?}, new: {new:#?}, {when}");
}

/// Everything with this in its name, and all tags that AWS knows of such things. moto remembers those of the stack's own cluster
/// and services when they are gone.
async fn state(aws: &AwsApi, text: &str) -> BTreeSet<String> {
    let mut tags = aws.tags_of_everything_named(text).await;
    tags.retain(|it| !it.contains(&format!("/{text}-ecs-cluster")));
    tags.extend(aws.everything_named(text).await);
    tags
}

//! Changes by hand, property by property, and deletions: drift names each one, deploy takes each one back, and what belongs
//! to an autoscaler or to ECS is left alone.

mod deletions;
mod edits;
mod owned;
mod places;
mod tags;

use std::collections::BTreeSet;

use e2e::aws_api::without_ids;
use e2e::sdk::assert_every_kind;
use serde_json::Value;

use super::Moto;
use places::Places;

/// Everything that a stack can have: both launch types, an app with an autoscaler and one without, an endpoint, CORS. There
/// is no instance: moto can't replace one by another version of its launch template.
const SETTINGS: &[&str] = &[
    "php.ec2_network_mode=awsvpc",
    "php.scaling.enabled=false",
    "storage.direct_upload=true",
    "ec2.min_instances=0",
    "ec2.initial_instances=0",
];

#[tokio::test(flavor = "multi_thread")]
async fn each_property_that_was_changed_by_hand_is_named_and_repaired() {
    let (moto, places) = deployed("hand").await;
    let mut expected = BTreeSet::new();
    for edit in edits::all(&places) {
        edit.make(&moto.api()).await;
        expected.extend(edit.lines());
    }
    let unchanged = owned::unchanged(SETTINGS, &expected);
    assert!(unchanged.is_empty(), "nobody changes {unchanged:#?}");
    let found = differences(&moto, "hand").await;
    assert_eq!(found, expected, "found: {:#?}, missed: {:#?}", &found - &expected, &expected - &found);
    moto.deploy("hand", SETTINGS).await;
    moto.run("drift --stack hand", SETTINGS).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_tag_that_somebody_removed_is_restored() {
    let (moto, places) = deployed("tags").await;
    for key in ["ecs-image-app:resource", "ecs-image-app:stack"] {
        let mut expected = BTreeSet::new();
        for edit in tags::removed(&places, key) {
            edit.make(&moto.api()).await;
            expected.extend(edit.lines());
        }
        let kinds = expected.iter().filter_map(|line| line.split(' ').next());
        assert_every_kind("moto::drift::tags", kinds, tags::NONE_OF).await;
        let found = differences(&moto, "tags").await;
        assert_eq!(found, expected, "found: {:#?}, missed: {:#?}", &found - &expected, &expected - &found);
        moto.deploy("tags", SETTINGS).await;
        moto.run("drift --stack tags", SETTINGS).await.ends_with(0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_resource_that_somebody_deleted_is_named_and_comes_again() {
    let (moto, mut places) = deployed("deleted").await;
    let deletions = deletions::all(&places);
    assert_every_kind("moto::drift::deletions", deletions.iter().map(|it| it.kind), deletions::NONE_OF).await;
    let listing = found(&moto).await;
    for number in 0..deletions.len() {
        let deletion = deletions::all(&places).swap_remove(number);
        for hand in &deletion.hands {
            hand.call(&moto.api()).await;
        }
        let drift = moto.run("drift --json --stack deleted", SETTINGS).await.ends_with(3).await.json();
        let is_missed = |step: &Value| step["kind"] == deletion.kind && step["action"] == "create";
        assert!(drift.as_array().into_iter().flatten().any(is_missed), "{}: {drift:#}", deletion.kind);
        moto.run("preview --stack deleted", SETTINGS).await.ends_with(2).await;
        moto.deploy("deleted", SETTINGS).await;
        moto.run("preview --stack deleted", SETTINGS).await.ends_with(0).await;
        assert_eq!(found(&moto).await, listing, "{}", deletion.kind);
        places = Places::of(&moto.api(), "deleted").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_autoscaler_or_ecs_decides_is_no_drift() {
    let (moto, places) = deployed("theirs").await;
    for edit in edits::not_ours(&places) {
        edit.make(&moto.api()).await;
    }
    moto.run("drift --stack theirs", SETTINGS).await.ends_with(0).await;
}

/// What there is of the stack `deleted`. Of a target group moto goes on naming load balancers that are gone.
async fn found(moto: &Moto) -> Vec<String> {
    let mut found = without_ids(&moto.api().everything_named("deleted").await);
    found.retain(|line| !(line.starts_with("DescribeTargetGroups") && line.contains(":loadbalancer/")));
    found
}

async fn deployed(stack: &'static str) -> (Moto, Places) {
    let moto = Moto::start().await;
    moto.deploy(stack, SETTINGS).await;
    let places = Places::of(&moto.api(), stack).await;
    (moto, places)
}

/// What drift names: `kind name: property`.
async fn differences(moto: &Moto, stack: &str) -> BTreeSet<String> {
    let drift = moto.run(&format!("drift --json --stack {stack}"), SETTINGS).await.ends_with(3).await.json();
    let mut lines = BTreeSet::new();
    for step in drift.as_array().into_iter().flatten() {
        assert_eq!(step["action"], "update", "{step:#}");
        for change in step["changes"].as_array().into_iter().flatten() {
            lines.insert(format!(
                "{} {}: {}",
                text(&step["kind"]),
                text(&step["name"]),
                text(&change["path"])
            ));
        }
    }
    lines
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

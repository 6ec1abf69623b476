//! What was created is read back as it was asked for: made-up values of every kind, each deployed over the one before, on
//! moto and through the engine's own plan.

#[path = "../../infra/resources/tests/values/account.rs"]
mod account;
#[path = "../../infra/resources/tests/values/balancing.rs"]
mod balancing;
#[path = "../../infra/resources/tests/values/containers.rs"]
mod containers;
#[path = "round_trip/made_up.rs"]
mod made_up;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use e2e::aws_api::{AwsApi, QueryService};
use infra_aws::{Aws, kinds};
use infra_deploy::AppProgram;
use infra_engine::apply::apply;
use infra_engine::plan::plan;
use infra_engine::refresh::refresh;
use infra_engine::teardown::teardown;
use infra_engine::{Plan, Provider, Silent, Stack};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The values change with these alone.
const SEED: [u8; 32] = [6; 32];
const STACKS: usize = 8;
const NAME: &str = "made-up";
const REGION: &str = "eu-west-1";

/// Kinds that look something up, or build it: nothing of them is written to AWS by a desired value.
const LOOKUPS: [&str; 3] = ["default-vpc", "image", "instance-subnets"];

#[tokio::test(flavor = "multi_thread")]
async fn values_of_every_kind_are_read_back_as_they_were_asked_for() {
    let container = e2e::containers::moto().await;
    let endpoint = container.url().await;
    AwsApi::new(&endpoint, REGION).query(QueryService::Ec2, "CreateKeyPair", "KeyName=by-hand").await;
    // Of its own, as it remembers whose account answers at which port: the next run has another emulator there.
    let workspace = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let provider = kinds::all(&connected(&endpoint, workspace.path()).await);
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &SEED));
    let (mut kinds_seen, mut otherwise) = (BTreeSet::new(), Vec::new());
    for number in 0..STACKS {
        let stack = made_up::stack(&mut runner, NAME);
        assert!(stack.errors().is_empty(), "stack {number} of seed {SEED:?}: {:#?}", stack.errors());
        kinds_seen.extend(stack.nodes().iter().map(|node| node.id.kind.clone()));
        deploy(&stack, &provider, number).await;
        let left = planned(&stack, &provider).await;
        otherwise.extend(left.changes().map(|step| (number, step.id.to_string(), step.changes.clone())));
    }
    assert!(otherwise.is_empty(), "of seed {SEED:?}, read back otherwise: {otherwise:#?}");
    let all: BTreeSet<String> = provider.kinds().iter().map(|kind| kind.name().to_owned()).collect();
    let missing: Vec<_> =
        all.difference(&kinds_seen).filter(|kind| !LOOKUPS.contains(&kind.as_str())).collect();
    assert!(missing.is_empty(), "no values are made up of {missing:?}");
    teardown(NAME, &provider, &Silent).await.unwrap_or_else(|error| panic!("{error:#?}"));
    let left = AwsApi::new(&endpoint, REGION).everything_named(NAME).await;
    assert!(left.is_empty(), "{left:#?}");
}

async fn deploy(stack: &Stack, provider: &Provider, number: usize) {
    let world = refresh(stack, provider).await.unwrap_or_else(|error| panic!("{error:#?}"));
    let plan = plan(stack, &world, false).unwrap_or_else(|error| panic!("{error:#?}"));
    let applied = apply(stack, &plan, &world, provider, &Silent).await;
    applied.unwrap_or_else(|error| panic!("stack {number} of seed {SEED:?}: {error:#?}"));
}

async fn planned(stack: &Stack, provider: &Provider) -> Plan {
    let world = refresh(stack, provider).await.unwrap_or_else(|error| panic!("{error:#?}"));
    plan(stack, &world, false).unwrap_or_else(|error| panic!("{error:#?}"))
}

async fn connected(endpoint: &str, workspace: &Path) -> Aws {
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "test", "test", None, None, "test",
        )))
        .build();
    let program = AppProgram { apps: infra::apps::ALL, workspace: workspace.to_owned() };
    let aws = Aws::connect(&config, NAME, Arc::new(program)).await;
    aws.unwrap_or_else(|error| panic!("{error:#?}"))
}

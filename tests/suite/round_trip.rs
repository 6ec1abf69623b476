//! What was created is read back as it was asked for: made-up values of every kind, each deployed over the one before, on
//! moto and through the engine's own plan. What a kind calls for it is what it declares.

#[path = "../../infra/resources/tests/values/account.rs"]
mod account;
#[path = "../../infra/resources/tests/values/balancing.rs"]
mod balancing;
#[path = "../../infra/resources/tests/values/containers.rs"]
mod containers;
#[path = "round_trip/made_up.rs"]
mod made_up;

use std::collections::BTreeSet;

use e2e::aws_api::{AwsApi, QueryService};
use e2e::sdk;
use infra_aws::kinds;
use infra_engine::apply::apply;
use infra_engine::plan::plan;
use infra_engine::refresh::refresh;
use infra_engine::teardown::teardown;
use infra_engine::{Found, Plan, Provider, Silent, Stack};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The values change with these alone.
const SEED: [u8; 32] = [6; 32];
const STACKS: usize = 8;
const NAME: &str = "made-up";
const REGION: &str = "eu-west-1";

/// Kinds of which no value is made up.
const NONE_OF: &[(&str, &str)] = &[
    ("image", "is built"),
    ("instance-subnets", "are found, never made"),
    ("kms-key", "is found, never made"),
];

/// A rule is listed by its listener and its priority; an endpoint may go to another stack, and has tests of its own.
const UNLISTED: [&str; 2] = ["gateway-endpoint", "listener-rule"];

#[tokio::test(flavor = "multi_thread")]
async fn values_of_every_kind_are_read_back_as_they_were_asked_for_by_the_calls_that_it_declares() {
    let container = e2e::containers::moto().await;
    let endpoint = container.url().await;
    AwsApi::new(&endpoint, REGION).query(QueryService::Ec2, "CreateKeyPair", "KeyName=by-hand").await;
    // Of its own, as it remembers whose account answers at which port: the next run has another emulator there.
    let aws = AwsApi::new(&endpoint, REGION);
    let (certificate, web_acl) = (aws.certificate("images.example.com").await, aws.web_acl("images").await);
    let workspace = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    sdk::begin_journal(workspace.path(), REGION, NAME);
    let provider = kinds::all(&sdk::connected(&endpoint, REGION, NAME, workspace.path()).await);
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &SEED));
    let (mut kinds_seen, mut otherwise) = (BTreeSet::new(), Vec::new());
    for number in 0..STACKS {
        let stack = made_up::stack(&mut runner, NAME, [&certificate, &web_acl]);
        assert!(stack.errors().is_empty(), "stack {number} of seed {SEED:?}: {:#?}", stack.errors());
        kinds_seen.extend(stack.nodes().iter().map(|node| node.id.kind.clone()));
        deploy(&stack, &provider, number).await;
        let left = planned(&stack, &provider).await;
        otherwise.extend(left.changes().map(|step| (number, step.id.to_string(), step.changes.clone())));
    }
    assert!(otherwise.is_empty(), "of seed {SEED:?}, read back otherwise: {otherwise:#?}");
    sdk::assert_every_kind("round_trip", kinds_seen, NONE_OF).await;
    let before = aws.everything_named(NAME).await;
    let found = teardown(NAME, &provider, &Silent).await.unwrap_or_else(|error| panic!("{error:#?}"));
    let is_listed = |it: &Found| {
        UNLISTED.contains(&it.id.kind.as_str())
            || before.iter().any(|line| line.contains(&it.name) || line.contains(&it.locator))
    };
    let unlisted: Vec<_> = found.iter().filter(|it| !is_listed(it)).collect();
    assert!(unlisted.is_empty(), "`AwsApi::everything_named` would not miss {unlisted:#?}");
    let left = aws.everything_named(NAME).await;
    assert!(left.is_empty(), "{left:#?}");
    let undeclared = sdk::undeclared(workspace.path(), &provider);
    assert!(undeclared.is_empty(), "calls that their kinds do not declare: {undeclared:#?}");
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

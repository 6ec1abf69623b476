//! The life of a queue on moto: made, left alone, changed, given back a tag, taken down.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use e2e::{containers, sdk};
use infra_engine::apply::apply;
use infra_engine::operations::Effect;
use infra_engine::ownership::RESOURCE_TAG;
use infra_engine::plan::{Step, plan};
use infra_engine::refresh::refresh;
use infra_engine::teardown::teardown;
use infra_engine::{Action, Provider, Resource, Silent, Stack};
use queue_kind::queue::Queue;
use queue_kind::queues::Sqs;
use std::path::Path;

const REGION: &str = "eu-west-1";
const NAME: &str = "queued";
const QUEUE: &str = "queued-jobs";
const NOTHING: [&str; 0] = [];

#[test]
fn what_sqs_would_refuse_is_refused_before_any_call() {
    let queue = Queue { name: "q".repeat(81), visibility_timeout: 43_201, message_retention_period: 60 };
    assert_eq!(queue.problems().len(), 2, "{:#?}", queue.problems());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_is_made_left_alone_changed_given_back_its_tag_and_taken_down() {
    let container = containers::moto().await;
    let workspace = tempfile::tempdir().unwrap();
    let workspace = workspace.path();
    sdk::begin_journal(workspace, REGION, NAME);
    let aws = sdk::connected(&container.url().await, REGION, NAME, workspace).await;
    let provider = queue_kind::all(&aws);
    assert_eq!(provider.problems(), NOTHING);

    assert_eq!(deploy(&provider, 30).await, ["create"]);
    let written = writes(workspace, &provider);
    assert_eq!(written, ["CreateQueue"]);
    assert_eq!(deploy(&provider, 30).await, NOTHING);
    assert_eq!(writes(workspace, &provider), written);
    assert_eq!(deploy(&provider, 60).await, ["visibilityTimeout"]);

    let sqs = aws.client::<Sqs>();
    let url = sqs.get_queue_url().queue_name(QUEUE).send().await.unwrap().queue_url.unwrap();
    sqs.untag_queue().queue_url(&url).tag_keys(RESOURCE_TAG).send().await.unwrap();
    sqs.tag_queue().queue_url(&url).tags("owner", "them").send().await.unwrap();
    assert_eq!(deploy(&provider, 60).await, [format!("tags.{RESOURCE_TAG}")]);
    let tags = sqs.list_queue_tags().queue_url(&url).send().await.unwrap().tags.unwrap();
    assert_eq!((tags[RESOURCE_TAG].as_str(), tags["owner"].as_str(), tags.len()), ("queue/jobs", "them", 3));
    assert_eq!(deploy(&provider, 60).await, NOTHING);

    assert_eq!(teardown(NAME, &provider, &Silent).await.unwrap().len(), 1);
    assert_eq!(sqs.list_queues().send().await.unwrap().queue_urls.unwrap_or_default(), NOTHING);
    assert_eq!(sdk::undeclared(workspace, &provider), NOTHING);
}

/// Deploys the queue with this timeout; gives what differed.
async fn deploy(provider: &Provider, visibility_timeout: u32) -> Vec<String> {
    let mut stack = Stack::new(NAME);
    stack.add("jobs", Queue { name: QUEUE.to_owned(), visibility_timeout, message_retention_period: 3600 });
    let world = refresh(&stack, provider).await.unwrap();
    let plan = plan(&stack, &world, false).unwrap();
    apply(&stack, &plan, &world, provider, &Silent).await.unwrap();
    let words = |step: &Step| match step.action {
        Action::Create => vec!["create".to_owned()],
        _ => step.changes.iter().map(|change| change.path.clone()).collect(),
    };
    plan.changes().flat_map(words).collect()
}

/// The writes of kinds so far.
fn writes(workspace: &Path, provider: &Provider) -> Vec<String> {
    let operations = provider.kind("queue").unwrap().operations();
    // What is asked to know who answers belongs to no queue.
    let calls = sdk::journal(workspace).into_iter();
    let calls = calls.filter(|call| call.resource.as_deref() != Some("emulator")).map(|call| call.operation);
    calls.filter(|it| operations.effect(it) != Some(Effect::Reads)).collect()
}

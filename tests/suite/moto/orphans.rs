//! What is the stack's and no longer in the code goes.

use e2e::aws_api::AwsApi;
use e2e::aws_api::QueryService::Ec2;
use e2e::counting_proxy::{Call, CountingProxy};
use serde_json::{Value, json};

use super::Moto;
use super::by_hand::{self, ByHand};
use super::ownership::{RESOURCE_TAG, STACK_TAG};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ours_and_no_longer_in_the_code_is_shown_and_deleted() {
    let moto = Moto::start().await;
    moto.deploy("orphans", &[]).await;
    let before = moto.api().everything_named("orphans").await;
    let made = make_orphans(&moto.api()).await;
    let preview = moto.run("preview --json --stack orphans", &[]).await.ends_with(2).await.json();
    let mut shown: Vec<_> = preview.as_array().into_iter().flatten().map(words).collect();
    shown.sort();
    assert_eq!(shown, made);
    let proxy = CountingProxy::start().await;
    let deploy = moto.run("deploy --yes --no-wait --stack orphans", &[]).await;
    deploy.env("HTTP_PROXY", proxy.address()).ends_with(0).await;
    service_goes_before_what_it_uses(&proxy.take_calls());
    assert_eq!(moto.api().everything_named("orphans").await, before);
    moto.run("preview --stack orphans", &[]).await.ends_with(0).await;

    make_orphans(&moto.api()).await;
    moto.run("teardown --yes --stack orphans", &[]).await.ends_with(0).await;
    let left = moto.api().everything_named("orphans").await;
    assert!(left.is_empty(), "{left:#?}");
}

fn service_goes_before_what_it_uses(calls: &[Call]) {
    let at = |action| {
        let place = calls.iter().position(|call| call.action.as_deref() == Some(action));
        place.unwrap_or_else(|| panic!("there was no {action}: {calls:#?}"))
    };
    for used in ["DeregisterTaskDefinition", "DeleteTargetGroup", "DeleteSecurityGroup", "DeleteRole"] {
        assert!(at("DeleteService") < at(used), "{used} before DeleteService: {calls:#?}");
    }
}

/// Makes things by hand with the stack's tags; gives what a preview must say of them.
async fn make_orphans(aws: &AwsApi) -> Vec<String> {
    let tags = vec![(STACK_TAG, "orphans".to_owned()), (RESOURCE_TAG, "any/old".to_owned())];
    let (beginning, paths) = ("orphans-old".to_owned(), vec!["/orphans/".to_owned()]);
    let orphans = ByHand { family: beginning.clone(), beginning, paths, tags };
    let mut made = orphans.make(aws).await;
    // Its tags alone say whose it is.
    let group = format!(
        "GroupName=anything&GroupDescription=x&TagSpecification.1.ResourceType=security-group&{}",
        "TagSpecification.1.Tag.1.Key=ecs-image-app:stack&TagSpecification.1.Tag.1.Value=orphans"
    );
    aws.query(Ec2, "CreateSecurityGroup", &group).await;
    made.push(("security-group", "anything".to_owned()));
    // In the stack's own cluster.
    let tags = json!([{ "key": STACK_TAG, "value": "orphans" }]);
    made.extend(by_hand::service(aws, "orphans-ecs-cluster", "orphans-more", tags).await);
    let mut lines: Vec<_> = made.iter().map(|(kind, name)| format!("delete {kind} {name}")).collect();
    lines.sort();
    lines
}

/// A step of a preview's JSON.
fn words(step: &Value) -> String {
    let word = |name: &str| step[name].as_str().unwrap_or_default();
    format!("{} {} {}", word("action"), word("kind"), word("name"))
}

//! What is the stack's and no longer in the code goes.

use e2e::aws_api::QueryService::{Ec2, Iam, LoadBalancing};
use e2e::aws_api::{AwsApi, QueryService};
use e2e::counting_proxy::{Call, CountingProxy};
use serde_json::{Value, json};

use super::ownership::{RESOURCE_TAG, STACK_TAG, value};
use super::{Moto, REGION};

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
    let [stack, resource] = [STACK_TAG, RESOURCE_TAG];
    let lower = |kind| json!([{ "key": stack, "value": "orphans" }, { "key": resource, "value": format!("{kind}/old") }]);
    let upper = |kind| json!([{ "Key": stack, "Value": "orphans" }, { "Key": resource, "Value": format!("{kind}/old") }]);
    let listed = |begin: &str, kind: &str| {
        format!(
            "{begin}.1.Key={stack}&{begin}.1.Value=orphans&{begin}.2.Key={resource}&{begin}.2.Value={kind}/old"
        )
    };
    let query = async |service: QueryService, action, parameters: String| {
        aws.query(service, action, &parameters).await
    };

    aws.logs(
        "CreateLogGroup",
        json!({
            "logGroupName": "/ecs/orphans-old", "tags": { stack: "orphans", resource: "log-group/old" },
        }),
    )
    .await;
    aws.ecr("CreateRepository", json!({ "repositoryName": "orphans-old", "tags": upper("ecr-repository") }))
        .await;
    let role = format!(
        "RoleName=orphans-old-{REGION}&Path=/orphans/&AssumeRolePolicyDocument=%7B%7D&{}",
        listed("Tags.member", "iam-role")
    );
    query(Iam, "CreateRole", role).await;
    let policy = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AGetObject%22%2C%22Resource%22%3A%22*%22%7D%5D%7D";
    query(
        Iam,
        "PutRolePolicy",
        format!("RoleName=orphans-old-{REGION}&PolicyName=p&PolicyDocument={policy}"),
    )
    .await;
    let group = format!(
        "GroupName=anything&GroupDescription=x&TagSpecification.1.ResourceType=security-group&{}",
        listed("TagSpecification.1.Tag", "security-group")
    );
    query(Ec2, "CreateSecurityGroup", group).await;
    let targets = format!(
        "Name=orphans-old&Protocol=HTTP&Port=80&VpcId={}&TargetType=ip&{}",
        vpc(aws).await,
        listed("Tags.member", "target-group")
    );
    query(LoadBalancing, "CreateTargetGroup", targets).await;
    let container = json!([{ "name": "c", "image": "i", "memory": 128 }]);
    let definition = json!({ "family": "orphans-old", "containerDefinitions": container, "tags": lower("task-definition") });
    aws.ecs("RegisterTaskDefinition", definition).await;
    let service = json!({
        "cluster": "orphans-ecs-cluster", "serviceName": "orphans-old", "taskDefinition": "orphans-old",
        "desiredCount": 0, "tags": lower("service"),
    });
    aws.ecs("CreateService", service).await;

    [
        "delete ecr-repository orphans-old",
        &format!("delete iam-role orphans-old-{REGION}"),
        "delete log-group /ecs/orphans-old",
        "delete security-group anything",
        "delete service orphans-old",
        "delete target-group orphans-old",
        "delete task-definition orphans-old",
    ]
    .map(str::to_owned)
    .to_vec()
}

async fn vpc(aws: &AwsApi) -> String {
    let vpcs = aws.query(Ec2, "DescribeVpcs", "Filter.1.Name=is-default&Filter.1.Value.1=true").await;
    value(&vpcs, "vpcId", "vpc-").to_owned()
}

/// A step of a preview's JSON.
fn words(step: &Value) -> String {
    let word = |name: &str| step[name].as_str().unwrap_or_default();
    format!("{} {} {}", word("action"), word("kind"), word("name"))
}

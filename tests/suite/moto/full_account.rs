//! An account that holds a great deal of others' already: a stack in it makes hardly more calls than in an empty one, and
//! touches nothing of theirs.

use e2e::aws_api::AwsApi;
use e2e::aws_api::QueryService::{Ec2, Iam, LoadBalancing};
use e2e::counting_proxy::CountingProxy;
use serde_json::json;

use super::Moto;

/// Three kinds list the load balancers, and moto lists 50 at a time.
const MORE_PAGES: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_in_a_full_account_is_handled_as_in_an_empty_one() {
    let moto = Moto::start().await;
    moto.deploy("full", &[]).await;
    let alone = calls_of_a_preview(&moto).await;
    fill(&moto.api()).await;
    // The service takes the newest revision, whoever has registered it.
    moto.deploy("full", &["tasks.kept_revisions=1000"]).await;
    let theirs = moto.api().everything_named("theirs").await;
    let among_others = calls_of_a_preview(&moto).await;
    assert!(among_others <= alone + MORE_PAGES, "{among_others} calls, {alone} in an empty account");
    moto.run("drift --stack full", &[]).await.ends_with(0).await;
    let changed = ["logs.retention_in_days=30", "web.stop_timeout_seconds=31"];
    moto.deploy("full", &changed).await;
    moto.run("preview --stack full", &changed).await.ends_with(0).await;
    moto.run("teardown --yes --stack full", &[]).await.ends_with(0).await;
    let left = moto.api().everything_named("full").await;
    assert!(left.is_empty(), "{left:#?}");
    assert_eq!(moto.api().everything_named("theirs").await, theirs);
}

async fn calls_of_a_preview(moto: &Moto) -> usize {
    let proxy = CountingProxy::start().await;
    let preview = moto.run("preview --stack full", &[]).await;
    preview.env("HTTP_PROXY", proxy.address()).ends_with(0).await;
    proxy.take_calls().len()
}

/// 1,000 roles, 500 security groups, 60 load balancers and target groups, 200 log groups, 200 families of task definitions,
/// and 300 revisions of the stack's own.
async fn fill(aws: &AwsApi) {
    let subnets = aws.query(Ec2, "DescribeSubnets", "").await;
    let subnets: Vec<_> =
        subnets.split("<subnetId>").skip(1).filter_map(|rest| rest.split('<').next()).take(2).collect();
    let vpcs = aws.query(Ec2, "DescribeVpcs", "").await;
    let vpc = vpcs.split("<vpcId>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default();
    let container = json!([{ "name": "c", "image": "i", "memory": 128 }]);
    let own = json!({ "taskDefinition": "full-My-Web-App", "include": ["TAGS"] });
    let mut own = aws.ecs("DescribeTaskDefinition", own).await;
    let mut revision = own["taskDefinition"].take();
    revision["tags"] = own["tags"].take();

    many(1000, async |n| {
        let role = format!("RoleName=theirs-{n}&AssumeRolePolicyDocument=%7B%7D");
        aws.query(Iam, "CreateRole", &role).await;
    })
    .await;
    many(500, async |n| {
        let group = format!("GroupName=theirs-{n}&GroupDescription=theirs&VpcId={vpc}");
        aws.query(Ec2, "CreateSecurityGroup", &group).await;
    })
    .await;
    many(60, async |n| {
        let balancer =
            format!("Name=theirs-{n}&Subnets.member.1={}&Subnets.member.2={}", subnets[0], subnets[1]);
        aws.query(LoadBalancing, "CreateLoadBalancer", &balancer).await;
        let targets = format!("Name=theirs-{n}&TargetType=lambda");
        aws.query(LoadBalancing, "CreateTargetGroup", &targets).await;
    })
    .await;
    many(200, async |n| {
        aws.create_log_group(&format!("/ecs/theirs-{n}"), serde_json::json!({})).await;
        let definition = json!({ "family": format!("theirs-{n}"), "containerDefinitions": container });
        aws.ecs("RegisterTaskDefinition", definition).await;
    })
    .await;
    many(299, async |_| drop(aws.ecs("RegisterTaskDefinition", revision.clone()).await)).await;
}

/// One after the other: moto breaks down when a name is given while another is looked for.
async fn many(count: usize, make: impl AsyncFn(usize)) {
    for n in 0..count {
        make(n).await;
    }
}

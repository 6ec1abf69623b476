//! What somebody else does to a stack: by hand, in its cluster, or by a deploy at the same time.

use e2e::aws_api::QueryService;
use e2e::command::KILLED;
use serde_json::json;

use super::Moto;
use super::two_runs::holder_elsewhere;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_by_hand_is_reported_as_drift_and_repaired_by_deploy() {
    let moto = Moto::start().await;
    moto.deploy("drift", &[]).await;
    moto.run("drift --stack drift", &[]).await.ends_with(0).await;
    let group = moto.group_of("drift").await;
    let change = format!("AutoScalingGroupName={group}&MaxSize=7");
    moto.api().query(QueryService::AutoScaling, "UpdateAutoScalingGroup", &change).await;
    let drift = moto.run("drift --stack drift", &[]).await.ends_with(3).await;
    drift.says(&["maxSize: 7 -> 2"]);
    assert!(!drift.stderr.contains("cost:") && !drift.stderr.contains("unchanged"), "{drift}");
    moto.deploy("drift", &[]).await;
    moto.run("drift --stack drift", &[]).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_says_why_a_resource_is_left_and_what_made_it() {
    let moto = Moto::start().await;
    moto.deploy("why", &[]).await;
    let explained = moto.run("explain service/web --stack why", &[]).await.ends_with(0).await;
    for text in ["service/web", "is left", "comes after", "CreateService"] {
        assert!(explained.stdout.contains(text), "{text}: {explained}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capacity_provider_that_somebody_gave_the_cluster_stays_there() {
    let moto = Moto::start().await;
    moto.deploy("shared", &[]).await;
    let aws = moto.api();
    let arn = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:autoScalingGroupName/theirs";
    let theirs = json!({ "name": "theirs", "autoScalingGroupProvider": { "autoScalingGroupArn": arn } });
    aws.ecs("CreateCapacityProvider", theirs).await;
    let cluster = "shared-ecs-cluster";
    let described = aws.ecs("DescribeClusters", json!({ "clusters": [cluster] })).await;
    let mut providers = described["clusters"][0]["capacityProviders"].clone();
    providers.as_array_mut().into_iter().for_each(|providers| providers.push(json!("theirs")));
    let put = json!({
        "cluster": cluster,
        "capacityProviders": providers,
        "defaultCapacityProviderStrategy": described["clusters"][0]["defaultCapacityProviderStrategy"],
    });
    aws.ecs("PutClusterCapacityProviders", put).await;
    moto.run("preview --stack shared", &[]).await.ends_with(0).await;
    moto.deploy("shared", &["php.runs_on=fargate"]).await;
    let described = aws.ecs("DescribeClusters", json!({ "clusters": [cluster] })).await;
    let providers = described["clusters"][0]["capacityProviders"].to_string();
    assert!(providers.contains("theirs") && !providers.contains("shared-ec2"), "{providers}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_another_run_holds_the_lease_a_second_one_leaves_and_says_who_it_is() {
    let moto = Moto::start().await;
    moto.deploy("held", &[]).await;
    let lease = holder_elsewhere(3600).to_string();
    moto.put_object("held-lease-123456789012-eu-west-1", "lease.json", &lease).await;
    let other = ["logs.retention_in_days=30"];
    let second =
        moto.without_a_write("deploy --yes --no-wait --wait-for-lease 0 --stack held", &other, 75).await;
    second.says(&["someone@elsewhere", "process 4711"]);
    // Nobody needs it to see, nor where there is nothing to write.
    moto.run("preview --stack held", &[]).await.ends_with(0).await;
    moto.deploys_without_a_write("held", &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lease_of_a_run_that_died_on_this_machine_ends_with_it() {
    let moto = Moto::start().await;
    let deploy = "deploy --yes --no-wait --wait-for-lease 0 --stack died";
    moto.run(deploy, &[]).await.with_fault("die-after@9").ends_with(KILLED).await;
    moto.run(deploy, &[]).await.ends_with(0).await;
}

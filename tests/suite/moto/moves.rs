//! An app moves from one place to another and back, and nothing stays where it was.

use e2e::aws_api::without_ids;

use super::Moto;

/// Each place for the PHP app, as settings; each follows on the one before.
const PLACES: [(&str, &[&str]); 6] = [
    ("EC2, bridge", &[]),
    ("Fargate", &["php.runs_on=fargate"]),
    ("Fargate Spot", &["php.runs_on=fargate-spot"]),
    ("EC2, awsvpc", &["php.ec2_network_mode=awsvpc"]),
    ("EC2, a fixed host port", &["php.ec2_host_port=8080"]),
    ("EC2, bridge, again", &[]),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_move_between_launch_types_leaves_no_residue() {
    let (moved, fresh) = tokio::join!(Moto::start(), Moto::start());
    for (place, settings) in PLACES {
        let there = async {
            let deployed =
                moved.run("deploy --yes --no-wait --stack moves", settings).await.ends_with(0).await;
            assert!(
                !deployed.stderr.contains("waits all the same"),
                "here nothing is waited for: {deployed}"
            );
            moved.run("preview --stack moves", settings).await.ends_with(0).await;
            moved.api().everything_named("moves").await
        };
        let expected = async {
            fresh.deploy("moves", settings).await;
            let found = fresh.api().everything_named("moves").await;
            fresh.run("teardown --yes --stack moves", &[]).await.ends_with(0).await;
            let left = fresh.api().everything_named("moves").await;
            assert!(left.is_empty(), "{place}: {left:#?}");
            found
        };
        let (there, expected) = tokio::join!(there, expected);
        assert_eq!(without_ids(&there), without_ids(&expected), "{place}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_app_on_instances_there_are_none() {
    let moto = Moto::start().await;
    moto.deploy("none", &["php.runs_on=fargate"]).await;
    let found = moto.api().everything_named("none").await;
    for call in [
        "DescribeInstances",
        "DescribeAutoScalingGroups",
        "DescribeLaunchTemplates",
        "ListInstanceProfiles",
        "DescribeCapacityProviders",
    ] {
        assert!(!found.iter().any(|line| line.starts_with(call)), "{call}: {found:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listing_finds_each_kind_of_thing_that_instances_need() {
    let moto = Moto::start().await;
    moto.deploy("seen", &[]).await;
    let found = moto.api().everything_named("seen").await;
    for call in [
        "DescribeInstances",
        "DescribeAutoScalingGroups",
        "DescribeLaunchTemplates",
        "ListInstanceProfiles",
        "DescribeCapacityProviders",
        "DescribeClusters: seen-ecs-cluster has seen-ec2",
        "DescribeScalableTargets",
        "DescribeScalingPolicies",
        "DescribeServices: seen-php-",
    ] {
        assert!(found.iter().any(|line| line.starts_with(call)), "{call}: {found:#?}");
    }
}

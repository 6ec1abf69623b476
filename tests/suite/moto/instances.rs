//! The instances: where they may start, who may log in, and what preview says of them.

use e2e::aws_api::AwsApi;
use e2e::aws_api::QueryService::{AutoScaling, Ec2};

use super::Moto;

/// One of the zones of its default subnets does not offer `t2.micro`.
const MUMBAI: &str = "ap-south-1";
const ZONE_WITHOUT: &str = "ap-south-1c";
const SSH: &str = "<fromPort>22</fromPort>";

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_that_does_not_offer_the_instance_type_gets_no_instance() {
    let moto = Moto::in_region(MUMBAI).await;
    moto.deploy("zones", &[]).await;
    let group = moto.api().query(AutoScaling, "DescribeAutoScalingGroups", "").await;
    let subnets = between(&group, "<VPCZoneIdentifier>", "</VPCZoneIdentifier>");
    let mut zones = Vec::new();
    for subnet in subnets.split(',') {
        let described = moto.api().query(Ec2, "DescribeSubnets", &format!("SubnetId.1={subnet}")).await;
        zones.push(between(&described, "<availabilityZone>", "</availabilityZone>").to_owned());
    }
    zones.sort();
    assert_eq!(zones, ["ap-south-1a", "ap-south-1b"]);
    // Tasks on Fargate and the load balancer are in that zone, too.
    let all = moto.api().query(Ec2, "DescribeSubnets", "").await;
    assert!(all.contains(ZONE_WITHOUT), "{all}");
    let web = moto.api().service("zones", "web").await;
    let subnets = web["networkConfiguration"]["awsvpcConfiguration"]["subnets"].as_array();
    assert_eq!(subnets.map(Vec::len), Some(3), "{web:#}");
    moto.run("preview --stack zones", &[]).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_type_that_no_zone_offers_is_refused_and_another_one_is_named() {
    let moto = Moto::in_region("eu-north-1").await;
    let deploy = moto.without_a_write("deploy --yes --no-wait --stack nowhere", &[], 1).await;
    deploy.says(&["eu-north-1 offers no t2.micro", "ec2.instance_type=t3.micro"]);
    let t3 = &["ec2.instance_type=t3.micro"];
    moto.deploy("nowhere", t3).await;
    moto.run("preview --stack nowhere", t3).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_can_log_in_by_ssh_only_from_where_a_setting_says() {
    let moto = Moto::start().await;
    moto.deploy("ssh", &[]).await;
    assert!(!rules(&moto.api(), "ssh").await.contains(SSH));
    let office = &["ec2.ssh_from=203.0.113.0/24"];
    moto.deploy("ssh", office).await;
    let rules_now = rules(&moto.api(), "ssh").await;
    assert!(rules_now.contains(SSH) && rules_now.contains("203.0.113.0/24"), "{rules_now}");
    let preview = moto.run("preview --stack ssh", office).await.ends_with(0).await;
    assert!(!preview.stderr.contains("warning: ec2.ssh_from"), "{preview}");
    moto.deploy("ssh", &[]).await;
    assert!(!rules(&moto.api(), "ssh").await.contains(SSH));
}

#[tokio::test(flavor = "multi_thread")]
async fn preview_warns_of_ssh_from_everywhere() {
    let moto = Moto::start().await;
    let preview = moto.run("preview --stack open", &["ec2.ssh_from=0.0.0.0/0"]).await.ends_with(2).await;
    preview.says(&["warning:", "ec2.ssh_from=0.0.0.0/0", "Session Manager"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_do_not_fit_are_refused_with_the_numbers_and_no_write_call() {
    let moto = Moto::start().await;
    let too_large = &["web.runs_on=ec2"];
    for command in ["preview --stack large", "deploy --yes --no-wait --stack large"] {
        let refused = moto.without_a_write(command, too_large, 1).await;
        refused.says(&[
            "auto-scaling-group/ec2",
            "2 of web, 1 of php",
            "need 3 t2.micro instances",
            "at most 2",
        ]);
    }
    let left = moto.api().everything_named("large").await;
    assert!(left.is_empty(), "{left:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn preview_says_how_tasks_fit_and_what_they_cost() {
    let moto = Moto::start().await;
    let preview = moto.run("preview --stack priced", &[]).await.ends_with(2).await;
    let lines =
        |begin: &str| preview.stderr.lines().filter(|line| line.starts_with(begin)).collect::<Vec<_>>();
    let (fit, cost, change) = (lines("fit:"), lines("cost:"), lines("change:"));
    assert!(!fit.is_empty() && fit.iter().any(|line| line.contains("t2.micro")), "{preview}");
    assert!(cost.len() == 1 && cost[0].contains("estimate"), "{preview}");
    assert!(change.len() == 1 && change[0].contains("more: "), "{preview}");
    // What is deployed costs what was foretold.
    moto.deploy("priced", &[]).await;
    let after = moto.run("preview --stack priced", &[]).await.ends_with(0).await;
    after.says(&[cost[0]]);
    // Programs read standard output: there is nothing of it.
    assert_eq!(preview.stdout, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_disk_makes_a_version_of_the_launch_template_and_the_group_takes_it() {
    let moto = Moto::start().await;
    moto.deploy("version", &[]).await;
    let larger = &["ec2.root_volume_gib=40"];
    moto.deploy("version", larger).await;
    moto.run("preview --stack version", larger).await.ends_with(0).await;
    let group = moto.api().query(AutoScaling, "DescribeAutoScalingGroups", "").await;
    assert!(group.contains("<Version>2</Version>"), "{group}");
}

/// What the instances' security group lets in.
async fn rules(aws: &AwsApi, stack: &str) -> String {
    let filter = format!("Filter.1.Name=group-name&Filter.1.Value.1={stack}-ecs-sg");
    let groups = aws.query(Ec2, "DescribeSecurityGroups", &filter).await;
    between(&groups, "<ipPermissions>", "</ipPermissions>").to_owned()
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let rest = text.split_once(begin).map(|(_, rest)| rest);
    let found = rest.and_then(|rest| rest.split_once(end)).map(|(found, _)| found);
    found.unwrap_or_else(|| panic!("there is nothing between {begin} and {end}: {text}"))
}

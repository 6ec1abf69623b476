//! `verify`: what a rollout needs is there, or named when somebody took it away.

use std::collections::BTreeMap;

use e2e::aws_api::AwsApi;
use e2e::aws_api::QueryService::{Ec2, Iam, LoadBalancing};
use e2e::command::Outcome;
use serde_json::{Value, json};

use super::ownership::value;
use super::{Moto, REGION};

const ACCOUNT: &str = "123456789012";
/// Instances may assume a role with it, tasks may not.
const OF_INSTANCES: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22ec2.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rollout_needs_is_there_or_named_when_it_is_taken_away() {
    let moto = Moto::start().await;
    let aws = moto.api();
    let before = moto.without_a_write("verify web --json --stack checked", &[], 1).await;
    assert_eq!(results(&before)["service"], "failed");
    assert_eq!(results(&before)["target group"], "unknown");

    let image = pushed(&aws, "arm64").await;
    let settings = [format!("web.image={image}"), "web.cpu_architecture=ARM64".to_owned()];
    let settings: Vec<_> = settings.iter().map(String::as_str).collect();
    moto.deploy("checked", &settings).await;
    with_internet(&aws).await;
    let verified = moto.without_a_write("verify web --json --stack checked", &settings, 0).await;
    let all = results(&verified);
    assert!(all.values().all(|result| result == "ok"), "{verified}");

    take_away(&aws).await;
    let broken = moto.run("verify web --json --stack checked", &settings).await.ends_with(1).await;
    let fails = [
        "image",
        "execution role",
        "task role",
        "log group",
        "target group",
        "listener rule",
        "security groups",
        "way to ECR",
    ];
    for (check, result) in results(&broken) {
        let expected = match check.as_str() {
            "processor" => "unknown",
            check if fails.contains(&check) => "failed",
            _ => "ok",
        };
        assert_eq!(result, expected, "{check}: {broken}");
    }
    let shown = moto.run("verify web --stack checked", &settings).await.ends_with(1).await;
    for text in ["has no such image", "does not allow ecr:GetAuthorizationToken", "/ecs/checked is not there"]
    {
        let in_one_line = shown.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(in_one_line.contains(text), "{text}: {shown}");
    }
    shown.says(&["2 ok, 8 failed, 1 could not be checked"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_not_there_is_refused_with_those_that_are() {
    let moto = Moto::start().await;
    let refused = moto.run("verify wep --stack checked", &[]).await.ends_with(1).await;
    refused.says(&["no app wep", "web, php"]);
}

/// The result of each check.
fn results(outcome: &Outcome) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let json = outcome.json();
    let findings = json.as_array().into_iter().flatten();
    findings.map(|finding| (text(&finding["check"]), text(&finding["result"]))).collect()
}

/// An image for one processor, in a repository of somebody's own.
async fn pushed(aws: &AwsApi, architecture: &str) -> String {
    aws.ecr("CreateRepository", json!({ "repositoryName": "team/web" })).await;
    let media_type = "application/vnd.oci.image.index.v1+json";
    let platform = json!({ "os": "linux", "architecture": architecture });
    let manifest = json!({
        "schemaVersion": 2, "mediaType": media_type,
        "manifests": [{ "digest": format!("sha256:{}", "0".repeat(64)), "size": 1, "platform": platform }],
    });
    let put = json!({ "repositoryName": "team/web", "imageTag": "1", "imageManifest": manifest.to_string() });
    let answer = aws.ecr("PutImage", put).await;
    let digest = answer["image"]["imageId"]["imageDigest"].as_str().unwrap_or_default().to_owned();
    format!("{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/team/web@{digest}")
}

/// A default VPC has an internet gateway, that of moto has none.
async fn with_internet(aws: &AwsApi) {
    let vpcs = aws.query(Ec2, "DescribeVpcs", "").await;
    let vpc = value(&vpcs, "vpcId", "vpc-");
    let gateway = aws.query(Ec2, "CreateInternetGateway", "").await;
    let gateway = value(&gateway, "internetGatewayId", "igw-");
    let attach = format!("InternetGatewayId={gateway}&VpcId={vpc}");
    aws.query(Ec2, "AttachInternetGateway", &attach).await;
    let route =
        format!("RouteTableId={}&DestinationCidrBlock=0.0.0.0/0&GatewayId={gateway}", route_table(aws).await);
    aws.query(Ec2, "CreateRoute", &route).await;
}

async fn route_table(aws: &AwsApi) -> String {
    let tables = aws.query(Ec2, "DescribeRouteTables", "").await;
    value(&tables, "routeTableId", "rtb-").to_owned()
}

/// Something that each check looks at.
async fn take_away(aws: &AwsApi) {
    let image = json!({ "repositoryName": "team/web", "imageIds": [{ "imageTag": "1" }] });
    aws.ecr("BatchDeleteImage", image).await;
    aws.logs("DeleteLogGroup", json!({ "logGroupName": "/ecs/checked" })).await;
    let policy = format!("RoleName=checked-execution-role-{REGION}&PolicyName=start-tasks");
    aws.query(Iam, "DeleteRolePolicy", &policy).await;
    let trust = format!("RoleName=checked-task-role-{REGION}&PolicyDocument={OF_INSTANCES}");
    aws.query(Iam, "UpdateAssumeRolePolicy", &trust).await;

    let groups = aws.query(LoadBalancing, "DescribeTargetGroups", "").await;
    let health = format!(
        "TargetGroupArn={}&HealthCheckPath=/elsewhere",
        value(&groups, "TargetGroupArn", "checked-web")
    );
    aws.query(LoadBalancing, "ModifyTargetGroup", &health).await;
    let balancers = aws.query(LoadBalancing, "DescribeLoadBalancers", "").await;
    let of_balancer = format!("LoadBalancerArn={}", value(&balancers, "LoadBalancerArn", "checked"));
    let listeners = aws.query(LoadBalancing, "DescribeListeners", &of_balancer).await;
    let of_listener = format!("ListenerArn={}", value(&listeners, "ListenerArn", "checked"));
    let rules = aws.query(LoadBalancing, "DescribeRules", &of_listener).await;
    let rule = rules.split("<Actions>").find(|rule| rule.contains("<member>*</member>")).unwrap_or(&rules);
    let rule = format!("RuleArn={}", value(rule, "RuleArn", ""));
    aws.query(LoadBalancing, "DeleteRule", &rule).await;

    let named = "Filter.1.Name=group-name&Filter.1.Value.1=checked-alb-sg";
    let groups = aws.query(Ec2, "DescribeSecurityGroups", named).await;
    let everything = format!(
        "GroupId={}&IpPermissions.1.IpProtocol=-1&IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0/0",
        value(&groups, "groupId", "sg-")
    );
    aws.query(Ec2, "RevokeSecurityGroupEgress", &everything).await;
    let route = format!("RouteTableId={}&DestinationCidrBlock=0.0.0.0/0", route_table(aws).await);
    aws.query(Ec2, "DeleteRoute", &route).await;
}

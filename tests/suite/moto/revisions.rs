//! Old revisions of task definitions: a deploy that registers a new one puts those away that nobody needs.

use e2e::aws_api::{AwsApi, QueryService};
use serde_json::{Value, json};

use super::Moto;

/// Two changes of the web app's task definition.
const CHANGED: &str = "web.stop_timeout_seconds=51";
const CHANGED_AGAIN: &str = "web.stop_timeout_seconds=52";

#[tokio::test(flavor = "multi_thread")]
async fn revisions_beyond_the_number_kept_go_unless_they_are_in_use_or_somebody_elses() {
    let moto = Moto::start().await;
    moto.deploy("old", &[]).await;
    let family = Family { aws: moto.api(), name: "old-My-Web-App" };
    for revision in 2..=7 {
        family.register(revision != 4).await;
    }
    family.run_task(3).await;
    moto.deploy("old", &["tasks.kept_revisions=3", CHANGED]).await;
    // The task's and the one before it, somebody else's, and the newest three.
    assert_eq!(family.active().await, [2, 3, 4, 6, 7, 8]);
    moto.deploys_without_a_write("old", &["tasks.kept_revisions=1", CHANGED]).await;
    moto.deploy("old", &["tasks.kept_revisions=1", CHANGED_AGAIN]).await;
    // Never the running one or its predecessor, though only one is to be kept.
    assert_eq!(family.active().await, [2, 3, 4, 8, 9]);
    moto.run("teardown --yes --stack old", &[]).await.ends_with(0).await;
    assert_eq!(family.active().await, [0_u64; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn old_revisions_that_can_not_be_deregistered_are_reported_and_end_no_deploy() {
    let moto = Moto::start().await;
    moto.deploy("many", &[]).await;
    let family = Family { aws: moto.api(), name: "many-My-Web-App" };
    family.register(true).await;
    let deploy = async |change: &str, fault: &str| {
        let settings = ["tasks.kept_revisions=2", change];
        let deploy = moto.run("deploy --yes --no-wait --stack many", &settings).await;
        deploy.with_fault(fault).ends_with(0).await
    };
    let refused = deploy(CHANGED, "refuse@DeregisterTaskDefinition/AccessDeniedException/9").await;
    refused.says(&["warning: old revisions of many-My-Web-App stay registered", "AccessDeniedException"]);
    assert_eq!(family.active().await, [1, 2, 3]);
    let throttled = deploy(CHANGED_AGAIN, "refuse@DeregisterTaskDefinition/ThrottlingException/2").await;
    assert!(!throttled.stderr.contains("warning"), "{throttled}");
    assert_eq!(family.active().await, [3, 4]);
}

/// A family of task definitions, as somebody sees it who works by hand.
struct Family {
    aws: AwsApi,
    name: &'static str,
}

impl Family {
    /// Registers the first revision again, as the stack's or without its tags. moto runs no container without a memory limit.
    async fn register(&self, tagged: bool) {
        let body = json!({ "taskDefinition": format!("{}:1", self.name), "include": ["TAGS"] });
        let mut described = self.aws.ecs("DescribeTaskDefinition", body).await;
        let mut definition = described["taskDefinition"].take();
        definition["tags"] = if tagged { described["tags"].take() } else { json!([]) };
        definition["containerDefinitions"][0]["memory"] = json!(128);
        self.aws.ecs("RegisterTaskDefinition", definition).await;
    }

    async fn run_task(&self, revision: u64) {
        let cluster = self.name.replace("My-Web-App", "ecs-cluster");
        let subnets = self.aws.query(QueryService::Ec2, "DescribeSubnets", "").await;
        let subnet = subnets.split("<subnetId>").nth(1).and_then(|rest| rest.split('<').next());
        let vpc = json!({ "awsvpcConfiguration": { "subnets": [subnet], "securityGroups": [] } });
        let task = json!({
            "cluster": cluster, "taskDefinition": format!("{}:{revision}", self.name), "launchType": "FARGATE",
            "networkConfiguration": vpc,
        });
        self.aws.ecs("RunTask", task).await;
    }

    /// The numbers of the active revisions.
    async fn active(&self) -> Vec<u64> {
        let body = json!({ "familyPrefix": self.name, "status": "ACTIVE" });
        let listed = self.aws.ecs("ListTaskDefinitions", body).await;
        let arns = listed["taskDefinitionArns"].as_array().into_iter().flatten().filter_map(Value::as_str);
        arns.filter_map(|arn| arn.rsplit(':').next()?.parse().ok()).collect()
    }
}

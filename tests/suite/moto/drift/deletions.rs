//! Deletions by hand, of every kind of resource that a stack has.

use e2e::aws_api::QueryService::{AutoScaling, Ec2, Iam, LoadBalancing};
use serde_json::{Value, json};

use super::edits::Hand;
use super::places::Places;

/// Kinds that nobody deletes by hand.
pub const NONE_OF: &[(&str, &str)] = &[
    ("default-vpc", "is found, never made"),
    ("kms-key", "is found, never made"),
    ("instance-subnets", "are found, never made"),
    ("image", "goes with its repository"),
    ("cluster-capacity", "goes with its cluster or its capacity provider"),
];

/// Calls after which there is no resource of this kind, or one less.
pub struct Deletion {
    pub kind: &'static str,
    pub hands: Vec<Hand>,
}

/// One for each kind. What they name is new after each deploy, their number and order are not.
pub fn all(at: &Places) -> Vec<Deletion> {
    [in_load_balancing(at), in_ecs(at), on_instances(at), of_foundation(at)].into_iter().flatten().collect()
}

fn in_load_balancing(at: &Places) -> Vec<Deletion> {
    let delete = |action: &'static str, arn: &str| {
        let resource = action.trim_start_matches("Delete");
        Hand::Query(LoadBalancing, action, format!("{resource}Arn={arn}"))
    };
    vec![
        one("listener-rule", delete("DeleteRule", &at.rule)),
        one("listener", delete("DeleteListener", &at.listener)),
        one("load-balancer", delete("DeleteLoadBalancer", &at.load_balancer)),
        Deletion {
            kind: "target-group",
            hands: vec![
                delete("DeleteListener", &at.listener),
                delete("DeleteTargetGroup", &at.target_group),
            ],
        },
    ]
}

fn in_ecs(at: &Places) -> Vec<Deletion> {
    let service = |service: &Value| {
        let body = json!({ "cluster": at.cluster, "service": service["serviceName"], "force": true });
        Hand::Ecs("DeleteService", body)
    };
    let family = json!({ "taskDefinition": at.task_definition["taskDefinitionArn"] });
    let provider = json!({ "capacityProvider": at.capacity_provider });
    let id = format!("service/{}/{}", at.cluster, at.web["serviceName"].as_str().unwrap_or_default());
    let target = json!({ "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount", "ResourceId": id });
    vec![
        one("service", service(&at.php)),
        Deletion {
            kind: "cluster",
            hands: vec![
                service(&at.web),
                service(&at.php),
                Hand::Ecs("DeleteCluster", json!({ "cluster": at.cluster })),
            ],
        },
        one("task-definition", Hand::Ecs("DeregisterTaskDefinition", family)),
        one("capacity-provider", Hand::Ecs("DeleteCapacityProvider", provider)),
        one("service-scaling", Hand::Scaling("DeregisterScalableTarget", target)),
    ]
}

fn on_instances(at: &Places) -> Vec<Deletion> {
    let group = format!("AutoScalingGroupName={}&ForceDelete=true", at.auto_scaling_group);
    let template = format!("LaunchTemplateId={}", at.launch_template);
    let profile = format!("InstanceProfileName={}-instance-profile-eu-west-1", at.stack);
    let role = format!("{profile}&RoleName={}", at.role("instance"));
    vec![
        one("auto-scaling-group", Hand::Query(AutoScaling, "DeleteAutoScalingGroup", group)),
        one("launch-template", Hand::Query(Ec2, "DeleteLaunchTemplate", template)),
        Deletion {
            kind: "instance-profile",
            hands: vec![
                Hand::Query(Iam, "RemoveRoleFromInstanceProfile", role),
                Hand::Query(Iam, "DeleteInstanceProfile", profile),
            ],
        },
    ]
}

fn of_foundation(at: &Places) -> Vec<Deletion> {
    let role = format!("RoleName={}", at.role("task"));
    let policy = format!("{role}&PolicyName=uploads");
    let repository = json!({ "repositoryName": format!("{}-web-app", at.stack), "force": true });
    let group = json!({ "logGroupName": format!("/ecs/{}", at.stack) });
    vec![
        Deletion {
            kind: "iam-role",
            hands: vec![Hand::Query(Iam, "DeleteRolePolicy", policy), Hand::Query(Iam, "DeleteRole", role)],
        },
        // AWS does not delete one that another one's rule names; moto does.
        one("security-group", ec2("DeleteSecurityGroup", "GroupId", &at.load_balancer_group)),
        one("gateway-endpoint", ec2("DeleteVpcEndpoints", "VpcEndpointId.1", &at.endpoint)),
        one("bucket", Hand::S3(at.bucket(), None)),
        one("ecr-repository", Hand::Ecr("DeleteRepository", repository)),
        one("log-group", Hand::Logs("DeleteLogGroup", group)),
    ]
}

fn one(kind: &'static str, hand: Hand) -> Deletion {
    Deletion { kind, hands: vec![hand] }
}

fn ec2(action: &'static str, parameter: &str, id: &str) -> Hand {
    Hand::Query(Ec2, action, format!("{parameter}={id}"))
}

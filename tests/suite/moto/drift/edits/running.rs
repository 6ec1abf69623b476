//! Changes by hand of what runs the apps.

use e2e::aws_api::QueryService::{AutoScaling, Ec2};
use serde_json::{Value, json};

use super::{Edit, Hand, merged, text, update_service};
use crate::moto::drift::places::Places;

/// The cluster and its capacity provider.
pub fn cluster(at: &Places) -> Vec<Edit> {
    let strategy = json!([{ "capacityProvider": "FARGATE", "weight": 5 }]);
    let put = json!({
        "cluster": at.cluster,
        "capacityProviders": ["FARGATE", at.capacity_provider],
        "defaultCapacityProviderStrategy": strategy,
    });
    let scaling = json!({
        "status": "DISABLED",
        "targetCapacity": 55,
        "minimumScalingStepSize": 3,
        "maximumScalingStepSize": 7,
        "instanceWarmupPeriod": 11,
    });
    let provider = json!({
        "name": at.capacity_provider,
        "autoScalingGroupProvider": { "managedScaling": scaling, "managedTerminationProtection": "DISABLED" },
    });
    vec![
        Edit::new(
            format!("cluster {}", at.cluster),
            &["capacityProviders", "defaultCapacityProviderStrategy[0].weight"],
            Hand::Ecs("PutClusterCapacityProviders", put),
        ),
        Edit::new(
            format!("capacity-provider {}", at.capacity_provider),
            &[
                "managedScaling.instanceWarmupPeriod",
                "managedScaling.maximumScalingStepSize",
                "managedScaling.minimumScalingStepSize",
                "managedScaling.status",
                "managedScaling.targetCapacity",
                "managedTerminationProtection",
            ],
            Hand::Ecs("UpdateCapacityProvider", provider),
        ),
    ]
}

/// The PHP app's service, which has no autoscaler.
pub fn service_on_instances(at: &Places) -> Vec<Edit> {
    let name = format!("service {}", text(&at.php["serviceName"]));
    let edit =
        |properties: &[&str], change| Edit::new(&name, properties, update_service(at, &at.php, change));
    // moto takes away what an update of the configuration leaves out.
    let breaker = json!({ "enable": true, "rollback": true });
    let percents =
        json!({ "maximumPercent": 150, "minimumHealthyPercent": 50, "deploymentCircuitBreaker": breaker });
    let weights = json!([{ "capacityProvider": at.capacity_provider, "weight": 9, "base": 2 }]);
    vec![
        edit(&["desiredCount"], json!({ "desiredCount": 3 })),
        edit(
            &["deploymentConfiguration.maximumPercent", "deploymentConfiguration.minimumHealthyPercent"],
            json!({ "deploymentConfiguration": percents }),
        ),
        edit(&["healthCheckGracePeriodSeconds"], json!({ "healthCheckGracePeriodSeconds": 7 })),
        edit(
            &["capacityProviderStrategy[0].base", "capacityProviderStrategy[0].weight"],
            json!({ "capacityProviderStrategy": weights }),
        ),
        edit(&["placementStrategy"], json!({ "placementStrategy": [{ "type": "random" }] })),
        edit(&["enableExecuteCommand"], json!({ "enableExecuteCommand": true })),
    ]
}

/// The Rust app's service and its task definition.
pub fn service_on_fargate(at: &Places) -> Vec<Edit> {
    let name = format!("service {}", text(&at.web["serviceName"]));
    let edit =
        |properties: &[&str], change| Edit::new(&name, properties, update_service(at, &at.web, change));
    let network = json!({ "subnets": at.subnets, "securityGroups": [at.load_balancer_group], "assignPublicIp": "DISABLED" });
    let awsvpc = ["assignPublicIp", "securityGroups[0]", "subnets"]
        .map(|member| format!("networkConfiguration.awsvpcConfiguration.{member}"));
    let breaker = json!({ "deploymentCircuitBreaker": { "enable": false, "rollback": false } });
    vec![
        edit(
            &awsvpc.each_ref().map(String::as_str),
            json!({ "networkConfiguration": { "awsvpcConfiguration": network } }),
        ),
        edit(
            &["deploymentConfiguration.deploymentCircuitBreaker"],
            json!({ "deploymentConfiguration": breaker }),
        ),
        edit(&["loadBalancers"], json!({ "loadBalancers": [] })),
        edit(&["availabilityZoneRebalancing"], json!({ "availabilityZoneRebalancing": "DISABLED" })),
        edit(&["propagateTags"], json!({ "propagateTags": "NONE" })),
        edit(&["platformVersion"], json!({ "platformVersion": "1.3.0" })),
        Edit::new(
            format!("task-definition {}", text(&at.task_definition["family"])),
            &["memory", "tags.ecs-image-app:stack"],
            Hand::Ecs("RegisterTaskDefinition", other_revision(at)),
        ),
        Edit::new(name, &["taskDefinition"], Hand::Ecs("ListClusters", json!({}))),
    ]
}

/// The Rust app's autoscaler.
pub fn scaling(at: &Places) -> Vec<Edit> {
    let id = format!("service/{}/{}", at.cluster, text(&at.web["serviceName"]));
    let target = json!({ "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount", "ResourceId": id });
    let edit = |properties: &[&str], operation, more: Value| {
        let hand = Hand::Scaling(operation, merged(target.clone(), &more));
        Edit::new(format!("service-scaling {id}"), properties, hand)
    };
    let metric = json!({ "PredefinedMetricType": "ECSServiceAverageCPUUtilization" });
    let tracking = json!({ "TargetValue": 33.0, "PredefinedMetricSpecification": metric, "ScaleInCooldown": 9, "ScaleOutCooldown": 9 });
    let policy = json!({ "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": tracking });
    let action = json!({ "ScheduledActionName": "by-hand", "Schedule": "rate(1 day)", "ScalableTargetAction": { "MinCapacity": 5 } });
    vec![
        edit(
            &["minTasks", "maxTasks"],
            "RegisterScalableTarget",
            json!({ "MinCapacity": 1, "MaxCapacity": 9 }),
        ),
        edit(
            &[
                "policies[0].targetValue",
                "policies[0].scaleInCooldownSeconds",
                "policies[0].scaleOutCooldownSeconds",
            ],
            "PutScalingPolicy",
            policy,
        ),
        edit(&["scheduledActions"], "PutScheduledAction", action),
    ]
}

pub fn instances(at: &Places) -> Vec<Edit> {
    let group = format!("AutoScalingGroupName={}", at.auto_scaling_group);
    let zone = format!("VPCZoneIdentifier={}", at.subnets[0]);
    let limits = format!("{group}&{zone}&MinSize=1&MaxSize=7&NewInstancesProtectedFromScaleIn=false");
    let template = format!("LaunchTemplateId={}", at.launch_template);
    let other_type = format!("{template}&SourceVersion=1&LaunchTemplateData.InstanceType=t3.large");
    vec![
        Edit::new(
            format!("auto-scaling-group {}", at.auto_scaling_group),
            // The template's version, as another one follows on the one by hand.
            &["minSize", "maxSize", "protectFromScaleIn", "launchTemplateVersion", "subnetIds"],
            Hand::Query(AutoScaling, "UpdateAutoScalingGroup", limits),
        ),
        Edit::new(
            format!("launch-template {}", at.launch_template_name),
            // moto takes nothing over from the source version.
            &[
                "imageId",
                "instanceProfileName",
                "instanceType",
                "metadata.hopLimit",
                "metadata.tokensRequired",
                "rootVolume.encrypted",
                "rootVolume.sizeGib",
                "rootVolume.volumeType",
                "securityGroupIds",
                "userData",
            ],
            Hand::Query(Ec2, "CreateLaunchTemplateVersion", other_type),
        ),
    ]
}

/// The Rust app's task definition with more memory.
fn other_revision(at: &Places) -> Value {
    let taken = [
        "family",
        "networkMode",
        "requiresCompatibilities",
        "cpu",
        "executionRoleArn",
        "taskRoleArn",
        "containerDefinitions",
        "volumes",
        "runtimePlatform",
    ];
    let mut definition = json!({ "memory": "4096" });
    for member in taken.iter().filter(|member| !at.task_definition[**member].is_null()) {
        definition[*member] = at.task_definition[*member].clone();
    }
    definition
}

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
    let scaling = json!({ "status": "ENABLED", "targetCapacity": 55 });
    let provider = json!({
        "name": at.capacity_provider,
        "autoScalingGroupProvider": { "managedScaling": scaling },
    });
    vec![
        Edit::new(
            format!("cluster {}", at.cluster),
            &["capacityProviders", "defaultCapacityProviderStrategy[0].weight"],
            Hand::Ecs("PutClusterCapacityProviders", put),
        ),
        Edit::new(
            format!("capacity-provider {}", at.capacity_provider),
            &["managedScaling.targetCapacity"],
            Hand::Ecs("UpdateCapacityProvider", provider),
        ),
    ]
}

/// The services, their task definitions and scaling.
pub fn services(at: &Places) -> Vec<Edit> {
    let php = format!("service {}", text(&at.php["serviceName"]));
    let web = format!("service {}", text(&at.web["serviceName"]));
    let id = format!("service/{}/{}", at.cluster, text(&at.web["serviceName"]));
    let network = json!({ "subnets": at.subnets, "securityGroups": [at.load_balancer_group], "assignPublicIp": "DISABLED" });
    let awsvpc = "networkConfiguration.awsvpcConfiguration";
    let awsvpc =
        ["assignPublicIp", "securityGroups[0]", "subnets"].map(|member| format!("{awsvpc}.{member}"));
    let percents = json!({ "maximumPercent": 150, "minimumHealthyPercent": 50 });
    let target = json!({ "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount", "ResourceId": id });
    let scaled = |more: Value| merged(target.clone(), &more);
    let metric = json!({ "PredefinedMetricType": "ECSServiceAverageCPUUtilization" });
    let tracking = json!({ "TargetValue": 33.0, "PredefinedMetricSpecification": metric, "ScaleInCooldown": 9, "ScaleOutCooldown": 9 });
    let policy = json!({ "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": tracking });
    vec![
        Edit::new(&php, &["desiredCount"], update_service(at, &at.php, json!({ "desiredCount": 3 }))),
        Edit::new(
            &php,
            &["deploymentConfiguration.maximumPercent", "deploymentConfiguration.minimumHealthyPercent"],
            update_service(at, &at.php, json!({ "deploymentConfiguration": percents })),
        ),
        Edit::new(
            &php,
            &["healthCheckGracePeriodSeconds"],
            update_service(at, &at.php, json!({ "healthCheckGracePeriodSeconds": 7 })),
        ),
        Edit::new(
            php,
            &["enableExecuteCommand"],
            update_service(at, &at.php, json!({ "enableExecuteCommand": true })),
        ),
        Edit::new(
            &web,
            &awsvpc.each_ref().map(String::as_str),
            update_service(
                at,
                &at.web,
                json!({ "networkConfiguration": { "awsvpcConfiguration": network } }),
            ),
        ),
        // A revision without our tags, which the service does not run: it is to run the newest one of ours.
        Edit::new(
            format!("task-definition {}", text(&at.task_definition["family"])),
            &["memory", "tags.ecs-image-app:stack"],
            Hand::Ecs("RegisterTaskDefinition", other_revision(at)),
        ),
        Edit::new(web, &["taskDefinition"], Hand::Ecs("ListClusters", json!({}))),
        Edit::new(
            format!("service-scaling {id}"),
            &["minTasks", "maxTasks"],
            Hand::Scaling("RegisterScalableTarget", scaled(json!({ "MinCapacity": 1, "MaxCapacity": 9 }))),
        ),
        Edit::new(
            format!("service-scaling {id}"),
            &["targetValue", "scaleInCooldownSeconds", "scaleOutCooldownSeconds"]
                .map(|it| ["policies[0].", it].concat())
                .each_ref()
                .map(String::as_str),
            Hand::Scaling("PutScalingPolicy", scaled(policy)),
        ),
    ]
}

/// The Auto Scaling group and its launch template.
pub fn instances(at: &Places) -> Vec<Edit> {
    let group = format!("AutoScalingGroupName={}", at.auto_scaling_group);
    let limits = format!("{group}&MinSize=1&MaxSize=7&NewInstancesProtectedFromScaleIn=false");
    let template = format!("LaunchTemplateId={}", at.launch_template);
    let other_type = format!("{template}&SourceVersion=1&LaunchTemplateData.InstanceType=t3.large");
    vec![
        Edit::new(
            format!("auto-scaling-group {}", at.auto_scaling_group),
            // The template's version, as another one follows on the one by hand.
            &["minSize", "maxSize", "protectFromScaleIn", "launchTemplateVersion"],
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
    ];
    let mut definition = json!({ "memory": "4096" });
    for member in taken.iter().filter(|member| !at.task_definition[**member].is_null()) {
        definition[*member] = at.task_definition[*member].clone();
    }
    definition
}

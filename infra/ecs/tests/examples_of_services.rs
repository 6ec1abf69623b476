//! One example for each kind of deployment, capacity and placement, written in types: the JSON that ECS is sent.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use infra_ecs::body::lean;
use infra_ecs::service::{
    AwsvpcConfiguration, HookTarget, LifecycleHook, LifecycleStage, ManagedEbsVolume, PlacementConstraint,
    PlacementStrategy, Service, ServiceVolume,
};
use infra_ecs::task_definition::volume::Switch;
use infra_ecs::typed::{LaunchType, ProviderKind};
use infra_ecs::{
    AutoScalingGroupProvider, BlueGreen, Bridge, Canary, CapacityOf, ClusterRef, Container, Deployment, Ec2,
    Fargate, FargateProvider, FargateSize, Host, Instance, InstanceNetwork, Ip, Linear, LoadBalanced,
    Mebibytes, PercentInTenths, Revision, Rolling, RunTask, ServiceOf, StrategyOf, Targets, Task, VolumeOf,
    rules,
};
use infra_ecs::{fargate_size, rolling};
use infra_engine::diff::diff;
use infra_engine::{Handle, Resource, Stack};
use infra_resources::target_group::TargetType;
use infra_resources::{HealthCheck as TargetHealthCheck, TargetGroup};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

const SMALL: FargateSize = fargate_size!(cpu: 256, memory: 512);
const LARGE: FargateSize = fargate_size!(cpu: 1024, memory: 2048);
const UPDATE: Rolling = rolling!(minimum_healthy: 50, maximum: 150);

fn fargate() -> Task<Fargate> {
    Task::fargate("web", SMALL)
}

fn bridge() -> Task<Ec2<Bridge>> {
    Task::<Ec2<Bridge>>::ec2("web")
}

fn nginx<On: LaunchType>() -> Container<On> {
    Container::new("web", "nginx").memory(Mebibytes(128))
}

/// A stack with a task and what its service needs.
struct Example<On: LaunchType> {
    stack: Stack,
    cluster: ClusterRef,
    revision: Revision<On>,
}

fn example<On: LaunchType>(task: Task<On>) -> Example<On> {
    let mut stack = Stack::new("example");
    let cluster =
        ClusterRef { name: "main".to_owned(), arn: "arn:aws:ecs:eu-west-1:123456789012:cluster/main".into() };
    let revision = task.add(&mut stack, "web");
    Example { stack, cluster, revision }
}

fn subnets() -> AwsvpcConfiguration {
    AwsvpcConfiguration {
        subnets: vec!["subnet-1".to_owned()].into(),
        security_groups: vec!["sg-1".into()],
        assign_public_ip: Some(Switch::Enabled),
    }
}

/// The JSON of a service that breaks no rule.
fn service_json<On: ProviderKind>(service: ServiceOf<On>) -> Value {
    let mut service: Service = service.service();
    assert_eq!(rules::service(&service).refusals(), Vec::<String>::new());
    service.normalise();
    let desired = serde_json::to_value(service).unwrap();
    let body = lean(&desired);
    let mut reported = Service::deserialize(as_reported(body.clone())).unwrap();
    reported.normalise();
    assert_eq!(
        diff(&desired, &serde_json::to_value(reported).unwrap()),
        [],
        "what ECS reports of it differs"
    );
    body
}

/// What `DescribeServices` makes of a service: defaults are filled in, lists are there though empty.
fn as_reported(mut service: Value) -> Value {
    for list in ["loadBalancers", "serviceRegistries", "placementConstraints", "placementStrategy"] {
        default(&mut service, list, json!([]));
    }
    for strategy in service["placementStrategy"].as_array_mut().unwrap() {
        if strategy["field"] == "memory" {
            strategy["field"] = json!("MEMORY");
        }
    }
    default(&mut service, "healthCheckGracePeriodSeconds", json!(0));
    default(&mut service, "enableECSManagedTags", json!(false));
    default(&mut service, "enableExecuteCommand", json!(false));
    default(&mut service, "propagateTags", json!("NONE"));
    default(&mut service, "platformVersion", json!("LATEST"));
    let deployment = &mut service["deploymentConfiguration"];
    default(deployment, "bakeTimeInMinutes", json!(0));
    default(deployment, "alarms", json!({"alarmNames": [], "enable": false, "rollback": false}));
    default(deployment, "deploymentCircuitBreaker", json!({"enable": false, "rollback": false}));
    let breaker = &mut deployment["deploymentCircuitBreaker"];
    default(breaker, "resetOnHealthyTask", json!(true));
    default(breaker, "thresholdConfiguration", json!({"type": "BOUNDED_PERCENT", "value": 50}));
    service["status"] = json!("ACTIVE");
    service["runningCount"] = json!(0);
    service
}

fn default(json: &mut Value, member: &str, value: Value) {
    json.as_object_mut().unwrap().entry(member).or_insert(value);
}

fn target_group(name: &str) -> TargetGroup {
    TargetGroup {
        name: name.to_owned(),
        vpc_id: "vpc-1".into(),
        port: 80,
        target_type: TargetType::Ip,
        health_check: TargetHealthCheck::at("/"),
        deregistration_delay_seconds: 30,
    }
}

type Green = (Handle<TargetGroup>, Targets<Ip>);

fn web_service() -> (Example<Fargate>, ServiceOf<Fargate>, Green) {
    let mut example = example(fargate().container(nginx().port(80)));
    let (blue, targets) = target_group("blue").add_to::<Ip>(&mut example.stack, "blue");
    let green = target_group("green").add_to::<Ip>(&mut example.stack, "green");
    let balanced = LoadBalanced {
        targets: &targets,
        forwarded_by: &blue.id,
        container: "web",
        port: 80,
        grace_period: Duration::from_secs(60),
    };
    let service =
        ServiceOf::replica("web", &example.cluster, &example.revision, 4, subnets()).load_balancer(&balanced);
    (example, service, green)
}

fn blue_green(green: &Targets<Ip>) -> BlueGreen<Fargate> {
    let pause = LifecycleHook {
        target_type: Some(HookTarget::Pause),
        lifecycle_stages: vec![LifecycleStage::PostTestTrafficShift],
        ..LifecycleHook::default()
    };
    BlueGreen::new(
        green,
        "arn:rule/production",
        "arn:aws:iam::123456789012:role/ecs",
        Duration::from_secs(300),
    )
    .test_rule("arn:rule/test")
    .hook(pause)
}

#[test]
fn deployment_rolling_with_circuit_breaker_and_alarms() {
    let (_, service, _) = web_service();
    let rolling = UPDATE.roll_back_on_failure().roll_back_on_alarm(&["errors"]);
    insta::assert_json_snapshot!(service_json(service.deployment(Deployment::Rolling(rolling))));
}

#[test]
fn deployment_blue_green() {
    let (_, service, (_, green)) = web_service();
    insta::assert_json_snapshot!(service_json(service.deployment(Deployment::BlueGreen(blue_green(&green)))));
}

#[test]
fn deployment_linear() {
    let (_, service, (_, green)) = web_service();
    let steps = Linear { step: PercentInTenths(100), step_bake_time: Duration::from_secs(360) };
    let deployment = Deployment::Linear(blue_green(&green), steps);
    insta::assert_json_snapshot!(service_json(service.deployment(deployment))["deploymentConfiguration"]);
}

#[test]
fn deployment_canary() {
    let (_, service, (_, green)) = web_service();
    let step = Canary { canary: PercentInTenths(55), canary_bake_time: Duration::from_secs(600) };
    let deployment = Deployment::Canary(blue_green(&green), step);
    insta::assert_json_snapshot!(service_json(service.deployment(deployment))["deploymentConfiguration"]);
}

#[test]
fn capacity_fargate_and_spot() {
    let (_, service, _) = web_service();
    let strategy = StrategyOf::base_and_weight(FargateProvider::Fargate, 2, 1)
        .and_weight(FargateProvider::FargateSpot, 3);
    let service = service_json(service.capacity(CapacityOf::Strategy(strategy)));
    insta::assert_json_snapshot!(service["capacityProviderStrategy"]);
}

#[test]
fn service_on_instances_with_placement() {
    let mut example = example(bridge().container(nginx().port(80)));
    let (group, targets) = target_group("web").add_to::<Instance>(&mut example.stack, "web");
    let balanced = LoadBalanced {
        targets: &targets,
        forwarded_by: &group.id,
        container: "web",
        port: 80,
        grace_period: Duration::ZERO,
    };
    let own = AutoScalingGroupProvider("own".to_owned());
    let service = ServiceOf::replica("web", &example.cluster, &example.revision, 4, InstanceNetwork)
        .capacity(CapacityOf::Strategy(StrategyOf::weight(own, 1)))
        .load_balancer(&balanced)
        .placement_constraint(PlacementConstraint::distinct_instance())
        .placement_strategy(PlacementStrategy::spread_over_zones())
        .placement_strategy(PlacementStrategy::binpack_memory());
    insta::assert_json_snapshot!(service_json(service));
}

#[test]
fn service_daemon() {
    let example = example(Task::<Ec2<Host>>::ec2("agent").container(nginx()));
    let service = ServiceOf::daemon("agent", &example.cluster, &example.revision, InstanceNetwork);
    insta::assert_json_snapshot!(service_json(service));
}

#[test]
fn service_with_an_ebs_disk_for_each_task() {
    let example =
        example(fargate().volume(VolumeOf::at_launch("disk")).container(nginx().mount("disk", "/data")));
    let disk = ServiceVolume {
        name: "disk".to_owned(),
        managed_ebs_volume: Some(ManagedEbsVolume {
            role_arn: "arn:aws:iam::123456789012:role/ecs".into(),
            size_in_gib: Some(20),
            snapshot_id: None,
            volume_type: Some("gp3".to_owned()),
            iops: None,
            throughput: Some(125),
            volume_initialization_rate: None,
            encrypted: Some(true),
            kms_key_id: None,
            filesystem_type: None,
            tag_specifications: Vec::new(),
        }),
    };
    let service = ServiceOf::replica("web", &example.cluster, &example.revision, 1, subnets()).volume(disk);
    insta::assert_json_snapshot!(service_json(service)["volumeConfigurations"]);
}

#[test]
fn run_task_with_overrides() {
    let example = example(fargate().container(nginx()));
    let request = RunTask::new("main", &example.revision, subnets())
        .count(3)
        .group("migration")
        .command("web", &["migrate", "up"])
        .environment("web", "MODE", "once")
        .size(LARGE)
        .request()
        .unwrap();
    insta::assert_json_snapshot!(lean(&serde_json::to_value(request).unwrap()));
}

#[test]
fn a_run_task_that_ecs_would_refuse_is_refused_with_all_that_is_wrong() {
    let example = example(fargate().container(nginx()));
    let run = RunTask::new("main", &example.revision, subnets()).count(11).command("other", &["true"]);
    let refused = run.request().unwrap_err().to_string();
    assert!(refused.contains("C17") && refused.contains("no container \"other\""), "{refused}");
}

#[test]
fn a_service_names_a_port_that_its_container_maps() {
    let (mut example, _, (group, targets)) = web_service();
    let balanced = LoadBalanced {
        targets: &targets,
        forwarded_by: &group.id,
        container: "web",
        port: 8080,
        grace_period: Duration::ZERO,
    };
    ServiceOf::replica("web", &example.cluster, &example.revision, 1, subnets())
        .load_balancer(&balanced)
        .add(&mut example.stack, "web");
    let errors: Vec<_> = example.stack.errors().iter().map(ToString::to_string).collect();
    assert!(errors.len() == 1 && errors[0].contains("S14"), "{errors:?}");
}

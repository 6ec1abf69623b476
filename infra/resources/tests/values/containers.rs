//! Made-up values of what runs containers.

use infra_ecs::CapacityProviderStrategyItem;
use infra_ecs::capacity::{FARGATE, FARGATE_SPOT};
use infra_ecs::capacity_provider::ManagedScaling;
use infra_ecs::cluster::ContainerInsights;
use infra_ecs::container::{ContainerDefinition, HealthCheck, KeyValue, PortMapping};
use infra_ecs::service::{
    AwsvpcConfiguration, CircuitBreaker, DeploymentConfiguration, NetworkConfiguration, PropagateTags,
};
use infra_ecs::task_definition::volume::Switch;
use infra_ecs::task_definition::{Compatibility, NetworkMode};
use infra_engine::Output;
use infra_resources::launch_template::{MetadataOptions, RootVolume};
use infra_resources::service_scaling::{Metric, ScheduledAction, TargetTracking};
use infra_resources::{
    AutoScalingGroup, CapacityProvider, Cluster, LaunchTemplate, Service, ServiceScaling, TaskDefinition,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::account::kms_key;

pub fn cluster(name: &str) -> impl Strategy<Value = Cluster> + use<> {
    let name = name.to_owned();
    strategy().prop_map(move |default_capacity_provider_strategy| Cluster {
        name: name.clone(),
        container_insights: ContainerInsights::Enabled,
        capacity_providers: vec![FARGATE_SPOT.to_owned(), FARGATE.to_owned()],
        default_capacity_provider_strategy,
    })
}

/// Only the first may have a base.
fn strategy() -> impl Strategy<Value = Vec<CapacityProviderStrategyItem>> {
    (option::of(0..3), 1..5, option::of(0..5), any::<bool>()).prop_map(|(base, weight, of_spot, turned)| {
        let item = |provider: &str, base, weight| CapacityProviderStrategyItem {
            capacity_provider: provider.to_owned(),
            base,
            weight,
        };
        let mut items = vec![item(FARGATE, base, Some(weight)), item(FARGATE_SPOT, None, of_spot)];
        if turned {
            items.reverse();
        }
        items
    })
}

pub fn task_definition(family: &str) -> impl Strategy<Value = TaskDefinition> + use<> {
    let family = family.to_owned();
    let size = select(vec![("256", "512"), ("0.5 vCPU", "1 GB"), ("1024", "2048"), (".25 vcpu", "1GB")]);
    (size, container(), option::of(any::<bool>())).prop_map(
        move |((cpu, memory), container, enable_fault_injection)| TaskDefinition {
            family: family.clone(),
            requires_compatibilities: vec![Compatibility::Fargate],
            network_mode: Some(NetworkMode::Awsvpc),
            cpu: Some(cpu.to_owned()),
            memory: Some(memory.to_owned()),
            container_definitions: vec![container],
            enable_fault_injection,
            ..TaskDefinition::default()
        },
    )
}

fn container() -> impl Strategy<Value = ContainerDefinition> {
    let check = (option::of(5..300), option::of(2..60), option::of(1..10), option::of(0..300)).prop_map(
        |(interval, timeout, retries, start_period)| HealthCheck {
            interval,
            timeout,
            retries,
            start_period,
            ..HealthCheck::shell("true")
        },
    );
    let names: Vec<String> = ["A", "LOG_LEVEL", "Z_LAST"].map(str::to_owned).to_vec();
    let environment = (subsequence(names, 0..=3).prop_shuffle(), "[a-z]{1,9}").prop_map(|(names, value)| {
        names.into_iter().map(|name| KeyValue::new(&name, value.as_str())).collect::<Vec<_>>()
    });
    (
        1..60_000_u16,
        option::of(select(vec!["tcp", "udp"])),
        environment,
        option::of(check),
        option::of(any::<bool>()),
        option::of(2..=120),
        btree_map("[a-z]{1,5}", "[a-z]{1,9}", 0..3),
        (option::of(0..3), any::<bool>()),
    )
        .prop_map(
            |(port, protocol, environment, health_check, read_only, stop_timeout, labels, (cpu, is_said))| {
                let mut mapping = PortMapping::tcp(port);
                mapping.protocol = protocol.map(str::to_owned);
                mapping.host_port = mapping.container_port.filter(|_| is_said);
                ContainerDefinition {
                    name: Some("web".to_owned()),
                    image: Some("nginx:1".into()),
                    cpu,
                    essential: is_said.then_some(true),
                    port_mappings: vec![mapping],
                    environment,
                    health_check,
                    readonly_root_filesystem: read_only,
                    stop_timeout,
                    docker_labels: labels,
                    ..ContainerDefinition::default()
                }
            },
        )
}

/// Where a service is, and what it runs.
#[derive(Clone, Debug)]
pub struct Place {
    pub cluster_name: String,
    pub cluster: Output<String>,
    pub task_definition: Output<String>,
    pub subnets: Output<Vec<String>>,
    pub groups: [Output<String>; 2],
}

pub fn service(name: &str, place: Place) -> impl Strategy<Value = Service> + use<> {
    let name = name.to_owned();
    (
        option::of(0..4),
        strategy(),
        (option::of(0..=100), option::of(101..=200)),
        option::of(any::<bool>()),
        subsequence(place.groups.to_vec(), 1..=2).prop_shuffle(),
        option::of(select(vec![Switch::Enabled, Switch::Disabled])),
        option::of(select(vec![PropagateTags::Service, PropagateTags::TaskDefinition, PropagateTags::None])),
        option::of(any::<bool>()),
    )
        .prop_map(
            move |(count, shares, (least, most), breaks, groups, public, propagate_tags, managed)| {
                let awsvpc = AwsvpcConfiguration {
                    subnets: place.subnets.clone(),
                    security_groups: groups,
                    assign_public_ip: public,
                };
                let breaker = breaks.map(|enable| CircuitBreaker {
                    enable,
                    rollback: enable,
                    ..CircuitBreaker::default()
                });
                Service {
                    service_name: name.clone(),
                    cluster_name: place.cluster_name.clone(),
                    cluster: Some(place.cluster.clone()),
                    task_definition: Some(place.task_definition.clone()),
                    desired_count: count,
                    initial_desired_count: if count.is_none() { Some(1) } else { None },
                    capacity_provider_strategy: shares,
                    network_configuration: Some(NetworkConfiguration { awsvpc_configuration: Some(awsvpc) }),
                    deployment_configuration: Some(DeploymentConfiguration {
                        minimum_healthy_percent: least,
                        maximum_percent: most,
                        deployment_circuit_breaker: breaker,
                        ..DeploymentConfiguration::default()
                    }),
                    propagate_tags,
                    enable_ecs_managed_tags: managed,
                    ..Service::default()
                }
            },
        )
}

pub fn service_scaling(cluster: &str, service: &str) -> impl Strategy<Value = ServiceScaling> + use<> {
    let (cluster_name, service_name) = (cluster.to_owned(), service.to_owned());
    let metrics = vec![("cpu", Metric::Cpu), ("memory", Metric::Memory)];
    let policies = (subsequence(metrics, 0..=2).prop_shuffle(), 1..=100_u32, 0..600_u32, 0..600_u32);
    let policies = policies.prop_map(|(metrics, target_value, scale_in, scale_out)| {
        let tracking = |(name, metric): (&str, Metric)| TargetTracking {
            name: name.to_owned(),
            metric,
            target_value,
            scale_in_cooldown_seconds: scale_in,
            scale_out_cooldown_seconds: scale_out,
        };
        metrics.into_iter().map(tracking).collect::<Vec<_>>()
    });
    let schedules = vec!["cron(0 8 ? * MON-FRI *)", "rate(1 day)", "at(2037-01-01T00:00:00)"];
    let zone = option::of(select(vec!["Asia/Kolkata", "Europe/Berlin"]));
    let actions = (subsequence(vec!["a", "b", "c"], 0..=3).prop_shuffle(), select(schedules), zone, 0..3_u32);
    let actions = actions.prop_map(|(names, schedule, timezone, min_tasks)| {
        let action = |name: &str| ScheduledAction {
            name: name.to_owned(),
            schedule: schedule.to_owned(),
            timezone: timezone.map(str::to_owned),
            min_tasks,
            max_tasks: min_tasks + 20,
        };
        names.into_iter().map(action).collect::<Vec<_>>()
    });
    (0..4_u32, 0..9_u32, policies, actions).prop_map(move |(least, more, policies, scheduled_actions)| {
        ServiceScaling {
            cluster_name: cluster_name.clone(),
            service_name: service_name.clone(),
            min_tasks: least,
            max_tasks: least + more,
            policies,
            scheduled_actions,
        }
    })
}

pub fn launch_template(
    name: &str,
    profile: &str,
    groups: [Output<String>; 2],
) -> impl Strategy<Value = LaunchTemplate> + use<> {
    let (name, profile) = (name.to_owned(), profile.to_owned());
    (
        select(vec!["t3.micro", "t3.large", "m5.large"]),
        subsequence(groups.to_vec(), 1..=2).prop_shuffle(),
        option::of(Just("by-hand".to_owned())),
        vec("[ -~]{0,20}", 0..4),
        (30..200, any::<bool>(), any::<bool>(), 1..=64),
        kms_key(),
    )
        .prop_map(
            move |(
                instance_type,
                security_group_ids,
                key_name,
                lines,
                (size_gib, encrypted, tokens_required, hop_limit),
                kms_key_arn,
            )| {
                LaunchTemplate {
                    name: name.clone(),
                    image_id:
                        "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
                            .to_owned(),
                    instance_type: instance_type.to_owned(),
                    instance_profile_name: profile.clone(),
                    security_group_ids,
                    key_name,
                    user_data: format!("#!/bin/bash\n{}\n", lines.join("\n")),
                    root_volume: RootVolume {
                        size_gib,
                        volume_type: "gp3".to_owned(),
                        // None is encrypted by a key and not encrypted.
                        encrypted: encrypted || kms_key_arn.is_some(),
                        kms_key_arn,
                    },
                    metadata: MetadataOptions { tokens_required, hop_limit },
                }
            },
        )
}

pub fn auto_scaling_group(
    name: &str,
    template: [Output<String>; 2],
    subnet_ids: Output<Vec<String>>,
) -> impl Strategy<Value = AutoScalingGroup> + use<> {
    let (name, [launch_template_id, launch_template_version]) = (name.to_owned(), template);
    (0..9, any::<bool>()).prop_map(move |(max_size, protect_from_scale_in)| AutoScalingGroup {
        name: name.clone(),
        launch_template_id: launch_template_id.clone(),
        launch_template_version: launch_template_version.clone(),
        subnet_ids: subnet_ids.clone(),
        // The emulator of the tests can't replace instances by those of another template.
        min_size: 0,
        max_size,
        initial_size: 0,
        protect_from_scale_in,
        outdated_instances: 0,
    })
}

pub fn capacity_provider(
    name: &str,
    group: Output<String>,
) -> impl Strategy<Value = CapacityProvider> + use<> {
    let name = name.to_owned();
    let switch = || option::of(select(vec![Switch::Enabled, Switch::Disabled]));
    let scaling = (switch(), option::of(1..=100), option::of(1..5), option::of(5..100), option::of(0..600))
        .prop_map(|(status, target, least, most, warmup)| ManagedScaling {
            status,
            target_capacity: target,
            minimum_scaling_step_size: least,
            maximum_scaling_step_size: most,
            instance_warmup_period: warmup,
        });
    (option::of(scaling), switch()).prop_map(move |(managed_scaling, managed_draining)| CapacityProvider {
        name: name.clone(),
        auto_scaling_group_arn: group.clone(),
        scale_in_protection: true,
        managed_scaling,
        managed_termination_protection: None,
        managed_draining,
    })
}

//! What a deployed stack uses that is paid for by the hour, read from AWS.

use aws_sdk_autoscaling::types::AutoScalingGroup;
use aws_sdk_ecs::types::{Compatibility, TaskDefinition};
use infra::cost::Counts;
use infra_aws::Aws;
use infra_aws::clients::{AutoScaling, Ec2, Ecs};
use infra_aws::kinds::elb;
use infra_aws::kinds::launch_template::LaunchTemplates;
use infra_aws::live_service::{self, LiveService};
use infra_ecs::capacity::{FARGATE, FARGATE_SPOT};
use infra_ecs::placement::{Share, place};
use infra_ecs::task_definition::runtime_platform::CpuArchitecture;
use infra_ecs::{CpuUnits, Mebibytes};
use infra_engine::ownership::{Ownership, STACK_TAG};
use infra_engine::{Failure, ResourceKind};
use infra_resources::cost::{FargateUse, InstanceUse, Usage};
use infra_wire::sdk_error::SdkResult;

/// What the stack uses, and the numbers in it that no deploy decides on.
///
/// # Errors
/// When something can't be read.
pub async fn read(aws: &Aws) -> Result<(Usage, Counts), Failure> {
    let (mut usage, mut counts) = (Usage::default(), Counts::default());
    for service in live_service::services(aws).await? {
        let name = service.logical_name().unwrap_or(&service.service_name);
        *counts.tasks.entry(name.to_owned()).or_default() += service.desired_count;
        usage.fargate.extend(on_fargate(aws, &service, name).await?);
    }
    for group in groups(aws).await? {
        *counts.instances.get_or_insert(0) += count(group.desired_capacity());
        usage.instances.extend(instances(aws, &group).await?);
    }
    let balancers = elb::load_balancers_of(aws, &aws.stack).await?;
    let arns: Vec<_> = balancers.iter().filter_map(|it| it.load_balancer_arn().map(str::to_owned)).collect();
    let tags = elb::tags_of(aws, &arns).await?;
    let ours =
        |arn: &str| tags.get(arn).is_some_and(|tags| Ownership::of(tags, &aws.stack) == Ownership::Ours);
    for balancer in balancers.iter().filter(|it| ours(it.load_balancer_arn().unwrap_or_default())) {
        usage.load_balancers += 1;
        counts.zones += u32::try_from(balancer.availability_zones().len()).unwrap_or_default();
    }
    usage.public_ipv4_addresses = counts.zones;
    usage.public_ipv4_addresses += usage.fargate.iter().map(|it| it.tasks).sum::<u32>();
    usage.public_ipv4_addresses += usage.instances.iter().map(|it| it.count).sum::<u32>();
    Ok((usage, counts))
}

/// A service's tasks on Fargate and on Fargate Spot; none for a service on instances.
async fn on_fargate(aws: &Aws, service: &LiveService, name: &str) -> Result<Vec<FargateUse>, Failure> {
    let mut shares: Vec<Share> = service.capacity_provider_strategy.iter().map(Share::from).collect();
    let (revision, tasks) = (&service.task_definition, service.desired_count);
    let described = aws.client::<Ecs>().describe_task_definition().task_definition(revision).send().await;
    let described = described.or_failure("describe the task definition")?;
    let Some(definition) = described.task_definition() else { return Ok(Vec::new()) };
    if !definition.requires_compatibilities().contains(&Compatibility::Fargate) {
        return Ok(Vec::new());
    }
    if shares.is_empty() {
        shares.push(Share { capacity_provider: FARGATE.to_owned(), base: 0, weight: 1 });
    }
    let placed = shares.iter().zip(place(tasks, &shares)).filter(|(_, tasks)| *tasks > 0);
    let of_share = placed.map(|(share, tasks)| FargateUse {
        name: name.to_owned(),
        tasks,
        cpu: CpuUnits(number(definition.cpu())),
        memory: Mebibytes(number(definition.memory())),
        architecture: architecture(definition),
        spot: share.capacity_provider == FARGATE_SPOT,
    });
    Ok(of_share.collect())
}

async fn groups(aws: &Aws) -> Result<Vec<AutoScalingGroup>, Failure> {
    let pages = aws.client::<AutoScaling>().describe_auto_scaling_groups().into_paginator().items().send();
    let mut groups = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list Auto Scaling groups")?;
    groups.retain(|group| {
        group.tags().iter().any(|tag| tag.key() == Some(STACK_TAG) && tag.value() == Some(&aws.stack))
    });
    Ok(groups)
}

async fn instances(aws: &Aws, group: &AutoScalingGroup) -> Result<Option<InstanceUse>, Failure> {
    let Some(template) = group.launch_template() else { return Ok(None) };
    let request = aws.client::<Ec2>().describe_launch_template_versions();
    let request = request.launch_template_id(template.launch_template_id().unwrap_or_default());
    let answer = request.versions(template.version().unwrap_or("$Default")).send().await;
    // Somebody may have deleted what the group names.
    let answer = answer.none_if(LaunchTemplates::NOT_FOUND, "describe the launch template")?;
    let version = answer.as_ref().and_then(|answer| answer.launch_template_versions().first());
    let data = version.and_then(|version| version.launch_template_data());
    Ok(data.map(|data| InstanceUse {
        instance_type: data.instance_type().map(|it| it.as_str().to_owned()).unwrap_or_default(),
        count: count(group.desired_capacity()),
        root_volume_gib: count(
            data.block_device_mappings().first().and_then(|disk| disk.ebs()?.volume_size()),
        ),
    }))
}

fn architecture(definition: &TaskDefinition) -> CpuArchitecture {
    let platform = definition.runtime_platform().and_then(|platform| platform.cpu_architecture());
    match platform.map(|architecture| architecture.as_str()) {
        Some("ARM64") => CpuArchitecture::Arm64,
        _ => CpuArchitecture::X86_64,
    }
}

fn count(number: Option<i32>) -> u32 {
    number.and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
}

fn number(text: Option<&str>) -> u32 {
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

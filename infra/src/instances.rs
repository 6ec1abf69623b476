//! The instances: an Auto Scaling group that joins the cluster and that ECS makes larger and smaller.

use crate::cluster::cluster_id;
use crate::identity::instance_role;
use crate::keys::Keys;
use crate::names::{InstanceNames, Names};
use crate::network::{Network, instance_group};
use crate::settings::{Ec2Settings, Settings};
use infra_ecs::capacity_provider::ManagedScaling;
use infra_ecs::task_definition::runtime_platform::CpuArchitecture;
use infra_ecs::task_definition::volume::Switch;
use infra_ecs::{AutoScalingGroupProvider, CapacityProvider, ClusterCapacity, ClusterRef};
use infra_engine::{Handle, ResourceId, Stack};
use infra_resources::NameError;
use infra_resources::launch_template::{MetadataOptions, RootVolume};
use infra_resources::{AutoScalingGroup, InstanceProfile, InstanceSubnets, LaunchTemplate};

/// What services on instances need to know of these.
pub struct Instances {
    /// The capacity provider that services name.
    pub provider: AutoScalingGroupProvider,
    /// That the cluster has the provider: services come after it.
    pub attachment: ResourceId,
    /// The instance type.
    pub instance_type: String,
}

/// The group, its launch template, and the capacity provider through which the cluster uses it.
///
/// # Errors
/// When a name is too long.
pub fn instances(
    stack: &mut Stack,
    names: &Names,
    settings: &Settings,
    network: &Network,
    cluster: &ClusterRef,
    keys: &Keys,
) -> Result<Instances, NameError> {
    let ec2 = &settings.ec2;
    let of_type = InstanceNames::new(&names.stack, &ec2.instance_type)?;
    let profile = instance_profile(stack, names, settings);
    let template = launch_template(stack, names, &of_type, settings, network, keys);
    let subnets = stack.add(
        "ec2",
        InstanceSubnets {
            instance_type: ec2.instance_type.clone(),
            subnet_ids: network.vpc.subnet_ids.clone(),
        },
    );
    let group = AutoScalingGroup {
        name: of_type.auto_scaling_group.clone(),
        launch_template_id: template.template_id.clone(),
        launch_template_version: template.version.clone(),
        subnet_ids: subnets.subnet_ids.clone(),
        min_size: ec2.min_instances,
        max_size: ec2.max_instances,
        initial_size: ec2.initial_instances,
        protect_from_scale_in: true,
        outdated_instances: 0,
    };
    // An agent that does not find its cluster gives up; and no group is made whose instances could not have their profile.
    let group = stack.add_after("ec2", group, &[&cluster_id(), &profile]);
    Ok(attached_provider(stack, &of_type, ec2, &group, cluster))
}

fn instance_profile(stack: &mut Stack, names: &Names, settings: &Settings) -> ResourceId {
    let role = instance_role(stack, names, settings);
    let profile = InstanceProfile {
        name: names.instance_profile.clone(),
        path: names.role_path.clone(),
        role_name: role.name.clone(),
    };
    stack.add("ec2", profile).id
}

fn launch_template(
    stack: &mut Stack,
    names: &Names,
    of_type: &InstanceNames,
    settings: &Settings,
    network: &Network,
    keys: &Keys,
) -> Handle<LaunchTemplate> {
    let ec2 = &settings.ec2;
    let security_group = instance_group(stack, names, settings, network);
    let template = LaunchTemplate {
        name: of_type.launch_template.clone(),
        image_id: LaunchTemplate::ecs_optimised_image(CpuArchitecture::of_instance_type(&ec2.instance_type)),
        instance_type: ec2.instance_type.clone(),
        instance_profile_name: names.instance_profile.clone(),
        security_group_ids: vec![security_group.group_id.clone()],
        key_name: ec2.key_pair.clone(),
        user_data: user_data(&names.cluster),
        root_volume: RootVolume {
            size_gib: ec2.root_volume_gib,
            volume_type: "gp3".to_owned(),
            encrypted: true,
            kms_key_arn: keys.arn(ec2.volume_kms_key.as_ref()),
        },
        // A container with a network of its own is one hop further away: it does not get at the instance's role, and
        // needs nothing of it. Tasks have their own role, region and zone come from ECS.
        metadata: MetadataOptions { tokens_required: true, hop_limit: 1 },
    };
    stack.add("ec2", template)
}

/// What an instance does first: it names ECS's agent its cluster, and what tasks may not.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html>
pub fn user_data(cluster: &str) -> String {
    format!(
        "#!/bin/bash\n\
         cat >> /etc/ecs/ecs.config <<'END'\n\
         ECS_CLUSTER={cluster}\n\
         ECS_AWSVPC_BLOCK_IMDS=true\n\
         ECS_DISABLE_PRIVILEGED=true\n\
         ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true\n\
         END\n"
    )
}

/// ECS starts instances for tasks that wait, keeps those that have tasks, and moves tasks away before one ends.
fn attached_provider(
    stack: &mut Stack,
    names: &InstanceNames,
    ec2: &Ec2Settings,
    group: &Handle<AutoScalingGroup>,
    cluster: &ClusterRef,
) -> Instances {
    let provider = stack.add(
        "ec2",
        CapacityProvider {
            name: names.capacity_provider.clone(),
            auto_scaling_group_arn: group.arn.clone(),
            scale_in_protection: true,
            managed_scaling: Some(ManagedScaling {
                status: Some(Switch::Enabled),
                target_capacity: Some(ec2.target_capacity_percent),
                ..ManagedScaling::default()
            }),
            managed_termination_protection: Some(Switch::Enabled),
            managed_draining: Some(Switch::Enabled),
        },
    );
    let attachment = stack.add_after(
        "ec2",
        ClusterCapacity {
            cluster_name: cluster.name.clone(),
            capacity_provider_name: names.capacity_provider.clone(),
        },
        &[&provider.id, &cluster_id()],
    );
    Instances {
        provider: AutoScalingGroupProvider(names.capacity_provider.clone()),
        attachment: attachment.id,
        instance_type: ec2.instance_type.clone(),
    }
}

//! Whether there are instances for a service that does not run on Fargate, with an agent that answers and room for a task.

use super::subject::Subject;
use crate::judgement::Judgement;
use aws_sdk_ecs::types::ContainerInstance;
use infra_aws::clients::Ecs;
use infra_aws::live_service::LiveService;
use infra_aws::network::{self, InstanceNetwork};
use infra_aws::{Aws, partial};
use infra_ecs::fit::TaskDemand;
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;

/// `DescribeContainerInstances` takes at most so many.
const INSTANCES_PER_CALL: usize = 100;

/// The container instances that a service may use.
pub struct Instances {
    /// As ECS has them.
    pub registered: Vec<ContainerInstance>,
    /// As EC2 has them.
    pub networks: Vec<InstanceNetwork>,
}

impl Instances {
    /// Reads those of the service's cluster, and of its capacity providers where it has some.
    ///
    /// # Errors
    /// When they can't be read.
    pub async fn of(aws: &Aws, service: &LiveService) -> Result<Self, Failure> {
        let client = aws.client::<Ecs>();
        let request = client.list_container_instances().cluster(&service.cluster_arn);
        let pages = request.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let mut registered = Vec::new();
        for arns in pages.or_failure("list container instances")?.chunks(INSTANCES_PER_CALL) {
            let request = client.describe_container_instances().cluster(&service.cluster_arn);
            let answer = request.set_container_instances(Some(arns.to_vec())).send().await;
            let answer = answer.or_failure("describe container instances")?;
            partial::described(answer.failures.as_deref(), "describe container instances")?;
            registered.extend(answer.container_instances.unwrap_or_default());
        }
        let providers = &service.capacity_provider_strategy;
        registered.retain(|it| {
            providers.is_empty()
                || providers
                    .iter()
                    .any(|one| Some(one.capacity_provider.as_str()) == it.capacity_provider_name())
        });
        let ids: Vec<_> =
            registered.iter().filter_map(|it| it.ec2_instance_id().map(str::to_owned)).collect();
        let networks = network::instances(aws, &ids).await?;
        Ok(Self { registered, networks })
    }

    /// Whether a task can be placed.
    pub fn have_room(&self, subject: &Subject) -> Judgement {
        let running = subject.service.as_ref().map_or(0, |service| service.running_count);
        room(&self.registered, &TaskDemand::of(&subject.definition), running)
    }
}

fn room(instances: &[ContainerInstance], demand: &TaskDemand, running: u32) -> Judgement {
    let next = "look at the Auto Scaling group's activity, and on an instance at /var/log/ecs";
    if instances.is_empty() {
        return Judgement::failed("no container instance is registered for the service", next);
    }
    let usable: Vec<_> = instances
        .iter()
        .filter(|it| it.agent_connected() && it.status().is_none_or(|status| status == "ACTIVE"))
        .collect();
    if usable.is_empty() {
        let what =
            format!("of {} container instances none is active with a connected agent", instances.len());
        return Judgement::failed(what, next);
    }
    let roomy = usable.iter().filter(|it| lacks(it, demand).is_none()).count();
    if roomy > 0 {
        return Judgement::ok(format!("{roomy} of {} instances have room for a task more", usable.len()));
    }
    let lacking = usable.iter().find_map(|it| lacks(it, demand)).unwrap_or_default();
    let what = format!("none of {} instances has room for a task more: {lacking}", usable.len());
    if running == 0 {
        return Judgement::failed(what, "let there be more instances, larger ones, or smaller tasks");
    }
    Judgement::unknown(format!(
        "{what}; a rollout has to stop one of the {running} that run first, or to wait for another instance"
    ))
    .next("`cargo xtask preview` says after `fit:` whether an update has room")
}

/// What an instance has too little of.
fn lacks(instance: &ContainerInstance, demand: &TaskDemand) -> Option<String> {
    let remaining = |name: &str| {
        let resource = instance.remaining_resources().iter().find(|it| it.name() == Some(name));
        resource.map_or(0, |resource| resource.integer_value())
    };
    let sizes = [("CPU", "units of CPU", demand.cpu.0), ("MEMORY", "MiB of memory", demand.memory.0)];
    let short = sizes.into_iter().find_map(|(name, unit, wanted)| {
        let left = remaining(name);
        (i64::from(left) < i64::from(wanted)).then(|| format!("{left} {unit} are left, it takes {wanted}"))
    });
    let taken = instance.remaining_resources().iter().find(|it| it.name() == Some("PORTS"));
    let taken = taken.map(|ports| ports.string_set_value()).unwrap_or_default();
    let port = demand.host_ports.iter().find(|it| taken.contains(&it.port.to_string()));
    short.or_else(|| port.map(|port| format!("host port {port} is taken")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judgement::CheckResult;
    use aws_sdk_ecs::types::Resource;
    use infra_ecs::fit::FixedHostPort;
    use infra_ecs::{CpuUnits, Mebibytes};

    fn instance(agent: bool, cpu: i32, memory: i32, port: &str) -> ContainerInstance {
        let resource = |name: &str, value| Resource::builder().name(name).integer_value(value).build();
        let ports = Resource::builder().name("PORTS").string_set_value(port).build();
        let instance = ContainerInstance::builder().agent_connected(agent).status("ACTIVE");
        let resources = vec![resource("CPU", cpu), resource("MEMORY", memory), ports];
        instance.set_remaining_resources(Some(resources)).build()
    }

    #[test]
    fn a_task_needs_an_instance_with_an_agent_and_room() {
        let demand = TaskDemand {
            cpu: CpuUnits(256),
            memory: Mebibytes(512),
            host_ports: [FixedHostPort::tcp(8080)].into(),
            network_interface: false,
        };
        let roomy = || instance(true, 1024, 1024, "22");
        for (instances, running, result, word) in [
            (vec![roomy()], 0, CheckResult::Ok, "1 of 1"),
            (vec![roomy(), instance(true, 0, 0, "22")], 1, CheckResult::Ok, "1 of 2"),
            (vec![], 0, CheckResult::Failed, "registered"),
            (vec![instance(false, 1024, 1024, "22")], 0, CheckResult::Failed, "agent"),
            (vec![instance(true, 128, 1024, "22")], 0, CheckResult::Failed, "128 units of CPU"),
            (vec![instance(true, 1024, 128, "22")], 0, CheckResult::Failed, "128 MiB"),
            (vec![instance(true, 1024, 1024, "8080")], 0, CheckResult::Failed, "8080/tcp"),
            (vec![instance(true, 128, 1024, "22")], 2, CheckResult::Unknown, "stop one of the 2"),
        ] {
            let judged = room(&instances, &demand, running);
            assert_eq!(judged.result, result, "{judged:?}");
            assert!(judged.what.contains(word), "{word}: {judged:?}");
        }
    }
}

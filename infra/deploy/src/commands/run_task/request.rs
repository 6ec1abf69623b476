//! What is sent to RunTask: what the command line asks for, completed by what the app's service uses.

use infra_aws::live_service::LiveService;
use infra_ecs::rules::{self, Finding};
use infra_ecs::run_task::{ContainerOverride, TaskOverride};
use infra_ecs::service::{LaunchType, NetworkConfiguration, PropagateTags};
use infra_ecs::task_definition::NetworkMode;
use infra_ecs::{RunTaskRequest, TaskDefinition};
use infra_engine::Failure;
use std::hash::{BuildHasher, RandomState};

const STARTED_BY: &str = "xtask";

/// Fills in what was left out. The override without a name is for `container`, or for the first essential one.
///
/// # Errors
/// When the task has no container, or a size is no number.
pub fn complete(
    mut request: RunTaskRequest,
    container: Option<&str>,
    service: &LiveService,
    definition: &TaskDefinition,
) -> Result<RunTaskRequest, Failure> {
    request.cluster = Some(service.cluster_arn.as_str().into());
    request.task_definition = Some(service.task_definition.as_str().into());
    request.count.get_or_insert(1);
    if request.launch_type.is_none() && request.capacity_provider_strategy.is_empty() {
        request.launch_type = service.launch_type;
        request.capacity_provider_strategy = service.capacity_provider_strategy.clone();
        request.platform_version = service.platform_version.clone();
    }
    let fargate = on_fargate(&request, definition);
    if definition.network_mode == Some(NetworkMode::Awsvpc) && request.network_configuration.is_none() {
        request.network_configuration = service.network_configuration.clone().map(|it| network(it, fargate));
    }
    let mut overrides = request.overrides.take().unwrap_or_default();
    if !fargate {
        size_of_container(&mut overrides)?;
    }
    name_container(&mut overrides, container, definition)?;
    request.overrides = (overrides != TaskOverride::default()).then_some(overrides);
    request.started_by = Some(STARTED_BY.to_owned());
    request.client_token = Some(token());
    // The stack's tags, by which costs are kept apart.
    request.propagate_tags = Some(PropagateTags::TaskDefinition);
    Ok(request)
}

/// Refuses what ECS would refuse, before any write: everything that is wrong at once.
///
/// # Errors
/// With every rule that is broken.
pub fn check(request: &RunTaskRequest, definition: &TaskDefinition, app: &str) -> Result<(), Failure> {
    let mut errors = rules::run_task(request).errors;
    errors.extend(rules::run_task_and_task(request, definition).errors);
    errors.extend(of_sizes(request, definition));
    if errors.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = errors.iter().map(|error| format!("\n  {error}")).collect();
    Err(Failure::new(format!("ECS would refuse to run {app}, nothing was started:{}", lines.concat()))
        .hint("change the options that these rules are about; `cargo xtask run-task --help` has them all"))
}

/// What ECS would refuse of the task definition with other sizes: what it has taken already is no news.
fn of_sizes(request: &RunTaskRequest, definition: &TaskDefinition) -> Vec<Finding> {
    let Some(overrides) = &request.overrides else { return Vec::new() };
    let mut changed = definition.clone();
    changed.cpu = overrides.cpu.clone().or(changed.cpu);
    changed.memory = overrides.memory.clone().or(changed.memory);
    for change in &overrides.container_overrides {
        let named = changed.container_definitions.iter_mut().find(|container| container.name == change.name);
        let Some(container) = named else { continue };
        container.cpu = change.cpu.or(container.cpu);
        container.memory = change.memory.or(container.memory);
    }
    let known = rules::task_definition(definition).errors;
    let found = rules::task_definition(&changed).errors;
    found.into_iter().filter(|finding| !known.contains(finding)).collect()
}

fn on_fargate(request: &RunTaskRequest, definition: &TaskDefinition) -> bool {
    let items = &request.capacity_provider_strategy;
    match request.launch_type {
        Some(launch_type) => launch_type == LaunchType::Fargate,
        None if items.is_empty() => definition.on_fargate(),
        None => items.iter().any(|item| item.is_fargate()),
    }
}

/// The service's network. Only Fargate gives a task's network interface a public address.
fn network(mut network: NetworkConfiguration, fargate: bool) -> NetworkConfiguration {
    if let Some(awsvpc) = network.awsvpc_configuration.as_mut().filter(|_| !fargate) {
        awsvpc.assign_public_ip = None;
    }
    network
}

/// On instances a task has the size of its containers.
fn size_of_container(overrides: &mut TaskOverride) -> Result<(), Failure> {
    let (cpu, memory) = (overrides.cpu.take(), overrides.memory.take());
    if cpu.is_some() || memory.is_some() {
        let size = ContainerOverride {
            cpu: number("--cpu", cpu)?,
            memory: number("--memory", memory)?,
            ..ContainerOverride::default()
        };
        overrides.merge(size);
    }
    Ok(())
}

fn number(option: &str, text: Option<String>) -> Result<Option<i32>, Failure> {
    let Some(text) = text else { return Ok(None) };
    text.parse().map(Some).map_err(|error| {
        Failure::caused_by(format!("{option} {text} is not a valid size of a container"), error)
            .hint("on instances a size is a whole number: units of CPU or MiB of memory")
    })
}

/// Puts a name on the override that has none.
fn name_container(
    overrides: &mut TaskOverride,
    container: Option<&str>,
    definition: &TaskDefinition,
) -> Result<(), Failure> {
    if let Some(name) = container {
        // Also without anything to change: a container that is not there is reported.
        overrides.merge(ContainerOverride::default());
        name_it(overrides, name);
        return Ok(());
    }
    let containers = &definition.container_definitions;
    let first = containers.iter().find(|container| container.is_essential()).or(containers.first());
    let first = first.ok_or_else(|| {
        Failure::new(format!("task definition {} has no container", definition.family))
            .hint("deploy the stack again")
    })?;
    name_it(overrides, first.name());
    Ok(())
}

fn name_it(overrides: &mut TaskOverride, name: &str) {
    for change in overrides.container_overrides.iter_mut().filter(|it| it.name.is_none()) {
        change.name = Some(name.to_owned());
    }
}

/// A token that no other run has: 128 random bits.
fn token() -> String {
    let bits = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", bits(), bits())
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_ecs::CapacityProviderStrategyItem;
    use infra_ecs::body::lean;
    use infra_ecs::container::KeyValue;
    use serde::Deserialize;
    use serde_json::{Value, json};

    fn service() -> LiveService {
        LiveService::deserialize(json!({
            "clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/demo",
            "taskDefinition": "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3",
            "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "base": 0, "weight": 1}],
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "ENABLED"}},
        }))
        .unwrap()
    }

    fn definition(on: &str) -> TaskDefinition {
        TaskDefinition::deserialize(json!({
            "family": "web",
            "requiresCompatibilities": [on],
            "networkMode": "awsvpc",
            "cpu": "1024",
            "memory": "2048",
            "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
            "containerDefinitions": [
                {"name": "init", "image": "init", "essential": false, "memory": 64},
                {"name": "web", "image": "web", "memory": 512},
            ],
        }))
        .unwrap()
    }

    fn completed(request: RunTaskRequest, on: &str) -> Result<RunTaskRequest, String> {
        let (service, definition) = (service(), definition(on));
        let request = complete(request, None, &service, &definition).map_err(|error| error.to_string())?;
        check(&request, &definition, "web").map_err(|error| error.to_string())?;
        Ok(request)
    }

    fn body(request: &RunTaskRequest) -> Value {
        lean(&serde_json::to_value(request).unwrap())
    }

    fn with_size(cpu: &str, memory: &str) -> RunTaskRequest {
        let size =
            TaskOverride { cpu: Some(cpu.into()), memory: Some(memory.into()), ..TaskOverride::default() };
        RunTaskRequest { overrides: Some(size), ..RunTaskRequest::default() }
    }

    #[test]
    fn what_is_left_out_is_what_the_service_uses() {
        let request = body(&completed(RunTaskRequest::default(), "FARGATE").unwrap());
        assert_eq!(request["count"], 1);
        assert_eq!(request["startedBy"], "xtask");
        assert_eq!(request["capacityProviderStrategy"][0]["capacityProvider"], "FARGATE");
        assert_eq!(request["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"], "ENABLED");
        assert_eq!(request.get("overrides"), None);
        assert_eq!(request["clientToken"].as_str().unwrap().len(), 32);
    }

    #[test]
    fn two_runs_are_two_requests() {
        assert_ne!(token(), token());
    }

    #[test]
    fn overrides_are_for_the_first_essential_container() {
        let change = ContainerOverride {
            command: vec!["env".to_owned()],
            environment: vec![KeyValue::new("A", "1")],
            ..ContainerOverride::default()
        };
        let mut request = with_size("512", "1024");
        request.overrides.as_mut().unwrap().merge(change);
        let request = body(&completed(request, "FARGATE").unwrap());
        assert_eq!(
            request["overrides"],
            json!({
                "cpu": "512",
                "memory": "1024",
                "containerOverrides": [
                    {"name": "web", "command": ["env"], "environment": [{"name": "A", "value": "1"}]},
                ],
            })
        );
    }

    #[test]
    fn on_instances_the_size_is_the_containers_and_no_address_is_public() {
        let request = RunTaskRequest { launch_type: Some(LaunchType::Ec2), ..with_size("256", "128") };
        let request = body(&completed(request, "EC2").unwrap());
        let overrides = json!({"containerOverrides": [{"name": "web", "cpu": 256, "memory": 128}]});
        assert_eq!(request["overrides"], overrides);
        assert_eq!(request.get("capacityProviderStrategy"), None);
        assert_eq!(request["networkConfiguration"]["awsvpcConfiguration"].get("assignPublicIp"), None);
    }

    #[test]
    fn all_that_ecs_would_refuse_is_reported_at_once() {
        let request = RunTaskRequest {
            count: Some(11),
            launch_type: Some(LaunchType::Fargate),
            capacity_provider_strategy: vec![CapacityProviderStrategyItem::fargate()],
            ..with_size("1024", "1024")
        };
        let error = completed(request, "FARGATE").unwrap_err();
        for rule in ["C17", "C10", "T10"] {
            assert!(error.contains(rule), "{rule}: {error}");
        }
    }

    #[test]
    fn a_task_that_is_not_made_for_instances_does_not_run_on_them() {
        let request = RunTaskRequest { launch_type: Some(LaunchType::Ec2), ..RunTaskRequest::default() };
        assert!(completed(request, "FARGATE").unwrap_err().contains("S13"));
    }

    #[test]
    fn a_container_that_is_not_there_is_reported() {
        let (service, definition) = (service(), definition("FARGATE"));
        let request = complete(RunTaskRequest::default(), Some("app"), &service, &definition).unwrap();
        let error = check(&request, &definition, "web").unwrap_err().to_string();
        assert!(error.contains("no container \"app\""), "{error}");
    }
}

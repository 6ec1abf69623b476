//! What ECS adds to a task definition when it is registered.

use infra_ecs::container::Secret;
use infra_ecs::rules;
use infra_ecs::task_definition::NetworkMode;
use infra_ecs::{ContainerDefinition, TaskDefinition};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Where a definition runs, in ECS's order.
const COMPATIBILITIES: [&str; 4] = ["EXTERNAL", "EC2", "MANAGED_INSTANCES", "FARGATE"];

/// The request with the defaults that ECS's answers write out.
pub(super) fn normalised(mut request: Map<String, Value>, definition: &TaskDefinition) -> Map<String, Value> {
    for list in ["volumes", "placementConstraints"] {
        request.entry(list).or_insert_with(|| json!([]));
    }
    request.entry("enableFaultInjection").or_insert(json!(false));
    let demand = infra_ecs::fit::TaskDemand::of(definition);
    for (member, amount) in [("cpu", demand.cpu.0), ("memory", demand.memory.0)] {
        if request.contains_key(member) {
            request.insert(member.to_owned(), json!(amount.to_string()));
        }
    }
    let containers = request.get_mut("containerDefinitions").and_then(Value::as_array_mut);
    for container in containers.into_iter().flatten().filter_map(Value::as_object_mut) {
        container_defaults(container, definition.network_mode.as_ref());
    }
    request
}

fn container_defaults(container: &mut Map<String, Value>, mode: Option<&NetworkMode>) {
    container.entry("cpu").or_insert(json!(0));
    container.entry("essential").or_insert(json!(true));
    for list in ["environment", "mountPoints", "portMappings", "systemControls", "volumesFrom"] {
        container.entry(list).or_insert_with(|| json!([]));
    }
    let mappings = container.get_mut("portMappings").and_then(Value::as_array_mut);
    for mapping in mappings.into_iter().flatten().filter_map(Value::as_object_mut) {
        mapping.entry("protocol").or_insert(json!("tcp"));
        if let Some(port) = mapping.get("containerPort").cloned() {
            let same = matches!(mode, Some(NetworkMode::Awsvpc | NetworkMode::Host));
            mapping.entry("hostPort").or_insert(if same { port } else { json!(0) });
        }
    }
    if let Some(check) = container.get_mut("healthCheck").and_then(Value::as_object_mut) {
        for (member, default) in [("interval", 30), ("timeout", 5), ("retries", 3)] {
            check.entry(member).or_insert(json!(default));
        }
    }
}

/// Where a definition may run: what no rule refuses.
pub(super) fn compatibilities(asked: &Value) -> Vec<&'static str> {
    let fits = |place: &&str| {
        let mut asked = asked.clone();
        asked["requiresCompatibilities"] = json!([place]);
        let definition: Option<TaskDefinition> = serde_json::from_value(asked).ok();
        definition.is_some_and(|definition| rules::task_definition(&definition).is_ok())
    };
    COMPATIBILITIES.into_iter().filter(fits).collect()
}

/// What an instance must be able to do; those that most definitions need.
pub(super) fn required_attributes(definition: &TaskDefinition) -> Value {
    let containers = &definition.container_definitions;
    let any = |has: fn(&ContainerDefinition) -> bool| containers.iter().any(has);
    let logs: Vec<&str> =
        containers.iter().filter_map(|it| Some(it.log_configuration.as_ref()?.log_driver.as_str())).collect();
    let secrets = |part: &str| containers.iter().flat_map(|it| &it.secrets).any(|secret| names(secret, part));
    let executes = definition.execution_role_arn.is_some();
    let from_ecr =
        any(|it| it.image.as_ref().and_then(|it| it.get().ok()).is_some_and(|it| it.contains(".dkr.ecr.")));
    let docker = |version: &str| format!("{AGENT}docker-remote-api.{version}");
    let needed = [
        (true, docker("1.18")),
        (from_ecr || definition.task_role_arn.is_some(), docker("1.17")),
        (any(|it| it.memory_reservation.is_some()), docker("1.21")),
        (any(|it| it.health_check.is_some()), docker("1.24")),
        (any(|it| it.health_check.is_some()), "ecs.capability.container-health-check".to_owned()),
        (from_ecr, format!("{AGENT}ecr-auth")),
        (from_ecr && executes, "ecs.capability.execution-role-ecr-pull".to_owned()),
        (logs.contains(&"awslogs") && executes, "ecs.capability.execution-role-awslogs".to_owned()),
        (definition.task_role_arn.is_some(), format!("{AGENT}task-iam-role")),
        (definition.network_mode == Some(NetworkMode::Awsvpc), "ecs.capability.task-eni".to_owned()),
        (any(|it| !it.depends_on.is_empty()), "ecs.capability.container-ordering".to_owned()),
        (secrets(":secretsmanager:"), "ecs.capability.secrets.asm.environment-variables".to_owned()),
        (secrets(":ssm:"), "ecs.capability.secrets.ssm.environment-variables".to_owned()),
        (any(|it| it.privileged == Some(true)), format!("{AGENT}privileged-container")),
    ];
    let drivers = logs.iter().map(|driver| format!("{AGENT}logging-driver.{driver}"));
    let needed = needed.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, name)| name);
    let names: BTreeSet<String> = needed.chain(drivers).collect();
    names.into_iter().map(|name| json!({"name": name})).collect()
}

/// How attributes of the agent begin: the same in every partition.
const AGENT: &str = concat!("com.amazonaws", ".ecs.capability.");

fn names(secret: &Secret, service: &str) -> bool {
    let from = json!(secret)["valueFrom"].as_str().unwrap_or_default().to_owned();
    // A parameter of the same region may be given by its name.
    from.contains(service) || (service == ":ssm:" && !from.starts_with("arn:"))
}

//! What a document is, by its members: requests to ECS, its answers, or something else.

use super::{containers, definition, run_task, service};
use crate::rules::{Findings, Minds, Path, Rule};
use serde_json::{Error, Map, Value};

/// Members of task definitions by which one is known that has lost its containers.
const OF_TASK_DEFINITIONS: [&str; 8] = [
    "cpu",
    "memory",
    "executionRoleArn",
    "taskRoleArn",
    "networkMode",
    "requiresCompatibilities",
    "volumes",
    "taskDefinitionArn",
];
/// Members that a service has and a run-task has not.
const OF_SERVICES: [&str; 14] = [
    "serviceName",
    "serviceArn",
    "desiredCount",
    "loadBalancers",
    "serviceRegistries",
    "schedulingStrategy",
    "deploymentConfiguration",
    "deploymentController",
    "healthCheckGracePeriodSeconds",
    "serviceConnectConfiguration",
    "availabilityZoneRebalancing",
    "forceNewDeployment",
    "vpcLatticeConfigurations",
    "service",
];
/// Members that services and run-tasks have.
const OF_BOTH: [&str; 10] = [
    "cluster",
    "taskDefinition",
    "launchType",
    "capacityProviderStrategy",
    "networkConfiguration",
    "platformVersion",
    "placementConstraints",
    "placementStrategy",
    "enableExecuteCommand",
    "volumeConfigurations",
];
/// Members of run-tasks alone.
const OF_RUN_TASKS: [&str; 4] = ["count", "overrides", "startedBy", "referenceId"];
/// Members of containers beside their name.
const OF_CONTAINERS: [&str; 6] =
    ["image", "essential", "portMappings", "logConfiguration", "memory", "environment"];

/// Members by which a single container is known that is not in a list.
const OF_A_CONTAINER: [&str; 5] =
    ["essential", "portMappings", "logConfiguration", "memoryReservation", "mountPoints"];

/// What a part of a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What `register-task-definition` takes, or what `describe-task-definition` answers.
    TaskDefinition,
    /// A list of containers, or one.
    Containers,
    /// What `create-service` and `update-service` take.
    Service,
    /// What `describe-services` answers of a service.
    AnsweredService,
    /// What `run-task` takes.
    RunTask,
}

/// A request, or an answer, in a document.
#[derive(Debug)]
pub struct Part<'a> {
    /// What it is.
    pub kind: Kind,
    /// Where it stands in the document: `services[0]`; empty for the whole.
    pub place: String,
    /// Itself.
    pub json: &'a Value,
}

/// What a document without a request is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoRequest(pub &'static str);

impl Part<'_> {
    /// What ECS would say to it.
    ///
    /// # Errors
    /// Never: the JSON is read into types that take anything.
    pub fn check(&self) -> Result<Findings, Error> {
        let mut findings = match self.kind {
            Kind::TaskDefinition => definition(self.json)?,
            Kind::Containers => containers(self.json)?,
            Kind::Service => service(self.json)?,
            Kind::AnsweredService => service::answered(self.json)?,
            Kind::RunTask => run_task(self.json)?,
        };
        if self.place.starts_with('[') {
            let problem = "in a list, which neither aws-cli nor ECS takes: each is sent by itself";
            findings.note(Rule::T01, &Path::Root, problem, Minds::AwsCli);
        }
        Ok(findings)
    }

    /// The way to a finding's value from the top of the document.
    pub fn way_to(&self, path: &str) -> String {
        let path = if self.kind == Kind::Containers {
            let prefix =
                if self.json.is_object() { "containerDefinitions[0]" } else { "containerDefinitions" };
            path.strip_prefix(prefix).unwrap_or_default().trim_start_matches('.')
        } else {
            path
        };
        let inner = if self.is_whole_answer() { "taskDefinition" } else { "" };
        let steps = [self.place.as_str(), inner, path].into_iter().filter(|step| !step.is_empty());
        steps.fold(String::new(), |way, step| {
            let dot = if way.is_empty() || step.starts_with('[') { "" } else { "." };
            format!("{way}{dot}{step}")
        })
    }

    fn is_whole_answer(&self) -> bool {
        self.kind == Kind::TaskDefinition && self.json.get("taskDefinition").is_some_and(Value::is_object)
    }
}

/// The requests and answers in a document.
///
/// # Errors
/// When it is something else, with what it is.
pub fn parts(json: &Value) -> Result<Vec<Part<'_>>, NoRequest> {
    match json {
        Value::Array(items) => of_list(json, items),
        Value::Object(members) => of_object(json, members),
        _ => Err(NoRequest("a single value; not a request to ECS")),
    }
}

fn of_list<'a>(json: &'a Value, items: &'a [Value]) -> Result<Vec<Part<'a>>, NoRequest> {
    let has = |item: &Value, name: &str| item.get(name).is_some();
    if items.iter().any(|item| has(item, "imageUri")) {
        return Err(NoRequest("image definitions of CodePipeline; not a request to ECS"));
    }
    let is_container = |item: &Value| has(item, "name") && OF_CONTAINERS.iter().any(|name| has(item, name));
    if !items.is_empty() && items.iter().all(is_container) {
        return Ok(vec![Part { kind: Kind::Containers, place: String::new(), json }]);
    }
    let mut all = Vec::new();
    for (index, item) in items.iter().enumerate() {
        for part in parts(item)? {
            let dot = if part.place.is_empty() { "" } else { "." };
            all.push(Part { place: format!("[{index}]{dot}{}", part.place), ..part });
        }
    }
    if all.is_empty() { Err(NoRequest("an empty list; not a request to ECS")) } else { Ok(all) }
}

fn of_object<'a>(json: &'a Value, members: &'a Map<String, Value>) -> Result<Vec<Part<'a>>, NoRequest> {
    if let Some(other) = other(members) {
        return Err(NoRequest(other));
    }
    let one = |kind| Ok(vec![Part { kind, place: String::new(), json }]);
    let count = |names: &[&str]| names.iter().filter(|name| members.contains_key(**name)).count();
    if is_task_definition(members) || members.get("taskDefinition").is_some_and(Value::is_object) {
        return one(Kind::TaskDefinition);
    }
    if let Some(services) = members.get("services").and_then(Value::as_array) {
        return answered(services);
    }
    if let Some(service) = members.get("service").filter(|service| service.is_object()) {
        let place = "service".to_owned();
        return Ok(vec![Part { kind: Kind::AnsweredService, place, json: service }]);
    }
    if count(&["name", "image"]) == 2 && count(&OF_A_CONTAINER) > 0 {
        return one(Kind::Containers);
    }
    if count(&OF_SERVICES) > 0 && count(&OF_SERVICES) + count(&OF_BOTH) > 1 {
        return one(Kind::Service);
    }
    if members.get("taskDefinition").is_some_and(Value::is_string)
        && (count(&OF_RUN_TASKS) + count(&OF_BOTH) > 1 || members.len() == 1)
    {
        return one(Kind::RunTask);
    }
    Err(NoRequest(
        "not a request to ECS: it has neither containerDefinitions nor a service's or a run-task's members",
    ))
}

fn is_task_definition(members: &Map<String, Value>) -> bool {
    let beside = || OF_TASK_DEFINITIONS.iter().any(|name| members.contains_key(*name));
    members.contains_key("containerDefinitions") || (members.contains_key("family") && beside())
}

fn answered(services: &[Value]) -> Result<Vec<Part<'_>>, NoRequest> {
    if services.is_empty() {
        return Err(NoRequest("an answer of describe-services without a service"));
    }
    let part = |(index, json): (usize, _)| Part {
        kind: Kind::AnsweredService,
        place: format!("services[{index}]"),
        json,
    };
    Ok(services.iter().enumerate().map(part).collect())
}

/// What else people have beside requests to ECS.
fn other(members: &Map<String, Value>) -> Option<&'static str> {
    let has = |name: &str| members.contains_key(name);
    let is_resource = |resource: &Value| {
        let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        kind.starts_with("AWS::") || kind.starts_with("Custom::")
    };
    match members.get("Resources") {
        Some(Value::Object(resources))
            if has("AWSTemplateFormatVersion") || resources.values().any(is_resource) =>
        {
            return Some("a CloudFormation template; not a request to ECS: cfn-lint checks these");
        }
        Some(Value::Array(_)) => return Some("an AppSpec of CodeDeploy; not a request to ECS"),
        _ => {}
    }
    if has("AWSEBDockerrunVersion") {
        Some("a Dockerrun.aws.json of Elastic Beanstalk; not a request to ECS")
    } else if has("ContainerDefinitions") {
        Some(
            "a task definition as CloudFormation spells it (ContainerDefinitions); not a request to ECS: cfn-lint checks these",
        )
    } else if has("apiVersion") && has("kind") {
        Some("a resource of Kubernetes; not a request to ECS")
    } else if has("task_definition") || has("run_params") {
        Some("an ecs-params file of the ECS CLI; not a request to ECS")
    } else if has("container_definitions") {
        Some("a task definition as Terraform spells it (container_definitions); not a request to ECS")
    } else if members.get("tasks").is_some_and(Value::is_array) {
        Some("an answer about tasks; not a request to ECS")
    } else if members.get("services").is_some_and(Value::is_object) {
        Some("a Compose file; not a request to ECS")
    } else {
        None
    }
}

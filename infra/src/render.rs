//! The JSON that a deploy would send, from the program alone. What only AWS knows stands as `${kind/name.attribute}`.

use crate::Program;
use infra_ecs::body::{create_service, lean, register_task_definition};
use infra_engine::resolve::resolve;
use infra_engine::stack::Node;
use infra_engine::{Resource, Stack};
use infra_resources::{Service, TaskDefinition};
use serde_json::{Map, Value, json};

/// What `RegisterTaskDefinition` is sent for each task definition, by logical name.
pub fn task_definitions(program: &Program) -> Map<String, Value> {
    let stack = &program.stack;
    let request = |node: &Node| register_task_definition(&written(node), &stack.tags_of(&node.id));
    requests(stack, TaskDefinition::KIND, request)
}

/// What `CreateService` is sent for each service, by logical name.
pub fn services(program: &Program) -> Map<String, Value> {
    let stack = &program.stack;
    let request = |node: &Node| create_service(&written(node), &stack.tags_of(&node.id));
    requests(stack, Service::KIND, request)
}

/// Every resource: what is wanted of it, and what must be there before.
pub fn resources(program: &Program) -> Value {
    let nodes = program.stack.nodes();
    let resource = |node: &Node| {
        let after = node.dependencies.iter().map(|&index| nodes[index].id.to_string());
        json!({
            "resource": node.id.to_string(),
            "name": node.name,
            "after": after.collect::<Vec<_>>(),
            "desired": lean(&written(node)),
        })
    };
    nodes.iter().map(resource).collect()
}

fn requests(stack: &Stack, kind: &str, request: impl Fn(&Node) -> Value) -> Map<String, Value> {
    let nodes = stack.nodes().iter().filter(|node| node.id.kind == kind);
    nodes.map(|node| (node.id.logical_name.clone(), request(node))).collect()
}

/// The desired value, with references to what only AWS knows as text.
fn written(node: &Node) -> Value {
    resolve(&node.desired, &|reference| {
        let text = Value::String(format!("${{{}.{}}}", reference.resource(), reference.attribute()));
        // The outputs that are lists are those of many ids.
        Some(if reference.attribute().ends_with("_ids") { Value::Array(vec![text]) } else { text })
    })
}

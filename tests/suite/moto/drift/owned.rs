//! What the program sets, property by property: each one is changed by hand in `edits`, or here it says why it can't be.

use std::collections::BTreeSet;

use infra::{Destination, Settings};
use infra_ecs::body::lean;
use serde_json::Map;

/// Kinds whose parts all stay as they were made.
const KINDS: &[(&str, &str)] = &[
    ("default-vpc", "is found, never made"),
    ("kms-key", "is found, never made"),
    ("image", "is found by its digest"),
    ("instance-subnets", "are found, never made"),
    ("task-definition", "revisions do not change; another one is in `edits`"),
    ("cluster-capacity", "is there or not"),
    ("gateway-endpoint", "is known by its VPC and its service"),
];

/// Properties that nobody can change, or that are no longer ours once the resource is there.
const PROPERTIES: &[(&str, &str, &str)] = &[
    ("security-group", "vpcId", "stays for ever"),
    ("iam-role", "path", "stays for ever"),
    ("instance-profile", "path", "stays for ever"),
    ("cluster", "containerInsights", "moto can't change it, MiniStack can: `ministack_drift`"),
    ("listener", "loadBalancerArn", "stays for ever"),
    ("listener", "loadBalancerName", "stays for ever"),
    ("listener", "port", "another port is another listener"),
    ("listener-rule", "listenerArn", "stays for ever"),
    ("listener-rule", "listenerName", "stays for ever"),
    ("listener-rule", "priority", "another priority is another rule"),
    ("target-group", "port", "stays for ever"),
    ("target-group", "targetType", "stays for ever"),
    ("target-group", "vpcId", "stays for ever"),
    ("service", "cluster", "stays for ever"),
    ("service", "clusterName", "stays for ever"),
    ("service", "deploymentController", "the program's never changes"),
    ("service", "initialDesiredCount", "counts when it is made"),
    ("service", "schedulingStrategy", "stays for ever"),
    ("service", "serviceName", "is its name"),
    ("service-scaling", "clusterName", "is its name"),
    ("service-scaling", "serviceName", "is its name"),
    ("auto-scaling-group", "launchTemplateId", "its version shows as well"),
    ("auto-scaling-group", "initialSize", "counts when it is made"),
    ("auto-scaling-group", "outdatedInstances", "there is no instance"),
    ("capacity-provider", "autoScalingGroupArn", "stays for ever; a group that comes anew is in `deletions`"),
    ("capacity-provider", "managedDraining", "moto does not report it, MiniStack does: `ministack_drift`"),
    ("capacity-provider", "scaleInProtection", "is the group's"),
];

/// The properties, as `kind: property`, that the program sets and that none of these differences is about. The differences
/// read `kind name: path`.
pub fn unchanged(settings: &[&str], differences: &BTreeSet<String>) -> BTreeSet<String> {
    let changed = |kind: &str, property: &str| {
        differences.iter().filter_map(|line| line.split_once(' ')).any(|(of, rest)| {
            let path = rest.split_once(": ").map_or("", |(_, path)| path);
            of == kind && path.split(['.', '[']).next() == Some(property)
        })
    };
    let stays = |kind: &str, property: &str| {
        property == "name"
            || KINDS.iter().any(|(of, _)| *of == kind)
            || PROPERTIES.iter().any(|(of, name, _)| (*of, *name) == (kind, property))
    };
    let mut set = set_by_the_program(settings);
    let is_set = |kind: &str, property: &str| set.contains(&(kind.to_owned(), property.to_owned()));
    let not_set: Vec<_> = PROPERTIES.iter().filter(|(kind, property, _)| !is_set(kind, property)).collect();
    assert!(not_set.is_empty(), "the program does not set {not_set:#?}");
    set.retain(|(kind, property)| !changed(kind, property) && !stays(kind, property));
    set.into_iter().map(|(kind, property)| format!("{kind}: {property}")).collect()
}

/// Every kind with each property that has a value.
fn set_by_the_program(settings: &[&str]) -> BTreeSet<(String, String)> {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    let settings = Settings::with_overrides(&settings).unwrap_or_else(|error| panic!("{error}"));
    let name = "hand".parse().unwrap_or_else(|error| panic!("{error}"));
    let destination = Destination { account_id: "123456789012".to_owned(), region: "eu-west-1".to_owned() };
    let tags = infra::apps::ALL.iter().map(|app| (app.name, "src-0".to_owned())).collect();
    let program = infra::program(&name, &settings, &destination, &tags);
    let program = program.unwrap_or_else(|error| panic!("{error}"));
    let mut set = BTreeSet::new();
    for node in program.stack.nodes() {
        let desired = lean(&node.desired);
        let properties = desired.as_object().into_iter().flat_map(Map::keys);
        set.extend(properties.map(|property| (node.id.kind.clone(), property.clone())));
    }
    set
}

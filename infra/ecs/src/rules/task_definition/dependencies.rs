//! The order in which containers start: T55, X31.

use super::checked::Checked;
use super::identity::MOST_CONTAINERS;
use crate::container::{ContainerCondition, ContainerDefinition, ContainerDependency};
use crate::rules::{Findings, Path, Rule};

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    task.each_container(|container, path| {
        let dependencies = path.member("dependsOn");
        for (index, dependency) in container.depends_on.iter().enumerate() {
            if let Some(problem) = condition_problem(task, dependency) {
                let item: Path<'_> = dependencies.item(index);
                findings.add(Rule::T55, &item, problem);
            }
        }
    });
    // Refused anyway (T04), and looking for cycles takes long.
    if task.containers().len() > MOST_CONTAINERS {
        return;
    }
    let waits_for = |container: &ContainerDefinition| -> Vec<String> {
        container.depends_on.iter().map(|dependency| dependency.container_name.clone()).collect()
    };
    if let Some(cycle) = cycle(task, &waits_for) {
        findings.add(Rule::T55, &Path::at("containerDefinitions"), format!("{cycle} wait for each other"));
    } else if let Some(cycle) = cycle(task, &refers_to) {
        findings.add(Rule::X31, &Path::at("containerDefinitions"), format!("{cycle} refer to each other"));
    }
}

fn condition_problem(task: &Checked<'_>, dependency: &ContainerDependency) -> Option<String> {
    let name = &dependency.container_name;
    let Some(other) = task.container(name) else {
        return Some(format!("the task has no container \"{name}\""));
    };
    match dependency.condition {
        ContainerCondition::Complete | ContainerCondition::Success if other.is_essential() => {
            Some(format!("\"{name}\" is essential: when it ends, the task does"))
        }
        ContainerCondition::Healthy if other.health_check.is_none() => {
            Some(format!("\"{name}\" has no health check"))
        }
        _ => None,
    }
}

/// All containers that one needs to be there first: those it depends on, links to and has volumes from.
fn refers_to(container: &ContainerDefinition) -> Vec<String> {
    let waits_for = container.depends_on.iter().map(|dependency| dependency.container_name.clone());
    let links = container.links.iter().map(|link| link.split(':').next().unwrap_or_default().to_owned());
    let volumes = container.volumes_from.iter().filter_map(|from| from.source_container.clone());
    waits_for.chain(links).chain(volumes).collect()
}

/// The names on a cycle, if there is one: what is left when containers that refer to none of the rest are taken away.
fn cycle(task: &Checked<'_>, refers_to: &dyn Fn(&ContainerDefinition) -> Vec<String>) -> Option<String> {
    let mut left: Vec<(&str, Vec<String>)> =
        task.containers().iter().map(|container| (container.name(), refers_to(container))).collect();
    loop {
        let names: Vec<&str> = left.iter().map(|(name, _)| *name).collect();
        let before = left.len();
        left.retain(|(_, others)| others.iter().any(|other| names.contains(&other.as_str())));
        if left.is_empty() {
            return None;
        }
        if left.len() == before {
            return Some(names.join(", "));
        }
    }
}

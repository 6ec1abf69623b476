//! Memory of the task and of its containers: T16 to T20, X05, X13.

use super::checked::Checked;
use crate::container::ContainerDefinition;
use crate::rules::size_text;
use crate::rules::{Findings, Path, Rule};

/// What a container needs at least, in MiB; an old Docker is content with less.
const LEAST_MIB: i32 = 6;
const LEAST_MIB_OF_OLD_DOCKER: i32 = 4;

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    let text = task.definition.memory.as_deref();
    let task_memory = text.and_then(size_text::memory).and_then(|size| i64::try_from(size.amount).ok());
    task.each_container(|container, path| limits(container, path, findings));
    match task_memory {
        Some(mib) => fits(task, mib, findings),
        None if text.is_none() => every_container_says(task, findings),
        None => {}
    }
}

fn limits(container: &ContainerDefinition, path: &Path<'_>, findings: &mut Findings) {
    for (member, mib) in [("memory", container.memory), ("memoryReservation", container.memory_reservation)] {
        let Some(mib) = mib else { continue };
        if mib < LEAST_MIB_OF_OLD_DOCKER {
            findings.add(Rule::T20, &path.member(member), format!("{mib} MiB"));
        } else if mib < LEAST_MIB {
            findings.add(Rule::X13, &path.member(member), format!("{mib} MiB"));
        }
    }
    if let (Some(memory), Some(reservation)) = (container.memory, container.memory_reservation)
        && reservation > memory
    {
        let problem = format!("{reservation} MiB are reserved of {memory} MiB");
        findings.add(Rule::T19, &path.member("memoryReservation"), problem);
    }
}

fn fits(task: &Checked<'_>, task_mib: i64, findings: &mut Findings) {
    let (mut hard, mut soft, mut too_large) = (0, 0, false);
    task.each_container(|container, path| {
        let mib = i64::from(container.memory.unwrap_or_default());
        if mib > task_mib {
            too_large = true;
            let problem = format!("{mib} MiB for the container, {task_mib} MiB for the task");
            findings.add(Rule::T16, &path.member("memory"), problem);
        }
        hard += mib;
        soft += i64::from(container.memory_reservation.unwrap_or_default());
    });
    if soft > task_mib {
        let problem = format!("the containers reserve {soft} MiB together, the task has {task_mib}");
        findings.add(Rule::T17, &Path::at("containerDefinitions"), problem);
    }
    if hard > task_mib && !too_large {
        let problem = format!("the containers may use {hard} MiB together, the task has {task_mib}");
        findings.add(Rule::X05, &Path::at("containerDefinitions"), problem);
    }
}

fn every_container_says(task: &Checked<'_>, findings: &mut Findings) {
    task.each_container(|container, path| {
        if container.memory.is_none() && container.memory_reservation.is_none() {
            findings.add(
                Rule::T18,
                &path.member("memory"),
                "neither the task nor the container says how much",
            );
        }
    });
}

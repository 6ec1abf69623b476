//! What ECS refuses of a task definition.

mod checked;
mod container_settings;
mod dependencies;
mod fargate;
mod identity;
mod logging;
mod managed_instances;
mod memory;
mod network;
mod platform;
mod ports;
mod processor;
mod roles;
mod secrets;
mod storage;
mod volumes;
mod windows;

pub use container_settings::devices;

use super::findings::Findings;
use crate::task_definition::TaskDefinition;
use checked::Checked;

/// Checks a task definition against every rule.
pub fn task_definition(definition: &TaskDefinition) -> Findings {
    let task = Checked::new(definition);
    let mut findings = Findings::default();
    let rules: [fn(&Checked<'_>, &mut Findings); 16] = [
        identity::check,
        platform::check,
        processor::check,
        memory::check,
        network::check,
        ports::check,
        fargate::check,
        windows::check,
        managed_instances::check,
        volumes::check,
        storage::check,
        logging::check,
        roles::check,
        secrets::check,
        dependencies::check,
        container_settings::check,
    ];
    for rule in rules {
        rule(&task, &mut findings);
    }
    findings
}

//! CPU, and the sizes of Fargate: T09 to T11, T13 to T15, T74, X01, X02, X30.

use super::checked::Checked;
use crate::rules::size_text::{self, Size};
use crate::rules::{Findings, Path, Rule};
use crate::task_size::{CpuUnits, FargateSize, Mebibytes, is_new_size};

/// CPU units that a task on an instance can have: 0.125 to 192 vCPUs.
const TASK_CPU: std::ops::RangeInclusive<u64> = 128..=196_608;
/// Older pages begin here.
const UNDISPUTED_TASK_CPU: u64 = 256;
const WINDOWS_CPU: [u64; 3] = [1024, 2048, 4096];

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    let definition = task.definition;
    let cpu = definition.cpu.as_deref().map(|text| read("cpu", text, size_text::cpu(text), findings));
    let memory =
        definition.memory.as_deref().map(|text| read("memory", text, size_text::memory(text), findings));
    if task.fargate {
        for (member, given) in [("cpu", cpu.is_some()), ("memory", memory.is_some())] {
            if !given {
                findings.add(Rule::T09, &Path::at(member), format!("Fargate needs the task's {member}"));
            }
        }
        fargate(task, cpu.flatten(), memory.flatten(), findings);
    } else if let Some(units) = cpu.flatten() {
        if !TASK_CPU.contains(&units) {
            findings.add(Rule::T14, &Path::at("cpu"), format!("{units} CPU units"));
        } else if units < UNDISPUTED_TASK_CPU {
            findings.add(Rule::X30, &Path::at("cpu"), format!("{units} CPU units"));
        }
    }
    container_cpu(task, cpu.flatten(), findings);
}

fn read(member: &str, text: &str, size: Option<Size>, findings: &mut Findings) -> Option<u64> {
    match size {
        None => findings.add(Rule::T13, &Path::at(member), format!("\"{text}\" is no {member}")),
        Some(size) if size.odd => {
            findings.add(Rule::X02, &Path::at(member), format!("\"{text}\" is an odd spelling"));
        }
        Some(_) => {}
    }
    size.map(|size| size.amount)
}

fn fargate(task: &Checked<'_>, cpu: Option<u64>, memory: Option<u64>, findings: &mut Findings) {
    let Some(units) = cpu else { return };
    if task.windows && !WINDOWS_CPU.contains(&units) {
        findings.add(Rule::T11, &Path::at("cpu"), format!("{units} CPU units for Windows"));
        return;
    }
    let Some(mib) = memory else {
        if !FargateSize::has_cpu(units) {
            findings.add(Rule::T10, &Path::at("cpu"), format!("{units} CPU units"));
        }
        return;
    };
    let (Ok(cpu_units), Ok(mebibytes)) = (u32::try_from(units), u32::try_from(mib)) else {
        findings.add(Rule::T10, &Path::at("cpu"), format!("{units} CPU units with {mib} MiB"));
        return;
    };
    let (cpu, memory) = (CpuUnits(cpu_units), Mebibytes(mebibytes));
    match FargateSize::new(cpu, memory) {
        Err(error) => {
            let member = if FargateSize::has_cpu(units) { "memory" } else { "cpu" };
            findings.add(Rule::T10, &Path::at(member), error);
        }
        Ok(_) if is_new_size(cpu) => {
            findings.add(Rule::X01, &Path::at("cpu"), format!("{units} CPU units with {mib} MiB"));
        }
        Ok(_) => {}
    }
}

fn container_cpu(task: &Checked<'_>, task_cpu: Option<u64>, findings: &mut Findings) {
    let mut sum = 0;
    task.each_container(|container, path| {
        let cpu = i64::from(container.cpu.unwrap_or_default());
        if cpu < 0 {
            findings.add(Rule::T74, &path.member("cpu"), format!("{cpu} CPU units"));
        }
        sum += cpu.max(0);
    });
    if let Some(units) = task_cpu.filter(|&units| u64::try_from(sum).is_ok_and(|sum| sum > units)) {
        let problem = format!("the containers have {sum} CPU units together, the task {units}");
        findings.add(Rule::T15, &Path::at("containerDefinitions"), problem);
    }
}

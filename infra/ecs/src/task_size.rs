//! The sizes that Fargate has: only certain amounts of memory go with an amount of CPU.

use serde::{Deserialize, Serialize};
use std::fmt;

/// CPU in units of which 1024 are one vCPU.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html> (`cpu`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CpuUnits(pub u32);

/// Memory in MiB, of which 1024 are what ECS calls a GB.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>
/// (`memory`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mebibytes(pub u32);

/// A CPU and memory combination that Fargate runs.
///
/// Where the numbers stand in the source, a wrong pair does not compile:
///
/// ```
/// let size = infra_ecs::fargate_size!(cpu: 1024, memory: 2048);
/// # assert_eq!(size.cpu(), "1024");
/// ```
///
/// Where they come from settings, [`FargateSize::new`] refuses it before any call.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html>
/// (task size).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FargateSize {
    cpu: CpuUnits,
    memory: Mebibytes,
}

/// A combination that Fargate does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FargateSizeError {
    cpu: CpuUnits,
    memory: Mebibytes,
}

/// CPU units, then least, most and step of memory in MiB.
const SIZES: [(u32, u32, u32, u32); 7] = [
    (256, 512, 2048, 512),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
    (8192, 16384, 61440, 4096),
    (16384, 32768, 122_880, 8192),
];
/// The size of June 2026, which comes with three amounts of memory, and not in every region yet.
const NEW_CPU: u32 = 32768;
const NEW_MEMORY: [u32; 3] = [61440, 122_880, 249_856];

impl FargateSize {
    /// The size with this much CPU and memory.
    ///
    /// # Errors
    /// When Fargate has no such combination.
    pub const fn new(cpu: CpuUnits, memory: Mebibytes) -> Result<Self, FargateSizeError> {
        if exists(cpu.0, memory.0) { Ok(Self { cpu, memory }) } else { Err(FargateSizeError { cpu, memory }) }
    }

    /// The size with this much CPU and memory, for a `const`: there a wrong combination does not compile. Write
    /// [`fargate_size!`](crate::fargate_size), which is always one.
    ///
    /// # Panics
    /// Outside a `const`, when Fargate has no such combination: use [`FargateSize::new`] there.
    #[track_caller]
    pub const fn of(cpu: CpuUnits, memory: Mebibytes) -> Self {
        if let Ok(size) = Self::new(cpu, memory) {
            return size;
        }
        match cpu.0 {
            256 => panic!("T10: with 256 CPU units Fargate has 512, 1024 and 2048 MiB"),
            512 => panic!("T10: with 512 CPU units Fargate has 1024 to 4096 MiB in steps of 1024"),
            1024 => panic!("T10: with 1024 CPU units Fargate has 2048 to 8192 MiB in steps of 1024"),
            2048 => panic!("T10: with 2048 CPU units Fargate has 4096 to 16384 MiB in steps of 1024"),
            4096 => panic!("T10: with 4096 CPU units Fargate has 8192 to 30720 MiB in steps of 1024"),
            8192 => panic!("T10: with 8192 CPU units Fargate has 16384 to 61440 MiB in steps of 4096"),
            16384 => panic!("T10: with 16384 CPU units Fargate has 32768 to 122880 MiB in steps of 8192"),
            NEW_CPU => panic!("T10: with 32768 CPU units Fargate has 61440, 122880 and 249856 MiB"),
            _ => panic!("T10: Fargate has 256, 512, 1024, 2048, 4096, 8192, 16384 and 32768 CPU units"),
        }
    }

    /// Whether Fargate has this much CPU with some amount of memory.
    pub fn has_cpu(units: u64) -> bool {
        units == u64::from(NEW_CPU) || SIZES.iter().any(|(cpu, ..)| u64::from(*cpu) == units)
    }

    /// CPU units as ECS writes them in a task definition.
    pub fn cpu(self) -> String {
        self.cpu.0.to_string()
    }

    /// MiB of memory as ECS writes them in a task definition.
    pub fn memory(self) -> String {
        self.memory.0.to_string()
    }
}

/// Whether a size with this much CPU is so new that not every region has it.
pub fn is_new_size(cpu: CpuUnits) -> bool {
    cpu.0 == NEW_CPU
}

const fn exists(cpu_units: u32, memory_mib: u32) -> bool {
    if cpu_units == NEW_CPU {
        return memory_mib == NEW_MEMORY[0] || memory_mib == NEW_MEMORY[1] || memory_mib == NEW_MEMORY[2];
    }
    let mut row = 0;
    while row < SIZES.len() {
        let (cpu, least, most, step) = SIZES[row];
        // A quarter vCPU comes with 512, 1024 or 2048 MiB, but not with 1536.
        let skipped = cpu == 256 && memory_mib == 1536;
        let fits = memory_mib >= least && memory_mib <= most && memory_mib.is_multiple_of(step);
        if cpu == cpu_units && fits && !skipped {
            return true;
        }
        row += 1;
    }
    false
}

impl fmt::Display for FargateSizeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (cpu, memory) = (self.cpu.0, self.memory.0);
        write!(formatter, "Fargate has no size with {cpu} CPU units and {memory} MiB of memory")?;
        match SIZES.iter().find(|(row, ..)| *row == cpu) {
            Some((256, ..)) => write!(formatter, "; with 256 CPU units it has 512, 1024 and 2048 MiB"),
            Some((_, least, most, step)) => {
                write!(formatter, "; with {cpu} CPU units it has {least} to {most} MiB in steps of {step}")
            }
            None if cpu == NEW_CPU => {
                write!(formatter, "; with {cpu} CPU units it has 61440, 122880 and 249856 MiB")
            }
            None => {
                write!(formatter, "; it has 256, 512, 1024, 2048, 4096, 8192, 16384 and 32768 CPU units")
            }
        }
    }
}

impl std::error::Error for FargateSizeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_74_sizes_up_to_16_vcpu_and_three_of_32() {
        let sizes = |cpu: u32| (0..=262_144).step_by(512).filter(|&memory| exists(cpu, memory)).count();
        assert_eq!(SIZES.iter().map(|(cpu, ..)| sizes(*cpu)).sum::<usize>(), 74);
        assert_eq!(sizes(NEW_CPU), 3);
    }

    #[test]
    fn a_wrong_size_says_what_would_be_valid() {
        let error = FargateSize::new(CpuUnits(1024), Mebibytes(1024)).unwrap_err().to_string();
        assert!(error.contains("2048 to 8192 MiB"), "{error}");
    }
}

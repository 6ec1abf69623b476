//! The sizes that Fargate has: only certain amounts of memory go with an amount of CPU.

use std::fmt;

/// A CPU and memory combination that Fargate runs.
///
/// AWS: "Task CPU and memory", Amazon ECS Developer Guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FargateSize {
    cpu_units: u32,
    memory_mib: u32,
}

/// A combination that Fargate does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FargateSizeError {
    cpu_units: u32,
    memory_mib: u32,
}

/// CPU units (1024 are one vCPU), then least, most and step of memory in MiB.
const SIZES: [(u32, u32, u32, u32); 7] = [
    (256, 512, 2048, 512),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
    (8192, 16384, 61440, 4096),
    (16384, 32768, 122_880, 8192),
];

impl FargateSize {
    /// The size with this many CPU units and MiB of memory.
    ///
    /// # Errors
    /// When Fargate has no such combination.
    pub const fn new(cpu_units: u32, memory_mib: u32) -> Result<Self, FargateSizeError> {
        let mut row = 0;
        while row < SIZES.len() {
            let (cpu, least, most, step) = SIZES[row];
            // A quarter vCPU comes with 512, 1024 or 2048 MiB, but not with 1536.
            let skipped = cpu == 256 && memory_mib == 1536;
            let fits = memory_mib >= least && memory_mib <= most && memory_mib.is_multiple_of(step);
            if cpu == cpu_units && fits && !skipped {
                return Ok(Self { cpu_units, memory_mib });
            }
            row += 1;
        }
        Err(FargateSizeError { cpu_units, memory_mib })
    }

    /// CPU units as ECS writes them in a task definition.
    pub fn cpu(self) -> String {
        self.cpu_units.to_string()
    }

    /// MiB of memory as ECS writes them in a task definition.
    pub fn memory(self) -> String {
        self.memory_mib.to_string()
    }
}

impl fmt::Display for FargateSizeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "T10: Fargate has no size with {} CPU units and {} MiB of memory",
            self.cpu_units, self.memory_mib
        )?;
        match SIZES.iter().find(|(cpu, ..)| *cpu == self.cpu_units) {
            Some((cpu, least, most, step)) => {
                write!(formatter, "; with {cpu} CPU units it takes {least} to {most} MiB in steps of {step}")
            }
            None => write!(formatter, "; it has 256, 512, 1024, 2048, 4096, 8192 and 16384 CPU units"),
        }
    }
}

impl std::error::Error for FargateSizeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_74_sizes_up_to_16_vcpu() {
        let memory = (0..=122_880).step_by(512);
        let count = memory
            .flat_map(|memory| SIZES.map(|(cpu, ..)| FargateSize::new(cpu, memory)))
            .filter(Result::is_ok)
            .count();
        assert_eq!(count, 74);
    }

    #[test]
    fn a_wrong_size_names_the_rule_and_what_would_be_valid() {
        let error = FargateSize::new(1024, 1024).unwrap_err().to_string();
        assert!(error.contains("T10") && error.contains("2048 to 8192 MiB"), "{error}");
    }
}

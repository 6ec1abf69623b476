//! EC2 instance types: what a machine has, and what of it ECS gives to tasks. The table is in
//! `data/instance_types.json`, so that no call is needed to know it.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::task_definition::runtime_platform::CpuArchitecture;
use crate::{CpuUnits, Mebibytes};

/// A kind of machine that EC2 rents out.
///
/// The table has the families that small services run on, up to the size `4xlarge`.
///
/// AWS: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html>;
/// <https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceType {
    /// Family and size, such as `t3.micro`.
    pub name: &'static str,
    /// Virtual processors.
    pub vcpus: u32,
    /// What is installed; tasks get less ([`InstanceType::memory_for_tasks`]).
    pub memory: Mebibytes,
    /// How many network interfaces can be attached, the machine's own among them.
    pub network_interfaces: u32,
    /// What images must be built for.
    pub architecture: CpuArchitecture,
}

/// An instance type that is not in the table, which need not mean that EC2 has no such type.
///
/// AWS: <https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html>
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("instance type {name}: {}", self.advice())]
pub struct UnknownInstanceType {
    name: String,
    /// The known ones that look most like it, the nearest first.
    near: Vec<&'static str>,
}

/// Percent of the memory that the operating system counts as its own total; firmware and kernel hold back the rest.
const PERCENT_FOR_SYSTEM: u64 = 94;
/// What the ECS agent, Docker and the log driver need beside the tasks.
const MEBIBYTES_FOR_AGENT: u64 = 64;
/// A name less like the one asked for is no help.
const LEAST_LIKENESS: f64 = 0.7;
const MOST_NEAR_NAMES: usize = 4;

static TABLE: LazyLock<Vec<InstanceType>> = LazyLock::new(|| {
    let table = serde_json::from_str(include_str!("../data/instance_types.json"));
    // The file is part of the program, and a test reads it.
    table.unwrap_or_else(|error| panic!("data/instance_types.json: {error}"))
});

impl InstanceType {
    /// The instance type of this name.
    ///
    /// # Errors
    /// When the table does not have it; the error lists the names that are near.
    pub fn named(name: &str) -> Result<Self, UnknownInstanceType> {
        let found = Self::all().iter().find(|known| known.name == name);
        found.copied().ok_or_else(|| UnknownInstanceType { name: name.to_owned(), near: near(name) })
    }

    /// The whole table, by family and then by size.
    pub fn all() -> &'static [Self] {
        &TABLE
    }

    /// CPU as ECS registers it: 1024 units for each virtual processor.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters_ec2.html>
    /// (`cpu`).
    pub fn cpu(&self) -> CpuUnits {
        CpuUnits(self.vcpus.saturating_mul(1024))
    }

    /// Memory that tasks can have, estimated with care: 94 % of what is installed, less 64 MiB.
    ///
    /// ECS registers what the operating system reports as its total, which firmware and kernel have already taken
    /// from: 7985 of 8192 MiB in AWS's own example. And AWS advises to leave something for the agent and the system.
    /// How much it is differs with the AMI, so that this is below what is registered rather than above: a task that
    /// is said to fit does fit.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html>
    pub fn memory_for_tasks(&self) -> Mebibytes {
        let seen = u64::from(self.memory.0) * PERCENT_FOR_SYSTEM / 100;
        // Less than was there, so that it fits.
        Mebibytes(seen.saturating_sub(MEBIBYTES_FOR_AGENT) as u32)
    }

    /// How many tasks of network mode `awsvpc` it has interfaces for: the first is its own. The account setting
    /// `awsvpcTrunking`, which gives some types more, is not counted on.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html>
    pub fn task_network_interfaces(&self) -> u32 {
        self.network_interfaces.saturating_sub(1)
    }
}

impl UnknownInstanceType {
    /// The known names that look most like it, the nearest first.
    pub fn near(&self) -> &[&'static str] {
        &self.near
    }

    fn advice(&self) -> String {
        match self.near.as_slice() {
            [] => "not in the table; it has t2, t3, t3a, t4g and the m, c and r families up to 4xlarge"
                .to_owned(),
            near => format!("not in the table; near are {}", near.join(", ")),
        }
    }
}

fn near(name: &str) -> Vec<&'static str> {
    let name = name.trim().to_ascii_lowercase();
    let likeness = |known: &InstanceType| (strsim::jaro_winkler(&name, known.name), known.name);
    let mut near: Vec<_> = InstanceType::all().iter().map(likeness).collect();
    near.retain(|(likeness, _)| *likeness >= LEAST_LIKENESS);
    near.sort_by(|one, other| other.0.total_cmp(&one.0));
    near.into_iter().take(MOST_NEAR_NAMES).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_what_the_machine_has() {
        let micro = InstanceType::named("t3.micro").unwrap();
        assert_eq!((micro.vcpus, micro.memory, micro.network_interfaces), (2, Mebibytes(1024), 2));
        assert_eq!(micro.cpu(), CpuUnits(2048));
        assert_eq!(micro.task_network_interfaces(), 1);
    }

    #[test]
    fn the_families_that_settings_may_name_are_all_there() {
        let families = "t2 t3 t3a t4g m5 m6i m6g m7i m7g c5 c6i c6g c7i c7g r5 r6i r6g r7g";
        for family in families.split(' ') {
            for size in ["large", "xlarge", "2xlarge"] {
                InstanceType::named(&format!("{family}.{size}")).unwrap();
            }
        }
        let names: std::collections::BTreeSet<_> =
            InstanceType::all().iter().map(|known| known.name).collect();
        assert_eq!(names.len(), InstanceType::all().len(), "a name twice");
    }

    #[test]
    fn the_architecture_is_what_the_name_says() {
        for known in InstanceType::all() {
            let by_name = CpuArchitecture::of_instance_type(known.name);
            assert_eq!(known.architecture, by_name, "{}", known.name);
        }
    }

    #[test]
    fn tasks_get_less_memory_than_is_installed() {
        let for_tasks = |name| InstanceType::named(name).unwrap().memory_for_tasks();
        assert_eq!(for_tasks("t2.nano"), Mebibytes(417));
        assert_eq!(for_tasks("t2.micro"), Mebibytes(898));
        assert_eq!(for_tasks("m5.large"), Mebibytes(7636), "below the 7985 MiB of AWS's example");
        for known in InstanceType::all() {
            assert!(known.memory_for_tasks() < known.memory && known.task_network_interfaces() > 0);
        }
    }

    #[test]
    fn of_an_unknown_name_the_near_ones_are_named() {
        let error = InstanceType::named("t3.mirco").unwrap_err();
        assert_eq!(error.near()[0], "t3.micro");
        let text = error.to_string();
        assert!(text.starts_with("instance type t3.mirco: not in the table; near are t3.micro, "), "{text}");
        let error = InstanceType::named("p5.48xlarge?!").unwrap_err().to_string();
        assert!(error.contains("not in the table"), "{error}");
        assert_eq!(InstanceType::named("").unwrap_err().near(), [""; 0]);
    }
}

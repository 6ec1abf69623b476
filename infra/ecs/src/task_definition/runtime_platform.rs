//! Operating system and processor architecture of a task.

use crate::open_enum;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the task's images are made for. Left out, it is Linux on x86-64.
///
/// Fargate has Linux on both architectures, and Windows Server 2019 and 2022 on x86-64 with 1, 2 or 4 vCPUs. On EC2 it
/// must be what the instances have: a `t4g` instance is ARM64, a `t3` is X86_64.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html>;
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-arm64.html> and
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-windows-fargate.html>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RuntimePlatform {
    /// Linux, or a version of Windows Server.
    pub operating_system_family: Option<OperatingSystemFamily>,
    /// The processor.
    pub cpu_architecture: Option<CpuArchitecture>,
}

open_enum! {
    /// The processor architecture that images are built for.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html>
    pub enum CpuArchitecture {
        /// Intel and AMD.
        X86_64 = "X86_64",
        /// AWS Graviton: more work for the money, needs images built for it. Not with Windows.
        Arm64 = "ARM64",
    }
}

open_enum! {
    /// Linux, or a version of Windows Server: a Windows container runs only on the version it was built for.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html>
    pub enum OperatingSystemFamily {
        /// Any Linux.
        Linux = "LINUX",
        /// Windows Server 2016 with its desktop. Only on EC2.
        WindowsServer2016Full = "WINDOWS_SERVER_2016_FULL",
        /// Windows Server 2019 with its desktop.
        WindowsServer2019Full = "WINDOWS_SERVER_2019_FULL",
        /// Windows Server 2019 without a desktop.
        WindowsServer2019Core = "WINDOWS_SERVER_2019_CORE",
        /// Windows Server 2004. Only on EC2.
        WindowsServer2004Core = "WINDOWS_SERVER_2004_CORE",
        /// Windows Server 20H2. Only on EC2.
        WindowsServer20H2Core = "WINDOWS_SERVER_20H2_CORE",
        /// Windows Server 2022 with its desktop.
        WindowsServer2022Full = "WINDOWS_SERVER_2022_FULL",
        /// Windows Server 2022 without a desktop.
        WindowsServer2022Core = "WINDOWS_SERVER_2022_CORE",
        /// Windows Server 2025 with its desktop. EC2; for Fargate the sources disagree.
        WindowsServer2025Full = "WINDOWS_SERVER_2025_FULL",
        /// Windows Server 2025 without a desktop. EC2; for Fargate the sources disagree.
        WindowsServer2025Core = "WINDOWS_SERVER_2025_CORE",
    }
}

impl OperatingSystemFamily {
    /// Whether it is a Windows Server.
    pub fn is_windows(self) -> bool {
        self.as_str().starts_with("WINDOWS")
    }
}

/// A version of Windows Server that is still made; Fargate has 2019 and 2022.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-optimized_windows_AMI.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "Microsoft's own names; Core has no desktop, Full has one")]
pub enum WindowsVersion {
    Server2016Full,
    Server2019Full,
    Server2019Core,
    Server2022Full,
    Server2022Core,
    Server2025Full,
    Server2025Core,
}

impl From<WindowsVersion> for OperatingSystemFamily {
    fn from(version: WindowsVersion) -> Self {
        match version {
            WindowsVersion::Server2016Full => Self::WindowsServer2016Full,
            WindowsVersion::Server2019Full => Self::WindowsServer2019Full,
            WindowsVersion::Server2019Core => Self::WindowsServer2019Core,
            WindowsVersion::Server2022Full => Self::WindowsServer2022Full,
            WindowsVersion::Server2022Core => Self::WindowsServer2022Core,
            WindowsVersion::Server2025Full => Self::WindowsServer2025Full,
            WindowsVersion::Server2025Core => Self::WindowsServer2025Core,
        }
    }
}

impl RuntimePlatform {
    /// Linux on this architecture.
    pub fn linux(architecture: CpuArchitecture) -> Self {
        Self {
            operating_system_family: Some(OperatingSystemFamily::Linux),
            cpu_architecture: Some(architecture),
        }
    }

    /// Windows, which runs on x86-64 alone.
    pub fn windows(version: WindowsVersion) -> Self {
        Self {
            operating_system_family: Some(version.into()),
            cpu_architecture: Some(CpuArchitecture::X86_64),
        }
    }
}

impl fmt::Display for CpuArchitecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl CpuArchitecture {
    /// The architecture of an EC2 instance type, by its name: a `g` after the generation's digits is AWS Graviton.
    ///
    /// AWS: <https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html>
    pub fn of_instance_type(instance_type: &str) -> Self {
        let class = instance_type.split('.').next().unwrap_or_default();
        let options = class.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '-');
        let options = options.trim_start_matches(|c: char| c.is_ascii_digit());
        // `a1` came before the convention.
        if options.starts_with('g') || class == "a1" { Self::Arm64 } else { Self::X86_64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_architecture_follows_from_the_name_of_the_instance_type() {
        for arm in [
            "t4g.micro",
            "m7gd.large",
            "c6gn.xlarge",
            "a1.medium",
            "g5g.xlarge",
            "im4gn.large",
            "x2gd.medium",
        ] {
            assert_eq!(CpuArchitecture::of_instance_type(arm), CpuArchitecture::Arm64, "{arm}");
        }
        for intel in
            ["t2.micro", "t3.micro", "m5.large", "g4dn.xlarge", "g5.xlarge", "u-6tb1.metal", "mac1.metal"]
        {
            assert_eq!(CpuArchitecture::of_instance_type(intel), CpuArchitecture::X86_64, "{intel}");
        }
    }
}

//! What a container asks of the Linux kernel.

use crate::open_enum;
use serde::{Deserialize, Serialize};

/// Capabilities, devices, memory and file systems in memory. Fargate has a few of them, Windows none.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LinuxParameters {
    /// Capabilities beyond or below Docker's default.
    pub capabilities: Option<KernelCapabilities>,
    /// Devices of the instance. Not on Fargate.
    pub devices: Vec<Device>,
    /// Whether a small init process forwards signals and reaps children.
    pub init_process_enabled: Option<bool>,
    /// MiB of `/dev/shm`. Not on Fargate.
    pub shared_memory_size: Option<i32>,
    /// File systems in memory.
    pub tmpfs: Vec<Tmpfs>,
    /// MiB of swap. Not on Fargate.
    pub max_swap: Option<i32>,
    /// 0 to 100: how eagerly the kernel swaps. Not on Fargate.
    pub swappiness: Option<i32>,
}

/// Linux capabilities, in Docker's names: `SYS_PTRACE`, `NET_ADMIN`, ...
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct KernelCapabilities {
    /// Granted beyond the default. On Fargate only `SYS_PTRACE`.
    pub add: Vec<String>,
    /// Taken away.
    pub drop: Vec<String>,
}

/// A device of the instance.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Device.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Device {
    /// Its path on the instance.
    pub host_path: String,
    /// Its path in the container.
    pub container_path: Option<String>,
    /// What the container may do with it; everything if left out.
    pub permissions: Vec<DevicePermission>,
}

open_enum! {
    /// What a container may do with a device.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Device.html>
    pub enum DevicePermission {
        /// Read.
        Read = "read",
        /// Write.
        Write = "write",
        /// Make device files.
        Mknod = "mknod",
    }
}

/// A file system in memory, on Fargate since 2026.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tmpfs.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Tmpfs {
    /// Where it is mounted.
    pub container_path: String,
    /// MiB at most.
    pub size: i32,
    /// `noexec`, `nosuid`, `ro`, ...
    pub mount_options: Vec<String>,
}

/// A line for `/etc/hosts`.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HostEntry.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HostEntry {
    /// The name.
    pub hostname: String,
    /// Its address.
    pub ip_address: String,
}

/// A limit of the container's processes, such as `nofile`; on Fargate the default for open files is 65535.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ulimit {
    /// Of what.
    pub name: UlimitName,
    /// What processes start with; they may raise it to the hard limit.
    pub soft_limit: i32,
    /// What only root may raise.
    pub hard_limit: i32,
}

open_enum! {
    /// What a limit is of, in the kernel's names.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html>;
    /// <https://man7.org/linux/man-pages/man2/getrlimit.2.html>.
    #[expect(missing_docs, reason = "the kernel's own names, explained in getrlimit(2)")]
    pub enum UlimitName {
        Core = "core",
        Cpu = "cpu",
        Data = "data",
        Fsize = "fsize",
        Locks = "locks",
        Memlock = "memlock",
        Msgqueue = "msgqueue",
        Nice = "nice",
        Nofile = "nofile",
        Nproc = "nproc",
        Rss = "rss",
        Rtprio = "rtprio",
        Rttime = "rttime",
        Sigpending = "sigpending",
        Stack = "stack",
    }
}

/// A kernel parameter, as `docker run --sysctl` takes it.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SystemControl.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SystemControl {
    /// The parameter.
    pub namespace: Option<String>,
    /// Its value.
    pub value: Option<String>,
}

impl SystemControl {
    /// A parameter and its value.
    pub fn new(namespace: &str, value: &str) -> Self {
        Self { namespace: Some(namespace.to_owned()), value: Some(value.to_owned()) }
    }

    /// Lets users other than root listen on port 80: Docker does so by default, Fargate does not.
    pub fn unprivileged_ports() -> Self {
        Self::new("net.ipv4.ip_unprivileged_port_start", "0")
    }
}

//! What processes and containers use of CPU and memory, as Linux tells it in `/proc` and `/sys/fs/cgroup`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};

/// `USER_HZ`, the same on all architectures that Docker runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// Processes whose use is counted together.
#[derive(Clone, Debug)]
pub enum Group {
    /// All of a container, by the folder of its control group in either version of these.
    Container(PathBuf),
    /// These, each with all its threads.
    Processes(Vec<u32>),
}

/// The memory of a group, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// Each page of its processes, shared ones by their share.
    pub proportional: u64,
    /// The largest resident set of its process since the peak was reset, if it has only one.
    pub peak_of_one: Option<u64>,
}

impl Group {
    /// The group of a container's first process.
    pub fn of_container(pid: u32) -> anyhow::Result<Self> {
        let path = format!("/proc/{pid}/cgroup");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let folder = folder(&text).with_context(|| format!("{path} names no group that counts CPU time"))?;
        Ok(Self::Container(folder))
    }

    /// This process.
    pub fn this() -> Self {
        Self::Processes(vec![std::process::id()])
    }

    /// CPU time of all its processes, those that have ended included.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        let folder = match self {
            Self::Container(folder) => folder,
            Self::Processes(pids) => return pids.iter().copied().map(cpu_of).sum(),
        };
        if let Ok(nanoseconds) = fs::read_to_string(folder.join("cpuacct.usage")) {
            return Ok(Duration::from_nanos(nanoseconds.trim().parse()?));
        }
        let path = folder.join("cpu.stat");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let usage = text.lines().find_map(|line| line.strip_prefix("usage_usec "));
        Ok(Duration::from_micros(usage.context("cpu.stat has no usage_usec")?.parse()?))
    }

    /// Its memory now. Processes that end meanwhile are left out.
    pub fn memory(&self) -> anyhow::Result<Memory> {
        let processes = self.processes()?;
        let mut memory = Memory::default();
        for process in &processes {
            match fs::read_to_string(process.join("smaps_rollup")) {
                Ok(text) => memory.proportional += kilobytes(&text, "Pss:").unwrap_or(0) * 1024,
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                    bail!("only root may read the memory of a container's processes")
                }
                Err(_) => {}
            }
        }
        if let [process] = processes.as_slice() {
            let status = fs::read_to_string(process.join("status")).unwrap_or_default();
            memory.peak_of_one = kilobytes(&status, "VmHWM:").map(|kilobytes| kilobytes * 1024);
        }
        Ok(memory)
    }

    /// Lets the peak of its process begin with what it holds now.
    pub fn reset_peak(&self) -> anyhow::Result<()> {
        for process in self.processes()? {
            fs::write(process.join("clear_refs"), "5").context("only root may reset a process's peak")?;
        }
        Ok(())
    }

    fn processes(&self) -> anyhow::Result<Vec<PathBuf>> {
        let folder = match self {
            Self::Container(folder) => folder,
            Self::Processes(pids) => {
                return Ok(pids.iter().map(|pid| Path::new("/proc").join(pid.to_string())).collect());
            }
        };
        let path = folder.join("cgroup.procs");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(text.lines().map(|process| Path::new("/proc").join(process)).collect())
    }
}

/// CPU time of one process with all its threads.
fn cpu_of(pid: u32) -> anyhow::Result<Duration> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).context("cannot read a process's CPU time")?;
    // The name, in parentheses, may hold anything.
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    Ok(ticks(fields.skip(11).take(2)))
}

/// CPU time that all of this machine's CPUs were busy.
pub fn cpu_of_machine() -> anyhow::Result<Duration> {
    let text = fs::read_to_string("/proc/stat").context("cannot read /proc/stat")?;
    Ok(busy(&text))
}

fn busy(stat: &str) -> Duration {
    let fields = stat.lines().next().unwrap_or_default().split_whitespace().skip(1).take(7);
    // user, nice, system, idle, iowait, irq, softirq
    ticks(fields.enumerate().filter(|(place, _)| ![3, 4].contains(place)).map(|(_, field)| field))
}

fn ticks<'a>(fields: impl Iterator<Item = &'a str>) -> Duration {
    let ticks: f64 = fields.filter_map(|field| field.parse::<f64>().ok()).sum();
    Duration::from_secs_f64(ticks / TICKS_PER_SECOND)
}

/// The folder of the group that counts CPU time; of the old version where there are both.
fn folder(cgroups: &str) -> Option<PathBuf> {
    let groups = cgroups.lines().filter_map(|line| {
        let mut fields = line.splitn(3, ':').skip(1);
        Some((fields.next()?, fields.next()?.trim_start_matches('/')))
    });
    let root = Path::new("/sys/fs/cgroup");
    let old = groups.clone().find(|(controllers, _)| controllers.split(',').any(|name| name == "cpuacct"));
    let new = groups.clone().find(|(controllers, _)| controllers.is_empty());
    old.or(new).map(|(controllers, path)| root.join(controllers).join(path))
}

fn kilobytes(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_of_groups_have_a_folder() {
        let old = "4:memory:/docker/ab\n2:cpu,cpuacct:/docker/ab\n0::/\n";
        assert_eq!(folder(old), Some("/sys/fs/cgroup/cpu,cpuacct/docker/ab".into()));
        let new = "0::/system.slice/docker-ab.scope\n";
        assert_eq!(folder(new), Some("/sys/fs/cgroup/system.slice/docker-ab.scope".into()));
        assert_eq!(folder(""), None);
    }

    #[test]
    fn idle_time_is_not_busy() {
        let stat = "cpu  100 1 50 99999 77 2 3 88 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n";
        assert_eq!(busy(stat), Duration::from_millis(1560));
    }

    #[test]
    fn sizes_have_a_unit() {
        let text = "Rss:            6212 kB\nPss:            1024 kB\nPss_Dirty:       900 kB\n";
        assert_eq!((kilobytes(text, "Pss:"), kilobytes(text, "Swap:")), (Some(1024), None));
    }

    #[test]
    fn this_process_has_used_time_of_the_machine() {
        let own = cpu_of(std::process::id()).unwrap();
        assert!(own < cpu_of_machine().unwrap());
    }
}

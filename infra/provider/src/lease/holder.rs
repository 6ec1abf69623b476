//! Who holds a lease: told to people, and enough to see whether a process of this machine is still alive.

use serde::{Deserialize, Serialize};
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

/// What a lease says of its holder, as JSON in the bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// What it does: `deploy`, `teardown`.
    pub command: String,
    /// Who it is: the user of its machine.
    pub user: String,
    /// Its machine.
    pub host: String,
    /// The process.
    pub process: Process,
    /// Since when it holds the lease by its own clock, in seconds of Unix time. Told to people; nothing is decided by it.
    pub since: u64,
}

/// A process, told from every other one: a number alone is used again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The boot of its machine.
    pub boot: String,
    /// The space in which its number counts: a container has its own.
    pub namespace: String,
    /// Its number.
    pub id: u32,
    /// When it was started, in the kernel's ticks since the boot.
    pub started: String,
}

impl Holder {
    /// This process, from now on.
    pub fn this(command: &str) -> Self {
        Self {
            command: command.to_owned(),
            user: std::env::var("USER")
                .or_else(|_| std::env::var("LOGNAME"))
                .unwrap_or_else(|_| "unknown".to_owned()),
            host: read("/proc/sys/kernel/hostname"),
            process: Process::this(),
            since: now(),
        }
    }

    /// Whether it is this process: the answer to its own write was lost.
    pub fn is_this(&self) -> bool {
        self.process == Process::this()
    }

    /// Whether it was a process of this machine that has ended.
    pub fn has_ended_here(&self) -> bool {
        self.process.has_ended_here()
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{} by {}@{} (process {}) has held the stack for {} s",
            self.command,
            self.user,
            self.host,
            self.process.id,
            now().saturating_sub(self.since)
        )
    }
}

impl Process {
    fn this() -> Self {
        let id = std::process::id();
        Self { boot: boot(), namespace: namespace(), id, started: started(id) }
    }

    /// Whether it ran on this machine and does not any more. Of other machines' processes nothing is known.
    fn has_ended_here(&self) -> bool {
        let here = !self.boot.is_empty() && self.boot == boot() && self.namespace == namespace();
        here && started(self.id) != self.started
    }
}

fn boot() -> String {
    read("/proc/sys/kernel/random/boot_id")
}

fn namespace() -> String {
    fs::read_link("/proc/self/ns/pid").map(|link| link.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The twenty-second field of its status; empty where there is no such process, or one that has ended and whose parent has not
/// noticed yet.
fn started(id: u32) -> String {
    let status = read(&format!("/proc/{id}/stat"));
    // The second field is a name in brackets, which may have spaces in it.
    let after_name = status.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
    let mut fields = after_name.split_whitespace();
    match fields.next() {
        Some("Z" | "X") | None => String::new(),
        Some(_) => fields.nth(18).unwrap_or_default().to_owned(),
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(path).map(|text| text.trim().to_owned()).unwrap_or_default()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn this() -> Holder {
        Holder::this("deploy")
    }

    #[test]
    fn a_living_process_is_known() {
        assert!(this().is_this() && !this().has_ended_here());
    }

    #[test]
    fn an_ended_process_of_this_machine_is_known_as_ended() {
        let ended = |process| Holder { process, ..this() };
        let number_used_again = Process { started: "1".to_owned(), ..this().process };
        assert!(ended(number_used_again).has_ended_here());
        let no_such_number = Process { id: u32::MAX, ..this().process };
        assert!(ended(no_such_number).has_ended_here());
    }

    #[test]
    fn a_killed_process_whose_parent_has_not_noticed_has_ended() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let process = Process { id: child.id(), started: started(child.id()), ..this().process };
        let holder = Holder { process, ..this() };
        assert!(!holder.has_ended_here());
        child.kill().unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while !holder.has_ended_here() {
            assert!(std::time::Instant::now() < deadline, "it is still taken for alive");
            std::thread::yield_now();
        }
        child.wait().unwrap();
    }

    #[test]
    fn of_another_machines_process_nothing_is_known() {
        let elsewhere = Process { boot: "another".to_owned(), id: u32::MAX, ..this().process };
        assert!(!Holder { process: elsewhere, ..this() }.has_ended_here());
    }
}

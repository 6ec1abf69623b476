//! Who holds a lease: a name for people, and enough to see whether a run of this machine has ended.

use crate::mark;
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
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
    /// The run: a random text, another one in each. Empty in a lease of an earlier version.
    #[serde(default)]
    pub run: String,
    /// The process.
    pub process: Process,
    /// Since when it holds the lease by its own clock, in seconds of Unix time. For people; nothing is decided by it.
    pub since: u64,
}

/// A process and not another one of its machine: a number alone is used again.
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
    /// This run, from now on.
    pub fn this(command: &str) -> Self {
        Self {
            command: command.to_owned(),
            user: std::env::var("USER")
                .or_else(|_| std::env::var("LOGNAME"))
                .unwrap_or_else(|_| "unknown".to_owned()),
            host: read("/proc/sys/kernel/hostname"),
            run: mark::this_run().to_owned(),
            process: Process::this(),
            since: now(),
        }
    }

    /// Whether it is this run: the answer to its own write was lost.
    pub fn is_this(&self) -> bool {
        self.run == mark::this_run()
    }

    /// Whether it was a run of this machine that has ended. Machines that were cloned while they ran have the same boot and the
    /// same numbers, so the run must also have left its mark here. Whatever is not known counts as alive: its lease ends by
    /// itself.
    pub fn has_ended_here(&self) -> bool {
        !self.is_this() && mark::is_here(&self.run) && self.process.has_ended_here()
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
        let here = !self.boot.is_empty() && self.boot == boot();
        let counts_here = !self.namespace.is_empty() && self.namespace == namespace();
        here && counts_here && (!is_there(self.id) || is_another(&status(self.id), &self.started))
    }
}

/// Whether there is a process of this number, be it somebody else's.
fn is_there(id: u32) -> bool {
    let id = i32::try_from(id).ok().and_then(Pid::from_raw);
    id.is_some_and(|id| reaches_somebody(test_kill_process(id)))
}

/// Whether there is a process to which a signal was sent: another user's may not be sent one.
fn reaches_somebody(sent: Result<(), Errno>) -> bool {
    sent != Err(Errno::SRCH)
}

/// Whether the process of a number, by its status, is another one than that which was started then, or has ended and only its
/// parent has not noticed. A status that can't be read says nothing.
fn is_another(status: &str, started: &str) -> bool {
    match Status::of(status) {
        None => false,
        Some(Status { state: "Z" | "X", .. }) => true,
        Some(now) => !started.is_empty() && now.started != started,
    }
}

/// What is asked of a process's status.
struct Status<'a> {
    state: &'a str,
    started: &'a str,
}

impl<'a> Status<'a> {
    /// The third and the twenty-second field.
    fn of(status: &'a str) -> Option<Self> {
        // The second field is a name in brackets, which may have spaces in it.
        let mut fields = status.rsplit_once(')')?.1.split_whitespace();
        Some(Self { state: fields.next()?, started: fields.nth(18)? })
    }
}

fn boot() -> String {
    read("/proc/sys/kernel/random/boot_id")
}

fn namespace() -> String {
    fs::read_link("/proc/self/ns/pid").map(|link| link.to_string_lossy().into_owned()).unwrap_or_default()
}

/// When a process was started; empty where that can't be known.
fn started(id: u32) -> String {
    Status::of(&status(id)).map(|status| status.started.to_owned()).unwrap_or_default()
}

fn status(id: u32) -> String {
    read(&format!("/proc/{id}/stat"))
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

    /// A process of this machine in another run than this one, which has left its mark here.
    fn marked(process: Process) -> Holder {
        let run = mark::another_run();
        Holder { run, process, ..Holder::this("deploy") }
    }

    fn has_ended(process: Process) -> bool {
        let holder = marked(process);
        let has_ended = holder.has_ended_here();
        mark::remove(&holder.run);
        has_ended
    }

    #[test]
    fn a_living_process_is_known() {
        let this = Holder::this("deploy");
        assert!(this.is_this() && !this.has_ended_here());
        assert!(!has_ended(this.process));
    }

    #[test]
    fn another_run_is_not_this_one_even_if_its_process_looks_the_same() {
        let this = Holder::this("deploy");
        for run in [String::new(), "another".to_owned()] {
            assert!(!Holder { run, ..this.clone() }.is_this());
        }
        let without_proc =
            Process { boot: String::new(), namespace: String::new(), started: String::new(), id: 1 };
        let other = Holder { run: "another".to_owned(), process: without_proc, ..this };
        assert!(!other.is_this() && !other.has_ended_here());
    }

    #[test]
    fn an_ended_process_of_this_machine_is_known_as_ended() {
        let this = Process::this();
        assert!(
            has_ended(Process { started: "1".to_owned(), ..this.clone() }),
            "a number that is used again"
        );
        assert!(has_ended(Process { id: no_such_number(), ..this }));
    }

    #[test]
    fn a_killed_process_whose_parent_has_not_noticed_has_ended() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let process = Process { id: child.id(), started: started(child.id()), ..Process::this() };
        let holder = marked(process);
        assert!(!holder.has_ended_here());
        child.kill().unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while !holder.has_ended_here() {
            assert!(std::time::Instant::now() < deadline, "it is still taken for alive");
            std::thread::yield_now();
        }
        child.wait().unwrap();
        mark::remove(&holder.run);
    }

    #[test]
    fn of_another_machines_process_nothing_is_known() {
        let gone = Process { id: no_such_number(), ..Process::this() };
        for elsewhere in [
            Process { boot: "another".to_owned(), ..gone.clone() },
            Process { boot: String::new(), ..gone.clone() },
            Process { namespace: "another".to_owned(), ..gone.clone() },
            Process { namespace: String::new(), ..gone },
        ] {
            assert!(!has_ended(elsewhere.clone()), "{elsewhere:?}");
        }
    }

    #[test]
    fn of_a_process_of_a_machine_cloned_from_the_same_one_nothing_is_known() {
        let process = Process { id: no_such_number(), ..Process::this() };
        for run in [String::new(), "0123456789abcdef".to_owned()] {
            assert!(!Holder { run, process: process.clone(), ..Holder::this("deploy") }.has_ended_here());
        }
    }

    #[test]
    fn a_process_whose_status_can_not_be_read_is_alive() {
        for unreadable in ["", "12 (sleep", "12 (sleep) S 1 2"] {
            assert!(!is_another(unreadable, "77"), "{unreadable}");
        }
        let status = "12 (a b) c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 77 20";
        assert!(!is_another(status, "77") && !is_another(status, "") && is_another(status, "78"));
        assert!(is_another(&status.replace(" S ", " Z "), "77"));
        // The first process of a machine is there, whoever may see it or end it.
        assert!(is_there(1) && !is_there(0) && !is_there(no_such_number()));
    }

    #[test]
    fn a_process_of_another_user_is_alive() {
        assert!(reaches_somebody(Err(Errno::PERM)) && reaches_somebody(Ok(())));
        assert!(!reaches_somebody(Err(Errno::SRCH)));
    }

    /// More than a kernel gives.
    fn no_such_number() -> u32 {
        i32::MAX.unsigned_abs()
    }
}

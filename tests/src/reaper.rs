//! Containers that several tests share live in a static, which Rust does not drop: another process removes them when
//! this one has ended, however it did. What stayed where the engine ended first, a later one removes.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

const LABEL: &str = "image-app.e2e";

/// A process's number may be used again; with the time it is its own.
struct Reaper {
    value: String,
    _child: Child,
}

/// The label, name and value, of all containers that end with this program.
pub fn label() -> (&'static str, &'static str) {
    static REAPER: OnceLock<Reaper> = OnceLock::new();
    (LABEL, &REAPER.get_or_init(start).value)
}

fn start() -> Reaper {
    let now = std::time::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_millis());
    let value = format!("{}-{now}", std::process::id());
    // Its input ends with this process. It has its own group, so that an interrupt does not end it too early.
    let filter = format!("label={LABEL}={value}");
    // No program's tests take two hours: what has stopped and is older is no longer anybody's.
    let script = "docker container prune --force --filter label=$2 --filter until=2h
                  cat
                  docker rm --force --volumes $(docker ps --all --quiet --filter \"$1\")";
    let mut command = Command::new("sh");
    command.args(["-c", script, "reaper", &filter, LABEL]).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().unwrap_or_else(|error| panic!("cannot start sh: {error}"));
    Reaper { value, _child: child }
}

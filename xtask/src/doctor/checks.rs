//! What this machine has and lacks, each thing by itself.

use std::path::PathBuf;

use infra_images::docker::{command, docker, output};
use infra_images::install::{self, Remedy};
use infra_images::{engine, install::ENGINE_PACKAGES};

use super::{Check, Purpose, State};
use crate::browser::BROWSER;
use crate::images::repository;
use crate::local_aws::{self, Choice, LocalAws};
use crate::packages::Needed;
use crate::port;
use crate::provider::Provider;
use crate::python::PYTHON;

const GIB: u64 = 1024 * 1024 * 1024;
/// The AWS SDK's largest crate takes 3 GB to compile.
const LEAST_MEMORY_GIB: u64 = 4;
/// The programs take 7 GiB in `target`, images and their builds 5.
const LEAST_DISK_GIB: u64 = 12;

impl Check {
    fn new(what: &'static str, purpose: Purpose, state: State, found: impl Into<String>) -> Self {
        Self { what, purpose, state, found: found.into(), next: None }
    }

    fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }
}

/// All of them, and whether an engine answers.
pub(super) async fn all(port: u16) -> (Vec<Check>, bool) {
    let engine = docker_engine().await;
    let answers = engine.state == State::Ok;
    let mut checks = vec![rust().await, linker().await, engine, memory(), disk().await];
    checks.push(local_port(port, answers).await);
    checks.push(credentials());
    checks.extend(
        [("Python 3 with venv", &PYTHON), ("Chromium", &BROWSER)].map(|(what, it)| of_tests(what, it)),
    );
    (checks, answers)
}

/// What the program's version is, by its first line.
async fn version(program: &str) -> Option<String> {
    let mut ask = command(program, &["--version"]);
    ask.current_dir(repository());
    output(ask).await.ok()?.lines().next().map(str::to_owned)
}

async fn rust() -> Check {
    match version("rustc").await {
        Some(version) => Check::new("Rust", Purpose::DeployLocal, State::Ok, version),
        None => Check::new("Rust", Purpose::DeployLocal, State::Missing, "no rustc was found on the PATH")
            .next("install it by rustup: https://rustup.rs"),
    }
}

async fn linker() -> Check {
    match version("cc").await {
        Some(version) => Check::new("linker", Purpose::DeployLocal, State::Ok, version),
        None => Check::new("linker", Purpose::DeployLocal, State::Missing, "no cc was found on the PATH")
            .next("Debian, Ubuntu: `apt-get install gcc libc6-dev` as root; macOS: `xcode-select --install`"),
    }
}

async fn docker_engine() -> Check {
    let what = "Docker engine";
    let error = match engine::check().await {
        Ok(_) => {
            if let Err(error) = local_aws::engine::require_here().await {
                return Check::new(what, Purpose::DeployLocal, State::Missing, error.to_string())
                    .next("choose an engine on this machine: `docker context use default`");
            }
            let version = output(docker(&["version", "--format", "{{.Server.Version}}"])).await;
            return Check::new(what, Purpose::DeployLocal, State::Ok, version.unwrap_or_default());
        }
        Err(error) => error,
    };
    let check = |state| Check::new(what, Purpose::DeployLocal, state, error.to_string());
    match install::remedy(&error).await {
        Remedy::InstallAndStart => check(State::WillBeInstalled).next(format!(
            "`deploy --local` offers {} with apt-get; --yes agrees",
            ENGINE_PACKAGES.join(", ")
        )),
        Remedy::Start => {
            check(State::WillBeInstalled).next("`deploy --local` offers to start dockerd; --yes agrees")
        }
        Remedy::ByHand => check(State::Missing).next(error.hint()),
    }
}

fn memory() -> Check {
    let what = "memory";
    let Some(bytes) = memory_bytes(&std::fs::read_to_string("/proc/meminfo").unwrap_or_default()) else {
        return Check::new(what, Purpose::DeployLocal, State::Ok, "not known on this system");
    };
    let found = format!("{:.1} GiB", bytes as f64 / GIB as f64);
    if bytes >= LEAST_MEMORY_GIB * GIB {
        return Check::new(what, Purpose::DeployLocal, State::Ok, found);
    }
    let found = format!("{found}: too little to compile the AWS SDK in ({LEAST_MEMORY_GIB} GiB)");
    Check::new(what, Purpose::DeployLocal, State::Missing, found)
        .next("add swap space, or a larger machine; CARGO_BUILD_JOBS=1 takes less and longer")
}

/// What the kernel counts, with swap space.
fn memory_bytes(meminfo: &str) -> Option<u64> {
    let kib = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').split_whitespace().next()?.parse::<u64>().ok()
    };
    Some((kib("MemTotal")? + kib("SwapTotal").unwrap_or(0)) * 1024)
}

async fn disk() -> Check {
    let what = "disk";
    let folder = repository().to_string_lossy();
    let answer = output(command("df", &["-Pk", &folder])).await.unwrap_or_default();
    let Some(bytes) = free_bytes(&answer) else {
        return Check::new(what, Purpose::DeployLocal, State::Ok, "not known on this system");
    };
    let found = format!("{} GiB free in {folder}", bytes / GIB);
    // What is built already takes no more.
    if bytes >= LEAST_DISK_GIB * GIB || Provider::was_built() {
        return Check::new(what, Purpose::DeployLocal, State::Ok, found);
    }
    Check::new(
        what,
        Purpose::DeployLocal,
        State::Missing,
        format!("{found}, of {LEAST_DISK_GIB} that the first build takes"),
    )
    .next("free some: `docker system df` and `cargo clean` in other projects show where")
}

/// The column of what is free in the answer of `df -Pk`.
fn free_bytes(answer: &str) -> Option<u64> {
    let kib: u64 = answer.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kib * 1024)
}

async fn local_port(port: u16, has_engine: bool) -> Check {
    let what = "port of the local AWS";
    let choice = Choice { port, region: None, speed: None };
    if has_engine && let Ok(Some(_)) = LocalAws::running(&choice).await {
        return Check::new(
            what,
            Purpose::DeployLocal,
            State::Ok,
            format!("the local AWS runs on port {port}"),
        );
    }
    match port::require_free(port).await {
        Ok(()) => Check::new(what, Purpose::DeployLocal, State::Ok, format!("port {port} is free")),
        Err(error) => Check::new(what, Purpose::DeployLocal, State::Missing, error.to_string())
            .next("end that, or choose another port with --local-port"),
    }
}

/// Only where they come from is looked at, never what they are.
fn credentials() -> Check {
    let what = "AWS credentials";
    let is_set = |name: &str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let file = |variable: &str, usual: &str| {
        std::env::var_os(variable).map_or_else(|| home.join(usual), PathBuf::from).is_file()
    };
    let has_files =
        file("AWS_CONFIG_FILE", ".aws/config") || file("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
    let found = match (is_set("AWS_ACCESS_KEY_ID"), std::env::var("AWS_PROFILE")) {
        (true, _) => Some("a key in the environment".to_owned()),
        (false, Ok(profile)) if !profile.is_empty() => Some(format!("profile {profile}")),
        _ if has_files => Some("profile default".to_owned()),
        _ => None,
    };
    match found {
        Some(found) => Check::new(
            what,
            Purpose::DeployToAws,
            State::Ok,
            format!("{found}; not asked whether they are valid"),
        ),
        None => {
            Check::new(what, Purpose::DeployToAws, State::Missing, "no profile and no key are configured")
                .next("`aws configure` or `aws configure sso`; with --local none are needed")
        }
    }
}

fn of_tests(what: &'static str, needed: &Needed) -> Check {
    let packages = needed.packages.join(" ");
    match (needed.missing)() {
        None => Check::new(what, Purpose::Tests, State::Ok, "found"),
        Some(missing) if install::can_install() => {
            Check::new(what, Purpose::Tests, State::WillBeInstalled, format!("{missing} is not here"))
                .next(format!("`test-local` offers {packages} with apt-get; --yes agrees"))
        }
        Some(missing) => Check::new(what, Purpose::Tests, State::Missing, format!("{missing} is not here"))
            .next(format!("`apt-get install {packages}` on Debian and Ubuntu, as root")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_counts_with_swap_space() {
        let meminfo = "MemTotal:        4046584 kB\nMemFree:  1 kB\nSwapTotal:       1048576 kB\n";
        assert_eq!(memory_bytes(meminfo), Some((4_046_584 + 1_048_576) * 1024));
        assert_eq!(memory_bytes(""), None);
    }

    #[test]
    fn free_space_is_the_fourth_column() {
        let answer = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 263174212 60000000 35651584 64% /\n";
        assert_eq!(free_bytes(answer), Some(34 * GIB));
        assert_eq!(free_bytes(""), None);
    }
}

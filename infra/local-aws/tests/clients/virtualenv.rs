//! The clients, installed once into the target directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The directory that has `python` and `aws`.
pub fn programs() -> &'static Path {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(installed)
}

fn installed() -> PathBuf {
    let wanted = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/requirements.txt");
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("aws-clients");
    let (programs, done) = (directory.join("bin"), directory.join("installed.txt"));
    // What was cut off has no such file.
    if fs::read(&done).is_ok_and(|installed| installed == fs::read(wanted).unwrap()) {
        return programs;
    }
    let mut create = Command::new("python3");
    run(
        create.args(["-m", "venv", "--clear"]).arg(&directory),
        "on Debian and Ubuntu apt-get install python3-venv",
    );
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", wanted];
    run(Command::new(programs.join("python")).args(install), "it needs Python's package index");
    fs::copy(wanted, done).unwrap();
    programs
}

fn run(command: &mut Command, hint: &str) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; {hint}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed; {hint}\n{said}");
}

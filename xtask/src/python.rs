//! Python, with which boto3 and the AWS CLI are installed for the tests of the local AWS.

use std::process::{Command, Stdio};

use crate::packages::Needed;

/// Debian has virtual environments in a package of their own.
pub const PYTHON: Needed = Needed {
    packages: &["python3", "python3-venv"],
    tests: "the tests of the local AWS with boto3 and the AWS CLI",
    missing,
};

fn missing() -> Option<&'static str> {
    let mut imports = Command::new("python3");
    imports.args(["-c", "import ensurepip, venv"]).stdout(Stdio::null()).stderr(Stdio::null());
    let works = imports.status().is_ok_and(|status| status.success());
    (!works).then_some("Python 3 with venv")
}

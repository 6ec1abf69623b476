//! The commands that need AWS, with the faults and the short times that a test asks for by variables.

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    infra_deploy::main_with(infra::apps::ALL, e2e::overrides::of_environment()?)
}

//! The commands that need AWS. `cargo xtask` starts this program; it can also be used by itself.

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    infra_deploy::main_with(infra::apps::ALL, infra_deploy::Overrides::default())
}

//! The options of every command that works on a stack.

use std::num::ParseIntError;
use std::path::PathBuf;
use std::time::Duration;

use infra::settings::StackFileError;
use infra::{DEFAULT_STACK, Given, StackName};

/// The region that a local AWS has unless another one is asked for.
pub const DEFAULT_REGION: &str = "us-east-1";

/// Which stack, where, and how it differs from the settings in the code.
#[derive(Clone, Debug, clap::Args)]
pub struct StackOptions {
    /// Use a local AWS on this machine instead of an AWS account
    #[arg(long)]
    pub local: bool,

    /// The local AWS's port; another port is another local AWS
    #[arg(long, value_name = "PORT", env = "LOCAL_AWS_PORT", default_value_t = 4566, value_parser = clap::value_parser!(u16).range(1024..))]
    pub local_port: u16,

    /// The stack's name: part of the name of everything in it, and of its settings' file, infra/stacks/NAME.toml
    #[arg(long = "stack", value_name = "NAME", default_value = DEFAULT_STACK)]
    pub name: StackName,

    /// The AWS region; by default the standard AWS configuration decides, with --local us-east-1
    #[arg(long)]
    pub region: Option<String>,

    /// Ask nothing; with --local nothing is asked where there is no terminal
    #[arg(long)]
    pub yes: bool,

    /// Print the result as JSON on standard output
    #[arg(long)]
    pub json: bool,

    /// Change a setting of the stack, whatever its file says; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    pub settings: Vec<String>,

    /// The checkout whose apps are built
    #[arg(long, hide = true, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))]
    pub workspace: PathBuf,
}

impl StackOptions {
    /// The settings that are given: in the stack's file, and on the command line.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn given(&self) -> Result<Given, StackFileError> {
        Given::of_stack(&self.workspace, &self.name, &self.settings)
    }
}

/// What happens while another run works on the same stack.
#[derive(Clone, Debug, clap::Args)]
pub struct LeaseOptions {
    /// How many seconds to wait for another run of the same stack to end; 0 leaves at once with exit code 75
    #[arg(long = "wait-for-lease", value_name = "SECONDS", default_value = "600", value_parser = seconds)]
    pub for_lease: Duration,
}

fn setting(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((key, _)) if !key.is_empty() => Ok(text.to_owned()),
        _ => Err("a setting looks like KEY=VALUE".to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, ParseIntError> {
    text.parse::<u32>().map(|seconds| Duration::from_secs(seconds.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_have_a_key() {
        assert!(setting("web.cpu=512").is_ok());
        assert!(setting("web.cpu=").is_ok());
        assert!(setting("=1").is_err());
        assert!(setting("web.cpu").is_err());
    }
}

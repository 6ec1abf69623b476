//! The flags of every command that works on a stack.

use infra::names::DEFAULT_STACK;
use infra::{Settings, StackName};
use infra_resources::ecs::task_definition::runtime_platform::CpuArchitecture;

/// Which stack, where.
#[derive(Clone, Debug, clap::Args)]
pub struct StackOptions {
    /// Use a local AWS on this machine instead of an AWS account
    #[arg(long)]
    pub local: bool,

    /// The local AWS's port; another port is another local AWS
    #[arg(long, value_name = "PORT", env = "LOCAL_AWS_PORT", default_value_t = 4566, value_parser = clap::value_parser!(u16).range(1024..))]
    pub local_port: u16,

    /// The stack's name: part of the name of everything in it
    #[arg(long, value_name = "NAME", default_value = DEFAULT_STACK)]
    pub stack: StackName,

    /// The AWS region; by default the standard AWS configuration decides, with --local us-east-1
    #[arg(long)]
    pub region: Option<String>,

    /// Ask nothing; with --local nothing is asked where there is no terminal
    #[arg(long)]
    pub yes: bool,

    /// Print the result as JSON on standard output
    #[arg(long)]
    pub json: bool,

    /// Change a setting of the stack; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    pub settings: Vec<String>,
}

/// What happens while another run works on the same stack.
#[derive(Clone, Debug, clap::Args)]
pub struct LeaseOptions {
    /// How many seconds to wait for another run of the same stack to end; 0 leaves at once with exit code 75
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    wait_for_lease: u32,
}

impl LeaseOptions {
    /// The provider's flag.
    pub fn flag(&self) -> String {
        format!("--wait-for-lease={}", self.wait_for_lease)
    }
}

/// The region that a local AWS has unless another one is asked for.
pub const DEFAULT_REGION: &str = "us-east-1";

impl StackOptions {
    /// Refuses settings that make no stack, before anything is installed, started or called.
    pub fn check(&self) -> anyhow::Result<()> {
        let region = self.region_if_known();
        let checked = infra::check(&self.stack, &self.settings()?, region.as_deref());
        if checked.is_err() && self.local {
            // The engine's processor decides, and it is not asked yet.
            let on_arm = Settings::with_overrides_on(CpuArchitecture::Arm64, &self.settings)?;
            if infra::check(&self.stack, &on_arm, region.as_deref()).is_ok() {
                return Ok(());
            }
        }
        Ok(checked?)
    }

    /// The settings, as far as the engine's processor does not decide on them.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        Ok(Settings::with_overrides(&self.settings)?)
    }

    /// The region, where it is known before the AWS configuration is read.
    fn region_if_known(&self) -> Option<String> {
        let local = self.local.then(|| DEFAULT_REGION.to_owned());
        self.region.clone().or(local)
    }

    /// The provider's arguments for a command.
    pub fn provider_arguments(&self, command: &str) -> Vec<String> {
        let mut arguments = vec![command.to_owned(), "--stack".to_owned(), self.stack.to_string()];
        if let Some(region) = &self.region {
            arguments.extend(["--region".to_owned(), region.clone()]);
        }
        for (given, flag) in [(self.yes, "--yes"), (self.json, "--json"), (self.local, "--local")] {
            if given {
                arguments.push(flag.to_owned());
            }
        }
        for setting in &self.settings {
            arguments.extend(["--set".to_owned(), setting.clone()]);
        }
        arguments
    }
}

fn setting(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((key, _)) if !key.is_empty() => Ok(text.to_owned()),
        _ => Err("a setting looks like KEY=VALUE".to_owned()),
    }
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

    #[test]
    fn settings_for_one_processor_are_left_to_the_engine_where_it_decides() {
        let options = |local: bool, setting: &str| StackOptions {
            local,
            local_port: 4566,
            stack: "two".parse().unwrap(),
            region: None,
            yes: false,
            json: false,
            settings: vec![setting.to_owned()],
        };
        assert!(options(true, "ec2.instance_type=t4g.small").check().is_ok());
        assert!(options(false, "ec2.instance_type=t4g.small").check().is_err());
        assert!(options(true, "web.memory_mib=1").check().is_err());
    }

    #[test]
    fn the_provider_gets_what_was_given() {
        let options = StackOptions {
            local: true,
            local_port: 4566,
            stack: "two".parse().unwrap(),
            region: Some("eu-west-1".to_owned()),
            yes: false,
            json: true,
            settings: vec!["a=1".to_owned()],
        };
        let expected = "deploy --stack two --region eu-west-1 --json --local --set a=1";
        assert_eq!(options.provider_arguments("deploy").join(" "), expected);
    }
}

//! The commands that talk to AWS: what they need of this machine is prepared, then the provider runs them.

use std::process::ExitCode;

use infra::Settings;
use infra_ecs::rules;
use infra_ecs::task_definition::runtime_platform::CpuArchitecture;
use infra_options::{Command, DEFAULT_REGION, StackOptions};

use crate::local_aws::LocalAws;
use crate::provider::Provider;
use crate::report::UserError;
use crate::{deploy, explain, teardown};

/// Runs a command.
pub async fn run(command: Command) -> anyhow::Result<ExitCode> {
    if let Command::Explain(options) = &command
        && explain::is_rule(options)
    {
        return explain::run(options);
    }
    check(&command)?;
    let stack = command.stack();
    let code = match &command {
        Command::Deploy(options) if stack.local => deploy::to_local_aws(options).await?,
        Command::Deploy(_) => deploy::to_aws(stack).await?,
        Command::Teardown(_) if stack.local => teardown::of_local_aws(stack).await?,
        _ => {
            let local = LocalAws::wanted(stack).await?;
            Provider::build().await?.run(local.as_ref()).await?
        }
    };
    Ok(ExitCode::from(code))
}

/// Refuses what can't work wherever it is sent, before anything is installed, started or called.
fn check(command: &Command) -> anyhow::Result<()> {
    // What is there is found and taken down whatever the settings are.
    if matches!(command, Command::Teardown(_) | Command::Stacks(_)) {
        return Ok(());
    }
    check_stack(command.stack())?;
    let Command::RunTask(options) = command else { return Ok(()) };
    let findings = rules::run_task(&options.request());
    if findings.is_ok() {
        return Ok(());
    }
    let why = infra::explained::command(findings.errors.iter().map(|finding| finding.rule));
    let hint = "`cargo xtask run-task --help` has every option and examples";
    let hint = why.into_iter().chain([hint.to_owned()]).collect::<Vec<_>>().join("; ");
    Err(UserError::new(findings.refusals().join("\n"), hint).into())
}

/// Refuses settings that make no stack.
fn check_stack(options: &StackOptions) -> anyhow::Result<()> {
    // Without one, the AWS configuration decides, which only the provider reads.
    let region = options.region.as_deref().or(options.local.then_some(DEFAULT_REGION));
    let given = options.given()?;
    let checked = infra::check(&options.name, &Settings::default().overridden(&given)?, region);
    if checked.is_err() && options.local {
        // The engine's processor decides, and it is not asked yet.
        let on_arm = Settings::default().overridden_on(CpuArchitecture::Arm64, &given)?;
        if infra::check(&options.name, &on_arm, region).is_ok() {
            return Ok(());
        }
    }
    Ok(checked?)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(subcommand)]
        command: Command,
    }

    fn checked(line: &str) -> Result<(), String> {
        let command = Cli::parse_from(format!("xtask {line}").split(' ')).command;
        check(&command).map_err(|error| error.to_string())
    }

    #[test]
    fn settings_for_one_processor_are_left_to_the_engine_where_it_decides() {
        assert!(checked("deploy --local --set ec2.instance_type=t4g.small").is_ok());
        assert!(checked("deploy --set ec2.instance_type=t4g.small").is_err());
        assert!(checked("deploy --local --set web.memory_mib=1").is_err());
    }

    #[test]
    fn a_stack_is_taken_down_whatever_the_settings_are() {
        assert!(checked("preview --stack sg").is_err());
        assert!(checked("teardown --stack sg").is_ok());
    }

    #[test]
    fn what_ecs_would_refuse_is_refused_with_every_rule() {
        let placement = "--placement-strategy random --placement-constraint distinctInstance";
        let error =
            checked(&format!("run-task web --count 0 --launch-type fargate {placement}")).unwrap_err();
        for rule in ["C17", "S11", "S12"] {
            assert!(error.contains(rule), "{rule}: {error}");
        }
    }
}

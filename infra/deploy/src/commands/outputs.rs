//! `outputs`: where the deployed stack is reached. Reads only.

use crate::session::Session;
use crate::setup::Setup;
use crate::summary::Summary;
use anyhow::Result;
use infra_engine::Failure;
use infra_engine::apply::known_outputs;
use infra_options::StackOptions;
use infra_options::outputs::Options;
use std::process::ExitCode;

/// Prints the outputs of a deployed stack.
pub(super) async fn run(options: Options, setup: &Setup) -> Result<ExitCode> {
    let (_, summary) = deployed(&options.stack, setup).await?;
    summary.print(options.stack.json)?;
    Ok(ExitCode::SUCCESS)
}

/// A stack with what is reported of it.
///
/// # Errors
/// When it is not deployed.
pub(super) async fn deployed(options: &StackOptions, setup: &Setup) -> Result<(Session, Summary)> {
    let session = Session::open(options, setup).await?;
    let outputs = known_outputs(&session.refresh().await?);
    let summary =
        Summary::new(&session.program.exports, &outputs, &session.aws, options).ok_or_else(|| {
            let (stack, aws) = (&options.name, &session.aws);
            Failure::new(format!(
                "stack {stack} is not deployed in {} (account {})",
                aws.region, aws.account.id
            ))
            .hint("deploy it first, or name another stack with --stack NAME")
        })?;
    Ok((session, summary))
}

//! `stacks`: which stacks live here, by the tags of ECS clusters and load balancers.

use crate::session::Session;
use crate::setup::Setup;
use anyhow::{Context, Result};
use infra_options::print;
use infra_options::stacks::Options;
use std::process::ExitCode;

/// Prints the names of the stacks.
pub(super) async fn run(options: Options, setup: &Setup) -> Result<ExitCode> {
    let options = options.stack;
    let aws = Session::connect(&options, setup).await?;
    let stacks = infra_aws::kinds::stacks(&aws).await?;
    if options.json {
        print(serde_json::to_string(&stacks).context("the list has no JSON form")?)?;
    } else {
        stacks.iter().try_for_each(print)?;
    }
    Ok(ExitCode::SUCCESS)
}

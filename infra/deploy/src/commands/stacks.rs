//! `stacks`: which stacks live here, told by the tags of ECS clusters and load balancers.

use crate::session::Session;
use crate::standard_output::print;
use anyhow::{Context, Result};
use infra::apps::AppList;
use infra_options::stacks::Options;
use std::process::ExitCode;

/// Prints the names of the stacks.
pub(super) async fn run(options: Options, apps: AppList) -> Result<ExitCode> {
    let options = options.stack;
    let aws = Session::connect(&options, apps).await?;
    let stacks = infra_aws::kinds::stacks(&aws).await?;
    if options.json {
        print(serde_json::to_string(&stacks).context("the list has no JSON form")?)?;
    } else {
        stacks.iter().try_for_each(print)?;
    }
    Ok(ExitCode::SUCCESS)
}

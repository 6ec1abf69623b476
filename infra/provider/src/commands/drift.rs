//! `drift`: how what is deployed differs from the code, and nothing else. Reads only.

use super::StackOptions;
use crate::plan_view;
use crate::session::Session;
use crate::standard_output::print;
use anyhow::{Context, Result};
use clap::Args;
use std::process::ExitCode;

/// Something is not as the code says.
const DRIFT: u8 = 3;

/// The options of `drift`.
#[derive(Clone, Debug, Args)]
pub struct Options {
    #[command(flatten)]
    stack: StackOptions,
}

/// Prints what differs, property by property; exit code 3 says that something does.
pub(super) async fn run(options: Options) -> Result<ExitCode> {
    let session = Session::open(&options.stack).await?;
    let plan = session.look(false).await?.plan;
    let changes: Vec<_> = plan.changes().collect();
    if options.stack.json {
        print(serde_json::to_string_pretty(&changes).context("the differences have no JSON form")?)?;
    } else {
        plan_view::print_differences(&changes);
    }
    Ok(if changes.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(DRIFT) })
}

//! `drift`: how what is deployed differs from the code, and nothing else. Reads only.

use crate::plan_view;
use crate::session::Session;
use crate::setup::Setup;
use anyhow::{Context, Result};
use infra_options::drift::Options;
use infra_options::print;
use std::process::ExitCode;

/// Something is not as the code says.
const DRIFT: u8 = 3;

/// Prints what differs, property by property; exit code 3 says that something does.
pub(super) async fn run(options: Options, setup: &Setup) -> Result<ExitCode> {
    let session = Session::open(&options.stack, setup).await?;
    let plan = session.read(false).await?.plan;
    let changes: Vec<_> = plan.changes().collect();
    if options.stack.json {
        print(serde_json::to_string_pretty(&changes).context("the differences have no JSON form")?)?;
    } else {
        plan_view::print_differences(&changes);
    }
    Ok(if changes.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(DRIFT) })
}

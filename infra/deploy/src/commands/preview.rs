//! `preview`: what deploy would change, property by property. Reads only.

use crate::cost_view;
use crate::plan_view;
use crate::session::{Session, Snapshot};
use crate::setup::Setup;
use anyhow::{Context, Result};
use infra_options::preview::Options;
use infra_options::print;
use std::process::ExitCode;

/// Something would change.
const CHANGES: u8 = 2;

/// Shows the plan; exit code 2 says that it is not empty.
pub(super) async fn run(options: Options, setup: &Setup) -> Result<ExitCode> {
    let session = Session::open(&options.stack, setup).await?;
    let Snapshot { world, plan, .. } = session.read(options.adopt).await?;
    if options.stack.json {
        let steps = plan_view::json_steps(&plan, &session);
        print(serde_json::to_string_pretty(&steps).context("the plan has no JSON form")?)?;
    } else {
        plan_view::print(&plan, &session);
        cost_view::print(&session, &world).await?;
    }
    Ok(if plan.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(CHANGES) })
}

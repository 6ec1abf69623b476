//! `preview`: what deploy would change, property by property. Reads only.

use crate::cost_view;
use crate::plan_file::PlanFile;
use crate::plan_markdown;
use crate::plan_view;
use crate::secret_check;
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
    let mut session = Session::open(&options.stack, setup).await?;
    let Snapshot { world, plan, .. } = session.read(options.adopt).await?;
    let refused = secret_check::refused(&mut session).await;
    session.notes.extend(refused.map(|refused| format!("{refused}: a deploy is refused")));
    if options.stack.json {
        let steps = plan_view::json_steps(&plan, &session);
        print(serde_json::to_string_pretty(&steps).context("the plan has no JSON form")?)?;
    } else if options.markdown {
        let cost = cost_view::lines(&session, &world).await?;
        print(plan_markdown::text(&plan, &session, &cost))?;
    } else {
        plan_view::print(&plan, &session);
        for line in cost_view::lines(&session, &world).await? {
            infra_options::say!("{line}");
        }
    }
    if let Some(file) = &options.out {
        PlanFile::of(&plan, &session)?.write(file)?;
        let file = file.display();
        infra_options::say!(
            "the plan is in {file}: `deploy --plan {file}` applies it, with the same --stack and --set"
        );
    }
    Ok(if plan.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(CHANGES) })
}

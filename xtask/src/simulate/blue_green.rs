//! `simulate blue-green`: who runs and who gets the traffic in a blue/green deployment.

use infra_ecs::simulation::{StageView, blue_green};
use serde::Serialize;

use super::table::{Column, Table};
use super::{minutes, print, running};

/// Show stage by stage which revision runs and gets the traffic in a blue/green deployment
///
/// Example: simulate blue-green --bake 5
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The deployment's bakeTimeInMinutes
    #[arg(long, value_name = "MINUTES", allow_negative_numbers = true)]
    bake: i32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Deployment {
    bake_time_in_minutes: u32,
    stages: Vec<StageView>,
}

const LEGEND: &str = "\
Every line is how things are when the stage ends. Bake time starts after production traffic has moved (D11).
Rollback: `stop green` before users see it, `shift back` to blue while it runs, `redeploy` when it is gone.";

/// Prints every stage.
pub fn run(options: Options, json: bool) -> anyhow::Result<()> {
    let bake = minutes("--bake", "D11", options.bake)?;
    let deployment = Deployment { bake_time_in_minutes: bake, stages: blue_green(bake) };
    print(json, &deployment, format!("{}\n\n{LEGEND}", table(&deployment.stages)))
}

fn table(stages: &[StageView]) -> Table {
    let columns = ["stage", "production", "test", "running", "rollback", "why"].map(Column::Text);
    let rows = stages.iter().map(|view| {
        [
            view.stage.to_string(),
            view.production_traffic.to_string(),
            view.test_traffic.map_or("-".to_owned(), |revision| revision.to_string()),
            running(view.blue_running, view.green_running).to_owned(),
            view.rollback.to_string(),
            view.why.clone(),
        ]
    });
    Table::new(columns, rows)
}

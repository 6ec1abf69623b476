//! `simulate linear` and `simulate canary`: how the production traffic moves over time.

use infra_ecs::simulation::{Percent, Shift, canary, linear};
use serde::Serialize;

use super::table::{Column, Table};
use super::{minutes, print, running};
use crate::report::UserError;

/// Show over time how a linear deployment moves the production traffic
///
/// Example: simulate linear --step 10 --step-bake 6 --bake 5
#[derive(Debug, clap::Args)]
pub struct LinearOptions {
    /// The deployment's stepPercent
    #[arg(long, value_name = "PERCENT", default_value = "10")]
    step: Percent,

    /// The deployment's stepBakeTimeInMinutes
    #[arg(long, value_name = "MINUTES", default_value_t = 6, allow_negative_numbers = true)]
    step_bake: i32,

    /// The deployment's bakeTimeInMinutes
    #[arg(long, value_name = "MINUTES", allow_negative_numbers = true)]
    bake: i32,
}

/// Show over time how a canary deployment moves the production traffic
///
/// Example: simulate canary --percent 5 --canary-bake 10 --bake 5
#[derive(Debug, clap::Args)]
pub struct CanaryOptions {
    /// The deployment's canaryPercent
    #[arg(long, value_name = "PERCENT", default_value = "5")]
    percent: Percent,

    /// The deployment's canaryBakeTimeInMinutes
    #[arg(long, value_name = "MINUTES", default_value_t = 10, allow_negative_numbers = true)]
    canary_bake: i32,

    /// The deployment's bakeTimeInMinutes
    #[arg(long, value_name = "MINUTES", allow_negative_numbers = true)]
    bake: i32,
}

#[derive(Serialize)]
struct Deployment {
    shifts: Vec<Shift>,
}

const LEGEND: &str = "\
Minutes count from the first shift; what ECS itself needs comes on top. While both run, rollback is instant.";

/// Prints every shift of a linear deployment.
pub fn run_linear(options: LinearOptions, json: bool) -> anyhow::Result<()> {
    let step = percent("--step", options.step, Percent::whole(3))?;
    let step_bake = minutes("--step-bake", "D12", options.step_bake)?;
    let bake = minutes("--bake", "D11", options.bake)?;
    show(linear(step, step_bake, bake), json)
}

/// Prints every shift of a canary deployment.
pub fn run_canary(options: CanaryOptions, json: bool) -> anyhow::Result<()> {
    let part = percent("--percent", options.percent, Percent::SMALLEST)?;
    let canary_bake = minutes("--canary-bake", "D12", options.canary_bake)?;
    let bake = minutes("--bake", "D11", options.bake)?;
    show(canary(part, canary_bake, bake), json)
}

fn percent(flag: &str, given: Percent, least: Percent) -> Result<Percent, UserError> {
    if (least..=Percent::WHOLE).contains(&given) {
        return Ok(given);
    }
    let range = format!("{least} to {}", Percent::WHOLE);
    Err(UserError::new(
        format!("D12: {flag} of {given} is refused: ECS takes {range}"),
        format!("give {flag} a percentage from {range}"),
    ))
}

fn show(shifts: Vec<Shift>, json: bool) -> anyhow::Result<()> {
    let deployment = Deployment { shifts };
    print(json, &deployment, format!("{}\n\n{LEGEND}", table(&deployment.shifts)))
}

fn table(shifts: &[Shift]) -> Table {
    let columns =
        [Column::Number("minute"), Column::Number("green"), Column::Text("running"), Column::Text("why")];
    let rows = shifts.iter().map(|shift| {
        let running = running(shift.blue_running, true);
        [shift.minute.to_string(), shift.green_percent.to_string(), running.to_owned(), shift.why.clone()]
    });
    Table::new(columns, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_step_is_at_least_3_percent_and_a_canary_a_tenth() {
        let verdict = |text: &str, least| percent("--step", text.parse().unwrap(), least).is_ok();
        assert!(verdict("3", Percent::whole(3)) && verdict("100", Percent::whole(3)));
        assert!(!verdict("2.9", Percent::whole(3)) && !verdict("100.1", Percent::whole(3)));
        assert!(verdict("0.1", Percent::SMALLEST) && !verdict("0", Percent::SMALLEST));
    }
}

//! `simulate rolling`: how a rolling deployment replaces the tasks of a service.

use infra_ecs::simulation::{Bounds, Rollout, least_maximum_percent, most_minimum_healthy_percent, rolling};

use super::print;
use super::table::{Column, Table};
use crate::report::UserError;

/// Show step by step how a rolling deployment replaces old tasks by new ones
///
/// Example: simulate rolling --desired 4 --min 100 --max 200
#[derive(Debug, clap::Args)]
pub struct Options {
    /// How many tasks the service wants
    #[arg(long, value_name = "TASKS", value_parser = clap::value_parser!(u32).range(..=i64::from(i32::MAX)))]
    desired: u32,

    /// The service's minimumHealthyPercent, which is rounded up to tasks
    #[arg(long, value_name = "PERCENT", default_value_t = 100, allow_negative_numbers = true)]
    min: i32,

    /// The service's maximumPercent, which is rounded down to tasks
    #[arg(long, value_name = "PERCENT", default_value_t = 200, allow_negative_numbers = true)]
    max: i32,
}

/// Prints every step; a deployment that is stuck is shown too, and an error.
pub fn run(options: Options, json: bool) -> anyhow::Result<()> {
    let (min, max) = percentages(&options)?;
    let rollout = rolling(options.desired, min, max);
    print(json, &rollout, format!("{}\n\n{}", table(&rollout), bounds_in_words(&rollout)))?;
    if rollout.completes { Ok(()) } else { Err(stuck(&rollout).into()) }
}

/// The two percentages, if ECS takes them.
fn percentages(options: &Options) -> Result<(u32, u32), UserError> {
    let Options { desired, min, max } = *options;
    let Some(least) = u32::try_from(min).ok().filter(|min| *min <= 100) else {
        return Err(UserError::new(
            format!("D06: a minimum healthy percentage of {min} is refused: ECS takes 0 to 100"),
            "give --min a number from 0 to 100",
        ));
    };
    let Some(most) = u32::try_from(max).ok().filter(|max| *max >= 100) else {
        return Err(UserError::new(
            format!("D07: a maximum percentage of {max} is refused: ECS takes 100 and more"),
            "give --max 100 or more; the console offers 100 to 200",
        ));
    };
    if (least, most) == (100, 100) {
        let Bounds { min_running, max_running } = Bounds::new(desired, least, most);
        return Err(UserError::new(
            format!(
                "D08: a minimum and a maximum of 100 % are refused together: at least {min_running} must \
                 stay healthy and at most {max_running} may run, so no task could be started and none stopped"
            ),
            way_out(desired),
        ));
    }
    Ok((least, most))
}

fn table(rollout: &Rollout) -> Table {
    let columns = [
        Column::Number("step"),
        Column::Number("old"),
        Column::Number("new"),
        Column::Number("total"),
        Column::Text("why"),
    ];
    let rows = rollout.steps.iter().enumerate().map(|(number, step)| {
        let [old, new, total] = [step.old, step.new, step.total].map(|count| count.to_string());
        [number.to_string(), old, new, total, step.why.clone()]
    });
    Table::new(columns, rows)
}

fn bounds_in_words(rollout: &Rollout) -> String {
    let bounds = format!("Throughout, {} and {}.", rollout.at_least(), rollout.at_most());
    if rollout.maximum_percent > 100 {
        return bounds;
    }
    // A service that is created has rebalancing unless it says otherwise.
    format!("{bounds}\nECS takes a maximum of 100 % only with Availability Zone rebalancing disabled (D09).")
}

fn stuck(rollout: &Rollout) -> UserError {
    UserError::new(
        format!(
            "D05: the deployment is stuck: {} and {}, so no task can be started and none \
             stopped; ECS takes these numbers all the same",
            rollout.at_least(),
            rollout.at_most()
        ),
        way_out(rollout.desired),
    )
}

fn way_out(desired: u32) -> String {
    let (most, least) = (least_maximum_percent(desired), most_minimum_healthy_percent(desired));
    let least = if least == 0 { "--min 0".to_owned() } else { format!("--min {least} or less") };
    format!("--max {most} or more lets a new task start first, {least} lets an old one stop first")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(desired: u32, min: i32, max: i32) -> String {
        percentages(&Options { desired, min, max }).err().map_or("ok".to_owned(), |error| error.to_string())
    }

    #[test]
    fn percentages_that_ecs_refuses_are_refused_by_the_same_rule() {
        assert_eq!(verdict(4, 0, 100), "ok");
        assert_eq!(verdict(4, 100, 101), "ok");
        for min in [-1, 101] {
            assert!(verdict(4, min, 200).starts_with("D06: "));
        }
        for max in [-1, 99] {
            assert!(verdict(4, 0, max).starts_with("D07: "));
        }
    }

    #[test]
    fn both_100_are_refused_and_explained() {
        let refused = verdict(4, 100, 100);
        assert!(refused.starts_with("D08: ") && refused.contains("at most 4 may run"), "{refused}");
    }

    #[test]
    fn a_stuck_deployment_is_an_error_with_percentages_that_work() {
        let error = stuck(&rolling(3, 100, 125));
        assert!(error.to_string().starts_with("D05: "));
        assert!(error.hint.contains("--max 134 or more") && error.hint.contains("--min 66 or less"));
        assert!(stuck(&rolling(1, 50, 100)).hint.contains("--min 0 lets"));
    }
}

//! `simulate placement`: how many tasks each capacity provider of a strategy gets.

use infra_ecs::placement::{Share, place};
use infra_options::strategy::Item;
use serde::Serialize;

use super::print;
use super::strategy::{names, strategy};
use super::table::{Column, Table};

const MORE: &str = "\
Examples:
  cargo xtask simulate placement --desired 10 --strategy FARGATE:base=2,weight=1 --strategy FARGATE_SPOT:weight=3";

/// Show how many tasks each provider of a capacity provider strategy gets
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// How many tasks the service wants
    #[arg(long, value_name = "TASKS", value_parser = clap::value_parser!(u32).range(..=i64::from(i32::MAX)))]
    desired: u32,

    /// A capacity provider with its base and weight, 0 unless given; may be given several times
    #[arg(long = "strategy", value_name = "NAME:base=N,weight=N", required = true)]
    strategy: Vec<Item>,
}

#[derive(Serialize)]
struct Placement<'a> {
    desired: u32,
    placement: Vec<Placed<'a>>,
}

#[derive(Serialize)]
struct Placed<'a> {
    #[serde(flatten)]
    share: &'a Share,
    tasks: u32,
}

/// Prints the tasks of every provider.
pub fn run(options: Options, json: bool) -> anyhow::Result<()> {
    let desired = options.desired;
    let shares = strategy(&options.strategy)?;
    let placed = shares.iter().zip(place(desired, &shares)).map(|(share, tasks)| Placed { share, tasks });
    let placement = Placement { desired, placement: placed.collect() };
    let text = format!("{}\n\n{}", table(&placement), explanation(desired, &shares));
    print(json, &placement, text)
}

fn table(placement: &Placement<'_>) -> Table {
    let columns =
        [Column::Text("provider"), Column::Number("base"), Column::Number("weight"), Column::Number("tasks")];
    let row = |Placed { share, tasks }: &Placed<'_>| {
        let numbers = [share.base, share.weight, *tasks].map(|number| number.to_string());
        [share.capacity_provider.clone()].into_iter().chain(numbers).collect()
    };
    Table::new(&columns, placement.placement.iter().map(row))
}

/// How the numbers come about.
fn explanation(desired: u32, shares: &[Share]) -> String {
    if let [only] = shares {
        let unsettled =
            if only.weight == 0 { "; AWS does not say what weight 0 means for it (C05)" } else { "" };
        return format!("{} is the only provider and gets all tasks{unsettled}.", only.capacity_provider);
    }
    let Some(based) = shares.iter().find(|share| share.base > 0) else {
        return division("All", desired, shares);
    };
    let (name, base) = (&based.capacity_provider, based.base);
    if base >= desired {
        return format!("{name}'s base of {base} takes everything (C08).");
    }
    format!("{base} of {desired} are {name}'s base, {}", division("the other", desired - base, shares))
}

fn division(which: &str, tasks: u32, shares: &[Share]) -> String {
    let weighted: Vec<_> = shares.iter().filter(|share| share.weight > 0).collect();
    if let [only] = weighted.as_slice() {
        return format!(
            "{which} {tasks} go to {}, the only one with a weight (C08).",
            only.capacity_provider
        );
    }
    let ratio = weighted.iter().map(|share| share.weight.to_string()).collect::<Vec<_>>().join(" : ");
    let divided = format!("{which} {tasks} are divided {ratio} between {} (C08).", names(&weighted));
    if divides_evenly(tasks, &weighted) {
        return divided;
    }
    format!("{divided}\nAWS does not document the rounding (C09): this is the method of largest remainders.")
}

fn divides_evenly(tasks: u32, weighted: &[&Share]) -> bool {
    let total: u64 = weighted.iter().map(|share| u64::from(share.weight)).sum();
    weighted.iter().all(|share| (u64::from(tasks) * u64::from(share.weight)).is_multiple_of(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Explains the placement of tasks on items as they are typed.
    fn explained(desired: u32, items: &[&str]) -> String {
        let items: Vec<Item> = items.iter().map(|text| text.parse().unwrap()).collect();
        explanation(desired, &strategy(&items).unwrap())
    }

    #[test]
    fn the_explanation_says_base_and_ratio() {
        let text = explained(10, &["FARGATE:base=2,weight=1", "FARGATE_SPOT:weight=3"]);
        assert!(
            text.starts_with("2 of 10 are FARGATE's base, the other 8 are divided 1 : 3 between"),
            "{text}"
        );
    }

    #[test]
    fn the_explanation_says_what_aws_leaves_open() {
        assert!(explained(10, &["FARGATE:weight=1", "FARGATE_SPOT:weight=2"]).contains("C09"));
        assert!(!explained(9, &["FARGATE:weight=1", "FARGATE_SPOT:weight=2"]).contains("C09"));
        assert!(explained(9, &["FARGATE"]).contains("C05"));
    }

    #[test]
    fn a_base_that_takes_everything_leaves_nothing_to_divide() {
        assert_eq!(explained(3, &["a:base=5", "b:weight=1"]), "a's base of 5 takes everything (C08).");
        assert!(explained(7, &["a:base=5", "b:weight=1"]).contains("the other 2 go to b"));
    }
}

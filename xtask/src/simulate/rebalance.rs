//! `simulate rebalance`: a zone is lost and comes back, and where a service's tasks run.

use std::fmt;
use std::time::Duration;

use console::style;
use infra_ecs::rollout::{Pace, TaskCounts, ZoneOutage, ZonesAfter};

use super::print;
use super::table::{Column, Table};
use super::text::{WIDTH, clock, in_words, once_each, wrapped};

/// For the events, beside the time and at most six zones.
const ROOM: usize = 50;
const ZONES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

const MORE: &str = "\
Examples:
  cargo xtask simulate rebalance --desired 4 --zones 3
  cargo xtask simulate rebalance --desired 4 --zones 2 --no-rebalancing

With --json: {\"steps\": [{\"seconds\", \"zones\", \"events\"}], \"fewestRunning\", \"balanced\"}.";

/// Show where a service's tasks run while an availability zone is lost, and when it is back
///
/// ECS replaces the zone's tasks in the others. When the zone is back it starts one task there before it stops one elsewhere, until
/// no zone has two more than another.
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// How many tasks the service wants: at most 1000
    #[arg(long, value_name = "TASKS", default_value_t = 4, value_parser = clap::value_parser!(u16).range(..=1000))]
    desired: u16,

    /// In how many zones they may run; the first one is lost
    #[arg(long, value_name = "ZONES", default_value_t = 3, value_parser = clap::value_parser!(u8).range(2..=6))]
    zones: u8,

    /// Seconds for which the zone is lost
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=86400))]
    lost_for: u32,

    /// With availabilityZoneRebalancing DISABLED
    #[arg(long)]
    no_rebalancing: bool,

    /// Seconds from a task's start until it runs
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=3600))]
    start: u32,

    /// Seconds from then until the load balancer finds it healthy
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3600))]
    health: u32,

    /// Seconds for which the target of a task that is stopped drains (AWS's default is 300)
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(..=3600))]
    deregistration_delay: u32,
}

/// Prints every change.
pub fn run(options: &Options, json: bool) -> anyhow::Result<()> {
    let outage = options.outage();
    let after = outage.run();
    print(json, &after, View { outage: &outage, after: &after })
}

impl Options {
    fn outage(&self) -> ZoneOutage {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        ZoneOutage {
            desired_count: self.desired.into(),
            zones: self.zones,
            lasts: seconds(self.lost_for),
            rebalances: !self.no_rebalancing,
            pace: Pace {
                start: seconds(self.start),
                health: seconds(self.health),
                draining: seconds(self.deregistration_delay),
            },
        }
    }
}

struct View<'a> {
    outage: &'a ZoneOutage,
    after: &'a ZonesAfter,
}

impl fmt::Display for View<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in wrapped(&self.heading(), WIDTH, 0) {
            writeln!(formatter, "{line}")?;
        }
        writeln!(formatter, "\n{}\n", self.table())?;
        writeln!(formatter, "{}", style("2+1: 2 run, 1 starts.").dim())?;
        let outcome = wrapped(&self.outcome(), WIDTH, 0).join("\n");
        let outcome = if self.after.balanced { style(outcome).green() } else { style(outcome).yellow() };
        write!(formatter, "{}", outcome.bold())
    }
}

impl View<'_> {
    fn heading(&self) -> String {
        let ZoneOutage { desired_count, zones, lasts, rebalances, .. } = self.outage;
        let rebalancing = if *rebalances { "with" } else { "without" };
        let lost_for = in_words(lasts.as_secs());
        format!(
            "{desired_count} tasks in {zones} zones, {rebalancing} rebalancing. Zone a is lost for {lost_for}."
        )
    }

    fn table(&self) -> Table {
        let zones = ZONES.into_iter().take(self.outage.zones.into());
        let columns: Vec<_> = ["time"].into_iter().chain(zones).map(Column::Number).collect();
        let columns = [columns, vec![Column::Text("what ECS does")]].concat();
        let blank = vec![String::new(); columns.len() - 1];
        let mut rows = Vec::new();
        for step in &self.after.steps {
            let cells = step.zones.iter().map(|zone| counted(*zone));
            let cells = [clock(step.seconds)].into_iter().chain(cells).collect();
            let mut lines = once_each(&step.events).into_iter().flat_map(|text| wrapped(&text, ROOM, 2));
            rows.push([cells, vec![lines.next().unwrap_or_default()]].concat());
            rows.extend(lines.map(|line| [blank.clone(), vec![line]].concat()));
        }
        Table::new(&columns, rows)
    }

    fn outcome(&self) -> String {
        let ZonesAfter { steps, fewest_running, balanced } = self.after;
        let running = format!("At least {fewest_running} tasks ran all the time.");
        let last = steps.last().map(|step| step.seconds).unwrap_or_default();
        let back = self.outage.lasts.as_secs();
        match balanced {
            true if last > back => {
                format!("Balanced {} after the zone was back. {running}", in_words(last - back))
            }
            true => format!("Balanced. {running}"),
            false => {
                format!("Not balanced: the tasks stay where they are until the next deployment. {running}")
            }
        }
    }
}

/// Tasks that run, and those that start.
fn counted(tasks: TaskCounts) -> String {
    match tasks.pending {
        0 => tasks.running.to_string(),
        pending => format!("{}+{pending}", tasks.running),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use insta::assert_snapshot;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn shown(line: &str) -> String {
        let line = ["rebalance"].into_iter().chain(line.split_whitespace());
        let outage = Line::try_parse_from(line).unwrap().options.outage();
        let text = View { outage: &outage, after: &outage.run() }.to_string();
        let text = console::strip_ansi_codes(&text).into_owned();
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        text
    }

    #[test]
    fn a_zone_that_is_back_gets_its_tasks_again() {
        assert_snapshot!(shown("--desired 4 --zones 3"), @r"
        4 tasks in 3 zones, with rebalancing. Zone a is lost for 10 min.

         time    a    b    c  what ECS does
         0:00    0  1+1  1+1  deregistered 1 targets in (target-group web) (2
                                times)
                              (taskSet ecs-svc/web) has begun draining
                                connections on 1 tasks. (2 times)
                              has started 2 tasks: (task web-5) (task web-6).
         0:20    0    2    2  registered 2 targets in (target-group web)
         0:30    0    2    2  has reached a steady state. (2 times)
                              is not AZ balanced with 2 tasks in b, 2 tasks in
                                c, 0 tasks in a. AZ Rebalancing in progress.
                              has started 1 tasks in a to AZ Rebalance:
                                (task web-7).
                              is unable to place a task in a.
                              was unable to place a task because no capacity is
                                available in the zone.
        27:30  0+1    2    2  has started 1 tasks in a to AZ Rebalance:
                                (task web-8).
        27:50    1    2    2  registered 1 targets in (target-group web)
        28:00    1    2    1  has stopped 1 running tasks in AZ due to AZ
                                rebalancing: (task web-6).
                              deregistered 1 targets in (target-group web)
                              (taskSet ecs-svc/web) has begun draining
                                connections on 1 tasks.
                              has reached a steady state.
                              is AZ balanced with 2 tasks in b, 1 tasks in a, 1
                                tasks in c.

        2+1: 2 run, 1 starts.
        Balanced 18 min after the zone was back. At least 2 tasks ran all the time.
        ");
    }

    #[test]
    fn the_documentation_shows_what_is_printed() {
        let (page, printed) = (include_str!("../../../docs/ecs-step-by-step.md"), shown(""));
        assert!(page.contains(&printed), "docs/ecs-step-by-step.md should have:\n{printed}");
    }

    #[test]
    fn without_rebalancing_it_stays_empty() {
        assert_snapshot!(shown("--desired 4 --zones 2 --no-rebalancing"), @r"
        4 tasks in 2 zones, without rebalancing. Zone a is lost for 10 min.

        time  a    b  what ECS does
        0:00  0  2+2  deregistered 1 targets in (target-group web) (2
                        times)
                      (taskSet ecs-svc/web) has begun draining
                        connections on 1 tasks. (2 times)
                      has started 2 tasks: (task web-5) (task web-6).
        0:20  0    4  registered 2 targets in (target-group web)
        0:30  0    4  has reached a steady state.

        2+1: 2 run, 1 starts.
        Not balanced: the tasks stay where they are until the next deployment. At least
        2 tasks ran all the time.
        ");
    }
}

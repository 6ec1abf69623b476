//! A deployment as a timeline for people.

use console::style;
use infra_ecs::rollout::{
    Bounds, ServiceDeploymentStatus, Simulated, Simulation, Stage, Step, Strategy, TaskCounts,
};
use std::fmt;

use crate::simulate::table::{Column, GAP, Table};
use crate::simulate::text::{WIDTH, clock, in_words, once_each, wrapped};

/// What was tried out, and what came of it.
pub struct Timeline<'a> {
    pub simulation: &'a Simulation,
    pub simulated: &'a Simulated,
}

impl fmt::Display for Timeline<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in wrapped(&self.heading(), WIDTH, 0) {
            writeln!(formatter, "{line}")?;
        }
        writeln!(formatter, "\n{}\n", self.table())?;
        writeln!(formatter, "{}", style(wrapped(&self.legend(), WIDTH, 0).join("\n")).dim())?;
        let outcome = wrapped(&self.outcome(), WIDTH, 0).join("\n");
        let succeeded = self.simulated.outcome.status == ServiceDeploymentStatus::Successful;
        let outcome = if succeeded { style(outcome).green() } else { style(outcome).red() };
        write!(formatter, "{}", outcome.bold())
    }
}

impl Timeline<'_> {
    fn heading(&self) -> String {
        let Simulation { desired_count: desired, minimum_healthy_percent, maximum_percent, first, .. } =
            *self.simulation;
        let what = if first { "First deployment" } else { "Update" };
        let tasks = if desired == 1 { "task" } else { "tasks" };
        let minutes = |wait: std::time::Duration| format!("{} min", wait.as_secs() / 60);
        let how = match self.simulation.strategy {
            Strategy::Rolling => {
                let Bounds { min_running, max_running } =
                    Bounds::new(desired, minimum_healthy_percent, maximum_percent);
                format!("rolling: at least {min_running} must stay healthy, at most {max_running} may run.")
            }
            // There is nobody to share it with.
            Strategy::BlueGreen { bake } | Strategy::Linear { bake, .. } | Strategy::Canary { bake, .. }
                if first =>
            {
                format!("in stages: all traffic at once, then {} bake time.", minutes(bake))
            }
            Strategy::BlueGreen { bake } => {
                format!("blue/green: all traffic at once, then {} bake time.", minutes(bake))
            }
            Strategy::Linear { step, step_bake, bake } => {
                let (each, bake) = (minutes(step_bake), minutes(bake));
                format!("linear: {step} % of the traffic, {each}, and so on, then {bake} bake time.")
            }
            Strategy::Canary { percent, canary_bake, bake } => {
                let (canary, bake) = (minutes(canary_bake), minutes(bake));
                format!("canary: {percent} % of the traffic, {canary}, the rest, then {bake} bake time.")
            }
        };
        format!("{what} of {desired} {tasks}, {how}")
    }

    fn table(&self) -> Table {
        let steps = &self.simulated.steps;
        let mut columns = self.columns();
        let cells: Vec<Vec<String>> = steps.iter().map(|step| self.cells(step)).collect();
        let width = |(index, column): (usize, &Column)| {
            let widths = cells.iter().filter_map(|row| row.get(index)).map(String::len);
            widths.chain([column.heading().len()]).max().unwrap_or_default() + usize::from(GAP)
        };
        let room = WIDTH.saturating_sub(columns.iter().enumerate().map(width).sum());
        let blank = vec![String::new(); columns.len()];
        columns.push(Column::Text("what ECS does"));
        let mut furthest = None;
        let mut rows = Vec::new();
        for (step, cells) in steps.iter().zip(cells) {
            let mut lines = said(step, &mut furthest).into_iter().flat_map(|text| wrapped(&text, room, 2));
            rows.push([cells, vec![lines.next().unwrap_or_default()]].concat());
            rows.extend(lines.map(|line| [blank.clone(), vec![line]].concat()));
        }
        Table::new(&columns, rows)
    }

    fn columns(&self) -> Vec<Column> {
        let old = (!self.simulation.first).then_some("old");
        let traffic = self.is_staged().then_some("traffic");
        let failed = self.simulation.fault.map(|_| "failed");
        let shown = [Some("time"), old, Some("new"), traffic, failed];
        shown.into_iter().flatten().map(Column::Number).collect()
    }

    fn cells(&self, step: &Step) -> Vec<String> {
        let old = (!self.simulation.first).then(|| counted(step.old));
        let traffic = step.traffic.map(|traffic| format!("{}:{}", traffic.old, traffic.new));
        let failed = self.simulation.fault.map(|_| match self.simulated.failure_threshold {
            Some(threshold) => format!("{}/{threshold}", step.failed_tasks),
            None => step.failed_tasks.to_string(),
        });
        let shown = [Some(clock(step.seconds)), old, Some(counted(step.new)), traffic, failed];
        shown.into_iter().flatten().collect()
    }

    fn legend(&self) -> String {
        let traffic = if self.is_staged() { " traffic: percent old:new." } else { "" };
        let failed = match (self.simulation.fault, self.simulated.failure_threshold) {
            (Some(_), Some(_)) => " failed 2/3: 3 are too many.",
            _ => "",
        };
        format!("2+1: 2 run, 1 starts.{traffic}{failed}")
    }

    fn outcome(&self) -> String {
        let outcome = &self.simulated.outcome;
        if outcome.blocked {
            return "Blocked by its percentages: ECS waits until the service is updated again.".to_owned();
        }
        let after = in_words(outcome.seconds);
        let reason = outcome.reason.clone().unwrap_or_default();
        let why = match outcome.status {
            ServiceDeploymentStatus::Successful => "The new revision serves.".to_owned(),
            ServiceDeploymentStatus::InProgress if self.is_staged() => {
                "Without a circuit breaker ECS goes on like this for a day, the most that a stage lasts."
                    .to_owned()
            }
            ServiceDeploymentStatus::InProgress => {
                "Without a circuit breaker ECS goes on like this.".to_owned()
            }
            ServiceDeploymentStatus::Stopped => format!("{reason} Without a rollback all stays as it is."),
            _ => reason,
        };
        format!("{} after {after}. {why}", outcome.status.as_str())
    }

    fn is_staged(&self) -> bool {
        self.simulation.strategy != Strategy::Rolling
    }
}

/// Tasks that run, and those that start.
fn counted(tasks: TaskCounts) -> String {
    match tasks.pending {
        0 => tasks.running.to_string(),
        pending => format!("{}+{pending}", tasks.running),
    }
}

/// The stages that begin and the events. Of stages that come again, only the last is named.
fn said(step: &Step, furthest: &mut Option<Stage>) -> Vec<String> {
    let last = step.stages.last().copied();
    let is_new = |stage: &&Stage| Some(**stage) > *furthest || Some(**stage) == last;
    let stages: Vec<String> = step.stages.iter().filter(is_new).map(Stage::to_string).collect();
    *furthest = (*furthest).max(last);
    stages.into_iter().chain(once_each(&step.events)).collect()
}

//! How tasks ended: for people, for programs, and as an exit code.

use super::failures::explain;
use crate::tasks::{id_of, short};
use anyhow::{Context, Result};
use aws_sdk_ecs::types::{Failure as Refusal, Task};
use console::style;
use infra_ecs::TaskDefinition;
use infra_options::print;
use serde::Serialize;

/// A task that did not start, or has no exit code.
const NO_EXIT_CODE: u8 = 1;

/// What became of the tasks.
#[derive(Debug, Serialize)]
pub struct Outcome {
    cluster: String,
    exit_code: Option<u8>,
    tasks: Vec<TaskOutcome>,
    failures: Vec<String>,
    #[serde(skip)]
    essential: Vec<String>,
}

#[derive(Debug, Serialize)]
struct TaskOutcome {
    id: String,
    status: String,
    stop_code: Option<String>,
    stopped_reason: Option<String>,
    containers: Vec<ContainerOutcome>,
}

#[derive(Debug, Serialize)]
struct ContainerOutcome {
    name: String,
    essential: bool,
    exit_code: Option<i32>,
    reason: Option<String>,
}

impl Outcome {
    /// No tasks yet, and what RunTask refused.
    pub fn new(definition: &TaskDefinition, cluster: &str, failures: Vec<Refusal>) -> Self {
        let essential = definition.container_definitions.iter().filter(|container| container.is_essential());
        Self {
            cluster: cluster.to_owned(),
            exit_code: None,
            tasks: Vec::new(),
            failures: failures.iter().map(explain).collect(),
            essential: essential.map(|container| container.name().to_owned()).collect(),
        }
    }

    /// Takes what ECS reports of the tasks now.
    pub fn tasks(&mut self, tasks: &[Task]) {
        self.tasks = tasks.iter().map(|task| self.task(task)).collect();
    }

    fn task(&self, task: &Task) -> TaskOutcome {
        let said = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let containers = task.containers().iter().map(|container| {
            let name = container.name().unwrap_or_default().to_owned();
            ContainerOutcome {
                essential: self.essential.contains(&name),
                name,
                exit_code: container.exit_code(),
                reason: said(container.reason()),
            }
        });
        TaskOutcome {
            id: id_of(task).to_owned(),
            status: task.last_status().unwrap_or_default().to_owned(),
            stop_code: said(task.stop_code().map(|code| code.as_str())),
            stopped_reason: said(task.stopped_reason()),
            containers: containers.collect(),
        }
    }

    /// Says what RunTask did not start.
    pub fn print_failures(&self) {
        for failure in &self.failures {
            infra_options::say!("{} not started: {failure}", style("error:").for_stderr().red().bold());
        }
    }

    /// The exit code of tasks that nobody waits for.
    pub fn started(&self) -> u8 {
        if self.failures.is_empty() && !self.tasks.is_empty() { 0 } else { NO_EXIT_CODE }
    }

    /// The exit code of the first essential container that failed; 1 where one has none, or a task was not started. A
    /// container that is not essential, such as a log router that is ended with its task, does not decide.
    pub fn exit_code(&self) -> u8 {
        let containers = self.tasks.iter().flat_map(|task| &task.containers);
        let codes: Vec<_> = containers.filter(|it| it.essential).map(|it| it.exit_code).collect();
        let failed = codes.iter().flatten().find(|code| **code != 0);
        match failed {
            Some(code) => u8::try_from(*code).unwrap_or(NO_EXIT_CODE),
            None if codes.contains(&None) || codes.is_empty() => NO_EXIT_CODE,
            None => self.started(),
        }
    }

    /// Prints it: one JSON object on standard output, or lines on standard error, beside the logs.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn print(&mut self, json: bool, ended: bool) -> Result<()> {
        self.exit_code = ended.then(|| self.exit_code());
        if json {
            print(serde_json::to_string_pretty(self).context("the tasks have no JSON form")?)?;
        } else if ended {
            self.tasks.iter().flat_map(lines).for_each(|line| infra_options::say!("{line}"));
        }
        Ok(())
    }
}

/// A task and its containers.
fn lines(task: &TaskOutcome) -> Vec<String> {
    let why = [task.stop_code.as_deref(), task.stopped_reason.as_deref()];
    let why = why.into_iter().flatten().collect::<Vec<_>>().join(": ");
    let mut lines = vec![format!("task {}  {why}", short(&task.id)).trim_end().to_owned()];
    let width = task.containers.iter().map(|container| container.name.len()).max().unwrap_or_default();
    lines.extend(task.containers.iter().map(|container| {
        let code = container.exit_code.map_or("no exit code".to_owned(), |code| format!("exit code {code}"));
        let reason = container.reason.as_ref().map(|reason| format!("  {reason}")).unwrap_or_default();
        format!("  container {:<width$}  {code}{reason}", container.name)
    }));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ecs::types::{Container, TaskStopCode};
    use infra_ecs::ContainerDefinition;

    fn definition() -> TaskDefinition {
        let container = |name: &str, essential| ContainerDefinition {
            name: Some(name.to_owned()),
            essential,
            ..ContainerDefinition::default()
        };
        let container_definitions =
            vec![container("router", Some(false)), container("web", None), container("cache", None)];
        TaskDefinition { container_definitions, ..TaskDefinition::default() }
    }

    fn task(codes: [Option<i32>; 3]) -> Task {
        let containers = ["router", "web", "cache"]
            .into_iter()
            .zip(codes)
            .map(|(name, code)| Container::builder().name(name).set_exit_code(code).build());
        let task = Task::builder().task_arn("task/demo/0123456789").last_status("STOPPED");
        let task = task.stop_code(TaskStopCode::EssentialContainerExited).stopped_reason("Essential");
        task.set_containers(Some(containers.collect())).build()
    }

    fn outcome(tasks: &[Task]) -> Outcome {
        let mut outcome = Outcome::new(&definition(), "demo", Vec::new());
        outcome.tasks(tasks);
        outcome
    }

    #[test]
    fn the_exit_code_is_the_first_failed_essential_containers() {
        let code = |codes| outcome(&[task(codes)]).exit_code();
        assert_eq!(code([Some(0), Some(0), Some(0)]), 0);
        assert_eq!(code([Some(137), Some(0), Some(0)]), 0, "not essential");
        assert_eq!(code([Some(1), Some(3), Some(4)]), 3);
        assert_eq!(code([Some(0), None, Some(4)]), 4);
        assert_eq!(code([Some(0), None, Some(0)]), 1);
        assert_eq!(code([None, None, None]), 1);
        assert_eq!(code([Some(0), Some(-1), Some(0)]), 1, "no exit code of a program");
        assert_eq!(outcome(&[task([Some(0); 3]), task([Some(0), Some(7), Some(0)])]).exit_code(), 7);
    }

    #[test]
    fn what_was_not_started_fails() {
        let refusal = Refusal::builder().reason("RESOURCE:CPU").build();
        let mut outcome = Outcome::new(&definition(), "demo", vec![refusal]);
        assert_eq!((outcome.exit_code(), outcome.started()), (1, 1));
        outcome.tasks(&[task([Some(0); 3])]);
        assert_eq!((outcome.exit_code(), outcome.started()), (1, 1));
        outcome.failures.clear();
        assert_eq!((outcome.exit_code(), outcome.started()), (0, 0));
    }

    #[test]
    fn people_read_why_and_each_exit_code() {
        let outcome = outcome(&[task([None, Some(3), Some(0)])]);
        assert_eq!(
            lines(&outcome.tasks[0]),
            [
                "task 01234567  EssentialContainerExited: Essential",
                "  container router  no exit code",
                "  container web     exit code 3",
                "  container cache   exit code 0",
            ]
        );
    }

    #[test]
    fn programs_read_the_same() {
        let mut outcome = outcome(&[task([Some(0), Some(3), Some(0)])]);
        outcome.exit_code = Some(outcome.exit_code());
        let json = serde_json::to_value(&outcome).unwrap();
        assert_eq!(json["exit_code"], 3);
        assert_eq!(json["tasks"][0]["id"], "0123456789");
        assert_eq!(json["tasks"][0]["containers"][1]["exit_code"], 3);
        assert_eq!(json["tasks"][0]["stop_code"], "EssentialContainerExited");
    }
}

//! Watches tasks until they have stopped: their states as they change, and their logs.

use super::logs::Logs;
use super::started::Started;
use crate::progress_view::ProgressView;
use crate::tasks::{self, id_of, short};
use aws_sdk_ecs::types::Task;
use infra_aws::Aws;
use infra_ecs::TaskDefinition;
use infra_engine::{Context, Failure, ResourceId};
use infra_options::StackOptions;
use infra_wire::poll::{Poll, poll_until};
use std::collections::BTreeMap;
use std::time::Duration;

const STOPPED: &str = "STOPPED";
/// After a task has stopped its last lines still arrive: so many looks without a new one end the log.
const QUIET_LOOKS: u32 = 3;
const BETWEEN_QUIET_LOOKS: Duration = Duration::from_millis(700);
/// A log that goes on for longer than this after the end is left.
const MOST_LOOKS: u32 = 30;

/// Tasks that are watched.
pub struct Following<'a> {
    aws: &'a Aws,
    started: &'a Started,
    logs: Logs,
    view: ProgressView,
    id: ResourceId,
    states: BTreeMap<String, String>,
}

impl<'a> Following<'a> {
    /// Begins to watch.
    pub fn new(
        aws: &'a Aws,
        started: &'a Started,
        definition: &TaskDefinition,
        app: &str,
        options: &StackOptions,
    ) -> Self {
        Self {
            aws,
            started,
            logs: Logs::new(aws, &started.ids, definition, options.json),
            view: ProgressView::new(),
            id: ResourceId::new("task", app),
            states: BTreeMap::new(),
        }
    }

    /// Waits until all tasks have stopped; gives what ECS reports of them then.
    ///
    /// # Errors
    /// When ECS can't be asked, or the deadline passes: with the way to stop the tasks.
    pub async fn until_stopped(self, deadline: Duration) -> Result<Vec<Task>, Failure> {
        let Self { aws, started, mut logs, view, id, mut states } = self;
        let context = Context::of(&aws.stack, &id, &view);
        let ended = poll_until(deadline, &context, async || {
            let tasks = tasks::described(aws, &started.cluster, &started.ids).await?;
            view.suspend(|| print_changes(&tasks, &mut states));
            logs.print_new(&tasks, &view).await;
            let running = unfinished(&tasks, &started.ids);
            Ok(if running.is_empty() { Poll::Ready(tasks) } else { Poll::Pending(running.join(", ")) })
        })
        .await;
        let tasks = ended.map_err(|failure| started.lost(failure))?;
        if tasks.iter().flat_map(Task::containers).any(|container| container.exit_code().is_some()) {
            context.waiting("the last lines of the log");
            last_lines(&mut logs, &tasks, &view).await;
        }
        Ok(tasks)
    }
}

/// CloudWatch Logs shows a line some time after it was written.
async fn last_lines(logs: &mut Logs, tasks: &[Task], view: &ProgressView) {
    let mut quiet = 0;
    for _ in 0..MOST_LOOKS {
        tokio::time::sleep(BETWEEN_QUIET_LOOKS).await;
        quiet = if logs.print_new(tasks, view).await { 0 } else { quiet + 1 };
        if quiet == QUIET_LOOKS {
            break;
        }
    }
}

/// What is still to happen: `task 0123abcd to stop (RUNNING)` for each that has not.
fn unfinished(tasks: &[Task], ids: &[String]) -> Vec<String> {
    let state = |id: &String| tasks.iter().find(|task| id_of(task) == id).and_then(|task| task.last_status());
    let missing = ids.iter().filter(|id| state(id) != Some(STOPPED));
    missing
        .map(|id| format!("task {} to stop ({})", short(id), state(id).unwrap_or("not visible yet")))
        .collect()
}

fn print_changes(tasks: &[Task], states: &mut BTreeMap<String, String>) {
    for task in tasks {
        let (id, state) = (id_of(task), task.last_status().unwrap_or_default());
        if states.insert(id.to_owned(), state.to_owned()).as_deref() != Some(state) {
            infra_options::say!("  task {}  {state}", short(id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_waited_for_names_the_task_and_its_state() {
        let task = |id: &str, state: &str| Task::builder().task_arn(id).last_status(state).build();
        let tasks = [task("0123456789", "RUNNING"), task("11", "STOPPED")];
        let ids = ["0123456789", "11", "22"].map(str::to_owned);
        assert_eq!(
            unfinished(&tasks, &ids),
            ["task 01234567 to stop (RUNNING)", "task 22 to stop (not visible yet)"]
        );
    }
}

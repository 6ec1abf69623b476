//! The tasks that were started, and what is said of them when nobody waits for their end any more.

use crate::tasks::id_of;
use aws_sdk_ecs::types::Task;
use infra_aws::Aws;
use infra_engine::Failure;

/// Tasks that ECS has taken.
#[derive(Debug)]
pub struct Started {
    /// The cluster's name.
    pub cluster: String,
    /// The tasks' ids.
    pub ids: Vec<String>,
    aws_cli: String,
}

impl Started {
    /// The tasks of an answer; `None` where there are none.
    pub fn of(tasks: &[Task], cluster: &str, aws: &Aws) -> Option<Self> {
        let aws_cli = aws_cli(&aws.region, aws.endpoint.as_deref());
        let ids: Vec<_> = tasks.iter().map(|task| id_of(task).to_owned()).collect();
        (!ids.is_empty()).then(|| Self { cluster: cluster.to_owned(), ids, aws_cli })
    }

    /// `task 0123...` or `tasks 0123..., 4567...`.
    pub fn names(&self) -> String {
        let noun = if self.ids.len() == 1 { "task" } else { "tasks" };
        format!("{noun} {}", self.ids.join(", "))
    }

    /// What goes on without us, and how it is stopped.
    pub fn still_there(&self) -> String {
        let goes = if self.ids.len() == 1 { "goes" } else { "go" };
        format!("{} in cluster {} {goes} on; {}", self.names(), self.cluster, self.how_to_stop())
    }

    /// A failure to follow the tasks, with what to do about those that go on.
    pub fn lost(&self, failure: Failure) -> Failure {
        let message = format!("the end of {} in cluster {} was not seen", self.names(), self.cluster);
        Failure::caused_by(message, failure).hint(format!("it goes on by itself; {}", self.how_to_stop()))
    }

    fn how_to_stop(&self) -> String {
        let task = if let [only] = self.ids.as_slice() { only } else { "TASK" };
        format!("`{} ecs stop-task --cluster {} --task {task}` stops it", self.aws_cli, self.cluster)
    }
}

/// The AWS CLI, led to where the tasks are.
fn aws_cli(region: &str, endpoint: Option<&str>) -> String {
    let endpoint = endpoint.map(|endpoint| format!(" --endpoint-url {endpoint}")).unwrap_or_default();
    format!("aws --region {region}{endpoint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(ids: &[&str]) -> Started {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        Started { cluster: "demo".to_owned(), ids, aws_cli: aws_cli("eu-west-1", None) }
    }

    #[test]
    fn what_goes_on_is_named_with_the_way_to_stop_it() {
        let stop = "`aws --region eu-west-1 ecs stop-task --cluster demo --task 0123` stops it";
        let one = started(&["0123"]).still_there();
        assert_eq!(one, format!("task 0123 in cluster demo goes on; {stop}"));
        let two = started(&["01", "02"]).still_there();
        assert!(
            two.starts_with("tasks 01, 02 in cluster demo go on") && two.contains("--task TASK"),
            "{two}"
        );
    }

    #[test]
    fn the_cli_is_led_to_a_local_aws() {
        let cli = aws_cli("us-east-1", Some("http://127.0.0.1:4566"));
        assert_eq!(cli, "aws --region us-east-1 --endpoint-url http://127.0.0.1:4566");
    }

    #[test]
    fn a_deadline_that_passes_says_that_the_task_goes_on() {
        let lost = started(&["01"]).lost(Failure::new("after 5 s"));
        assert_eq!(lost.to_string(), "the end of task 01 in cluster demo was not seen");
        assert!(lost.what_to_do().unwrap().contains("stop-task"));
    }
}

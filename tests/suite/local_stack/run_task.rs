//! Chapters of the story: one-off tasks and scaling, which leave the stack as they found it.

use e2e::aws_api::AwsApi;
use e2e::command::{Outcome, Run};
use serde_json::{Value, json};

use super::{CLUSTER, chapter, local, local_provider};

const SCALED: u64 = 3;

/// The command's own output, and its exit code, come back through CloudWatch Logs and ECS.
pub async fn a_one_off_task_prints_its_log_and_ends_with_its_exit_code() {
    chapter("one-off task");
    let failing = shell(local("run-task php --env GREETING=hello"), r#"echo "$GREETING"; exit 3"#);
    let outcome = failing.ends_with(3).await;
    assert_eq!(outcome.stdout, "hello\n", "{outcome}");
    outcome.says(&["STOPPED", "EssentialContainerExited", "exit code 3"]);
}

/// With `--json` standard output is one object, and the logs are on standard error, each line with its task.
pub async fn several_tasks_are_told_apart() {
    chapter("several one-off tasks");
    let outcome = shell(local("run-task php --count 2 --json"), "echo here").ends_with(0).await;
    let tasks = tasks(&outcome);
    assert_eq!(tasks.len(), 2, "{outcome}");
    for task in tasks {
        assert_eq!(task["containers"][0]["exit_code"], 0, "{task:#}");
        let id = task["id"].as_str().unwrap_or_else(|| panic!("no id: {task:#}"));
        outcome.says(&[&format!("{}/web | here", &id[..8])]);
    }
}

/// Every rule is named, and no task is there afterwards.
pub async fn what_ecs_would_refuse_starts_no_task(aws: &AwsApi) {
    chapter("a one-off task that ECS would refuse");
    let refused = local("run-task web --group refused --cpu 1024 --memory 1024 --container nobody");
    refused.ends_with(1).await.says(&["T05", "T10", "nothing was started"]);
    local("run-task web --group refused --count 11").ends_with(1).await.says(&["C17"]);
    let listed = aws.ecs("ListTasks", json!({ "cluster": CLUSTER, "startedBy": "xtask" })).await;
    assert_eq!(listed["taskArns"], json!([]));
}

/// Up and down again, with as many tasks running as were asked for when the command ends.
pub async fn a_service_is_scaled_and_scaled_back(aws: &AwsApi) {
    chapter("scale");
    let before = desired_and_running(aws).await[0];
    // What ECS says of a service may be late.
    let late = local_provider(&format!("scale web {SCALED} --json --local")).await.with_fault("late@2");
    let in_time = |count| local(&format!("scale web {count} --json"));
    for (count, scale) in [(SCALED, late), (before, in_time(before))] {
        let scaled = scale.ends_with(0).await.json();
        assert_eq!([&scaled["desired"], &scaled["running"]], [&json!(count), &json!(count)], "{scaled:#}");
        assert_eq!(desired_and_running(aws).await, [count, count]);
    }
    in_time(0).ends_with(1).await.says(&["its autoscaler keeps it between"]);
    local("scale nobody 1").ends_with(1).await.says(&["no service nobody", "php, web"]);
}

/// The image's command is replaced by a shell's.
fn shell(run: Run, script: &str) -> Run {
    ["--", "sh", "-c", script].into_iter().fold(run, Run::arg)
}

fn tasks(outcome: &Outcome) -> Vec<Value> {
    let tasks = outcome.json()["tasks"].as_array().cloned();
    tasks.unwrap_or_else(|| panic!("no tasks: {outcome}"))
}

async fn desired_and_running(aws: &AwsApi) -> [u64; 2] {
    let service = aws.service("e2e", "web").await;
    ["desiredCount", "runningCount"]
        .map(|member| service[member].as_u64().unwrap_or_else(|| panic!("no {member}: {service:#}")))
}

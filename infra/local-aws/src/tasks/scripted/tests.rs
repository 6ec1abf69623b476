//! The scripts, on a clock that is paused.

use super::*;
use serde_json::{Value, json};

fn task(containers: Value) -> TaskToRun {
    let definition = json!({"family": "web", "networkMode": "awsvpc", "containerDefinitions": containers});
    TaskToRun {
        id: "0".repeat(32),
        arn: "arn".to_owned(),
        cluster: "c".to_owned(),
        cluster_arn: "arn".to_owned(),
        group: "service:web".to_owned(),
        task_definition: Arc::new(serde_json::from_value(definition).unwrap()),
        revision: 1,
        launch_type: "FARGATE".to_owned(),
        zone: "us-east-1a".to_owned(),
        overrides: Value::Null,
        enable_execute_command: false,
    }
}

/// All that becomes known of a task, each with the second in which it does; it is stopped after so many seconds.
async fn told(script: Script, stopped_after: u64) -> String {
    let runtime = ScriptedRuntime::default();
    runtime.script("web:1", script);
    let (sender, mut news) = mpsc::unbounded_channel();
    let health_check = json!({"command": ["CMD", "true"]});
    let task = task(json!([{"name": "web", "image": "web:1", "healthCheck": health_check}]));
    let (id, began) = (task.id.clone(), Instant::now());
    runtime.start(task, sender);
    let stopper = runtime.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(stopped_after)).await;
        stopper.stop(&id, "UserInitiated", "Task stopped by user");
    });
    let mut lines = Vec::new();
    while let Some((_, news)) = news.recv().await {
        let line = match news {
            TaskNews::Container(it) => format!("{} {:?} {:?}", it.last_status, it.exit_code, it.reason),
            news => format!("{news:?}"),
        };
        lines.push(format!("{} {line}", began.elapsed().as_secs()));
    }
    assert_eq!(runtime.tasks(), Vec::<String>::new());
    lines.join("\n")
}

#[tokio::test(start_paused = true)]
async fn a_task_runs_until_it_is_stopped() {
    insta::assert_snapshot!(told(Script::healthy_after(3), 60).await, @r#"
    0 Activating
    1 Address(10.0.0.1)
    1 RUNNING None None
    1 Running
    4 RUNNING None None
    4 Health(Healthy)
    60 STOPPED Some(0) None
    60 Stopped { stop_code: "UserInitiated", reason: "Task stopped by user" }
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_crashes_stops_by_itself() {
    insta::assert_snapshot!(told(Script::exits(2, 1), 60).await, @r#"
    0 Activating
    1 Address(10.0.0.1)
    1 RUNNING None None
    1 Running
    3 STOPPED Some(1) None
    3 Stopped { stop_code: "EssentialContainerExited", reason: "Essential container in task exited" }
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_task_without_an_image_never_runs() {
    insta::assert_snapshot!(told(Script::never_pulls("web:1"), 60).await, @r#"
    0 Activating
    1 STOPPED None Some("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref web:1: web:1: not found")
    1 Stopped { stop_code: "TaskFailedToStart", reason: "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref web:1: web:1: not found" }
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_needs_too_much_memory_is_killed() {
    insta::assert_snapshot!(told(Script::killed_for_memory(2), 60).await, @r#"
    0 Activating
    1 Address(10.0.0.1)
    1 RUNNING None None
    1 Running
    3 STOPPED Some(137) Some("OutOfMemoryError: Container killed due to memory usage")
    3 Stopped { stop_code: "EssentialContainerExited", reason: "Essential container in task exited" }
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_stopped_before_it_runs_has_no_exit_code() {
    insta::assert_snapshot!(told(Script { starts_after: Duration::from_secs(5), ..Script::default() }, 2).await, @r#"
    0 Activating
    2 STOPPED None None
    2 Stopped { stop_code: "UserInitiated", reason: "Task stopped by user" }
    "#);
}

//! How tasks start and end.

use crate::programs::{greeter, shell, with};
use crate::world::{self, IMAGE, Run, World, task};
use infra_local_aws::tasks::TaskRuntime;
use serde_json::json;

#[tokio::test]
async fn a_task_stops_when_an_essential_container_exits() {
    let world = World::new().await;
    let mut run = world.start(task(json!({"containerDefinitions": [
        shell("web", "sleep 1; exit 3"),
        with(shell("side", "trap 'exit 0' TERM; sleep 100 & wait"), json!({"essential": false})),
    ]})));
    let (code, reason) = run.stopped().await;
    assert_eq!(
        (code.as_str(), reason.as_str()),
        ("EssentialContainerExited", "Essential container in task exited")
    );
    assert_eq!((run.exit_code("web"), run.exit_code("side")), (Some(3), Some(0)));
    assert_eq!(world.left().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_ignores_the_stop_signal_is_killed_after_the_stop_timeout() {
    let world = World::new().await;
    let deaf = with(shell("web", "trap '' TERM; sleep 100 & wait; sleep 100"), json!({"stopTimeout": 2}));
    let mut run = world.start(task(json!({"containerDefinitions": [deaf]})));
    run.running().await;
    let asked = std::time::Instant::now();
    world.runtime.stop(&run.id, "UserInitiated", "enough");
    assert_eq!(run.stopped().await, ("UserInitiated".to_owned(), "enough".to_owned()));
    assert!((2..20).contains(&asked.elapsed().as_secs()), "{:?}", asked.elapsed());
    assert_eq!(run.exit_code("web"), Some(137));
}

#[tokio::test]
async fn an_image_that_is_nowhere_is_an_ecs_error() {
    let world = World::new().await;
    let missing = json!({"name": "web", "image": "localhost:1/none:1"});
    let mut run = world.start(task(json!({"containerDefinitions": [missing]})));
    let (code, reason) = run.stopped().await;
    assert_eq!(code, "TaskFailedToStart");
    let expected = "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref \
                    localhost:1/none:1: failed to do request: ";
    assert!(reason.starts_with(expected), "{reason}");
    assert_eq!((run.exit_code("web"), run.reason("web")), (None, Some(reason)));
}

#[tokio::test]
async fn containers_start_in_the_order_of_their_dependencies() {
    let world = World::new().await;
    let mount = json!([{"sourceVolume": "shared", "containerPath": "/shared"}]);
    let check = json!({"command": ["CMD-SHELL", "test -f /shared/ready"], "interval": 5});
    let mut run = world.start(task(json!({
        "volumes": [{"name": "shared"}],
        "containerDefinitions": [
            with(shell("last", "test -f /shared/ready && echo > /dev/tcp/127.0.0.1/9000"), json!({
                "command": ["bash", "-c", "test -f /shared/ready && read -r hello < /dev/tcp/127.0.0.1/9000; test $hello = hello"],
                "volumesFrom": [{"sourceContainer": "web"}],
                "dependsOn": [{"containerName": "web", "condition": "HEALTHY"}],
            })),
            {"name": "web", "image": IMAGE, "command": greeter(9000), "mountPoints": mount, "healthCheck": check,
             "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}]},
            with(shell("init", "touch /shared/ready"), json!({"mountPoints": mount, "essential": false})),
        ],
    })));
    run.stopped().await;
    assert_eq!((run.exit_code("init"), run.exit_code("last")), (Some(0), Some(0)));
    assert_eq!(world.left().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_waits_for_the_success_of_a_failure_never_starts() {
    let world = World::new().await;
    let web = json!({"dependsOn": [{"containerName": "init", "condition": "SUCCESS"}]});
    let mut run = world.start(task(json!({"containerDefinitions": [
        with(shell("init", "exit 1"), json!({"essential": false})),
        with(shell("web", "sleep 100"), web),
    ]})));
    run.stopped().await;
    assert_eq!(run.exit_code("web"), Some(143));
    assert!(run.reason("web").unwrap().ends_with("as dependency did not exit successfully"));
}

#[tokio::test]
async fn what_waits_longer_than_the_start_timeout_never_starts() {
    let world = World::new().await;
    let web = json!({"dependsOn": [{"containerName": "init", "condition": "COMPLETE"}]});
    let init = json!({"essential": false, "startTimeout": 2, "stopTimeout": 2});
    let mut run = world.start(task(json!({"containerDefinitions": [
        with(shell("init", "sleep 100"), init),
        with(shell("web", "sleep 100"), web),
    ]})));
    run.stopped().await;
    let reason = run.reason("web").unwrap();
    assert!(reason.ends_with("dependency [init] for target [web] has timed out."), "{reason}");
    assert_eq!(run.exit_code("init"), Some(137));
}

#[tokio::test]
async fn a_container_that_somebody_removes_is_its_tasks_end() {
    let world = World::new().await;
    let mut run = world.start(task(json!({"containerDefinitions": [shell("web", "sleep 100")]})));
    run.running().await;
    world.docker_command(&["rm", "--force", &run.container("web").runtime_id.unwrap()]);
    let (code, _) = run.stopped().await;
    assert_eq!(code, "EssentialContainerExited");
}

#[tokio::test]
async fn an_engine_that_is_gone_has_stopped_its_tasks_and_what_is_left_goes_when_it_is_back() {
    let world = World::new().await;
    let (path, serving) = world::detour();
    let runtime = world.by_detour(&path).await;
    let mut run = Run::of(&runtime, task(json!({"containerDefinitions": [shell("web", "sleep 100")]})));
    run.running().await;
    serving.abort();
    std::fs::remove_file(&path).unwrap();
    let (code, _) = run.stopped().await;
    assert_eq!(code, "EssentialContainerExited");
    assert_eq!(world.left().await.len(), 1);
    let (again, _serving) = world::detour();
    std::fs::rename(&again, &path).unwrap();
    world::eventually(async || world.left().await.is_empty()).await;
    std::fs::remove_file(&path).unwrap();
}

#[tokio::test]
async fn a_container_with_a_restart_policy_starts_again_only_after_its_period() {
    let world = World::new().await;
    let policy = json!({"enabled": true, "restartAttemptPeriod": 3, "ignoredExitCodes": [7]});
    let line = "mkdir /tmp/$(date +%s%N); case $(ls /tmp | wc -l) in 1) sleep 4; exit 1;; *) exit 2;; esac";
    let web = with(shell("web", line), json!({"restartPolicy": policy}));
    let mut run = world.start(task(json!({"containerDefinitions": [web]})));
    run.stopped().await;
    assert_eq!(run.exit_code("web"), Some(2));
}

#[tokio::test]
async fn what_an_earlier_run_has_left_is_removed() {
    let world = World::new().await;
    let mut run = world.start(task(json!({
        "volumes": [{"name": "v"}],
        "containerDefinitions": [with(shell("web", "sleep 100"), json!({"mountPoints": [{"sourceVolume": "v", "containerPath": "/v"}]})), shell("side", "sleep 100")],
    })));
    run.running().await;
    // Two containers and the one that keeps their network.
    assert_eq!(world.another_runtime().await.adopt_or_remove().await.unwrap(), 3);
    run.stopped().await;
    assert_eq!(world.left().await, Vec::<String>::new());
}

#[tokio::test]
async fn when_all_are_stopped_nothing_is_left_and_nothing_starts() {
    let world = World::new().await;
    let shared = json!({"scope": "shared", "autoprovision": true});
    let it = || {
        let web = with(
            shell("web", "sleep 100"),
            json!({"mountPoints": [{"sourceVolume": "v", "containerPath": "/v"}]}),
        );
        task(
            json!({"volumes": [{"name": "v", "dockerVolumeConfiguration": shared}], "containerDefinitions": [web]}),
        )
    };
    let mut first = world.start(it());
    first.running().await;
    // This one is stopped while it starts.
    let mut second = world.start(it());
    world.runtime.stop_all().await;
    assert_eq!(world.left().await, Vec::<String>::new());
    first.stopped().await;
    second.stopped().await;
    let mut third = world.start(it());
    assert!(third.says_nothing().await);
}

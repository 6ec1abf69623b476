//! What containers are given: limits, ports, health checks.

use crate::programs::{greeter, greeting, shell, with};
use crate::world::{self, IMAGE, World, task};
use infra_local_aws::tasks::{HealthStatus, TaskNews, TaskRuntime, Usage};
use serde_json::{Value, json};
use std::net::SocketAddr;

#[tokio::test]
async fn a_container_that_needs_too_much_memory_is_killed() {
    let world = World::new().await;
    let hungry = json!({"name": "web", "image": IMAGE, "memory": 16, "command": ["tail", "/dev/zero"]});
    let mut run = world.start(task(json!({"containerDefinitions": [hungry]})));
    run.stopped().await;
    assert_eq!(run.exit_code("web"), Some(137));
    assert_eq!(run.reason("web").as_deref(), Some("OutOfMemoryError: Container killed due to memory usage"));
}

#[tokio::test]
async fn a_program_that_is_not_in_the_image_is_the_containers_reason() {
    let world = World::new().await;
    let wrong = json!({"name": "web", "image": IMAGE, "command": ["/no/such/program"]});
    let mut run = world.start(task(json!({"containerDefinitions": [wrong]})));
    assert_eq!(run.stopped().await, ("TaskFailedToStart".to_owned(), "Task failed to start".to_owned()));
    let reason = run.reason("web").unwrap();
    assert!(reason.starts_with("CannotStartContainerError: Error response from daemon: "), "{reason}");
    assert_eq!(run.exit_code("web"), None);
}

#[tokio::test]
async fn a_program_for_another_machine_exits_at_once() {
    let world = World::new().await;
    let image = world.image_with_program(b"\x7fELF and nothing else");
    let wrong = json!({"name": "web", "image": image, "command": ["/program"]});
    let mut run = world.start(task(json!({"containerDefinitions": [wrong]})));
    let (code, _) = run.stopped().await;
    assert_eq!((code.as_str(), run.exit_code("web")), ("EssentialContainerExited", Some(1)));
    world.docker_command(&["rmi", &image]);
}

#[tokio::test]
async fn the_health_check_of_the_task_definition_counts() {
    let world = World::new().await;
    let check = json!({"command": ["CMD-SHELL", "test ! -f /tmp/ill"], "interval": 5, "retries": 1});
    let web = with(
        shell("web", "sleep 8; touch /tmp/ill; sleep 100"),
        json!({"healthCheck": check, "stopTimeout": 2}),
    );
    let mut run = world.start(task(json!({"containerDefinitions": [web]})));
    for expected in [HealthStatus::Healthy, HealthStatus::Unhealthy] {
        run.until(|news| matches!(news, TaskNews::Health(health) if *health == expected)).await;
    }
    world.runtime.stop(&run.id, "UserInitiated", "enough");
    run.stopped().await;
}

#[tokio::test]
async fn a_container_is_what_its_definition_says() {
    let world = World::new().await;
    let checks = [
        "test $(id -u):$(id -g) = 1000:1001",
        "! touch /file 2> /dev/null",
        "touch /scratch/file",
        "test $PWD = /var",
        "test $(ulimit -n) = 1000",
        "test $(cat /proc/sys/net/ipv4/ip_unprivileged_port_start) = 1024",
        "test $GREETING = hello",
        "test $OTHER = run",
        "test $AWS_REGION = us-east-1",
        "test -n $ECS_CONTAINER_METADATA_URI_V4",
        "test -z $AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];
    let web = with(
        shell("web", &checks.join(" && ")),
        json!({
            "user": "1000:1001",
            "readonlyRootFilesystem": true,
            "workingDirectory": "/var",
            "linuxParameters": {"tmpfs": [{"containerPath": "/scratch", "size": 1, "mountOptions": ["mode=1777"]}]},
            "ulimits": [{"name": "nofile", "softLimit": 1000, "hardLimit": 1000}],
            "environment": [{"name": "GREETING", "value": "hello"}, {"name": "OTHER", "value": "definition"}],
        }),
    );
    let mut it = task(json!({"containerDefinitions": [web]}));
    it.overrides =
        json!({"containerOverrides": [{"name": "web", "environment": [{"name": "OTHER", "value": "run"}]}]});
    let mut run = world.start(it);
    run.stopped().await;
    assert_eq!(run.exit_code("web"), Some(0));
}

#[tokio::test]
async fn in_mode_bridge_containers_have_host_ports_on_loopback() {
    let world = World::new().await;
    let web = |name: &str, mapping: Value| json!({"name": name, "image": IMAGE, "command": greeter(9000), "portMappings": [mapping], "stopTimeout": 2});
    let mut it = task(json!({"networkMode": "bridge", "containerDefinitions": [
        web("dynamic", json!({"containerPort": 9000})),
        web("fixed", json!({"containerPort": 9000, "hostPort": 41901})),
    ]}));
    it.launch_type = "EC2".to_owned();
    let mut run = world.start(it);
    run.running().await;
    let (dynamic, fixed) = (run.container("dynamic"), run.container("fixed"));
    assert_eq!(fixed.ports, [(9000, 41901, "tcp".to_owned())]);
    assert_ne!(dynamic.address, fixed.address);
    for (_, port, _) in dynamic.ports.iter().chain(&fixed.ports) {
        world::eventually(async || greeting(SocketAddr::from(([127, 0, 0, 1], *port))).await == "hello")
            .await;
    }
    world.runtime.stop(&run.id, "UserInitiated", "enough");
    run.stopped().await;
}

#[tokio::test]
async fn two_tasks_can_have_the_same_fixed_host_port() {
    let world = World::new().await;
    let mapping = json!([{"containerPort": 9000, "hostPort": 41902}]);
    let web = json!({"name": "web", "image": IMAGE, "command": greeter(9000), "portMappings": mapping, "stopTimeout": 2});
    let it = || task(json!({"networkMode": "bridge", "containerDefinitions": [web]}));
    let mut runs = [world.start(it()), world.start(it())];
    for run in &mut runs {
        run.running().await;
        assert_eq!(run.container("web").ports, [(9000, 41902, "tcp".to_owned())]);
    }
    world.runtime.stop_all().await;
}

#[tokio::test]
async fn usage_is_of_what_the_task_has() {
    let world = World::new().await;
    let mut it = task(
        json!({"cpu": "256", "memory": "512", "containerDefinitions": [shell("web", "while :; do :; done")]}),
    );
    it.launch_type = "FARGATE".to_owned();
    let mut run = world.start(it);
    run.running().await;
    let mut usage = Usage::default();
    world::eventually(async || {
        usage = world.runtime.usage().await[&run.id];
        usage.cpu > 0.2
    })
    .await;
    assert!(usage.cpu < 1.5, "{usage:?}");
    assert!((0.0..0.1).contains(&usage.memory), "{usage:?}");
    world.runtime.stop_all().await;
}

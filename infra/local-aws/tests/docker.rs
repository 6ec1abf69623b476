//! Tasks on a real Docker engine: `cargo test -p infra-local-aws --test docker`.

#[path = "docker/world.rs"]
mod world;

use infra_local_aws::tasks::{HealthStatus, TaskNews, TaskRuntime, Usage};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use world::{IMAGE, Run, World, task};

/// A container that runs a line of the shell.
fn shell(name: &str, line: &str) -> Value {
    json!({"name": name, "image": IMAGE, "command": ["sh", "-c", line]})
}

fn with(mut container: Value, more: Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        container[name] = value.clone();
    }
    container
}

/// A perl program that greets whoever connects to a port.
fn greeter(port: u16) -> Value {
    let program = format!(
        "use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalPort => {port}, Listen => 5, ReuseAddr => 1) \
         or die $!; while (my $c = $s->accept) {{ print $c 'hello'; close $c }}"
    );
    json!(["perl", "-e", program])
}

/// Docker's own proxy takes a connection before the container does, and closes it then.
async fn greeting(address: SocketAddr) -> String {
    let mut text = String::new();
    if let Ok(mut connection) = TcpStream::connect(address).await {
        connection.read_to_string(&mut text).await.ok();
    }
    text
}

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
async fn a_container_that_needs_too_much_memory_is_killed() {
    let world = World::new().await;
    let hungry = json!({"name": "web", "image": IMAGE, "memory": 16, "command": ["tail", "/dev/zero"]});
    let mut run = world.start(task(json!({"containerDefinitions": [hungry]})));
    run.stopped().await;
    assert_eq!(run.exit_code("web"), Some(137));
    assert_eq!(run.reason("web").as_deref(), Some("OutOfMemoryError: Container killed due to memory usage"));
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
async fn images_come_from_the_registry_with_their_digests() {
    let world = World::with_emulator().await;
    let repository = json!({"repositoryName": "web"});
    world.call("ecr", "AmazonEC2ContainerRegistry_V20150921.CreateRepository", repository).await;
    let image = format!("localhost:{}/web:1", world.emulator_port());
    world.docker_command(&["tag", IMAGE, &image]);
    let pushed = world.docker_command(&["push", "--quiet", &image]);
    world.docker_command(&["rmi", &image]);
    let web =
        |image: &str| json!({"containerDefinitions": [{"name": "web", "image": image, "command": ["true"]}]});
    let mut run = world.start(task(web(&image)));
    run.stopped().await;
    let digest = run.container("web").image_digest.unwrap();
    assert_eq!((run.exit_code("web"), digest.len()), (Some(0), 71), "{pushed}");
    world.docker_command(&["rmi", &image]);
    let missing = image.replace(":1", ":2");
    for name in [missing.clone(), missing.replace("/web", "/none")] {
        let (_, reason) = world.start(task(web(&name))).stopped().await;
        let expected = format!(
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {name}: {name}: not found"
        );
        assert_eq!(reason, expected);
    }
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

#[tokio::test]
async fn output_goes_to_cloudwatch_logs_before_the_task_has_stopped() {
    let world = World::with_emulator().await;
    let group = json!({"logGroupName": "/app/web"});
    world.call("logs", "Logs_20140328.CreateLogGroup", group).await;
    let options =
        json!({"awslogs-group": "/app/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web"});
    let log = json!({"logConfiguration": {"logDriver": "awslogs", "options": options}});
    let mut run = world.start(task(json!({"containerDefinitions": [
        with(shell("app", "seq 3000; echo error >&2; printf end"), log),
    ]})));
    run.stopped().await;
    let name = format!("web/app/{}", run.id);
    let stream =
        json!({"logGroupName": "/app/web", "logStreamName": name, "limit": 10_000, "startFromHead": true});
    let events = world.call("logs", "Logs_20140328.GetLogEvents", stream).await;
    let events = events["events"].as_array().unwrap();
    let lines: Vec<_> = events.iter().map(|event| event["message"].as_str().unwrap()).collect();
    let output: Vec<_> = lines.iter().filter(|line| **line != "error").copied().collect();
    let expected: Vec<_> = (1..=3000).map(|line| line.to_string()).chain(["end".to_owned()]).collect();
    assert_eq!((output, lines.len()), (expected.iter().map(String::as_str).collect(), 3002));
}

#[tokio::test]
async fn without_its_log_group_a_task_does_not_start() {
    let world = World::with_emulator().await;
    let options =
        json!({"awslogs-group": "/none", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web"});
    let log = json!({"logConfiguration": {"logDriver": "awslogs", "options": options}});
    let mut it = task(json!({"containerDefinitions": [with(shell("web", "sleep 100"), log)]}));
    it.launch_type = "FARGATE".to_owned();
    let (code, reason) = world.start(it).stopped().await;
    assert_eq!(code, "TaskFailedToStart");
    let expected = "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: \
                    failed to create Cloudwatch log stream: ResourceNotFoundException: ";
    assert!(reason.starts_with(expected), "{reason}");
}

#[tokio::test]
async fn secrets_are_read_before_a_task_starts() {
    let world = World::with_emulator().await;
    let secret = json!({"Name": "db", "SecretString": r#"{"user": "ada"}"#});
    let arn = world.call("secretsmanager", "secretsmanager.CreateSecret", secret).await["ARN"].clone();
    let arn = arn.as_str().unwrap();
    let parameter = json!({"Name": "/app/mode", "Value": "fast", "Type": "SecureString"});
    world.call("ssm", "AmazonSSM.PutParameter", parameter).await;
    let secrets = json!({"secrets": [
        {"name": "DB", "valueFrom": arn},
        {"name": "DB_USER", "valueFrom": format!("{arn}:user::")},
        {"name": "MODE", "valueFrom": "/app/mode"},
        {"name": "MODE_BY_ARN", "valueFrom": "arn:aws:ssm:us-east-1:000000000000:parameter/app/mode"},
    ]});
    let line = "test \"$DB\" = '{\"user\": \"ada\"}' && test $DB_USER$MODE$MODE_BY_ARN = adafastfast";
    let mut run = world.start(task(json!({"containerDefinitions": [with(shell("web", line), secrets)]})));
    run.stopped().await;
    assert_eq!(run.exit_code("web"), Some(0));
    let cases = [
        (
            format!("{arn}:password::"),
            "unable to retrieve secret from asm: retrieved secret from Secrets Manager did not contain json key password",
        ),
        (
            "arn:aws:secretsmanager:us-east-1:000000000000:secret:none-AbCdEf".to_owned(),
            "unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:us-east-1:000000000000:secret:none-AbCdEf from secrets manager: ResourceNotFoundException: ",
        ),
        (
            "/none".to_owned(),
            "unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: /none",
        ),
    ];
    for (from, expected) in cases {
        let secrets = json!({"secrets": [{"name": "X", "valueFrom": from}]});
        let mut run =
            world.start(task(json!({"containerDefinitions": [with(shell("web", "exit 0"), secrets)]})));
        let (code, reason) = run.stopped().await;
        assert_eq!(code, "TaskFailedToStart");
        let expected = format!(
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: {expected}"
        );
        assert!(reason.starts_with(&expected), "{reason}");
    }
}

#[tokio::test]
async fn environment_files_are_read_from_s3() {
    let world = World::with_emulator().await;
    world.put("/settings", "").await;
    world.put("/settings/web.env", "# a comment\nFROM=file\nMODE=fast=1\n").await;
    let file = |key: &str| json!([{"type": "s3", "value": format!("arn:aws:s3:::settings/{key}")}]);
    let web = |key: &str| {
        let environment = json!([{"name": "FROM", "value": "definition"}]);
        let more = json!({"environmentFiles": file(key), "environment": environment});
        task(
            json!({"containerDefinitions": [with(shell("web", "test $FROM-$MODE = definition-fast=1"), more)]}),
        )
    };
    let mut run = world.start(web("web.env"));
    run.stopped().await;
    assert_eq!(run.exit_code("web"), Some(0));
    let (code, reason) = world.start(web("none.env")).stopped().await;
    assert_eq!(code, "TaskFailedToStart");
    assert!(reason.starts_with("ResourceInitializationError: failed to download env files: "), "{reason}");
}

#[tokio::test]
async fn a_task_has_its_metadata_and_the_credentials_of_its_role() {
    let world = World::with_emulator().await;
    let mut it = task(json!({
        "taskRoleArn": "arn:aws:iam::000000000000:role/app",
        "containerDefinitions": [shell("web", "sleep 100"), shell("side", "sleep 100")],
    }));
    it.launch_type = "FARGATE".to_owned();
    let mut run = world.start(it);
    run.running().await;
    let web = run.container("web").runtime_id.unwrap();
    let variable = |name: &str| world.variable(&web, name);
    let path = |address: String| address.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap();
    let metadata = path(variable("ECS_CONTAINER_METADATA_URI_V4"));
    let of_task = world.runtime.metadata(&format!("{metadata}/task")).await.unwrap();
    assert_eq!((&of_task["Family"], &of_task["KnownStatus"]), (&json!("web"), &json!("RUNNING")));
    assert_eq!(of_task["Containers"].as_array().unwrap().len(), 2);
    let of_container = world.runtime.metadata(&metadata).await.unwrap();
    assert_eq!((&of_container["Name"], &of_container["DockerId"]), (&json!("web"), &json!(web)));
    assert_eq!(of_container["Networks"][0]["IPv4Addresses"][0], json!(run.address().to_string()));
    assert!(world.runtime.metadata(&format!("{metadata}/stats")).await.unwrap()["memory_stats"].is_object());
    assert_eq!(world.runtime.metadata("/v4/none").await, None);
    let credentials = path(variable("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
    let token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    let answer = world.runtime.credentials(&credentials, Some(&token)).await.unwrap().unwrap();
    assert_eq!(answer["RoleArn"], "arn:aws:iam::000000000000:role/app");
    assert!(
        ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"].iter().all(|it| answer[it].is_string()),
        "{answer}"
    );
    assert!(world.runtime.credentials(&credentials, Some("wrong")).await.unwrap().is_err());
    assert!(world.runtime.credentials("/v2/credentials/none", None).await.unwrap().is_err());
    world.runtime.stop_all().await;
}

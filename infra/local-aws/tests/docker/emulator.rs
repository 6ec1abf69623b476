//! What tasks need of the emulator: logs, secrets, files, credentials, images.

use crate::programs::{shell, with};
use crate::world::{IMAGE, World, task};
use infra_local_aws::tasks::TaskRuntime;
use serde_json::json;

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

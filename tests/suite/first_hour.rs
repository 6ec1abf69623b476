//! What a newcomer asks first: what a rule means, what the machine lacks, and how one image runs by itself.

use std::process::Stdio;
use std::time::Duration;

use e2e::command::{xtask, xtask_program};
use e2e::fake_docker::FakeDocker;
use e2e::free_port;
use e2e::wait::until;
use infra_images::docker::{docker, output};
use serde_json::{Value, json};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, BufReader, Lines};
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_explained_as_the_documentation_shows_it() {
    let shown = std::fs::read_to_string(e2e::repository().join("docs/ecs-in-types.md")).unwrap();
    let outcome = xtask("explain T34").ends_with(0).await;
    assert!(shown.contains(&format!("```text\n{}```", outcome.stdout)), "{outcome}");
    let rule = xtask("explain d08 --json").ends_with(0).await.json();
    assert_eq!(
        (&rule["rule"], &rule["page"]),
        (&json!("D08"), &json!("DeploymentConfiguration, Amazon ECS API Reference"))
    );
    xtask("explain T99").ends_with(1).await.says(&["there is no rule T99", "T78"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_ecs_would_refuse_names_the_command_that_explains_it() {
    let refused = xtask("preview --local --set web.maximum_percent=90").ends_with(1).await;
    refused.says(&["D07", "`cargo xtask explain D07`, `cargo xtask explain S21` say why"]);
    let refused = xtask("run-task web --count 11").ends_with(1).await;
    refused.says(&["C17", "`cargo xtask explain C17` says why"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_an_engine_that_is_missing_and_what_the_first_deploy_takes() {
    let port = free_port();
    let found = xtask(&format!("doctor --json --local-port {port}")).ends_with(0).await.json();
    let check = |report: &Value, what: &str| {
        let checks = report["checks"].as_array().unwrap();
        checks.iter().find(|check| check["what"] == what).unwrap().clone()
    };
    assert_eq!(check(&found, "Docker engine")["state"], "ok", "{found}");
    assert_eq!(check(&found, "AWS credentials")["for"], "deploy-to-aws");
    assert!(found["first_deploy"]["steps"].as_array().unwrap().len() > 4, "{found}");

    let podman = FakeDocker::new("version*) echo '4.3.1|amd64|Podman Engine,Conmon,';;");
    let missing =
        podman.used_by(xtask(&format!("doctor --json --local-port {port}"))).ends_with(1).await.json();
    let engine = check(&missing, "Docker engine");
    assert_eq!((&engine["state"], &missing["ok"]), (&json!("missing"), &json!(false)));
    assert!(engine["next"].as_str().unwrap().contains("install Docker"), "{engine}");
    assert_eq!(missing["first_deploy"]["steps"][2]["cached"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_found_by_the_doctor() {
    let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let outcome = xtask(&format!("doctor --local-port {port}")).ends_with(1).await;
    assert!(outcome.stdout.contains(&format!("missing: port {port} is taken")), "{outcome}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_runs_by_itself_and_leaves_nothing_behind() {
    let port = free_port();
    let words = ["run", "php", "--yes", "--port", &port.to_string(), "--env", "MAX_FILES=3"];
    let mut run = xtask_program(&words).await;
    let mut run = run.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let process = run.id().unwrap();
    until("the app and its bucket", Duration::from_secs(300), async || {
        if let Some(ended) = run.try_wait().unwrap() {
            panic!("it ended with {ended}");
        }
        let answer =
            reqwest::get(format!("http://127.0.0.1:{port}/readyz")).await.map_err(|it| it.to_string())?;
        answer.error_for_status().map(drop).map_err(|it| it.to_string())
    })
    .await;
    // Its log is followed, and it says where it answers. Both ends are kept open until it has ended.
    let mut log = BufReader::new(run.stdout.take().unwrap()).lines();
    let mut said = BufReader::new(run.stderr.take().unwrap()).lines();
    until_it_has(&mut log, "resuming normal operations").await;
    until_it_has(&mut said, &format!("http://127.0.0.1:{port}/")).await;
    let interrupted = Command::new("kill").args(["-s", "INT", &process.to_string()]).status().await.unwrap();
    assert!(interrupted.success());
    assert_eq!(run.wait().await.unwrap().code(), Some(130));
    let filter = format!("label=image-app.run={process}");
    for kind in ["container", "network"] {
        let mut list = docker(&[kind, "ls", "--quiet", "--filter", &filter]);
        if kind == "container" {
            list.arg("--all");
        }
        assert_eq!(output(list).await.unwrap(), "", "a {kind} stayed");
    }
}

#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
async fn until_it_has(lines: &mut Lines<impl AsyncBufRead + Unpin>, text: &str) {
    let read = async { while !lines.next_line().await.unwrap().unwrap().contains(text) {} };
    tokio::time::timeout(Duration::from_secs(60), read).await.unwrap_or_else(|_| panic!("no `{text}`"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_of_ones_own_needs_credentials() {
    let refused = xtask("run web --bucket mine").ends_with(1).await;
    refused.says(&["bucket mine needs credentials", "aws configure export-credentials"]);
    xtask("run nginx").ends_with(64).await.says(&["web, php"]);
}

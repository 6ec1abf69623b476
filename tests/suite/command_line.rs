//! What the command line says when something is wrong.

use std::net::{Ipv4Addr, TcpListener};

use e2e::command::{provider, xtask, xtask_program};
use e2e::counting_proxy::CountingProxy;
use e2e::free_port;
use infra_images::docker::{docker, output};

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_flag_is_answered_with_usage() {
    xtask("deploy --no-such-flag").ends_with(64).await.says(&["--no-such-flag", "Usage:"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_command_is_answered_with_usage() {
    xtask("deplay").ends_with(64).await.says(&["deplay", "Usage:"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_name_that_is_too_long_is_refused_before_any_call() {
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let command = provider(&format!("preview --stack {}", "a".repeat(40))).await.at(&nobody, "us-east-1");
    command.ends_with(1).await.says(&["load balancer", "32"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_setting_is_answered_with_those_that_exist() {
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let command = provider("preview --set web.memory=1").await.at(&nobody, "us-east-1");
    command.ends_with(1).await.says(&["web.memory", "memory_mib"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_printed_with_where_they_come_from() {
    let changed = xtask("settings --stack prod --changed --set web.desired_count=3").ends_with(0).await;
    for part in
        ["infra/stacks/base.toml:", "infra/stacks/prod.toml:", "web.desired_count = 3  (--set, default 2)"]
    {
        assert!(changed.stdout.contains(part), "{part}: {changed}");
    }
    assert!(!changed.stdout.contains("uploads.max_files"), "{changed}");
    let all = xtask("settings uploads --json").ends_with(0).await;
    let all: serde_json::Value = serde_json::from_str(&all.stdout).unwrap();
    assert_eq!((&all[0]["key"], &all[0]["from"]), (&"uploads.max_file_bytes".into(), &"default".into()));
    xtask("settings --stack prod --set web.desired_cuont=3")
        .ends_with(1)
        .await
        .says(&["web.desired_cuont: there is no such setting; did you mean web.desired_count?"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stacks_that_come_with_the_project_can_be_deployed() {
    for stack in ["dev", "prod"] {
        xtask(&format!("render stack --stack {stack}")).ends_with(0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credentials_the_message_names_local() {
    let home = tempfile::tempdir().unwrap();
    let command = provider("preview --region us-east-1").await;
    let command =
        command.env("HOME", &home.path().to_string_lossy()).env("AWS_EC2_METADATA_DISABLED", "true");
    command.ends_with(1).await.says(&["credentials", "--local"]);
}

const ALL: [&str; 19] = [
    "deploy --yes",
    "preview",
    "drift",
    "explain service/web",
    "teardown --yes",
    "outputs",
    "run-task web",
    "scale web 1",
    "logs web",
    "revisions web",
    "open web",
    "exec web",
    "status",
    "wait",
    "continue web",
    "abort web",
    "rollback web",
    "stacks",
    "verify",
];

#[tokio::test(flavor = "multi_thread")]
async fn local_without_a_local_aws_reaches_nothing_at_all() {
    let proxy = CountingProxy::start().await;
    for words in ALL {
        for endpoint in
            ["", "https://127.0.0.1:4566", "http://192.0.2.1", "http://s3.us-east-1.amazonaws.com"]
        {
            let command = provider(&format!("{words} --local")).await.at(endpoint, "us-east-1");
            let command = command.env("HTTP_PROXY", proxy.address()).env("HTTPS_PROXY", proxy.address());
            command.ends_with(1).await.says(&["--local was given", "nothing was called", "AWS_ENDPOINT_URL"]);
        }
    }
    assert_eq!(proxy.take_calls().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn local_lets_no_service_have_an_endpoint_elsewhere() {
    let proxy = CountingProxy::start().await;
    for words in ALL {
        let command = provider(&format!("{words} --local")).await.at("http://127.0.0.1:9", "us-east-1");
        let command = command.env("AWS_ENDPOINT_URL_STS", "http://sts.us-east-1.amazonaws.com");
        let command = command.env("HTTP_PROXY", proxy.address()).env("NO_PROXY", "127.0.0.1");
        command.ends_with(1).await.says(&["would leave this machine", "AWS_ENDPOINT_URL_<SERVICE>"]);
    }
    assert_eq!(proxy.take_calls().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn outputs_of_a_local_aws_that_does_not_run_say_how_to_start_it() {
    let port = free_port();
    let command = xtask(&format!("outputs --local --local-port {port}"));
    command.ends_with(1).await.says(&[&port.to_string(), "cargo xtask deploy --local"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_that_nobody_reads_any_more_has_its_exit_code() {
    let (reader, nobody) = std::io::pipe().unwrap();
    drop(reader);
    let port = free_port().to_string();
    let mut outputs = xtask_program(&["outputs", "--local", "--local-port", &port]).await;
    assert_eq!(outputs.stderr(nobody).status().await.unwrap().code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named_and_no_container_stays() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    xtask(&format!("deploy --local --yes --local-port {port}"))
        .ends_with(1)
        .await
        .says(&[&format!("port {port} is taken"), "--local-port"]);
    let filter = format!("label=image-app.local-aws={port}");
    let containers = output(docker(&["ps", "--all", "--filter", &filter, "--quiet"])).await.unwrap();
    assert_eq!(containers, "");
}

//! `policy`: what it prints allows each call that the commands make, and no statement is there for nothing.

use std::collections::BTreeSet;

use e2e::counting_proxy::{Call, CountingProxy};
use serde_json::{Value, json};

use super::{Moto, REGION};

const POLICY: &str = "--stack bounded --account 123456789012 --region eu-west-1";
/// Statements for what AWS does in the caller's name: no call of ours shows it.
const IN_THE_CALLERS_NAME: [&str; 5] =
    ["Alarms", "MachineImages", "PassRoles", "ServiceLinkedRoles", "StartInstances"];
/// IAM's limit, in characters without white space.
const LARGEST: usize = 6144;

#[tokio::test(flavor = "multi_thread")]
async fn each_call_is_allowed_and_each_statement_is_for_one() {
    let moto = Moto::start().await;
    let secret =
        moto.api().secrets_manager("CreateSecret", json!({ "Name": "bounded", "SecretString": "x" })).await;
    let secrets = format!(r#"web.secrets=[{{"name":"PASSWORD","from":{}}}]"#, secret["ARN"]);
    let mut preview = calls(&moto, "preview --stack bounded", &[&secrets], 2).await;
    let deploy = calls(&moto, "deploy --yes --no-wait --stack bounded", &[], 0).await;
    let mut update = Vec::new();
    // Of three revisions one goes.
    for memory in ["web.memory_mib=3072", "web.memory_mib=4096"] {
        let change = [memory, "network.allowed_clients=203.0.113.0/24", "tasks.kept_revisions=1"];
        update.extend(calls(&moto, "deploy --yes --no-wait --stack bounded", &change, 0).await);
    }
    // moto starts no task; what is called for it counts.
    let run_task = calls(&moto, "run-task web --no-follow --stack bounded", &[], 1).await;
    preview.extend(calls(&moto, "verify --stack bounded", &[&secrets], 1).await);
    preview.extend(calls(&moto, "status --stack bounded", &[], 0).await);
    let teardown = calls(&moto, "teardown --yes --stack bounded", &[], 0).await;
    let whole = [&preview[..], &deploy, &update, &run_task].concat();
    for (command, made) in [("preview", &preview), ("deploy", &whole), ("teardown", &teardown)] {
        let documents = documents(&moto, command).await;
        let allowed: BTreeSet<String> = statements(&documents).flat_map(|it| texts(&it["Action"])).collect();
        let refused: BTreeSet<_> = actions(made).filter(|action| !allowed.contains(action)).collect();
        assert!(refused.is_empty(), "{command} is not allowed {refused:#?}");
        let made: BTreeSet<_> = actions(made).collect();
        let needless = statements(&documents).filter(|statement| {
            let is_called = |action: &String| made.contains(action) || action.starts_with("s3:");
            let of_aws = |sid: &str| IN_THE_CALLERS_NAME.contains(&sid);
            !of_aws(statement["Sid"].as_str().unwrap_or_default())
                && !texts(&statement["Action"]).iter().any(is_called)
        });
        let needless: Vec<_> = needless.map(|statement| &statement["Sid"]).collect();
        // Only what has a log group is read of it, and moto's tasks write nothing.
        let needless: Vec<_> = needless.into_iter().filter(|sid| *sid != "Logs").collect();
        assert!(needless.is_empty(), "{command}: no call is for {needless:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_are_of_the_stack_alone_and_within_iams_limits() {
    // Nothing is asked of AWS: nobody is there.
    let printed = e2e::command::provider(&format!("policy {POLICY} --github my-org/my-repository")).await;
    let printed = printed.at("http://127.0.0.1:9", REGION).ends_with(0).await.json();
    for policy in printed["policies"].as_array().into_iter().flatten() {
        let length = policy["document"].to_string().chars().filter(|it| !it.is_whitespace()).count();
        assert!(length <= LARGEST, "{}: {length}", policy["name"]);
    }
    insta::assert_json_snapshot!(printed);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_document_is_a_file_for_the_aws_cli() {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no folder: {error}"));
    let run = e2e::command::provider(&format!("policy {POLICY} --github my-org/my-repository --out")).await;
    let run = run.at("http://127.0.0.1:9", REGION).arg(&folder.path().to_string_lossy());
    let printed = run.ends_with(0).await;
    let names = ["bounded-deploy-1.json", "bounded-deploy-2.json", "trust.json"];
    let files = names.map(|name| folder.path().join(name));
    assert_eq!(printed.stdout.lines().collect::<Vec<_>>(), files.each_ref().map(|it| it.to_string_lossy()));
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap_or_default()["Version"], "2012-10-17");
    }
}

async fn calls(moto: &Moto, words: &str, settings: &[&str], code: i32) -> Vec<Call> {
    let proxy = CountingProxy::start().await;
    moto.run(words, settings).await.env("HTTP_PROXY", proxy.address()).ends_with(code).await;
    proxy.take_calls()
}

async fn documents(moto: &Moto, command: &str) -> Vec<Value> {
    let printed = moto.run(&format!("policy {command} {POLICY}"), &[]).await.ends_with(0).await.json();
    let policies = printed["policies"].as_array().into_iter().flatten();
    policies.map(|policy| policy["document"].clone()).collect()
}

fn statements(documents: &[Value]) -> impl Iterator<Item = &Value> {
    documents.iter().filter_map(|document| document["Statement"].as_array()).flatten()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned)).collect()
}

/// As IAM names them. S3's calls do not name theirs, and who one is may always be asked.
fn actions(calls: &[Call]) -> impl Iterator<Item = String> {
    let named = calls.iter().filter(|call| !["s3", "sts", ""].contains(&call.service.as_str()));
    named.filter_map(|call| call.action.as_ref().map(|action| format!("{}:{action}", call.service)))
}

//! Values that AWS may report and this version does not know: they are differences like others, and a deploy takes them back.

use e2e::counting_proxy::{Call, CountingProxy};
use serde_json::{Value, json};

use super::{IMAGE, Moto};

/// What becomes of the answers, and how the difference reads.
const VALUES: [(&str, &str, &str, &str); 4] = [
    ("DescribeTaskDefinition", "networkMode", "quantum", "networkMode: quantum -> "),
    ("DescribeTaskDefinition", "logDriver", "parchment", "logConfiguration.logDriver: parchment -> awslogs"),
    ("DescribeServices", "propagateTags", "NEIGHBOUR", "propagateTags: NEIGHBOUR -> SERVICE"),
    (
        "DescribeCapacityProviders",
        "managedTerminationProtection",
        "PERHAPS",
        "Protection: PERHAPS -> ENABLED",
    ),
];

fn edited(call: &Call, _: &[u8], answer: String) -> String {
    let of_the_call = VALUES.iter().filter(|(operation, ..)| call.action.as_deref() == Some(operation));
    of_the_call
        .fold(answer, |answer, (_, member, value, _)| with(&answer, |json| replace(json, member, value)))
}

/// An answer with something changed in its JSON.
fn with(answer: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut json = serde_json::from_str(answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
    change(&mut json);
    json.to_string()
}

/// Puts a value in the place of each member of this name that has one.
fn replace(json: &mut Value, name: &str, value: &str) {
    match json {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, name, value)),
        Value::Object(members) => {
            for (member, old) in members {
                if member == name && old.is_string() {
                    *old = json!(value);
                } else {
                    replace(old, name, value);
                }
            }
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_not_known_is_a_difference_that_a_deploy_takes_back() {
    let moto = Moto::start().await;
    moto.deploy("unknown", &[]).await;
    let proxy = CountingProxy::with_edits(edited).await;
    let preview = moto.run("preview --stack unknown", &[]).await.env("HTTP_PROXY", proxy.address());
    preview.ends_with(2).await.says(&VALUES.map(|(_, _, _, difference)| difference));
    proxy.take_calls();
    let deploy = moto.run("deploy --yes --no-wait --stack unknown", &[]).await;
    deploy.env("HTTP_PROXY", proxy.address()).ends_with(0).await;
    let calls: Vec<_> = proxy.take_calls().into_iter().filter_map(|call| call.action).collect();
    for write in ["RegisterTaskDefinition", "UpdateService", "UpdateCapacityProvider"] {
        assert!(calls.iter().any(|call| call == write), "{write}: {calls:#?}");
    }
}

/// ECS reports empty texts of members that were left out, and which version of Fargate is the latest.
#[tokio::test(flavor = "multi_thread")]
async fn what_says_nothing_is_no_difference() {
    let moto = Moto::start().await;
    moto.deploy("empty", &[]).await;
    let proxy = CountingProxy::with_edits(|call, _, answer| match call.action.as_deref() {
        Some("DescribeTaskDefinition") => with(&answer, |json| {
            json["taskDefinition"]["pidMode"] = json!("");
            json["taskDefinition"]["ipcMode"] = json!("");
        }),
        Some("DescribeServices") => with(&answer, |json| replace(json, "platformVersion", "1.4.0")),
        _ => answer,
    })
    .await;
    let preview = moto.run("preview --stack empty", &[]).await.env("HTTP_PROXY", proxy.address());
    preview.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_with_a_value_that_is_not_known_is_refused_before_any_call() {
    let moto = Moto::start().await;
    let run = moto.run("run-task web --launch-type FARGAT", &[]).await;
    run.ends_with(64).await.says(&["FARGAT", "fargate"]);
    let setting = format!("web.image={IMAGE}");
    let preview = moto.run("preview", &[&setting, "web.cpu_architecture=SPARC"]).await;
    preview.ends_with(1).await.says(&["web.cpu_architecture", "SPARC", "X86_64, ARM64"]);
}

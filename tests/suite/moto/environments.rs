//! Stacks with files of their own: what their settings protect, tag and bound, and plans that are agreed to before a deploy.

use std::fs;

use e2e::aws_api::QueryService::Iam;
use serde_json::Value;
use tempfile::TempDir;

use super::Moto;

const BOUNDARY: &str = "iam.permissions_boundary=team/boundary";

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_is_deployed_as_its_file_says() {
    let moto = Moto::start().await;
    let checkout = checkout();
    let stacks = checkout.path().join("infra/stacks");
    fs::write(stacks.join("base.toml"), "logs.retention_in_days = 30\n").unwrap();
    fs::write(stacks.join("filed.toml"), "extends = \"base\"\n[tags]\nteam = \"web\"\n").unwrap();
    let run = async |words: &str, settings: &[&str]| {
        moto.run(&format!("{words} --stack filed"), settings).await.arg("--workspace").arg(path(&checkout))
    };
    run("deploy --yes --no-wait", &[]).await.ends_with(0).await;
    run("preview", &[]).await.ends_with(0).await;
    run("drift", &[]).await.ends_with(0).await;
    let more = run("preview", &["logs.retention_in_days=60"]).await.ends_with(2).await;
    more.says(&["retentionInDays: 30 -> 60"]);
    fs::write(stacks.join("base.toml"), "\nlogs.retention_in_dais = 30\n").unwrap();
    let wrong = run("deploy --yes", &[]).await.ends_with(1).await;
    wrong.says(&[
        "infra/stacks/base.toml:2: logs.retention_in_dais: there is no such setting; did you mean logs.ret",
    ]);
    // What is there is taken down whatever the file says.
    run("teardown --yes", &[]).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_stack_is_not_torn_down_until_it_is_deployed_without_protection() {
    let moto = Moto::start().await;
    moto.deploy("kept", &["protect=true"]).await;
    // Its policy lets nobody write without TLS, which moto does not have.
    let without_policy = async || moto.api().s3("kept-images-123456789012-eu-west-1?policy", None).await;
    without_policy().await;
    moto.put_object("kept-images-123456789012-eu-west-1", "uploads/one", "one").await;
    let refused = moto.without_a_write("teardown --yes --stack kept", &[], 1).await;
    refused.says(&["stack kept is protected", "kept-images-123456789012-eu-west-1", "--set protect=false"]);
    let preview = moto.run("preview --stack kept", &[]).await.ends_with(2).await;
    preview.says(&["protected: true -> false"]);
    moto.deploy("kept", &["protect=false"]).await;
    without_policy().await;
    let gone = moto.run("teardown --yes --stack kept", &[]).await.ends_with(0).await;
    gone.says(&["goes with all that is in it: 1 object"]);
    let left = moto.api().everything_named("kept").await;
    assert!(left.is_empty(), "{left:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_and_the_boundary_are_on_what_is_there_and_on_what_comes() {
    let moto = Moto::start().await;
    // Without instances: of a launch template, moto shows the tags of its creation alone.
    let on_fargate = "php.runs_on=fargate";
    moto.deploy("bound", &[on_fargate]).await;
    let settings = [on_fargate, r#"tags={"acme:team": "web"}"#, BOUNDARY];
    let preview = moto.run("preview --stack bound", &settings).await.ends_with(2).await;
    preview.says(&[
        "tags.acme:team: web",
        "permissionsBoundary: arn:aws:iam::123456789012:policy/team/boundary",
    ]);
    moto.deploy("bound", &settings).await;
    moto.run("preview --stack bound", &settings).await.ends_with(0).await;
    let role = moto.api().query(Iam, "GetRole", "RoleName=bound-task-role-eu-west-1").await;
    assert!(role.contains("policy/team/boundary") && role.contains("acme:team"), "{role}");
    // A boundary that is not given is not taken away, and the tags of others stay.
    moto.run("preview --stack bound", &[on_fargate]).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_applied_as_it_was_agreed_to_or_not_at_all() {
    let moto = Moto::start().await;
    let checkout = tempfile::tempdir().unwrap();
    let file = checkout.path().join("plan.json");
    let plan = file.to_string_lossy();
    let preview = async |settings: &[&str]| {
        let run = moto.run("preview --markdown --stack agreed", settings).await.arg("--out").arg(&plan);
        run.ends_with(2).await
    };
    let deploy = async |settings: &[&str]| {
        moto.run("deploy --no-wait --stack agreed", settings).await.arg("--plan").arg(&plan)
    };
    let first = preview(&[]).await;
    for part in
        ["### Stack `agreed` in eu-west-1", "```diff\n", "+ create cluster agreed-ecs-cluster", "cost: "]
    {
        assert!(first.stdout.contains(part), "{part}: {first}");
    }
    let other = deploy(&["logs.retention_in_days=30"]).await.ends_with(4).await;
    other.says(&["otherwise than in the plan: create log-group/tasks (/ecs/agreed)", "nothing was changed"]);
    deploy(&[]).await.ends_with(0).await;
    deploy(&[]).await.ends_with(4).await.says(&["not needed any more: create cluster/"]);

    preview(&["logs.retention_in_days=30"]).await.says(&["`deploy --plan"]);
    let text: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(text["changes"][0]["resource"], "log-group/tasks", "{text:#}");
    let body = serde_json::json!({ "logGroupName": "/ecs/agreed", "retentionInDays": 7 });
    moto.api().logs("PutRetentionPolicy", body).await;
    let changed = deploy(&["logs.retention_in_days=30"]).await.ends_with(4).await;
    changed.says(&["otherwise than in the plan: update log-group/tasks"]);
}

/// A checkout of nothing but stacks' files.
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
fn checkout() -> TempDir {
    let checkout = tempfile::tempdir().unwrap();
    fs::create_dir_all(checkout.path().join("infra/stacks")).unwrap();
    checkout
}

fn path(checkout: &TempDir) -> &str {
    checkout.path().to_str().unwrap_or_default()
}

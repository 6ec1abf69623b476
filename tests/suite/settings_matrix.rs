//! No noise: after a deploy with any setting, preview has nothing to change. Each setting is in the matrix with a value that
//! is not its default.

mod rows;

use std::collections::BTreeSet;

use e2e::aws_api::{AwsApi, QueryService};
use e2e::command::{given_images, provider};
use e2e::containers;
use infra::Settings;
use infra::apps::{php, web};
use serde_json::{Value, json};

use rows::{ROWS, Row};

/// Images that nobody has to build: here no task starts.
const IMAGE: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/some@sha256:\
                     0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn each_setting_is_in_the_matrix_with_another_value_than_its_default() {
    // Further apps have the same settings.
    let settings = Settings::of(&[web::APP, php::APP]);
    let defaults = serde_json::to_value(settings).unwrap_or_else(|error| panic!("{error}"));
    let mut missing = BTreeSet::new();
    keys("", &defaults, &mut missing);
    // Every row has them.
    let images = ["web.image", "php.image"];
    // Neither moto nor MiniStack gives a group that is there a key: `moto::secrets`.
    let elsewhere = ["logs.kms_key"];
    for key in images.into_iter().chain(elsewhere).chain(ROWS.iter().flat_map(changed_by)) {
        missing.remove(key);
    }
    assert!(missing.is_empty(), "in no row, or with their default only: {missing:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_deploy_on_moto_no_setting_leaves_anything_to_change() {
    let container = containers::moto().await;
    // moto can't change Container Insights of a cluster that is there.
    let always = ["cluster.container_insights=true"];
    walk(&container.url().await, "eu-west-1", "", &always).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_deploy_on_ministack_no_setting_leaves_anything_to_change() {
    let container = containers::ministack("us-east-1").await;
    // MiniStack alone has no Application Auto Scaling, and forgets the second target group of a rule and the key of a template's disk.
    let always = [
        "web.scaling.enabled=false",
        "php.scaling.enabled=false",
        "web.deployment.strategy=rolling",
        "php.deployment.strategy=rolling",
        "ec2.volume_kms_key=null",
    ];
    walk(&container.url().await, "us-east-1", "--local", &always).await;
}

/// Deploys one row over the other.
async fn walk(endpoint: &str, region: &'static str, options: &str, always: &[&str]) {
    let aws = AwsApi::new(endpoint, region);
    aws.query(QueryService::Ec2, "CreateKeyPair", "KeyName=by-hand").await;
    aws.create_key("alias/by-hand").await;
    let parameter = json!({
        "Name": "/by-hand/password", "Value": "hunter2", "Type": "SecureString", "KeyId": "alias/by-hand",
    });
    aws.ssm("PutParameter", parameter).await;
    let (certificate, web_acl) = (aws.certificate("images.example.com").await, aws.web_acl("images").await);
    for Row { name, settings } in ROWS {
        eprintln!("settings_matrix: {region}: {name}");
        for command in ["deploy --yes --no-wait", "preview"] {
            let run = provider(&format!("{command} --stack matrix {options}")).await.at(endpoint, region);
            let images = given_images(IMAGE);
            let settings = settings.iter().chain(always).map(|it| {
                it.replace("REGION", region).replace("CERTIFICATE", &certificate).replace("WEB_ACL", &web_acl)
            });
            let run =
                images.into_iter().chain(settings).fold(run, |run, setting| run.arg("--set").arg(&setting));
            run.ends_with(0).await;
        }
    }
}

/// The settings of a row that do not have their default.
fn changed_by(row: &Row) -> impl Iterator<Item = &'static str> {
    let differs = |setting: &&&str| {
        let with = Settings::with_overrides(&[(**setting).to_owned()]);
        with.unwrap_or_else(|error| panic!("{setting}: {error}")) != Settings::default()
    };
    row.settings.iter().filter(differs).filter_map(|setting| setting.split('=').next())
}

/// The keys that `--set` takes.
fn keys(prefix: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        // A table of one's own names is empty by default.
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                keys(&key, member, found);
            }
        }
        _ => drop(found.insert(prefix.to_owned())),
    }
}

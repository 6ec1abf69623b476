//! Secrets and keys that somebody else made: they are looked at before the first write, and no value is ever asked for.

use e2e::aws_api::AwsApi;
use e2e::counting_proxy::CountingProxy;
use serde_json::{Value, json};

use super::{Moto, REGION};

const ACCOUNT: &str = "123456789012";

/// What must not turn up anywhere.
const VALUE: &str = "hunter2-that-nobody-may-see";

async fn secret(aws: &AwsApi, name: &str, key: Option<&str>) -> String {
    let mut request = json!({ "Name": name, "SecretString": format!("{{\"password\":\"{VALUE}\"}}") });
    if let Some(key) = key {
        request["KmsKeyId"] = key.into();
    }
    let made = aws.secrets_manager("CreateSecret", request).await;
    made["ARN"].as_str().unwrap_or_default().to_owned()
}

fn setting(secrets: &[Value]) -> String {
    format!("web.secrets={}", Value::from(secrets))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_tasks_could_not_read_is_refused_before_the_first_write() {
    let moto = Moto::start().await;
    let aws = moto.api();
    let key = aws.create_key("alias/prod").await;
    aws.create_key("alias/other").await;
    let (plain, encrypted) =
        (secret(&aws, "plain", None).await, secret(&aws, "db", Some("alias/prod")).await);
    let missing = format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:gone-AbCdEf");
    let short = plain.rsplit_once('-').unwrap_or_default().0;
    for (from, key, words) in [
        (missing.as_str(), None, "secret TOKEN of web"),
        (&missing, None, "is not there"),
        ("/prod/gone", None, "/prod/gone is not there"),
        (&encrypted, None, "alias/prod encrypts it, which the execution role may not use"),
        (&encrypted, Some("alias/other"), "alias/prod encrypts it, not alias/other"),
        (&format!("{plain}::AWSPREVIOUS:"), None, "none of its versions has the label AWSPREVIOUS"),
        (&encrypted, Some("alias/gone"), "there is no key of KMS alias/gone"),
    ] {
        let secrets = setting(&[json!({ "name": "TOKEN", "from": from, "kms_key": key })]);
        let deploy = "deploy --yes --no-wait --stack refused";
        let refused = moto.without_a_write(deploy, &[&secrets], 1).await;
        assert!(refused.stderr.contains(words), "{words}: {refused}");
    }
    // A key by its ARN is the one of the alias; six characters may be left out.
    let sound = setting(&[
        json!({ "name": "DB_PASSWORD", "from": format!("{encrypted}:password::"), "kms_key": key }),
        json!({ "name": "TOKEN", "from": short }),
    ]);
    moto.without_a_write("preview --stack refused", &[&sound], 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_deployed_and_verified_without_a_look_at_their_values() {
    let moto = Moto::start().await;
    let aws = moto.api();
    let key = aws.create_key("alias/prod").await;
    let db = secret(&aws, "prod/db", Some(&key)).await;
    let parameter =
        json!({ "Name": "/prod/token", "Value": VALUE, "Type": "SecureString", "KeyId": "alias/prod" });
    aws.ssm("PutParameter", parameter).await;
    let secrets = setting(&[
        json!({ "name": "DB_PASSWORD", "from": format!("{db}:password::"), "kms_key": "alias/prod" }),
        json!({ "name": "TOKEN", "from": "/prod/token", "kms_key": "alias/prod" }),
    ]);
    let proxy = CountingProxy::start().await;
    let commands = [
        ("deploy --yes --no-wait --stack secretive", 0),
        ("preview --stack secretive", 0),
        ("verify web --json --stack secretive", 1),
        ("status --stack secretive", 0),
    ];
    for (command, code) in commands {
        let run = moto.run(command, &[&secrets]).await.env("HTTP_PROXY", proxy.address());
        let outcome = run.ends_with(code).await;
        assert!(!format!("{outcome}").contains(VALUE), "{outcome}");
        if command.starts_with("verify") {
            let all = outcome.json();
            let check = all.as_array().into_iter().flatten().find(|it| it["check"] == "secrets");
            assert_eq!(check.unwrap_or(&Value::Null)["result"], "ok", "{outcome}");
        }
    }
    let calls = format!("{:?}", proxy.take_calls());
    for called in ["DescribeSecret", "DescribeParameters", "DescribeKey"] {
        assert!(calls.contains(called), "{called} is not among: {calls}");
    }
    for value in ["GetSecretValue", "GetParameter", "BatchGetSecretValue"] {
        assert!(!calls.contains(value), "{calls}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_ones_own_encrypt_what_is_deployed_and_can_be_taken_away_again() {
    let moto = Moto::start().await;
    let aws = moto.api();
    let key = aws.create_key("alias/images").await;
    // moto can't take the key from a log group.
    let with = |key: &str, of_logs: &str| {
        let settings = ["registry.kms_key", "storage.kms_key", "ec2.volume_kms_key"];
        [settings.map(|setting| format!("{setting}={key}")).to_vec(), vec![format!("logs.kms_key={of_logs}")]]
            .concat()
    };
    for settings in [with("alias/images", "alias/images"), with(&key, &key), with("null", &key)] {
        let settings: Vec<_> = settings.iter().map(String::as_str).collect();
        let expected = if settings[0].ends_with("null") { Value::Null } else { json!(key) };
        let deploy = moto.run("deploy --yes --no-wait --stack keys", &settings).await.ends_with(0).await;
        assert_eq!(
            deploy.stderr.contains("stays encrypted with the key before"),
            expected.is_null(),
            "{deploy}"
        );
        moto.without_a_write("preview --stack keys", &settings, 0).await;
        let group = aws.logs("DescribeLogGroups", json!({ "logGroupNamePrefix": "/ecs/keys" })).await;
        assert_eq!(group["logGroups"][0]["kmsKeyId"], json!(key), "{settings:?}: {group}");
        let bucket = format!("keys-images-{ACCOUNT}-{REGION}?encryption");
        let encryption = aws.s3_part(&bucket).await;
        assert_eq!(encryption.contains(&key), !expected.is_null(), "{encryption}");
        let repositories = aws.ecr("DescribeRepositories", json!({})).await;
        let repositories = repositories["repositories"].as_array().cloned().unwrap_or_default();
        let of_type = if expected.is_null() { "AES256" } else { "KMS" };
        assert_eq!(repositories.len(), 2, "{repositories:?}");
        for repository in repositories {
            assert_eq!(repository["encryptionConfiguration"]["encryptionType"], of_type, "{repository}");
        }
    }
    moto.run("teardown --yes --stack keys", &[]).await.ends_with(0).await;
}

//! Credentials and networks as companies have them: profiles of every kind, proxies.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use e2e::command::{Run, provider};
use e2e::counting_proxy::CountingProxy;
use e2e::refusal::AnswersAll;
use tempfile::TempDir;

use super::{Moto, REGION};

/// Whose session `aws login` keeps.
const SESSION: &str = "arn:aws:iam::123456789012:user/Admin";
/// The SHA-256 of that, which is the name under which it is kept.
const HASH_OF_SESSION: &str = "10cabd19777b6651ac57333b55c7c10a1242b1c2337f40e674926d7324698347";

/// A home folder with this `~/.aws/config`.
fn home(config: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), ".aws/config", config);
    home
}

fn write(home: &Path, name: &str, text: &str) {
    let file = home.join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

/// A command with a profile of that home folder, and no keys in its environment.
async fn with_profile(words: &str, endpoint: &str, home: &TempDir, profile: &str) -> Run {
    let run = provider(words).await.env("AWS_ENDPOINT_URL", endpoint).env("AWS_PROFILE", profile);
    run.env("HOME", &home.path().to_string_lossy()).env("AWS_EC2_METADATA_DISABLED", "true")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_of_aws_login_is_used_without_asking_anybody() {
    let moto = Moto::start().await;
    let home = home(&format!("[profile console]\nlogin_session = {SESSION}\nregion = {REGION}\n"));
    let token = serde_json::json!({
        "accessToken": {
            "accessKeyId": "ASIAIOSFODNN7EXAMPLE", "secretAccessKey": "secret", "sessionToken": "token",
            "accountId": "123456789012", "expiresAt": "2099-12-25T21:30:00Z",
        },
        "tokenType": "aws_sigv4", "refreshToken": "refresh", "clientId": "arn:aws:signin:::devtools/same-device",
        "dpopKey": "not needed before it ends",
    });
    write(home.path(), &format!(".aws/login/cache/{HASH_OF_SESSION}.json"), &token.to_string());
    let command = "preview --stack console";
    let images = e2e::command::given_images("an/image");
    let run = with_profile(command, &moto.endpoint, &home, "console").await;
    let run = images.iter().fold(run, |run, image| run.arg("--set").arg(image));
    run.ends_with(2).await.says(&["(account 123456789012)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_has_ended_says_how_to_sign_in_again() {
    let home =
        home(&format!("[profile console]\nlogin_session = arn:aws:iam::1:user/a\nregion = {REGION}\n"));
    let run = with_profile("preview", "http://127.0.0.1:1", &home, "console").await;
    run.ends_with(1).await.says(&["credentials", "aws login --profile console"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sso_session_that_has_ended_says_how_to_sign_in_again() {
    let home = home(&format!(
        "[profile work]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\nregion = {REGION}\n\
         [sso-session s]\nsso_start_url = https://x.awsapps.com/start\nsso_region = us-east-1\n"
    ));
    let run = with_profile("preview", "http://127.0.0.1:1", &home, "work").await;
    run.ends_with(1).await.says(&["credentials", "aws sso login --profile work"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_asks_for_a_code_names_the_ways_out() {
    let home = home(&format!(
        "[profile admin]\nrole_arn = arn:aws:iam::1:role/admin\nsource_profile = me\nmfa_serial = arn:aws:iam::1:mfa/me\n\
         region = {REGION}\n[profile me]\naws_access_key_id = a\naws_secret_access_key = b\n"
    ));
    let sts =
        AnswersAll::plain("<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>").await;
    let run = with_profile("preview", &sts.url, &home, "admin").await;
    let ways = [
        "mfa_serial",
        "get-session-token --serial-number arn:aws:iam::1:mfa/me",
        "aws login",
        "credential_process",
    ];
    run.ends_with(1).await.says(&ways);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_is_not_there_is_said_before_its_region_is_missed() {
    let home = home("[profile work]\nregion = eu-west-1\n[default]\nregion = us-east-1\n");
    let run = with_profile("preview", "http://127.0.0.1:1", &home, "wrok").await;
    run.ends_with(1).await.says(&["no profile `wrok`", "there are: default, work"]);
    let run = with_profile("preview", "http://127.0.0.1:1", &home, "default").await;
    run.ends_with(1).await.says(&["credentials"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_without_a_region_is_named() {
    let home = home("[profile work]\naws_access_key_id = a\naws_secret_access_key = b\n");
    let run = with_profile("preview", "http://127.0.0.1:1", &home, "work").await;
    run.ends_with(1).await.says(&["profile `work` has none", "--region"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_go_through_the_proxy_unless_no_proxy_has_their_host() {
    let moto = Moto::start().await;
    for (past_the_proxy, through) in [("", true), ("10.0.0.0/8,127.0.0.1", false)] {
        let proxy = CountingProxy::start().await;
        let run = moto.run("preview --stack proxied", &[]).await.env("HTTP_PROXY", proxy.address());
        run.env("NO_PROXY", past_the_proxy).ends_with(2).await;
        assert_eq!(!proxy.take_calls().is_empty(), through, "NO_PROXY={past_the_proxy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_local_aws_is_reached_past_a_proxy_that_is_elsewhere() {
    let moto = Moto::start().await;
    // Nobody answers at an address of documentation.
    let teardown = provider("teardown --local --yes --stack none").await.at(&moto.endpoint, moto.region);
    teardown.env("HTTP_PROXY", "http://192.0.2.1:3128").ends_with(0).await;
}

//! Certificates of a company's own, which AWS_CA_BUNDLE names.

use e2e::command::{Run, provider};
use e2e::refusal::AnswersAll;

const REFUSAL: &str =
    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";

async fn preview(server: &AnswersAll) -> Run {
    // The bundle of this machine must not count.
    provider("outputs").await.at(&server.url, "us-east-1").env("AWS_CA_BUNDLE", "")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_trusted_and_without_it_the_message_names_the_variable() {
    let (server, authority) = AnswersAll::with_tls(REFUSAL).await;
    preview(&server).await.ends_with(1).await.says(&["UnknownIssuer", "AWS_CA_BUNDLE"]);

    let bundle = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(bundle.path(), authority).unwrap();
    let bundle = bundle.path().to_string_lossy();
    let trusting = preview(&server).await.env("AWS_CA_BUNDLE", &bundle).ends_with(1).await;
    trusting.says(&["AccessDenied"]);
    assert!(!trusting.stderr.contains("UnknownIssuer"), "{trusting}");

    // A profile can name it, too.
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    std::fs::write(home.path().join(".aws/config"), format!("[default]\nca_bundle = {bundle}\n")).unwrap();
    let of_profile = preview(&server).await.env("HOME", &home.path().to_string_lossy());
    of_profile.ends_with(1).await.says(&["AccessDenied"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_is_not_there_is_named_and_plain_http_needs_none() {
    let run = provider("outputs --region us-east-1").await.env("AWS_CA_BUNDLE", "/nowhere/ca.pem");
    let run = run.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    run.ends_with(1).await.says(&["AWS_CA_BUNDLE", "/nowhere/ca.pem"]);
    let server = AnswersAll::plain(REFUSAL).await;
    preview(&server).await.env("AWS_CA_BUNDLE", "/nowhere/ca.pem").ends_with(1).await.says(&["AccessDenied"]);
}

//! What every stack relies on: a deploy changes what differs and nothing else, and teardown takes all of it.

use e2e::aws_api::QueryService::Ec2;
use e2e::command::provider;
use e2e::counting_proxy::CountingProxy;

use super::{IMAGE, Moto, REGION};

const VOLUME: &str = "<volumeId>";

/// So many calls show whether the whole stack is as it should be.
const MOST_READS: usize = 80;

/// A change of several kinds of resource.
const CHANGE: [&str; 5] = [
    "web.container_port=8080",
    "logs.retention_in_days=30",
    "storage.versioning=false",
    "storage.direct_upload=true",
    r#"network.excluded_zones=["eu-west-1a"]"#,
];

#[tokio::test(flavor = "multi_thread")]
async fn after_a_deploy_nothing_is_left_to_change() {
    let moto = Moto::start().await;
    moto.deploy("same", &[]).await;
    moto.run("preview --stack same", &[]).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_deploy_makes_no_write_call() {
    let moto = Moto::start().await;
    moto.deploy("twice", &[]).await;
    let proxy = CountingProxy::start().await;
    let again = moto.run("deploy --yes --no-wait --stack twice", &[]).await;
    again.env("HTTP_PROXY", proxy.address()).ends_with(0).await;
    let (reads, writes): (Vec<_>, Vec<_>) = proxy.take_calls().into_iter().partition(|call| call.is_read());
    assert!(writes.is_empty(), "{writes:#?}");
    assert!(!reads.is_empty(), "the proxy has seen no call at all");
    // Each question is asked once, whichever kinds of resource want its answer.
    assert!(reads.len() <= MOST_READS, "{} reads: {reads:#?}", reads.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_settings_are_deployed_and_taken_back() {
    let moto = Moto::start().await;
    moto.deploy("change", &[]).await;
    moto.run("preview --stack change", &CHANGE).await.ends_with(2).await;
    moto.deploy("change", &CHANGE).await;
    moto.run("preview --stack change", &CHANGE).await.ends_with(0).await;
    moto.deploy("change", &[]).await;
    moto.run("preview --stack change", &[]).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn teardown_leaves_nothing() {
    let moto = Moto::start().await;
    moto.deploy("gone", &[]).await;
    let aws = moto.api();
    assert!(!aws.everything_named("gone").await.is_empty(), "the listing does not find what is there");
    assert!(aws.query(Ec2, "DescribeVolumes", "").await.contains(VOLUME), "the instance has no disk");
    moto.run("teardown --yes --stack gone", &[]).await.ends_with(0).await;
    let left = aws.everything_named("gone").await;
    assert!(left.is_empty(), "{left:#?}");
    // moto does not tag the disks of a group's instances, so any disk counts.
    let volumes = aws.query(Ec2, "DescribeVolumes", "").await;
    assert!(!volumes.contains(VOLUME), "{volumes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tearing_one_stack_down_leaves_another_complete() {
    let moto = Moto::start().await;
    moto.deploy("left", &[]).await;
    moto.deploy("right", &[]).await;
    let before = moto.api().everything_named("right").await;
    moto.run("teardown --yes --stack left", &[]).await.ends_with(0).await;
    moto.run("preview --stack right", &[]).await.ends_with(0).await;
    assert_eq!(moto.api().everything_named("right").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_made_is_refused_by_name() {
    let moto = Moto::start().await;
    moto.api().create_log_group("/ecs/other", serde_json::json!({})).await;
    moto.run("deploy --yes --no-wait --stack other", &[])
        .await
        .ends_with(1)
        .await
        .says(&["/ecs/other", "--adopt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_made_is_taken_over_with_adopt() {
    let moto = Moto::start().await;
    moto.api().create_log_group("/ecs/other", serde_json::json!({})).await;
    moto.run("deploy --yes --no-wait --adopt --stack other", &[]).await.ends_with(0).await;
    moto.run("preview --stack other", &[]).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_does_not_build_leaves_nothing_half_deployed() {
    let moto = Moto::start().await;
    let workspace = workspace_whose_php_image_fails();
    let run = provider("deploy --yes --no-wait --stack broken").await.at(&moto.endpoint, REGION);
    let run = run.arg("--workspace").arg(&workspace.path().to_string_lossy());
    let run = run.arg("--set").arg(&format!("web.image={IMAGE}"));
    run.ends_with(1).await.says(&["image/php", "the-cause-of-it"]);
    let left = moto.api().everything_named("broken").await;
    assert!(left.is_empty(), "{left:#?}");
}

fn workspace_whose_php_image_fails() -> tempfile::TempDir {
    let workspace = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let dockerfile = "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN echo the-cause-of-it && exit 7\n";
    let files = [
        ("Cargo.toml", "[workspace]\n"),
        ("Cargo.lock", "version = 4\n"),
        (".dockerignore", ""),
        ("app/Cargo.toml", "[package]\n"),
        ("app/Dockerfile", "FROM scratch\n"),
        ("assets/app.css", ""),
        ("app/src/lib.rs", ""),
        ("app/intake/Cargo.toml", "[package]\n"),
        ("app/intake/src/lib.rs", ""),
        ("php-app/Dockerfile", dockerfile),
    ];
    for (path, content) in files {
        let path = workspace.path().join(path);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        written.and_then(|()| std::fs::write(&path, content)).unwrap_or_else(|error| panic!("{error}"));
    }
    workspace
}

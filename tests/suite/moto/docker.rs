//! When a deploy asks for a Docker engine, and what it says of one.

use e2e::command::{Outcome, Run, provider};
use e2e::counting_proxy::CountingProxy;
use e2e::fake_docker::FakeDocker;
use e2e::repository;
use infra_images::AppImage;
use serde_json::json;

use super::Moto;

impl Moto {
    /// A command that has both images to build.
    pub(super) async fn run_building(&self, words: &str) -> Run {
        provider(words).await.at(&self.endpoint, self.region)
    }

    /// Gives the stack's repositories both images as they would be built now.
    pub(super) async fn has_built_images(&self, stack: &str) {
        let part = |of: &str| json!({ "mediaType": "some", "size": 1, "digest": format!("sha256:{}", of.repeat(64)) });
        let manifest =
            json!({ "schemaVersion": 2, "mediaType": "some", "config": part("a"), "layers": [part("b")] })
                .to_string();
        for app in infra::apps::images(repository()) {
            let image = json!({
                "repositoryName": format!("{stack}-{}-app", app.name), "imageManifest": manifest, "imageTag": built_tag(&app),
            });
            self.api().ecr("PutImage", image).await;
        }
    }

    /// Takes one of them away again.
    pub(super) async fn has_no_built_image(&self, stack: &str, name: &str) {
        let app = infra::apps::images(repository()).into_iter().find(|app| app.name == name);
        let app = app.unwrap_or_else(|| panic!("there is no app {name}"));
        let image = json!({ "repositoryName": format!("{stack}-{name}-app"), "imageIds": [{ "imageTag": built_tag(&app) }] });
        self.api().ecr("BatchDeleteImage", image).await;
    }
}

fn built_tag(app: &AppImage) -> String {
    app.content_tag().unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_that_has_images_to_build_and_no_engine_writes_nothing() {
    let (moto, missing) = (Moto::start().await, FakeDocker::new(""));
    let proxy = CountingProxy::start().await;
    let deploy = missing.used_by(moto.run_building("deploy --yes --stack built").await);
    let deploy = deploy.env("HTTP_PROXY", proxy.address()).ends_with(69).await;
    deploy.says(&["no Docker engine answers it", "hint:"]);
    assert!(!deploy.stderr.contains("to create"), "{deploy}");
    let writes: Vec<_> = proxy.take_calls().into_iter().filter(|call| !call.is_read()).collect();
    assert!(writes.is_empty(), "{writes:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_whose_images_are_there_is_compared_deployed_and_deleted_without_docker() {
    let (moto, missing) = (Moto::start().await, FakeDocker::new(""));
    for (command, code) in [
        ("deploy --yes --no-wait --stack given", 0),
        ("deploy --yes --no-wait --stack given", 0),
        ("preview --stack given", 0),
        ("teardown --yes --stack given", 0),
    ] {
        missing.used_by(moto.run(command, &[]).await).ends_with(code).await;
    }
    missing.used_by(moto.run_building("preview --stack given").await).ends_with(2).await;
    assert_eq!(missing.asked(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn images_that_the_repositories_have_already_need_no_docker() {
    let (moto, missing) = (Moto::start().await, FakeDocker::new(""));
    moto.deploy("built-before", &[]).await;
    moto.has_built_images("built-before").await;
    for _ in 0..2 {
        let deploy = moto.run_building("deploy --yes --no-wait --stack built-before").await;
        missing.used_by(deploy).ends_with(0).await;
    }
    assert_eq!(missing.asked(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_an_arm_machine_the_native_processor_is_named_before_anything_is_built() {
    let moto = Moto::start().await;
    let arm = FakeDocker::new("version*) echo '28.0.0|arm64|Engine,';;");
    // Nobody is there to be asked, so it ends before it builds.
    let deploy = arm.used_by(moto.run_building("deploy --stack emulated").await).ends_with(1).await;
    deploy.says(&[
        "emulation",
        "--set web.cpu_architecture=ARM64",
        "--set ec2.instance_type=t4g.micro",
        "give --yes",
    ]);
    let native = "deploy --stack emulated --set web.cpu_architecture=ARM64 --set php.cpu_architecture=ARM64 \
                  --set ec2.instance_type=t4g.micro";
    let deploy = arm.used_by(moto.run_building(native).await).ends_with(1).await;
    assert!(!deploy.stderr.contains("emulation"), "{deploy}");
    assert!(!arm.asked().contains("build"), "{}", arm.asked());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_local_aws_takes_the_processor_of_the_engine() {
    let moto = Moto::start().await;
    for (processor, is_arm) in [("arm64", true), ("amd64", false)] {
        let engine = FakeDocker::new(&format!("version*) echo '28.0.0|{processor}|Engine,';;"));
        let preview = engine.used_by(moto.run_building("preview --local --json --stack native").await);
        assert_eq!(images_for_arm(&preview.ends_with(2).await), [is_arm, is_arm], "{processor}");
        let other = if is_arm { "X86_64" } else { "ARM64" };
        let asked_for = format!("preview --local --json --stack native --set web.cpu_architecture={other}");
        let preview = engine.used_by(moto.run_building(&asked_for).await).ends_with(2).await;
        assert_eq!(images_for_arm(&preview), [!is_arm, is_arm], "{processor}");
    }
}

/// Whether each of the two images is for ARM64, as a preview says by their tags.
fn images_for_arm(preview: &Outcome) -> Vec<bool> {
    let plan = preview.json();
    let images = plan.as_array().into_iter().flatten().filter(|step| step["kind"] == "image");
    images.map(|image| image["name"].as_str().is_some_and(|name| name.ends_with("-arm64"))).collect()
}

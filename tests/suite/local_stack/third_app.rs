//! The chapter of the story in which an app more is in the list, as `third-app` has it.

use e2e::app_client::{AppClient, PNG};
use e2e::aws_api::AwsApi;
use e2e::command::{Run, program};

use super::{CHANGE, ENDPOINT, REGION, chapter, docker_lines, local};

/// What is shown of an image.
const IMAGE: &str = "{{.Repository}} {{.Tag}} {{.Digest}}";

/// It answers under its path like the others; the deploy of a program without it takes it away.
pub async fn a_third_app_is_reached_beside_the_others_and_goes_again(aws: &AwsApi) {
    chapter("a third app");
    third("deploy --yes").ends_with(0).await;
    let outputs = third("outputs --json").ends_with(0).await.json();
    for name in ["url", "php_url", "third_url"] {
        let app = AppClient::new(outputs[name].as_str().unwrap_or_default());
        let stored = app.upload("third.png").await;
        assert_eq!(app.download(&stored).await, PNG, "{name}");
    }
    local("deploy --yes").arg("--set").arg(CHANGE).ends_with(0).await;
    let found = aws.everything_named("e2e").await;
    let left: Vec<_> = found.iter().filter(|line| line.contains("e2e-third")).collect();
    assert!(left.is_empty(), "{left:#?}");
    remove_its_images().await;
}

/// A teardown knows the images of the apps that are in the list.
async fn remove_its_images() {
    loop {
        let images = docker_lines(&["image", "ls", "--digests", "--format", IMAGE]).await;
        let Some(image) = images.iter().find_map(|line| of_the_third(line)) else { return };
        docker_lines(&["image", "rm", &image]).await;
    }
}

/// What an image of the third app is removed by: its tag, or its digest where it has none.
fn of_the_third(line: &str) -> Option<String> {
    let [repository, tag, digest] = line.split(' ').collect::<Vec<_>>().try_into().ok()?;
    let is_its = repository.ends_with("/third") || repository.ends_with("/e2e-third-app");
    let name = if tag == "<none>" { format!("{repository}@{digest}") } else { format!("{repository}:{tag}") };
    is_its.then_some(name)
}

fn third(words: &str) -> Run {
    let run = program(env!("CARGO_BIN_EXE_third-app"), &format!("{words} --local --stack e2e"));
    run.at(ENDPOINT, REGION).arg("--set").arg(CHANGE)
}

//! The chapter of the story in which an app more is in the list, as `third-app` has it.

use e2e::app_client::{AppClient, PNG};
use e2e::aws_api::AwsApi;
use e2e::command::{Run, program};

use super::{CHANGE, ENDPOINT, REGION, chapter, docker_lines, local};

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
    // A teardown knows the images of the apps that are in the list.
    let images = docker_lines(&["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]).await;
    for image in images.iter().filter(|image| image.contains("/third:") || image.contains("/e2e-third-app:"))
    {
        docker_lines(&["image", "rm", image]).await;
    }
}

fn third(words: &str) -> Run {
    let run = program(env!("CARGO_BIN_EXE_third-app"), &format!("{words} --local --stack e2e"));
    run.at(ENDPOINT, REGION).arg("--set").arg(CHANGE)
}

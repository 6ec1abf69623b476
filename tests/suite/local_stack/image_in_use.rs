//! The chapter of the story in which somebody else's container keeps an image of the apps.

use e2e::containers::php_app;
use e2e::reaper;

use super::{chapter, docker_lines, local};

/// Ends the local AWS, whose teardown leaves the container alone and names the image that it keeps.
pub async fn a_container_of_somebody_else_keeps_its_image_which_is_named() {
    chapter("end of the local AWS, and an image in use");
    let app = php_app();
    let image = app.local_name(&app.content_tag().unwrap_or_else(|error| panic!("{error}")));
    let (label, value) = reaper::label();
    let label = format!("{label}={value}");
    let container = docker_lines(&["container", "create", "--label", &label, &image]).await;
    let [container] = container.as_slice() else { panic!("no container of {image}: {container:?}") };
    let stays = format!("image {image} stays, as a container uses it");
    local("teardown --yes").ends_with(0).await.says(&["is gone too", &stays]);
    assert!(users(&image).await.contains(container), "container {container} of {image} is gone");

    docker_lines(&["container", "rm", container]).await;
    local("teardown --yes").ends_with(0).await.says(&["nothing to tear down"]);
    let left = docker_lines(&["image", "ls", "--quiet", &image]).await;
    assert_eq!(left.is_empty(), users(&image).await.is_empty(), "{image}: {left:?}");
}

/// Other programs' tests may run the same image, as its name is that of its contents.
async fn users(image: &str) -> Vec<String> {
    docker_lines(&[
        "container",
        "ls",
        "--all",
        "--quiet",
        "--no-trunc",
        "--filter",
        &format!("ancestor={image}"),
    ])
    .await
}

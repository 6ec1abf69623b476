//! Engines as machines have them, by a docker command that only says what such an engine says.

use e2e::command::{provider, xtask};
use e2e::fake_docker::FakeDocker;

#[tokio::test(flavor = "multi_thread")]
async fn podman_is_refused_with_the_reason() {
    let podman = FakeDocker::new("version*) echo '4.3.1|amd64|Podman Engine,Conmon,';;");
    let refused = podman.used_by(xtask("deploy --local --yes")).ends_with(1).await;
    refused.says(&["Podman answers instead of a Docker engine", "DOCKER_HOST"]);
    let under_another_name = FakeDocker::new("--version) echo 'podman version 4.3.1';;");
    under_another_name.used_by(xtask("build --yes")).ends_with(1).await.says(&["Podman answers"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_on_another_machine_is_refused_for_a_local_aws() {
    let far = FakeDocker::new(
        "version*) echo '28.0.0|amd64|Engine,';;\n'context inspect'*) echo 'ssh://me@builder';;",
    );
    let refused = far.used_by(xtask("deploy --local --yes")).ends_with(1).await;
    refused.says(&["ssh://me@builder", "another machine", "DOCKER_CONTEXT"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_was_chosen_elsewhere_is_not_started_here() {
    let far = FakeDocker::new("'context inspect'*) echo 'tcp://builder:2376';;");
    let refused = far.used_by(xtask("deploy --local --yes")).ends_with(1).await;
    refused.says(&["Cannot connect to the Docker daemon", "DOCKER_CONTEXT"]);
    assert!(!refused.stderr.contains("dockerd:"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_for_docker_where_nothing_is_built() {
    let missing = FakeDocker::new("");
    let given = "--set web.image=w --set php.image=p";
    for command in [format!("deploy --yes {given}"), format!("preview {given}"), "teardown --yes".to_owned()]
    {
        // Nobody answers at that address either: that is as far as it comes.
        let run = missing.used_by(xtask(&command)).at("http://127.0.0.1:1", "us-east-1");
        run.ends_with(1).await.says(&["endpoint"]);
    }
    assert_eq!(missing.asked(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_and_without_consent_nothing_is_installed_and_the_message_names_yes() {
    let missing = FakeDocker::new("");
    let refused = missing.used_by(provider("preview --local").await).ends_with(69).await;
    refused.says(&["no Docker engine answers", "--yes"]);
    let refused = missing.used_by(xtask("deploy --local")).ends_with(1).await;
    refused.says(&["no Docker engine answers", "--yes"]);
}

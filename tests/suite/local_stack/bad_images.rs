//! A chapter of the story: revisions that can't serve, each for its own reason, which the deploy names before it is rolled back.

use std::process::Stdio;

use e2e::command::{Outcome, Run};
use infra_images::docker::docker;
use serde_json::Value;
use tokio::io::AsyncWriteExt;

use super::{Outputs, PORT, WEB_SERVICE, chapter, docker_lines, local, under_load};

/// Whose only fault is the command: the container's own health check is content with it.
const HEALTHY_BY_ITS_OWN_CHECK: &str = "FROM debian:trixie-slim
RUN touch /usr/local/bin/app && chmod 755 /usr/local/bin/app
";

/// A command, and the cause that the deploy names: `name` of the table of causes.
const FAULTS: [(&str, &str); 3] = [
    ("sleep 2; echo no database; exit 3", "exited"),
    // Keeps in memory what never comes to the end of a line.
    ("tail /dev/zero", "out-of-memory"),
    (
        "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 9, LocalPort => 80); \
         while ($c = $s->accept) { <$c>; print $c \"HTTP/1.1 404 Not Found\\r\\nContent-Length: 0\\r\\n\\r\\n\"; close $c }'",
        "health-check-status",
    ),
];

/// The cause is told, the revision before serves on, and the exit code says so. With `--json` each line is an event.
pub async fn a_bad_image_is_rolled_back_with_its_cause(outputs: &Outputs) {
    chapter("bad images");
    under_load(outputs, async || {
        let missing = deploy(&format!("127.0.0.1:{PORT}/e2e-web-app:not-there"), "").ends_with(20).await;
        missing.says(&[WEB_SERVICE, "not-there", "was rolled back", "next:"]);
        // Its command is a shell without a terminal, which ends at once.
        names(&deploy("debian:trixie-slim", "--json").ends_with(20).await, "exited-successfully");
        for (command, cause) in FAULTS {
            let image = format!("e2e-{cause}");
            build(&image, command).await;
            let rolled_back = deploy(&image, "--json").ends_with(20).await;
            docker_lines(&["image", "rm", "--force", &image]).await;
            names(&rolled_back, cause);
        }
    })
    .await;
}

/// Of little memory, which is used up soon.
fn deploy(image: &str, words: &str) -> Run {
    let image = format!("web.image={image}");
    let settings = ["web.cpu_units=256", "web.memory_mib=512", &image];
    let run = local(&format!("deploy --yes {words}"));
    settings.iter().fold(run, |run, setting| run.arg("--set").arg(setting))
}

/// Some event has the cause, and the last one of the service says what became of it.
fn names(outcome: &Outcome, cause: &str) {
    let events: Vec<Value> =
        outcome.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(events.len(), outcome.stdout.lines().count(), "{outcome}");
    let of_death = |event: &Value| event["event"] == "death" && event["cause"]["name"] == cause;
    let of_service = |event: &Value| event["event"] == "cause" && event["name"] == cause;
    assert!(events.iter().any(|event| of_death(event) || of_service(event)), "no {cause}: {outcome}");
    assert!(events.iter().any(|event| event["outcome"] == "rolled-back"), "{outcome}");
}

async fn build(image: &str, command: &str) {
    let dockerfile = format!("{HEALTHY_BY_ITS_OWN_CHECK}CMD {}\n", serde_json::json!(["sh", "-c", command]));
    let mut build = docker(&["build", "--quiet", "--tag", image, "-"]);
    build.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut build = build.spawn().unwrap_or_else(|error| panic!("cannot start docker: {error}"));
    let mut input = build.stdin.take().unwrap_or_else(|| panic!("docker build reads nothing"));
    input.write_all(dockerfile.as_bytes()).await.unwrap_or_else(|error| panic!("{image}: {error}"));
    drop(input);
    let status = build.wait().await.unwrap_or_else(|error| panic!("{image}: {error}"));
    assert!(status.success(), "{image} is not built: {dockerfile}");
}

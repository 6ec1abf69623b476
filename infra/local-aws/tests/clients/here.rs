//! A script that has a whole local AWS for itself.

use crate::front::{REGION, front};
use crate::servers::Servers;
use crate::virtualenv::programs;
use std::path::Path;
use std::sync::Arc;
use tokio::process::Command;

/// Waits of a minute take a tenth of a second.
const SPEED: f64 = 600.0;
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients");

/// Runs a script of `tests/clients` against a front that has nothing yet.
pub async fn run(program: &str, script: &str) {
    let programs = tokio::task::spawn_blocking(programs).await.unwrap();
    let servers = Arc::new(Servers::default());
    let resolve = servers.clone();
    let (_, address) = front(SPEED, servers, Arc::new(move |target| resolve.resolve(target))).await;
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new(program);
    command
        .arg(Path::new(SCRIPTS).join(script))
        .kill_on_drop(true)
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("AWS_ENDPOINT_URL", format!("http://{address}"))
        .env("AWS_DEFAULT_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        // Nothing of who runs the tests.
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env_remove("AWS_PROFILE");
    let output = command.output().await.unwrap();
    let said = [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).concat();
    assert!(output.status.success(), "{script}: {}\n{said}", output.status);
}

//! `open`: an app's URL, in the browser where there is one.

use super::outputs::deployed;
use crate::setup::Setup;
use anyhow::{Context as _, Result};
use infra_engine::Failure;
use infra_options::open::Options;
use infra_options::print;
use serde::Serialize;
use std::process::{ExitCode, Stdio};
use std::time::Duration;
use tokio::process::Command;

/// After that the browser itself runs, which some systems wait for.
const STARTS_WITHIN: Duration = Duration::from_secs(3);

#[derive(Serialize)]
struct Opened<'a> {
    app: &'a str,
    url: &'a str,
    opened: bool,
}

/// Prints the URL and opens it.
pub(super) async fn run(options: Options, setup: &Setup) -> Result<ExitCode> {
    let (session, summary) = deployed(&options.stack, setup).await?;
    let apps = &session.program.exports.apps;
    let place = apps.iter().position(|app| app.name == options.app);
    let (_, url) = place.and_then(|place| summary.urls.get(place)).ok_or_else(|| {
        let names: Vec<_> = apps.iter().map(|app| app.name).collect();
        Failure::new(format!("stack {} has no app {}", options.stack.name, options.app))
            .hint(format!("its apps are: {}", names.join(", ")))
    })?;
    if !options.stack.json {
        print(url)?;
    }
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let opened = match opener(std::env::consts::OS, is_set) {
        Some(program) => open(program, url).await,
        None => Err("there is no graphical session".to_owned()),
    };
    if let Err(why) = &opened {
        infra_options::say!("not opened in a browser: {why}");
    }
    if options.stack.json {
        let opened = Opened { app: &options.app, url, opened: opened.is_ok() };
        print(serde_json::to_string_pretty(&opened).context("the URL has no JSON form")?)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The program that opens URLs, where it can.
fn opener(system: &str, is_set: impl Fn(&str) -> bool) -> Option<&'static str> {
    match system {
        // Somebody who came over the network sits before another machine's screen.
        "macos" if !is_set("SSH_CONNECTION") => Some("open"),
        "macos" => None,
        _ if is_set("WAYLAND_DISPLAY") || is_set("DISPLAY") => Some("xdg-open"),
        _ => None,
    }
}

async fn open(program: &str, url: &str) -> Result<(), String> {
    let mut command = Command::new(program);
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| format!("{program}: {error}"))?;
    match tokio::time::timeout(STARTS_WITHIN, child.wait()).await {
        Ok(Ok(status)) if !status.success() => Err(format!("{program} ended with {status}")),
        Ok(Err(error)) => Err(format!("{program}: {error}")),
        Ok(Ok(_)) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_started_only_before_a_screen() {
        let with = |system: &str, set: &[&str]| opener(system, |name| set.contains(&name));
        assert_eq!(with("linux", &["DISPLAY"]), Some("xdg-open"));
        assert_eq!(with("linux", &["WAYLAND_DISPLAY"]), Some("xdg-open"));
        assert_eq!(with("linux", &["SSH_CONNECTION"]), None);
        assert_eq!(with("macos", &[]), Some("open"));
        assert_eq!(with("macos", &["SSH_CONNECTION"]), None);
    }

    #[tokio::test]
    async fn what_does_not_open_is_reported_and_nothing_else() {
        assert_eq!(open("true", "http://localhost/").await, Ok(()));
        assert!(open("false", "http://localhost/").await.unwrap_err().contains("exit status: 1"));
        assert!(open("no-such-opener", "http://localhost/").await.unwrap_err().contains("no-such-opener"));
    }
}

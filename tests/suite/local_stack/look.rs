//! Chapters of the story: what tasks write, which revision they run, and commands in them. Nothing changes by that.

use e2e::command::Run;
use serde_json::Value;

use super::{Outputs, chapter, local, text};

/// The autoscaler may stop tasks at any time here: which ones write is not compared.
pub async fn log_lines_are_behind_their_tasks() {
    chapter("logs");
    let lines = local("logs web").ends_with(0).await;
    assert!(!lines.stdout.is_empty(), "{lines}");
    for line in lines.stdout.lines() {
        let (task, _) = line.split_once(" | ").unwrap_or_else(|| panic!("no task before {line}"));
        assert!(task.len() == 8 && task.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
    }
    let lines = local("logs web --since 1h --container web --json").ends_with(0).await;
    let parsed = lines.stdout.lines().map(serde_json::from_str::<Value>);
    let parsed: Vec<_> = parsed.map(|line| line.unwrap_or_else(|error| panic!("{error}: {lines}"))).collect();
    assert!(
        parsed.iter().all(|line| line["container"] == "web" && text(&line["task"]).len() == 32),
        "{lines}"
    );
    let times: Vec<_> = parsed.iter().map(|line| milliseconds(&text(&line["time"]))).collect();
    assert!(!times.is_empty() && times.is_sorted(), "{times:?}");
    let previous = local("logs web --previous").ends_with(0).await;
    assert!(!previous.stdout.is_empty(), "{previous}");
    let nobody = local("logs web --container nobody").ends_with(1).await;
    nobody.says(&["no container nobody", "its containers are: web"]);
}

/// After a change the one that ran before it is the previous one.
pub async fn revisions_say_what_became_of_them() {
    chapter("revisions");
    let revisions = local("revisions web --json").ends_with(0).await.json();
    let members = |name: &str| {
        let all = revisions.as_array().into_iter().flatten();
        all.map(|revision| revision[name].clone()).collect::<Vec<_>>()
    };
    assert_eq!(members("state"), ["running", "previous"], "{revisions:#}");
    assert!(members("image").iter().all(|image| text(image).contains("e2e-web-app")), "{revisions:#}");
    let table = local("revisions web").ends_with(0).await;
    assert!(table.stdout.lines().all(|line| line.chars().count() <= 80), "{table}");
    assert!(table.stdout.contains("STATE") && table.stdout.contains("previous"), "{table}");
}

/// Of images that Docker pushed, with one manifest each, the processor is known, too. Instances can't be looked at here.
pub async fn what_a_rollout_needs_is_there() {
    chapter("verify");
    let checks = local("verify --json").ends_with(0).await.json();
    let of = |name: &str| {
        let all = checks.as_array().into_iter().flatten().filter(|check| check["check"] == name);
        all.map(|check| text(&check["result"])).collect::<Vec<_>>()
    };
    assert_eq!(of("processor"), ["ok", "ok"], "{checks:#}");
    assert_eq!(of("target group"), ["ok", "ok"], "{checks:#}");
}

/// Its output and exit code are the command's own.
pub async fn a_command_runs_in_a_task() {
    chapter("exec");
    let words = |run, words: &[&str]| words.iter().fold(run, |run: Run, word| run.arg(word));
    let version = words(local("exec php"), &["--", "php", "-v"]).ends_with(0).await;
    assert!(version.stdout.starts_with("PHP "), "{version}");
    words(local("exec php"), &["--", "sh", "-c", "exit 7"]).ends_with(7).await;
    // It is nothing but its program.
    local("exec web").ends_with(1).await.says(&["web has no /bin/sh", "its own: /usr/local/bin/app"]);
    local("exec php --task no-such-task").ends_with(1).await.says(&["no task no-such-task", "these run"]);
}

/// Where there is no screen the URL is all.
pub async fn an_app_is_opened_by_its_url(outputs: &Outputs) {
    chapter("open");
    let open = |words: &str| local(words).env("DISPLAY", "").env("WAYLAND_DISPLAY", "");
    for (app, url) in [("web", &outputs.url), ("php", &outputs.php_url)] {
        let opened = open(&format!("open {app}")).ends_with(0).await;
        assert_eq!(opened.stdout.trim_end(), url, "{opened}");
        opened.says(&["not opened in a browser"]);
    }
    open("open nobody").ends_with(1).await.says(&["no app nobody", "web, php"]);
}

/// Of a time such as `2026-11-30T22:10:35.5Z`, whose fraction is as long as it needs to be.
fn milliseconds(time: &str) -> String {
    let (seconds, fraction) = time.trim_end_matches('Z').split_once('.').unwrap_or((time, ""));
    format!("{}.{fraction:0<3}", seconds.trim_end_matches('Z'))
}

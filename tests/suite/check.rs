//! `check` with files, folders and formats as people have them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use e2e::command::{Outcome, xtask};
use e2e::repository;
use serde_json::Value;
use tempfile::TempDir;

const SOUND: &str =
    r#"{"family":"web","containerDefinitions":[{"name":"web","image":"nginx","memory":128}]}"#;
const WRONG: &str = "family: web\ncontainerDefinitions:\n  - name: web\n    image: nginx\n    memory: 3\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    folder
}

async fn check(words: &str, path: &Path, code: i32) -> Outcome {
    xtask(&format!("check {words}")).arg(path.to_str().unwrap()).ends_with(code).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folders_requests_are_checked_and_other_files_are_named() {
    let folder = folder(&[
        (".aws/task-definition.json", SOUND),
        ("deploy/task.yml", WRONG),
        ("run.json", r#"{"taskDefinition": "web", "count": 1}"#),
        ("package.json", r#"{"name": "shop", "overrides": {}}"#),
        ("stack.yaml", "Resources:\n  A:\n    Type: AWS::S3::Bucket\n"),
        ("node_modules/a/task-definition.json", "{\"containerDefinitions\": torn"),
        ("notes.txt", WRONG),
    ]);
    let outcome = check("", folder.path(), 1).await;
    for text in [
        "task-definition.json: ECS takes it",
        "task.yml: ECS refuses it, 1 error",
        "run.json: ECS takes it",
        "3 checked: 2 taken, 1 refused, 2 skipped",
        "package.json: not a request to ECS",
        "stack.yaml: a CloudFormation template",
    ] {
        assert!(outcome.stdout.contains(text), "should have `{text}`: {outcome}");
    }
    assert!(!outcome.stdout.contains("torn") && !outcome.stdout.contains("notes.txt"), "{outcome}");
    std::fs::write(folder.path().join("torn.json"), "{\"containerDefinitions\": [").unwrap();
    let outcome = check("", folder.path(), 2).await;
    assert!(outcome.stdout.contains("torn.json: can't be read: line 1: "), "{outcome}");
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_refuse_with_strict_alone() {
    let folder = folder(&[("a.json", &SOUND.replace("{\"family\"", "{\"revision\":7,\"family\""))]);
    let file = folder.path().join("a.json");
    let outcome = check("", &file, 0).await;
    assert!(outcome.stdout.contains("ECS takes it, 1 warning"), "{outcome}");
    let outcome = check("--strict", &file, 1).await;
    assert!(outcome.stdout.contains("refused as --strict is, 1 error"), "{outcome}");
    let json = check("--strict --json", &file, 1).await.json();
    assert_eq!((&json["ok"], &json["errors"][0]["minds"]), (&Value::from(false), &Value::from("aws-cli")));
}

#[tokio::test(flavor = "multi_thread")]
async fn github_shows_findings_at_their_lines() {
    let folder = folder(&[("a.yaml", WRONG)]);
    let file = folder.path().join("a.yaml");
    let run = |words: &str| xtask(&format!("check {words}")).env("GITHUB_ACTIONS", "true");
    let workspace = folder.path().to_str().unwrap();
    let outcome = run("").env("GITHUB_WORKSPACE", workspace).arg(file.to_str().unwrap()).ends_with(1).await;
    let annotation = "::error file=a.yaml,line=5,title=T20::containerDefinitions[0].memory: 3 MiB; valid: ";
    assert!(outcome.stdout.contains(annotation), "{outcome}");
    let outcome = run("--json").arg(file.to_str().unwrap()).ends_with(1).await;
    assert_eq!(outcome.json()["errors"][0]["line"], 5, "{outcome}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_has_an_exit_code_of_its_own() {
    let folder = folder(&[
        ("binary.json", "\u{0}\u{1}"),
        ("compose.yaml", "services:\n  web:\n    image: nginx\n"),
        ("empty.json", ""),
        ("sound.json", SOUND),
    ]);
    for name in ["binary.json", "compose.yaml", "empty.json", "absent.json"] {
        check("", &folder.path().join(name), 2).await;
    }
    // The others are checked all the same.
    let both = xtask("check").arg(folder.path().join("absent.json").to_str().unwrap());
    let outcome = both.arg(folder.path().join("sound.json").to_str().unwrap()).ends_with(2).await;
    assert!(outcome.stdout.contains("sound.json: ECS takes it"), "{outcome}");
}

/// Each command of the page is run, and prints what stands below it.
#[tokio::test(flavor = "multi_thread")]
async fn the_commands_in_the_documentation_print_what_it_says() {
    let page = std::fs::read_to_string(repository().join("docs/check.md")).unwrap();
    let commands: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("cargo xtask check ")).collect();
    assert!(commands.len() > 4, "{commands:?}");
    for words in commands {
        let outcome = xtask(&format!("check {words}")).end().await;
        let shown = page.split(&format!("check {words}\n```\n\n```text\n")).nth(1);
        if let Some(shown) = shown.and_then(|shown| shown.split("```").next()) {
            assert_eq!(outcome.stdout, shown, "{words}");
        }
        assert!(matches!(outcome.code, Some(0 | 1)), "{outcome}");
    }
}

//! `check`, `render` and `simulate`: what ECS would say and do, without asking it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use e2e::command::{xtask, xtask_program};
use e2e::repository;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

const SOUND: &str =
    r#"{"family":"web","containerDefinitions":[{"name":"web","image":"nginx","memory":128}]}"#;

fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn path(file: &NamedTempFile) -> &str {
    file.path().to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_definition_is_taken() {
    let sound = file(SOUND);
    let outcome = xtask("check").arg(path(&sound)).ends_with(0).await;
    assert!(outcome.stdout.contains("ECS takes it"), "{outcome}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_file_the_programs_own_definitions_are_checked() {
    let outcome = xtask("check").ends_with(0).await;
    assert!(outcome.stdout.contains("task-definition/web: ECS takes it"), "{outcome}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_definition_is_reported_with_path_value_rule_and_what_would_be_valid() {
    let wrong = file(&SOUND.replace("128", "3"));
    let outcome = xtask("check").arg(path(&wrong)).ends_with(1).await;
    for text in ["T20", "containerDefinitions[0].memory", "value: 3", "valid: at least 6 MiB"] {
        assert!(outcome.stdout.contains(text), "should have `{text}`: {outcome}");
    }
    let outcome = xtask("check --json").arg(path(&wrong)).ends_with(1).await;
    assert_eq!(outcome.json()["errors"][0]["rule"], "T20");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_json_has_an_exit_code_of_its_own() {
    let torn = file("{\"family\":");
    xtask("check").arg(path(&torn)).ends_with(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_line_is_answered_before_the_next_one_is_asked() {
    let mut check = xtask_program(&["check", "-"]).await;
    let mut check = check.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut questions = check.stdin.take().unwrap();
    let mut answers = BufReader::new(check.stdout.take().unwrap()).lines();
    for (question, ok) in [
        (format!(r#"{{"id":1,"definition":{SOUND}}}"#), true),
        (r#"{"id":2,"definition":{"family":1}}"#.to_owned(), false),
        (r#"{"id":3,"desired":10,"strategy":[{"capacityProvider":"FARGATE","weight":1}]}"#.to_owned(), true),
        ("no JSON".to_owned(), false),
    ] {
        questions.write_all(format!("{question}\n").as_bytes()).await.unwrap();
        let answer: Value = serde_json::from_str(&answers.next_line().await.unwrap().unwrap()).unwrap();
        assert_eq!(answer["ok"], ok, "{answer}");
    }
    drop(questions);
    assert_eq!(check.wait().await.unwrap().code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_render_prints_is_taken_by_check() {
    for app in ["web", "php"] {
        let rendered = file(&xtask(&format!("render task-definition {app}")).ends_with(0).await.stdout);
        xtask("check").arg(path(&rendered)).ends_with(0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn render_prints_services_and_the_whole_stack() {
    let services = xtask("render service --set web.desired_count=5").ends_with(0).await.json();
    assert_eq!(services["web"]["desiredCount"], 5);
    let stack = xtask("render stack --stack demo").ends_with(0).await.json();
    let cluster = stack.as_array().unwrap().iter().find(|it| it["resource"] == "cluster/main").unwrap();
    assert_eq!(cluster["name"], "demo-ecs-cluster");
    xtask("render service nobody").ends_with(1).await.says(&["nobody", "web"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn placement_divides_the_tutorials_ten_tasks_into_four_and_six() {
    let line =
        "simulate placement --desired 10 --strategy FARGATE:base=2,weight=1 --strategy FARGATE_SPOT:weight=3";
    let placed = xtask(&format!("{line} --json")).ends_with(0).await.json();
    let tasks: Vec<_> =
        placed["placement"].as_array().unwrap().iter().map(|it| it["tasks"].clone()).collect();
    assert_eq!(tasks, [json!(4), json!(6)]);
}

/// The program divides tasks by the same table: `infra/tests/places.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn tasks_of_the_rendered_service_are_divided_as_the_program_counts_them() {
    let table = std::fs::read_to_string(repository().join("infra/tests/spot_mixes.json")).unwrap();
    let mixes: Vec<Value> = serde_json::from_str(&table).unwrap();
    for mix in &mixes {
        let shares = json!({
            "fargate_base": mix["base"], "fargate_weight": mix["fargate"], "spot_weight": mix["spot"]
        });
        let service =
            xtask("render service web --set web.runs_on=fargate-spot --set web.scaling.enabled=false");
        let service = service.arg("--set").arg(&format!("web.desired_count={}", mix["desired"]));
        let service = service.arg("--set").arg(&format!("web.spot_mix={shares}")).ends_with(0).await.json();
        let mut simulate = xtask(&format!("simulate placement --json --desired {}", service["desiredCount"]));
        for item in service["capacityProviderStrategy"].as_array().unwrap() {
            let provider = item["capacityProvider"].as_str().unwrap();
            let share = format!("{provider}:base={},weight={}", item["base"], item["weight"]);
            simulate = simulate.arg("--strategy").arg(&share);
        }
        let placed = simulate.ends_with(0).await.json();
        let tasks: Vec<_> = placed["placement"].as_array().unwrap().iter().map(|it| &it["tasks"]).collect();
        assert_eq!(tasks, mix["tasks"].as_array().unwrap().iter().collect::<Vec<_>>(), "{mix}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_update_goes_step_by_step_or_says_that_it_can_not() {
    let rollout = xtask("simulate rollout --desired 4 --json").ends_with(0).await.json();
    let running = |revision: &str| {
        let steps = rollout["steps"].as_array().unwrap().iter();
        steps.map(|step| step[revision]["running"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((running("old"), running("new")), (vec![4, 4, 0, 0], vec![0, 4, 4, 4]));
    let blocked = xtask("simulate rollout --desired 1 --min 50 --max 100").ends_with(1).await;
    blocked.says(&["D05", "--max 200"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn blue_green_bakes_after_traffic_has_moved() {
    let rollout = xtask("simulate rollout --strategy blue-green --json").ends_with(0).await.json();
    let steps = rollout["steps"].as_array().unwrap();
    let bakes = |step: &&Value| step["stages"].as_array().is_some_and(|it| it.contains(&json!("BAKE_TIME")));
    let bake = steps.iter().find(bakes).unwrap();
    assert_eq!((&bake["old"]["running"], &bake["traffic"]["new"]), (&json!(4), &json!(100.0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_ecs_would_refuse_are_refused_before_any_call() {
    let outcome = xtask("preview --local --set web.maximum_percent=90 --set web.stop_timeout_seconds=600");
    outcome.ends_with(1).await.says(&["D07", "deploymentConfiguration.maximumPercent", "T57", "stopTimeout"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_in_the_documentation_is_refused_as_it_says() {
    let example: &Path = &repository().join("docs/examples/refused.json");
    let outcome = xtask("check").arg(example.to_str().unwrap()).ends_with(1).await;
    let shown = std::fs::read_to_string(repository().join("docs/ecs-in-types.md")).unwrap();
    for line in outcome.stdout.lines() {
        let line = line.replace(&repository().join("docs").to_string_lossy().into_owned(), "docs");
        assert!(shown.contains(line.trim()), "docs/ecs-in-types.md lacks `{line}`");
    }
}

//! Secrets are given to tasks by reference, and the execution role may read exactly these; keys of one's own reach what they
//! encrypt, and who needs them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use infra::registry::ImageTags;
use infra::{Destination, Program, Settings, StackName};
use serde_json::{Value, json};

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf";
const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn program(overrides: &[String]) -> Result<Program, String> {
    let destination = Destination { account_id: "123456789012".to_owned(), region: "eu-west-1".to_owned() };
    let tags = ImageTags::from([("web", "src-1".to_owned()), ("php", "src-2".to_owned())]);
    let stack: StackName = "cloudfolks".parse().unwrap();
    let settings = Settings::with_overrides(overrides).map_err(|error| error.to_string())?;
    infra::program(&stack, &settings, &destination, &tags).map_err(|error| error.to_string())
}

/// What is desired of a resource.
fn desired(program: &Program, resource: &str) -> Value {
    let all = infra::render::resources(program);
    let found = all.as_array().unwrap().iter().find(|it| it["resource"] == resource);
    found.unwrap_or_else(|| panic!("there is no {resource}"))["desired"].clone()
}

fn secrets(app: &str, secrets: &Value) -> String {
    format!("{app}.secrets={secrets}")
}

fn of_both() -> Vec<String> {
    vec![
        secrets(
            "web",
            &json!([
                {"name": "DB_PASSWORD", "from": format!("{SECRET}:password::"), "kms_key": "alias/prod"},
                {"name": "DB_USER", "from": format!("{SECRET}:user::"), "kms_key": "alias/prod"},
                {"name": "TOKEN", "from": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token"},
            ]),
        ),
        secrets("php", &json!([{"name": "DB_PASSWORD", "from": "/prod/db", "kms_key": KEY}])),
    ]
}

#[test]
fn a_container_has_its_secrets_by_reference() {
    let definitions = infra::render::task_definitions(&program(&of_both()).unwrap());
    insta::assert_json_snapshot!(definitions["web"]["containerDefinitions"][0]["secrets"]);
    let php = &definitions["php"]["containerDefinitions"][0]["secrets"];
    assert_eq!(*php, json!([{"name": "DB_PASSWORD", "valueFrom": "/prod/db"}]));
}

#[test]
fn the_execution_role_may_read_exactly_the_secrets_and_use_their_keys() {
    let role = desired(&program(&of_both()).unwrap(), "iam-role/execution");
    insta::assert_json_snapshot!(role["inlinePolicies"]["read-secrets"]);
    let without = desired(&program(&[]).unwrap(), "iam-role/execution");
    assert!(without["inlinePolicies"].get("read-secrets").is_none(), "{without}");
    let tasks = desired(&program(&of_both()).unwrap(), "iam-role/task");
    assert_eq!(tasks, desired(&program(&[]).unwrap(), "iam-role/task"));
}

#[test]
fn a_secret_that_has_the_name_of_a_variable_is_refused() {
    let twice = json!([{"name": "A", "from": "/a"}, {"name": "A", "from": "/b"}]);
    for (given, name) in [(json!([{"name": "AWS_REGION", "from": "/a"}]), "AWS_REGION"), (twice, "A")] {
        let refused = program(&[secrets("web", &given)]).unwrap_err();
        assert!(refused.contains("T61") && refused.contains(&format!("{name} is the name of")), "{refused}");
    }
}

#[test]
fn a_value_in_the_place_of_a_reference_is_refused() {
    for given in [
        json!([{"name": "A", "from": "hunter2!"}]),
        json!([{"name": "A", "value": "hunter2!"}]),
        json!([{"name": "A", "from": ["hunter2!"]}]),
        json!({"A": "hunter2!"}),
        json!(["hunter2!"]),
        json!("hunter2!"),
    ] {
        let refused = program(&[secrets("web", &given)]).unwrap_err();
        assert!(refused.contains("web.secrets") && !refused.contains("hunter2"), "{refused}");
    }
}

#[test]
fn more_secrets_than_a_role_has_room_for_are_refused() {
    let many = |app: &str| {
        let secret = |index| json!({"name": format!("S{index}"), "from": format!("/{}/{app}/{index}", "long".repeat(30))});
        secrets(app, &(0..40).map(secret).collect())
    };
    let refused = program(&[many("web"), many("php")]).unwrap_err();
    assert!(refused.contains("fewer secrets"), "{refused}");
    program(&[many("web")]).unwrap();
}

fn with_keys(name: &str) -> Vec<String> {
    let settings = ["registry.kms_key", "storage.kms_key", "logs.kms_key", "ec2.volume_kms_key"];
    settings.map(|setting| format!("{setting}={name}")).into()
}

#[test]
fn a_key_of_ones_own_encrypts_what_it_is_named_for_and_the_tasks_may_use_the_buckets() {
    let program = program(&with_keys("alias/images")).unwrap();
    let resources = ["ecr-repository/web", "bucket/images", "bucket/lease", "log-group/tasks"];
    let mut shown = serde_json::Map::new();
    for resource in resources {
        let desired = desired(&program, resource);
        let members = ["name", "encryption", "kmsKeyArn"].map(|it| (it.to_owned(), desired[it].clone()));
        shown.insert(resource.to_owned(), Value::Object(members.into_iter().collect()));
    }
    shown.insert("rootVolume".to_owned(), desired(&program, "launch-template/ec2")["rootVolume"].clone());
    let task = desired(&program, "iam-role/task");
    shown.insert("uploads-key".to_owned(), task["inlinePolicies"]["uploads-key"].clone());
    shown.insert("notes".to_owned(), json!(program.notes));
    insta::assert_json_snapshot!(shown);
    let keys = program.stack.nodes().iter().filter(|node| node.id.kind == "kms-key");
    assert_eq!(keys.count(), 1);
}

#[test]
fn repositories_of_another_key_have_another_name() {
    let name = |given: &[String]| desired(&program(given).unwrap(), "ecr-repository/web")["name"].clone();
    let [none, one, other] = [vec![], with_keys("alias/one"), with_keys("alias/other")].map(|it| name(&it));
    assert!(none != one && one != other, "{none} {one} {other}");
}

#[test]
fn the_key_of_disks_is_looked_for_only_where_there_are_some() {
    let on_fargate = ["php.runs_on=fargate", "ec2.volume_kms_key=alias/disks"].map(str::to_owned);
    let program = program(&on_fargate).unwrap();
    assert!(program.stack.nodes().iter().all(|node| node.id.kind != "kms-key"));
    assert!(program.notes.is_empty(), "{:?}", program.notes);
}

#[test]
fn a_key_of_another_region_encrypts_nothing_here() {
    let elsewhere = KEY.replace("eu-west-1", "us-east-1");
    let refused = program(&with_keys(&elsewhere)).unwrap_err();
    for setting in ["registry.kms_key", "storage.kms_key", "logs.kms_key", "ec2.volume_kms_key"] {
        assert!(
            refused.contains(&format!("{setting}={elsewhere}: allowed is a key in eu-west-1")),
            "{refused}"
        );
    }
    let china = json!([{"name": "A", "from": SECRET.replace("arn:aws:", "arn:aws-cn:")}]);
    let refused = program(&[secrets("web", &china)]).unwrap_err();
    assert!(refused.contains("allowed is a secret in partition aws"), "{refused}");
    // A secret may be there, with its key.
    let secret =
        json!([{"name": "A", "from": SECRET.replace("eu-west-1", "us-east-1"), "kms_key": elsewhere}]);
    program(&[secrets("web", &secret)]).unwrap();
}

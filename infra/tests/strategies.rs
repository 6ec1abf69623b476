//! How a new revision of an app takes over: what each strategy adds to the stack, and what does not fit to it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use infra::registry::ImageTags;
use infra::{Destination, Program, Settings};
use infra_engine::ResourceId;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn settings(overrides: &[&str]) -> Settings {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    Settings::with_overrides(&overrides).unwrap()
}

fn program(overrides: &[&str]) -> Result<Program, String> {
    let destination = Destination { account_id: "123456789012".to_owned(), region: "ap-south-1".to_owned() };
    let tags = ImageTags::from([
        ("web", "src-0000000000000001".to_owned()),
        ("php", "src-0000000000000002".to_owned()),
    ]);
    infra::program(&"cloudfolks".parse().unwrap(), &settings(overrides), &destination, &tags)
        .map_err(|error| error.to_string())
}

fn service(overrides: &[&str]) -> Value {
    infra::render::services(&program(overrides).unwrap())["web"].clone()
}

fn desired(program: &Program, kind: &str, logical_name: &str) -> Value {
    let index = program.stack.index_of(&ResourceId::new(kind, logical_name)).unwrap();
    program.stack.nodes()[index].desired.clone()
}

fn resources(overrides: &[&str]) -> BTreeSet<String> {
    program(overrides).unwrap().stack.nodes().iter().map(|node| node.id.to_string()).collect()
}

const CANARY: [&str; 3] =
    ["web.deployment.strategy=canary", "web.deployment.canary_percent=20", "web.deployment.test_port=8080"];

#[test]
fn a_service_whose_traffic_moves_has_two_target_groups() {
    insta::assert_json_snapshot!(service(&CANARY)["loadBalancers"]);
    insta::assert_json_snapshot!(service(&CANARY)["deploymentConfiguration"]);
}

#[test]
fn a_strategy_adds_what_it_needs_and_nothing_else() {
    let added = |overrides: &[&str]| {
        let added: Vec<String> = resources(overrides).difference(&resources(&[])).cloned().collect();
        added
    };
    let always = ["iam-role/infrastructure", "target-group/web-alternate"];
    assert_eq!(added(&["web.deployment.strategy=blue-green"]), always);
    let with_tests = [
        "iam-role/infrastructure",
        "listener-rule/web-test",
        "listener/web-test",
        "target-group/web-alternate",
    ];
    assert_eq!(added(&CANARY), with_tests);
    assert_eq!(added(&["web.deployment.test_port=8080"]), [""; 0]);
    let both = added(&["web.deployment.strategy=linear", "php.deployment.strategy=linear"]);
    assert_eq!(both, ["iam-role/infrastructure", "target-group/php-alternate", "target-group/web-alternate"]);
}

#[test]
fn the_users_rule_is_there_before_a_service_that_moves_its_traffic() {
    let after = |overrides: &[&str], kind: &str| {
        let program = program(overrides).unwrap();
        let nodes = program.stack.nodes();
        let node = nodes.iter().find(|node| node.id == ResourceId::new(kind, "web")).unwrap();
        node.dependencies.iter().map(|&index| nodes[index].id.to_string()).collect::<Vec<_>>()
    };
    assert!(after(&CANARY, "service").contains(&"listener-rule/web".to_owned()));
    assert!(after(&[], "listener-rule").contains(&"service/web".to_owned()));
}

#[test]
fn each_strategy_has_its_own_steps_and_no_others() {
    let configuration = |strategy: &str| {
        service(&[&format!("web.deployment.strategy={strategy}")])["deploymentConfiguration"].clone()
    };
    let linear = ("linearConfiguration", json!({"stepPercent": 10.0, "stepBakeTimeInMinutes": 6}));
    let canary = ("canaryConfiguration", json!({"canaryPercent": 5.0, "canaryBakeTimeInMinutes": 10}));
    for (strategy, of_ecs, steps) in [
        ("blue-green", "BLUE_GREEN", None),
        ("linear", "LINEAR", Some(linear)),
        ("canary", "CANARY", Some(canary)),
    ] {
        // What ECS has where a request says nothing stands there as well.
        let mut expected = json!({
            "strategy": of_ecs, "bakeTimeInMinutes": 5, "minimumHealthyPercent": 100, "maximumPercent": 200,
        });
        if let Some((member, steps)) = steps {
            expected[member] = steps;
        }
        assert_eq!(configuration(strategy), expected, "{strategy}");
    }
    assert_eq!(configuration("rolling"), service(&[])["deploymentConfiguration"]);
}

#[test]
fn a_deployment_waits_at_stages_and_goes_back_on_alarms() {
    let pauses = "web.deployment.pause_at=POST_TEST_TRAFFIC_SHIFT, POST_PRODUCTION_TRAFFIC_SHIFT";
    let configuration = service(&[CANARY[0], pauses, "web.deployment.alarms=errors,latency"]);
    let configuration = &configuration["deploymentConfiguration"];
    let stages = ["POST_TEST_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"];
    let hook = &configuration["lifecycleHooks"][0];
    assert_eq!((&hook["targetType"], &hook["lifecycleStages"]), (&json!("PAUSE"), &json!(stages)));
    let alarms = json!({"alarmNames": ["errors", "latency"], "enable": true, "rollback": true});
    assert_eq!(configuration["alarms"], alarms);
    let rolling = service(&["web.deployment.alarms=errors,latency"]);
    assert_eq!(rolling["deploymentConfiguration"]["alarms"], alarms);
}

#[test]
fn the_circuit_breaker_of_a_rolling_deployment_has_a_threshold() {
    let service = service(&["web.deployment.circuit_breaker_threshold=7"]);
    let breaker = &service["deploymentConfiguration"]["deploymentCircuitBreaker"];
    let expected =
        json!({"enable": true, "rollback": true, "thresholdConfiguration": {"type": "COUNT", "value": 7}});
    assert_eq!(*breaker, expected);
}

#[test]
fn a_rolling_deployment_may_succeed_before_its_last_task_is_healthy() {
    let early = "web.deployment.early_success_percent=75";
    let configuration = service(&["web.minimum_healthy_percent=50", early]);
    let expected = json!({"enable": true, "healthyPercent": 75, "sourceServiceRevisionCleanup": "BLOCKING"});
    assert_eq!(configuration["deploymentConfiguration"]["earlySuccessCriteria"], expected);
    let refused = program(&[early]).unwrap_err();
    assert!(refused.contains("web.minimum_healthy_percent=100 to 100"), "{refused}");
}

#[test]
fn clients_reach_the_port_for_tests() {
    let program = program(&[&CANARY[..], &["network.allowed_clients=203.0.113.0/24"]].concat()).unwrap();
    let ingress = desired(&program, "security-group", "load-balancer")["ingress"].clone();
    let from = |port: u16| json!({"fromPort": port, "toPort": port, "from": {"cidr": "203.0.113.0/24"}});
    assert_eq!(ingress, json!([from(80), from(8080)]));
    assert_eq!(desired(&program, "listener", "web-test")["port"], 8080);
}

#[test]
fn the_infrastructure_role_is_for_ecs_alone() {
    let role = desired(&program(&CANARY).unwrap(), "iam-role", "infrastructure");
    let statement = &role["assumeRolePolicy"]["Statement"][0];
    assert_eq!(statement["Principal"], json!({"Service": "ecs.amazonaws.com"}));
    let policy = "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers";
    assert_eq!(role["managedPolicies"], json!([policy]));
}

#[test]
fn what_does_not_fit_to_a_strategy_is_refused() {
    for (overrides, part) in [
        (&[CANARY[0], "web.deployment.test_port=80"][..], "web.deployment.test_port=80"),
        (
            &[CANARY[0], CANARY[2], "php.deployment.strategy=linear", "php.deployment.test_port=8080"],
            "php.deployment.test_port=8080",
        ),
        (&[CANARY[0], "web.scaling.requests_per_task=9"], "web.scaling.requests_per_task=9"),
        (&["web.deployment.pause_at=PRODUCTION_TRAFFIC_SHIFT"], "POST_TEST_TRAFFIC_SHIFT"),
    ] {
        let refused = settings(overrides).violations().iter().map(ToString::to_string).collect::<String>();
        assert!(refused.contains(part), "{overrides:?}: {refused}");
    }
    for fits in [&["web.deployment.test_port=80"][..], &["web.scaling.requests_per_task=9"], &CANARY] {
        assert_eq!(settings(fits).violations(), [], "{fits:?}");
    }
}

#[test]
fn preview_says_what_a_strategy_adds_and_what_has_no_effect() {
    let warnings = |overrides: &[&str]| settings(overrides).warnings().join("\n");
    assert!(warnings(&CANARY).contains("a second target group, a listener for tests and a role"));
    assert!(!warnings(&CANARY).contains("without effect"), "{}", warnings(&CANARY));
    let idle = warnings(&["web.deployment.step_percent=50", "web.deployment.pause_at=PRE_SCALE_UP"]);
    let expected = "web.deployment.step_percent, web.deployment.pause_at: without effect with web.deployment.strategy=rolling";
    assert!(idle.contains(expected), "{idle}");
    assert_eq!(warnings(&[]), Settings::default().warnings().join("\n"));
}

#[test]
fn apps_on_instances_have_the_same_strategies() {
    for mode in ["bridge", "awsvpc"] {
        let mode = format!("php.ec2_network_mode={mode}");
        let program = program(&[&mode, "php.deployment.strategy=blue-green"]).unwrap();
        let group = |name| desired(&program, "target-group", name)["targetType"].clone();
        assert_eq!(group("php"), group("php-alternate"), "{mode}");
    }
}

/// Either group may serve. Read before them, a rule whose second group serves would look as if both had changed places; and a
/// rule that is there must be found while the second group is not.
#[test]
fn a_rule_is_read_after_both_of_its_target_groups_and_found_without_them() {
    let stack = program(&CANARY).unwrap().stack;
    let index = |kind: &str, name: &str| stack.index_of(&ResourceId::new(kind, name)).unwrap();
    let rule = &stack.nodes()[index("listener-rule", "web")];
    for group in ["web", "web-alternate"].map(|name| index("target-group", name)) {
        assert!(rule.read_after.contains(&group));
        assert!(!rule.found_after.contains(&group));
    }
}

//! What the program generates for each place where an app can run.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use infra::cost::{Counts, usage};
use infra::registry::ImageTags;
use infra::{Destination, Program, ProgramError, Settings, StackName};
use infra_ecs::CapacityProviderStrategyItem;
use infra_ecs::placement::{Share, place};
use serde::Deserialize;
use serde_json::{Value, json};

const PHP_ON_AWSVPC: &[&str] = &["php.ec2_network_mode=awsvpc"];
const WEB_ON_SPOT: &[&str] = &["web.runs_on=fargate-spot"];
const WEB_ON_INSTANCES: &[&str] = &["web.runs_on=ec2", "ec2.instance_type=m5.large", "ec2.max_instances=9"];

fn settings(overrides: &[&str]) -> Settings {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    Settings::with_overrides(&overrides).unwrap()
}

fn program(overrides: &[&str]) -> Result<Program, ProgramError> {
    let destination = Destination { account_id: "123456789012".to_owned(), region: "ap-south-1".to_owned() };
    let tags = ImageTags::from([
        ("web", "src-0000000000000001".to_owned()),
        ("php", "src-0000000000000002".to_owned()),
    ]);
    let stack: StackName = "cloudfolks".parse().unwrap();
    infra::program(&stack, &settings(overrides), &destination, &tags)
}

/// A resource as `render stack` prints it.
fn rendered(overrides: &[&str], resource: &str) -> Value {
    let all = infra::render::resources(&program(overrides).unwrap());
    let found = all.as_array().unwrap().iter().find(|it| it["resource"] == resource);
    found.unwrap_or_else(|| panic!("there is no {resource}"))["desired"].clone()
}

fn service(overrides: &[&str], app: &str) -> Value {
    infra::render::services(&program(overrides).unwrap())[app].clone()
}

fn task_definition(overrides: &[&str], app: &str) -> Value {
    infra::render::task_definitions(&program(overrides).unwrap())[app].clone()
}

fn is_there(overrides: &[&str], kind: &str) -> bool {
    program(overrides).unwrap().stack.nodes().iter().any(|node| node.id.kind == kind)
}

#[test]
fn the_launch_template() {
    insta::assert_json_snapshot!(rendered(&[], "launch-template/ec2"));
}

#[test]
fn the_user_data() {
    let template = rendered(&[], "launch-template/ec2");
    insta::assert_snapshot!(template["userData"].as_str().unwrap());
}

#[test]
fn an_arm_instance_gets_an_image_of_its_architecture() {
    let arm = ["ec2.instance_type=t4g.micro", "php.cpu_architecture=ARM64"];
    let image = rendered(&arm, "launch-template/ec2")["imageId"].clone();
    assert!(image.as_str().unwrap().contains("arm64"), "{image}");
}

#[test]
fn the_auto_scaling_group() {
    insta::assert_json_snapshot!(rendered(&[], "auto-scaling-group/ec2"));
}

#[test]
fn the_capacity_provider() {
    insta::assert_json_snapshot!(rendered(&[], "capacity-provider/ec2"));
}

#[test]
fn the_scaling_of_a_service() {
    let more = ["php.scaling.memory_percent=80", "php.scaling.requests_per_task=500"];
    insta::assert_json_snapshot!(rendered(&more, "service-scaling/php"));
}

#[test]
fn a_service_on_instances_with_bridge() {
    insta::assert_json_snapshot!(service(&["php.scaling.enabled=false"], "php"));
}

#[test]
fn a_service_on_instances_with_awsvpc() {
    insta::assert_json_snapshot!(service(PHP_ON_AWSVPC, "php"));
}

#[test]
fn a_task_on_instances_with_awsvpc() {
    insta::assert_json_snapshot!(task_definition(PHP_ON_AWSVPC, "php"));
}

#[test]
fn a_service_on_fargate_and_fargate_spot() {
    insta::assert_json_snapshot!(service(WEB_ON_SPOT, "web"));
}

#[test]
fn a_host_port_is_fixed_or_left_to_docker() {
    for (host_port, overrides) in [(0, &[] as &[&str]), (8080, &["php.ec2_host_port=8080"])] {
        let task = task_definition(overrides, "php");
        assert_eq!(task["containerDefinitions"][0]["portMappings"][0]["hostPort"], host_port, "{task:#}");
    }
}

#[test]
fn placement_is_as_the_settings_say() {
    let placed = service(
        &[
            // It needs a spread over zones.
            "php.availability_zone_rebalancing=false",
            r#"php.placement_strategy=["spread:instanceId","binpack:cpu"]"#,
            r#"php.placement_constraints=["distinctInstance","memberOf:attribute:ecs.instance-type =~ t2.*"]"#,
        ],
        "php",
    );
    insta::assert_json_snapshot!(json!([placed["placementStrategy"], placed["placementConstraints"]]));
}

#[test]
fn a_move_changes_the_name_of_the_service_and_a_change_of_shares_does_not() {
    let name = |overrides: &[&str]| service(overrides, "php")["serviceName"].clone();
    let (bridge, fargate) = (name(&[]), name(&["php.runs_on=fargate"]));
    assert_ne!(bridge, fargate);
    assert_ne!(bridge, name(PHP_ON_AWSVPC));
    assert_ne!(fargate, name(PHP_ON_AWSVPC));
    assert_eq!(fargate, name(&["php.runs_on=fargate-spot"]));
    let elsewhere =
        ["php.ec2_host_port=8080", r#"php.placement_strategy=["spread:attribute:ecs.availability-zone"]"#];
    assert_eq!(bridge, name(&elsewhere));
}

#[test]
fn there_are_instances_only_where_an_app_runs_on_them() {
    let kinds = ["auto-scaling-group", "launch-template", "instance-profile", "capacity-provider"];
    for kind in kinds {
        assert!(is_there(&[], kind), "{kind}");
        assert!(!is_there(&["php.runs_on=fargate"], kind), "{kind}");
    }
    assert!(!is_there(&["web.scaling.enabled=false", "php.scaling.enabled=false"], "service-scaling"));
}

/// A row of the table that `simulate placement` is held to as well.
#[derive(Deserialize)]
struct Mix {
    desired: u32,
    base: u32,
    fargate: u32,
    spot: u32,
    tasks: [u32; 2],
}

#[test]
fn tasks_are_divided_as_the_generated_strategy_says_and_so_is_their_cost() {
    let mixes: Vec<Mix> = serde_json::from_str(include_str!("spot_mixes.json")).unwrap();
    for Mix { desired, base, fargate, spot, tasks } in mixes {
        let overrides = [
            "web.runs_on=fargate-spot".to_owned(),
            "web.scaling.enabled=false".to_owned(),
            format!("web.desired_count={desired}"),
            format!(
                r#"web.spot_mix={{"fargate_base":{base},"fargate_weight":{fargate},"spot_weight":{spot}}}"#
            ),
        ];
        let overrides = overrides.each_ref().map(String::as_str);
        let service = service(&overrides, "web");
        let strategy: Vec<CapacityProviderStrategyItem> =
            serde_json::from_value(service["capacityProviderStrategy"].clone()).unwrap();
        let shares: Vec<Share> = strategy.iter().map(Share::from).collect();
        assert_eq!(service["desiredCount"], desired);
        assert_eq!(place(desired, &shares), tasks, "{overrides:?}");

        let paid = usage(&settings(&overrides), &Counts::default()).fargate;
        let on = |spot| paid.iter().filter(|it| it.spot == spot).map(|it| it.tasks).sum::<u32>();
        assert_eq!([on(false), on(true)], tasks, "{overrides:?}");
    }
}

#[test]
fn ssh_from_everywhere_is_pointed_out_and_from_an_office_is_not() {
    let warnings = |overrides: &[&str]| settings(overrides).warnings().join("\n");
    assert!(warnings(&["ec2.ssh_from=0.0.0.0/0"]).contains("ec2.ssh_from=0.0.0.0/0"));
    assert_eq!(warnings(&["ec2.ssh_from=203.0.113.0/24"]), "");
    assert_eq!(warnings(&[]), "");
}

#[test]
fn times_that_do_not_agree_are_pointed_out() {
    let warnings = |overrides: &[&str]| settings(overrides).warnings();
    let check = |overrides: &[&str], words: &[&[&str]]| {
        let reported = warnings(overrides);
        assert_eq!(reported.len(), words.len(), "{overrides:?}: {reported:#?}");
        for (warning, words) in reported.iter().zip(words) {
            assert!(words.iter().all(|word| warning.contains(word)), "{words:?}: {warning}");
        }
    };
    check(&[], &[]);
    check(
        &["load_balancer.deregistration_delay_seconds=29"],
        &[&["deregistration_delay_seconds=29", "slowest_upload_seconds=30"]],
    );
    check(&["web.stop_timeout_seconds=44"], &[&["web.stop_timeout_seconds=44", "29 s are left", "needs 45"]]);
    check(&["php.stop_timeout_seconds=10"], &[&["php.stop_timeout_seconds=10", "1 s are left", "needs 45"]]);
    let both: [&[&str]; 2] = [&["web.stop_timeout", "needs 46"], &["php.stop_timeout", "needs 46"]];
    check(&["load_balancer.drain_seconds=11"], &both);
    let slow = ["load_balancer.slowest_upload_seconds=106", "load_balancer.deregistration_delay_seconds=106"];
    let too_slow: [&[&str]; 2] =
        [&["web.stop_timeout", "promise less"], &["php.stop_timeout", "promise less"]];
    check(&slow, &too_slow);
    let agree = [
        "load_balancer.slowest_upload_seconds=100",
        "load_balancer.deregistration_delay_seconds=100",
        "web.stop_timeout_seconds=115",
        "php.stop_timeout_seconds=120",
    ];
    check(&agree, &[]);
    check(&["load_balancer.idle_timeout_seconds=30"], &[&["idle_timeout_seconds=30", "50 s"]]);
}

#[test]
fn a_shell_is_opened_only_in_tasks_of_apps_that_ask_for_one() {
    let with_shell = ["web.execute_command=true"];
    let warnings = settings(&with_shell).warnings();
    assert!(matches!(&*warnings, [one] if one.starts_with("web.execute_command=true: ")), "{warnings:?}");
    let shell = |overrides: &[&str], app: &str| {
        let container = task_definition(overrides, app)["containerDefinitions"][0].clone();
        let service = service(overrides, app);
        let init = container["linuxParameters"]["initProcessEnabled"].clone();
        [service["enableExecuteCommand"].clone(), init, container["readonlyRootFilesystem"].clone()]
    };
    assert_eq!(shell(&with_shell, "web"), [json!(true), json!(true), Value::Null]);
    for (overrides, app) in [(&with_shell[..], "php"), (&[], "web"), (&[], "php")] {
        assert_eq!(shell(overrides, app), [Value::Null, Value::Null, json!(true)], "{overrides:?} {app}");
    }
    let role = |overrides: &[&str]| rendered(overrides, "iam-role/task")["inlinePolicies"].clone();
    assert!(role(&with_shell)["execute-command"].to_string().contains("ssmmessages:OpenDataChannel"));
    assert!(role(&[])["execute-command"].is_null());
}

#[test]
fn the_time_to_stop_is_divided_and_connections_are_kept_longer_than_the_load_balancer_does() {
    let variable = |overrides: &[&str], app: &str, name: &str| {
        let task = task_definition(overrides, app);
        let variables = task["containerDefinitions"][0]["environment"].as_array().unwrap().clone();
        variables.iter().find(|it| it["name"] == name).map(|it| it["value"].as_str().unwrap().to_owned())
    };
    for app in ["web", "php"] {
        let long = format!("{app}.stop_timeout_seconds=90");
        for (overrides, drain, finish) in [
            (&[][..], "10", "30"),
            (&[&*long, "load_balancer.drain_seconds=20"][..], "20", "65"),
            (&["load_balancer.drain_seconds=0"][..], "0", "40"),
            (&["load_balancer.drain_seconds=60"][..], "39", "1"),
        ] {
            assert_eq!(
                variable(overrides, app, "DRAIN_SECONDS").as_deref(),
                Some(drain),
                "{app} {overrides:?}"
            );
            assert_eq!(variable(overrides, app, "STOP_TIMEOUT_SECONDS").as_deref(), Some(finish), "{app}");
        }
    }
    for idle in [1_u64, 60, 4000] {
        let overrides = [format!("load_balancer.idle_timeout_seconds={idle}")];
        let kept = variable(&[&overrides[0]], "web", "KEEP_ALIVE_SECONDS").unwrap();
        assert!(kept.parse::<u64>().unwrap() > idle, "{kept} for {idle}");
    }
    assert_eq!(variable(&["php.memory_mib=1024"], "php", "MEMORY_MIB").as_deref(), Some("1024"));
    // The app does not start with a longer time than an hour for either, nor with less memory than one part takes.
    for app in ["web", "php"] {
        let longest = format!("{app}.stop_timeout_seconds=3600");
        let longest = [WEB_ON_INSTANCES, &[&longest]].concat();
        for overrides in [&longest[..], &[&longest[..], &["load_balancer.drain_seconds=0"]].concat()] {
            for name in ["DRAIN_SECONDS", "STOP_TIMEOUT_SECONDS"] {
                let seconds: u64 = variable(overrides, app, name).unwrap().parse().unwrap();
                assert!(seconds <= 3600, "{app} {overrides:?}: {name}={seconds}");
            }
        }
    }
    for (memory, uploads) in [("6", "6291456"), ("24", "6291456"), ("25", "6553600"), ("1024", "268435456")] {
        let memory = format!("web.memory_mib={memory}");
        let overrides = [WEB_ON_INSTANCES, &["web.ec2_memory_reservation_mib=6", &memory]].concat();
        assert_eq!(variable(&overrides, "web", "UPLOAD_MEMORY_BYTES").as_deref(), Some(uploads), "{memory}");
    }
}

#[test]
fn a_time_to_stop_that_the_apps_do_not_take_is_refused() {
    for app in ["web", "php"] {
        let overrides = [&*format!("{app}.runs_on=ec2"), &*format!("{app}.stop_timeout_seconds=3601")];
        let violations: Vec<String> =
            settings(&overrides).violations().iter().map(ToString::to_string).collect();
        assert!(violations.len() == 1 && violations[0].contains("2 to 3600"), "{violations:?}");
    }
}

#[test]
fn ssh_is_open_to_the_range_of_the_setting_alone() {
    let ingress = &rendered(&["ec2.ssh_from=203.0.113.0/24"], "security-group/ec2")["ingress"];
    let ssh: Vec<_> = ingress.as_array().unwrap().iter().filter(|rule| rule["fromPort"] == 22).collect();
    assert_eq!(
        ssh,
        [&json!({"fromPort": 22, "toPort": 22, "from": {"cidr": "203.0.113.0/24"}})],
        "{ingress:#}"
    );
}

#[test]
fn tasks_without_a_public_address_get_a_way_to_s3_and_that_is_pointed_out() {
    let warnings = settings(PHP_ON_AWSVPC).warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("gateway endpoint"), "{warnings:?}");
    let endpoint = rendered(PHP_ON_AWSVPC, "gateway-endpoint/s3");
    assert_eq!(endpoint["serviceName"], "com.amazonaws.ap-south-1.s3", "{endpoint}");
    // It does not matter where the app does not run on instances.
    assert_eq!(settings(&["web.ec2_network_mode=awsvpc"]).warnings(), [""; 0]);
}

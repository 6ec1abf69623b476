//! The load balancer's settings for production: each changes what it says, and nothing of a stack that does not set it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use infra::registry::ImageTags;
use infra::{Destination, Program, Settings};
use infra_engine::ResourceId;
use serde_json::{Value, json};

fn program_in(region: &str, overrides: &[&str]) -> Result<Program, String> {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    let settings = Settings::with_overrides(&overrides).map_err(|error| error.to_string())?;
    let destination = Destination { account_id: "123456789012".to_owned(), region: region.to_owned() };
    let tags = ImageTags::from([
        ("web", "src-0000000000000001".to_owned()),
        ("php", "src-0000000000000002".to_owned()),
    ]);
    infra::program(&"cloudfolks".parse().unwrap(), &settings, &destination, &tags)
        .map_err(|error| error.to_string())
}

fn program(overrides: &[&str]) -> Program {
    program_in("ap-south-1", overrides).unwrap()
}

fn desired(program: &Program, kind: &str, logical_name: &str) -> Value {
    let index = program.stack.index_of(&ResourceId::new(kind, logical_name)).unwrap();
    program.stack.nodes()[index].desired.clone()
}

#[test]
fn what_is_not_set_is_off() {
    let balancer = desired(&program(&[]), "load-balancer", "main");
    assert_eq!(balancer["deletionProtection"], false);
    assert_eq!(balancer["accessLogsBucket"], Value::Null);
    assert!(balancer.get("webAclArn").is_none(), "what somebody else put there stays: {balancer}");
    assert_eq!(balancer["dropInvalidHeaderFields"], true);
}

#[test]
fn a_protected_load_balancer_has_its_web_acl() {
    let acl = "arn:aws:wafv2:ap-south-1:123456789012:regional/webacl/images/1";
    let set = ["load_balancer.deletion_protection=true", &format!("load_balancer.web_acl={acl}")];
    let balancer = desired(&program(&set), "load-balancer", "main");
    assert_eq!((&balancer["deletionProtection"], &balancer["webAclArn"]), (&json!(true), &json!(acl)));
    let refusal = program_in("eu-west-1", &set).unwrap_err();
    assert!(refusal.contains("allowed is a web ACL in eu-west-1"), "{refusal}");
}

#[test]
fn access_logs_have_a_bucket_of_their_own_that_takes_nothing_else() {
    let program = program(&["load_balancer.access_logs=true"]);
    insta::assert_json_snapshot!(desired(&program, "bucket", "alb-logs"));
    let nodes = program.stack.nodes();
    let balancer = &nodes[program.stack.index_of(&ResourceId::new("load-balancer", "main")).unwrap()];
    let after = balancer.dependencies.iter().map(|&index| nodes[index].id.to_string()).collect::<Vec<_>>();
    assert!(after.contains(&"bucket/alb-logs".to_owned()), "{after:?}");
}

#[test]
fn access_logs_expire_after_so_many_days_or_never() {
    let expiring = |days: u32| {
        let set = format!("load_balancer.access_logs_expire_after_days={days}");
        let program = program(&["load_balancer.access_logs=true", &set]);
        desired(&program, "bucket", "alb-logs")["expiringPrefixes"].clone()
    };
    assert_eq!((expiring(7), expiring(0)), (json!({"AWSLogs/": 7}), json!({})));
}

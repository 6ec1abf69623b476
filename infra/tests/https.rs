//! HTTPS: what a certificate changes of the stack, and nothing else.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use infra::registry::ImageTags;
use infra::{Destination, Program, Settings};
use infra_engine::ResourceId;
use serde_json::{Value, json};

const CERTIFICATE: &str = "load_balancer.certificate=arn:aws:acm:ap-south-1:123456789012:certificate/1";
const DOMAIN: &str = "load_balancer.domain=images.example.com";

fn program(overrides: &[&str]) -> Result<Program, String> {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    let settings = Settings::with_overrides(&overrides).map_err(|error| error.to_string())?;
    let destination = Destination { account_id: "123456789012".to_owned(), region: "ap-south-1".to_owned() };
    let tags = ImageTags::from([
        ("web", "src-0000000000000001".to_owned()),
        ("php", "src-0000000000000002".to_owned()),
    ]);
    infra::program(&"cloudfolks".parse().unwrap(), &settings, &destination, &tags)
        .map_err(|error| error.to_string())
}

fn desired(program: &Program, kind: &str, logical_name: &str) -> Value {
    let index = program.stack.index_of(&ResourceId::new(kind, logical_name)).unwrap();
    program.stack.nodes()[index].desired.clone()
}

fn after(program: &Program, kind: &str, logical_name: &str) -> Vec<String> {
    let nodes = program.stack.nodes();
    let node = &nodes[program.stack.index_of(&ResourceId::new(kind, logical_name)).unwrap()];
    node.dependencies.iter().map(|&index| nodes[index].id.to_string()).collect()
}

/// The names of all listener rules, without their priorities.
fn listeners_of_rules(program: &Program) -> Vec<String> {
    let rules = program.stack.nodes().iter().filter(|node| node.id.kind == "listener-rule");
    rules.map(|node| node.name.split('/').next().unwrap().to_owned()).collect()
}

fn ports(program: &Program) -> Vec<u64> {
    let ingress = desired(program, "security-group", "load-balancer")["ingress"].clone();
    ingress.as_array().unwrap().iter().map(|it| it["fromPort"].as_u64().unwrap()).collect()
}

#[test]
fn a_certificate_makes_a_listener_of_https_and_sends_http_there() {
    let program = program(&[CERTIFICATE]).unwrap();
    insta::assert_json_snapshot!([
        desired(&program, "listener", "https"),
        desired(&program, "listener", "http")
    ]);
    assert_eq!(ports(&program), [80, 443]);
    assert!(after(&program, "listener", "http").contains(&"listener/https".to_owned()));
}

#[test]
fn the_apps_rules_are_at_the_listener_of_https() {
    let with =
        program(&[CERTIFICATE, "web.deployment.strategy=canary", "web.deployment.test_port=8080"]).unwrap();
    for name in listeners_of_rules(&with) {
        assert!(["cloudfolks-alb:443", "cloudfolks-alb:8080"].contains(&name.as_str()), "{name}");
    }
    let of_tests = desired(&with, "listener", "web-test");
    assert_eq!(
        of_tests["tls"],
        desired(&with, "listener", "https")["tls"],
        "new tasks are tested as they are used"
    );
    let without = program(&[]).unwrap();
    assert!(listeners_of_rules(&without).iter().all(|name| name == "cloudfolks-alb:80"));
}

#[test]
fn without_a_certificate_nothing_speaks_https() {
    let program = program(&[]).unwrap();
    assert_eq!(ports(&program), [80]);
    assert!(program.stack.index_of(&ResourceId::new("listener", "https")).is_none());
    assert_eq!(desired(&program, "listener", "http")["tls"], Value::Null);
    assert_eq!(desired(&program, "listener", "http")["otherwise"]["statusCode"], 503);
    assert_eq!((program.exports.https_port, program.exports.domain), (None, None));
}

#[test]
fn the_apps_know_that_they_are_behind_tls() {
    for (overrides, expected) in [(&[CERTIFICATE][..], true), (&[], false)] {
        let definitions = infra::render::task_definitions(&program(overrides).unwrap());
        for app in ["web", "php"] {
            let environment = definitions[app]["containerDefinitions"][0]["environment"].clone();
            let says_so = json!({"name": "BEHIND_TLS", "value": "true"});
            let is_there = environment.as_array().unwrap().contains(&says_so);
            assert_eq!(is_there, expected, "{app} {overrides:?}: {environment}");
        }
    }
}

#[test]
fn browsers_are_told_for_how_long_they_refuse_http() {
    let header = |overrides: &[&str]| {
        desired(&program(overrides).unwrap(), "listener", "https")["tls"]["strictTransportSecurity"].clone()
    };
    assert_eq!(header(&[CERTIFICATE]), "max-age=31536000");
    assert_eq!(header(&[CERTIFICATE, "load_balancer.hsts_max_age_seconds=0"]), "max-age=0");
}

#[test]
fn people_come_by_the_domain() {
    let program = program(&[CERTIFICATE, DOMAIN]).unwrap();
    assert_eq!(program.exports.https_port, Some(443));
    assert_eq!(program.exports.domain.as_deref(), Some("images.example.com"));
}

#[test]
fn pages_of_the_domain_alone_upload_to_the_bucket() {
    let origins = |overrides: &[&str]| {
        desired(&program(overrides).unwrap(), "bucket", "images")["browserUploadOrigins"].clone()
    };
    let direct = "storage.direct_upload=true";
    assert_eq!(origins(&[direct, CERTIFICATE, DOMAIN]), json!(["https://images.example.com"]));
    assert_eq!(origins(&[direct, CERTIFICATE]), json!(["*"]));
}

#[test]
fn what_the_load_balancer_could_not_use_is_refused() {
    for (overrides, expected) in [
        (&[DOMAIN][..], "set load_balancer.certificate"),
        (
            &["load_balancer.certificate=arn:aws:acm:us-east-1:123456789012:certificate/1"],
            "allowed is a certificate in ap-south-1",
        ),
        (
            &[CERTIFICATE, "web.deployment.strategy=canary", "web.deployment.test_port=443"],
            "allowed is any port but 80 and 443",
        ),
    ] {
        let refusal = program(overrides).unwrap_err();
        assert!(refusal.contains(expected), "{overrides:?}: {refusal}");
    }
}

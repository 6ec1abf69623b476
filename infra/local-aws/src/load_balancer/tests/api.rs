//! The API: what is made, shown, changed and refused.

use super::{Here, Served};
use crate::api_error::ApiError;

/// An answer without what differs from run to run.
fn steady(xml: &str) -> String {
    let elements = xml.replace("><", ">\n<");
    let varies = ["<RequestId>", "<CreatedTime>"];
    let lines = elements.lines().filter(|line| !varies.iter().any(|it| line.starts_with(it)));
    let ids = lines.map(|line| {
        let parts = line.split_inclusive(['/', '<', '\'']).map(|part| {
            let id = part.trim_end_matches(['/', '<', '\'']);
            let random = id.len() == 16 && id.bytes().all(|it| it.is_ascii_hexdigit() || it == b'x');
            if random { part.replace(id, "ID") } else { part.to_owned() }
        });
        parts.collect::<String>()
    });
    ids.collect::<Vec<_>>().join("\n")
}

fn code(result: Result<String, ApiError>) -> String {
    result.err().map(|error| format!("{}: {}", error.code, steady(&error.message))).unwrap_or_default()
}

#[tokio::test]
async fn a_load_balancer_is_shown_as_aws_shows_it() {
    let here = Here::new(1.0).await;
    here.balancer("web");
    insta::assert_snapshot!(steady(
        &here.call("DescribeLoadBalancers", &[("Names.member.1", "web")]).unwrap()
    ));
}

#[tokio::test]
async fn a_target_group_is_shown_as_aws_shows_it() {
    let here = Here::new(1.0).await;
    here.web();
    insta::assert_snapshot!(steady(
        &here.call("DescribeTargetGroups", &[("Names.member.1", "web")]).unwrap()
    ));
}

#[tokio::test]
async fn listeners_and_rules_are_shown_as_aws_shows_them() {
    let here = Here::new(1.0).await;
    let web = here.web();
    let members = [
        ("ListenerArn", web.listener.as_str()),
        ("Priority", "7"),
        ("Conditions.member.1.Field", "path-pattern"),
        ("Conditions.member.1.PathPatternConfig.Values.member.1", "/a&b/*"),
        ("Actions.member.1.Type", "forward"),
        ("Actions.member.1.TargetGroupArn", &web.group),
    ];
    here.call("CreateRule", &members).unwrap();
    let listeners = here.call("DescribeListeners", &[("LoadBalancerArn", &web.balancer)]).unwrap();
    let rules = here.call("DescribeRules", &[("ListenerArn", &web.listener)]).unwrap();
    insta::assert_snapshot!(steady(&format!("{listeners}\n{rules}")));
}

#[tokio::test]
async fn what_is_there_already_or_not_there_is_refused() {
    let here = Here::new(1.0).await;
    let web = here.web();
    let (balancer, group, listener) = (web.balancer.as_str(), web.group.as_str(), web.listener.as_str());
    let gone = format!("{}x", &balancer[..balancer.len() - 1]);
    let gone_group = format!("{}x", &group[..group.len() - 1]);
    let rule = |priority| {
        [
            ("ListenerArn", listener),
            ("Priority", priority),
            ("Conditions.member.1.Field", "path-pattern"),
            ("Conditions.member.1.Values.member.1", "/"),
            ("Actions.member.1.Type", "forward"),
            ("Actions.member.1.TargetGroupArn", group),
        ]
    };
    here.call("CreateRule", &rule("1")).unwrap();
    let default = here.made("DescribeRules", &[("ListenerArn", listener)], "RuleArn");
    let subnets = [("Subnets.member.1", "subnet-1"), ("Subnets.member.2", "subnet-3")];
    let action =
        [("DefaultActions.member.1.Type", "forward"), ("DefaultActions.member.1.TargetGroupArn", group)];
    let listens = [("LoadBalancerArn", balancer), ("Port", "80"), ("Protocol", "HTTP")];
    let calls: Vec<(&str, Vec<(&str, &str)>)> = vec![
        ("CreateLoadBalancer", [&[("Name", "web")], &subnets[..]].concat()),
        ("CreateTargetGroup", vec![("Name", "web"), ("Protocol", "HTTP"), ("Port", "80"), ("VpcId", "v")]),
        ("CreateListener", [&listens[..], &action].concat()),
        ("CreateRule", rule("1").to_vec()),
        ("DeleteTargetGroup", vec![("TargetGroupArn", group)]),
        ("DescribeLoadBalancers", vec![("Names.member.1", "other")]),
        ("DescribeLoadBalancers", vec![("LoadBalancerArns.member.1", &gone)]),
        ("DescribeTargetGroups", vec![("Names.member.1", "other")]),
        ("DescribeTargetHealth", vec![("TargetGroupArn", &gone_group)]),
        ("DescribeListeners", vec![("LoadBalancerArn", "arn")]),
        ("DeleteListener", vec![("ListenerArn", balancer)]),
        ("DescribeTags", vec![("ResourceArns.member.1", &gone_group)]),
        ("CreateRule", rule("0").to_vec()),
        ("Nothing", vec![]),
        ("DeleteRule", vec![]),
    ];
    let mut refusals: Vec<String> =
        calls.iter().map(|(action, members)| code(here.call(action, members))).collect();
    let rules = here.call("DescribeRules", &[("ListenerArn", listener)]).unwrap();
    let own = rules.rsplit_once("<RuleArn>").unwrap().1.split_once('<').unwrap().0.to_owned();
    assert_ne!(own, default, "the default rule comes last");
    refusals.push(code(here.call("DeleteRule", &[("RuleArn", &own)])));
    insta::assert_snapshot!(refusals.join("\n"));
}

#[tokio::test]
async fn members_beyond_their_limits_are_refused() {
    let here = Here::new(1.0).await;
    let web = here.web();
    let group = |key: &'static str, value: &'static str| {
        code(here.call("ModifyTargetGroup", &[("TargetGroupArn", &web.group), (key, value)]))
    };
    let attribute = |key: &str, value: &str| {
        let members = [
            ("TargetGroupArn", web.group.as_str()),
            ("Attributes.member.1.Key", key),
            ("Attributes.member.1.Value", value),
        ];
        code(here.call("ModifyTargetGroupAttributes", &members))
    };
    let named = |name: &str| code(here.call("CreateLoadBalancer", &[("Name", name)]));
    let refusals = [
        group("HealthCheckIntervalSeconds", "4"),
        group("HealthCheckTimeoutSeconds", "5"),
        group("HealthyThresholdCount", "11"),
        group("HealthCheckPath", "x y"),
        group("Matcher.HttpCode", "500"),
        group("HealthCheckPort", "0"),
        group("HealthCheckProtocol", "TCP"),
        attribute("deregistration_delay.timeout_seconds", "3601"),
        attribute("slow_start.duration_seconds", "29"),
        attribute("other", "1"),
        named("internal-a"),
        named("a_b"),
        named("-a"),
        named(&"a".repeat(33)),
        named("one-subnet"),
    ];
    insta::assert_snapshot!(refusals.join("\n"));
}

#[tokio::test]
async fn deletion_protection_protects() {
    let here = Here::new(1.0).await;
    let web = here.web();
    here.set("LoadBalancer", &web.balancer, "deletion_protection.enabled", "true");
    let refusal = code(here.call("DeleteLoadBalancer", &[("LoadBalancerArn", &web.balancer)]));
    assert!(
        refusal.starts_with("OperationNotPermitted") && refusal.contains("deletion protection"),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_deleted_load_balancer_takes_its_listeners_along_and_frees_the_group() {
    let here = Here::new(1.0).await;
    let web = here.web();
    here.call("DeleteLoadBalancer", &[("LoadBalancerArn", &web.balancer)]).unwrap();
    let gone = code(here.call("DescribeListeners", &[("ListenerArns.member.1", &web.listener)]));
    assert_eq!(gone, "ListenerNotFound: One or more listeners not found");
    here.call("DeleteTargetGroup", &[("TargetGroupArn", &web.group)]).unwrap();
    here.call("DeleteLoadBalancer", &[("LoadBalancerArn", &web.balancer)]).unwrap();
}

#[tokio::test]
async fn the_same_call_again_makes_nothing_new() {
    let here = Here::new(1.0).await;
    assert_eq!(here.balancer("web"), here.balancer("web"));
    assert_eq!(here.group("web"), here.group("web"));
}

#[tokio::test]
async fn lists_come_page_by_page() {
    let here = Here::new(1.0).await;
    for name in ["a", "b", "c"] {
        here.group(name);
    }
    let first = here.call("DescribeTargetGroups", &[("PageSize", "2")]).unwrap();
    let marker = first.split_once("<NextMarker>").unwrap().1.split_once('<').unwrap().0.to_owned();
    let last = here.call("DescribeTargetGroups", &[("PageSize", "2"), ("Marker", &marker)]).unwrap();
    let names = |xml: &str| xml.matches("<TargetGroupName>").count();
    assert_eq!((names(&first), names(&last), last.contains("NextMarker")), (2, 1, false));
}

#[tokio::test]
async fn tags_are_added_and_removed() {
    let here = Here::new(1.0).await;
    let group = here.group("web");
    let tag =
        [("ResourceArns.member.1", group.as_str()), ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "1")];
    here.call("AddTags", &tag).unwrap();
    let resource = ("ResourceArns.member.1", group.as_str());
    assert_eq!(here.made("DescribeTags", &[resource], "Key"), "a");
    here.call("RemoveTags", &[resource, ("TagKeys.member.1", "a")]).unwrap();
    assert!(!here.call("DescribeTags", &[resource]).unwrap().contains("<Key>"));
}

#[tokio::test]
async fn weights_that_a_person_sets_are_those_of_a_deployment() {
    let here = Here::new(1.0).await;
    let (web, other) = (here.web(), here.group("other"));
    let weights = [(web.group.clone(), 1), (other, 0)];
    here.balancers.set_weights(&web.listener, &weights).unwrap();
    assert_eq!(here.balancers.weights(&web.listener).unwrap(), weights);
    let default = here.made("DescribeRules", &[("ListenerArn", &web.listener)], "RuleArn");
    assert_eq!(here.balancers.weights(&default).unwrap(), weights, "by the default rule's own ARN too");
    let unknown = [("arn:none".to_owned(), 1)];
    assert_eq!(here.balancers.set_weights(&web.listener, &unknown).unwrap_err().code, "TargetGroupNotFound");
}

#[tokio::test]
async fn targets_are_registered_by_the_api() {
    let here = Here::new(1.0).await;
    let (web, target) = (here.web(), Served::named("a").await);
    let port = target.address.port().to_string();
    let of = |id: &'static str| {
        vec![
            ("TargetGroupArn", web.group.clone()),
            ("Targets.member.1.Id", id.to_owned()),
            ("Targets.member.1.Port", port.clone()),
        ]
    };
    let call = |action: &str, members: Vec<(&str, String)>| {
        here.call(action, &members.iter().map(|(key, value)| (*key, value.as_str())).collect::<Vec<_>>())
    };
    assert!(code(call("RegisterTargets", of("i-1"))).starts_with("ValidationError"));
    call("RegisterTargets", of("127.0.0.1")).unwrap();
    let known = call("DescribeTargetHealth", of("127.0.0.1")).unwrap();
    assert!(known.contains("<State>initial</State>") && known.contains(&format!("<HealthCheckPort>{port}<")));
    assert!(call("DescribeTargetHealth", of("127.0.0.9")).unwrap().contains("Target.NotRegistered"));
    call("DeregisterTargets", of("127.0.0.1")).unwrap();
    assert!(call("DescribeTargetHealth", of("127.0.0.1")).unwrap().contains("<State>draining</State>"));
}

#[tokio::test]
async fn a_listener_of_https_needs_a_certificate_and_says_its_protocol() {
    let here = Here::new(1.0).await;
    let web = here.web();
    let members = vec![
        ("LoadBalancerArn", web.balancer.as_str()),
        ("Port", "443"),
        ("Protocol", "HTTPS"),
        ("DefaultActions.member.1.Type", "redirect"),
        ("DefaultActions.member.1.RedirectConfig.Path", "/moved"),
        ("DefaultActions.member.1.RedirectConfig.StatusCode", "HTTP_302"),
    ];
    assert!(code(here.call("CreateListener", &members)).starts_with("CertificateNotFound"));
    let certificate = ("Certificates.member.1.CertificateArn", "arn:certificate");
    let made = here.call("CreateListener", &[&members[..], &[certificate]].concat()).unwrap();
    assert!(made.contains("<SslPolicy>ELBSecurityPolicy-2016-08</SslPolicy>"), "{made}");
    let request = hyper::Request::get(format!("http://{}/_alb/web:443/", here.address)).header("host", "a");
    let got = here.send(request.body(http_body_util::Full::default()).unwrap()).await;
    assert_eq!((got.status, got.headers["location"].to_str().unwrap()), (302, "https://a:443/moved"));
}

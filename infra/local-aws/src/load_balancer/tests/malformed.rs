//! Malformed calls.

use super::Here;
use proptest::prelude::prop;
use proptest::test_runner::{Config, TestRunner};

#[tokio::test]
async fn no_form_makes_the_api_panic() {
    let here = Here::new(1.0).await;
    let web = here.web();
    let default = here.made("DescribeRules", &[("ListenerArn", &web.listener)], "RuleArn");
    let operations = prop::sample::select(vec![
        "CreateLoadBalancer",
        "CreateTargetGroup",
        "ModifyTargetGroup",
        "ModifyTargetGroupAttributes",
        "CreateListener",
        "ModifyListener",
        "CreateRule",
        "ModifyRule",
        "SetRulePriorities",
        "RegisterTargets",
        "DescribeTargetHealth",
        "DescribeRules",
        "DescribeLoadBalancers",
        "SetSubnets",
        "AddTags",
        "DescribeTags",
        "DescribeListeners",
    ]);
    let keys = prop::sample::select(vec![
        "Name",
        "LoadBalancerArn",
        "TargetGroupArn",
        "ListenerArn",
        "RuleArn",
        "Port",
        "Protocol",
        "VpcId",
        "Priority",
        "PageSize",
        "Marker",
        "Actions",
        "Actions.member.1",
        "Actions.member.1.Type",
        "Actions.member.1.ForwardConfig",
        "Actions.member.1.ForwardConfig.TargetGroups.member.1",
        "DefaultActions.member.1.RedirectConfig",
        "Conditions.member.1",
        "Conditions.member.1.Field",
        "Conditions.member.1.Values",
        "Conditions.member.1.Values.x",
        "Conditions.member.1.QueryStringConfig.Values.member.1",
        "Conditions.member.1.HttpHeaderConfig.HttpHeaderName",
        "Attributes.member.1.Key",
        "Attributes",
        "Subnets.member.1",
        "Subnets.member.2",
        "SubnetMappings.member.1",
        "Tags.member.1.Key",
        "Tags.member.x",
        "ResourceArns.member.1",
        "Targets.member.1.Id",
        "Targets.member.1",
        "RulePriorities.member.1.RuleArn",
        "Matcher",
        "Matcher.HttpCode",
        "HealthCheckPath",
        "Certificates.member.1",
    ]);
    let values = prop::sample::select(vec![
        "".to_owned(),
        "1".to_owned(),
        "-1".to_owned(),
        "99999999999".to_owned(),
        "HTTP".to_owned(),
        "forward".to_owned(),
        "redirect".to_owned(),
        "source-ip".to_owned(),
        "host-header".to_owned(),
        "é\\".to_owned(),
        "a:b:c:d:e:listener/".to_owned(),
        "10.0.0.0/33".to_owned(),
        web.balancer,
        web.group,
        web.listener,
        default,
    ]);
    let members = prop::collection::vec((keys, values), 0..12);
    let call = |(operation, members): (&str, Vec<(&str, String)>)| {
        let members: Vec<(&str, &str)> = members.iter().map(|(key, value)| (*key, value.as_str())).collect();
        // Whatever the answer is, it is one.
        let _ = here.call(operation, &members);
        Ok(())
    };
    let cases = Config { cases: 3000, failure_persistence: None, ..Config::default() };
    TestRunner::new(cases).run(&(operations, members), call).unwrap();
}

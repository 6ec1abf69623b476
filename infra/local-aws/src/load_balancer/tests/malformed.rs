//! Malformed calls.

use super::Here;
use proptest::prelude::prop;
use proptest::test_runner::{Config, TestRunner};

const OPERATIONS: &str = "CreateLoadBalancer CreateTargetGroup ModifyTargetGroup ModifyTargetGroupAttributes CreateListener \
    ModifyListener CreateRule ModifyRule SetRulePriorities RegisterTargets DescribeTargetHealth DescribeRules \
    DescribeLoadBalancers SetSubnets AddTags DescribeTags DescribeListeners";
const KEYS: &str = "Name LoadBalancerArn TargetGroupArn ListenerArn RuleArn Port Protocol VpcId Priority PageSize Marker \
    Actions Actions.member.1 Actions.member.1.Type Actions.member.1.ForwardConfig \
    Actions.member.1.ForwardConfig.TargetGroups.member.1 DefaultActions.member.1.RedirectConfig Conditions.member.1 \
    Conditions.member.1.Field Conditions.member.1.Values Conditions.member.1.Values.x Attributes Matcher.HttpCode Matcher \
    Conditions.member.1.QueryStringConfig.Values.member.1 Conditions.member.1.HttpHeaderConfig.HttpHeaderName \
    Attributes.member.1.Key Subnets.member.1 Subnets.member.2 SubnetMappings.member.1 Tags.member.1.Key Tags.member.x \
    ResourceArns.member.1 Targets.member.1.Id Targets.member.1 RulePriorities.member.1.RuleArn HealthCheckPath \
    Certificates.member.1";
const VALUES: &str =
    "1 -1 99999999999 HTTP forward redirect source-ip host-header é\\ a:b:c:d:e:listener/ 10.0.0.0/33";

#[tokio::test]
async fn no_form_makes_the_api_panic() {
    let here = Here::new(1.0).await;
    let web = here.web();
    let default = here.made("DescribeRules", &[("ListenerArn", &web.listener)], "RuleArn");
    let words = |text: &'static str| text.split_whitespace().collect::<Vec<_>>();
    let values = words(VALUES).into_iter().map(str::to_owned);
    let values = values.chain([String::new(), web.balancer, web.group, web.listener, default]);
    let values = prop::sample::select(values.collect::<Vec<_>>());
    let members = prop::collection::vec((prop::sample::select(words(KEYS)), values), 0..12);
    let call = |(operation, members): (&str, Vec<(&str, String)>)| {
        let members: Vec<(&str, &str)> = members.iter().map(|(key, value)| (*key, value.as_str())).collect();
        // Whatever the answer is, it is one.
        let _ = here.call(operation, &members);
        Ok(())
    };
    let cases = Config { cases: 3000, failure_persistence: None, ..Config::default() };
    TestRunner::new(cases).run(&(prop::sample::select(words(OPERATIONS)), members), call).unwrap();
}

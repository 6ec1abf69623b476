//! Rules: which one a request meets, and what it does.

use super::Here;
use hyper::Request;

/// A balancer whose listener says `default`; each rule says its number.
fn with_rules(here: &Here, rules: &[&[(&str, &str)]]) {
    let balancer = here.balancer("web");
    let fixed = |prefix: &str, text: &str| {
        let member = |name: &str| format!("{prefix}.member.1.{name}");
        vec![
            (member("Type"), "fixed-response".to_owned()),
            (member("FixedResponseConfig.StatusCode"), "200".to_owned()),
            (member("FixedResponseConfig.MessageBody"), text.to_owned()),
        ]
    };
    let call = |action: &str, members: &[(&str, &str)], more: Vec<(String, String)>| {
        let more = more.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        here.call(action, &members.iter().copied().chain(more).collect::<Vec<_>>()).unwrap()
    };
    let members = [("LoadBalancerArn", balancer.as_str()), ("Port", "80"), ("Protocol", "HTTP")];
    let made = call("CreateListener", &members, fixed("DefaultActions", "default"));
    let listener = made.split_once("<ListenerArn>").unwrap().1.split_once('<').unwrap().0.to_owned();
    // Made in the opposite order: the priority counts.
    for (number, conditions) in rules.iter().enumerate().rev() {
        let priority = (number + 1).to_string();
        let members = [&[("ListenerArn", listener.as_str()), ("Priority", &priority)], *conditions].concat();
        call("CreateRule", &members, fixed("Actions", &priority));
    }
}

async fn answer(here: &Here, request: hyper::http::request::Builder) -> String {
    here.send(request.body(http_body_util::Full::default()).unwrap()).await.body
}

const FIELD: &str = "Conditions.member.1.Field";

#[tokio::test]
async fn each_condition_looks_at_its_part_of_the_request() {
    let here = Here::new(1.0).await;
    with_rules(
        &here,
        &[
            &[(FIELD, "host-header"), ("Conditions.member.1.Values.member.1", "*.Example.com")],
            &[
                (FIELD, "path-pattern"),
                ("Conditions.member.1.PathPatternConfig.Values.member.1", "/img/*.png"),
            ],
            &[
                (FIELD, "http-header"),
                ("Conditions.member.1.HttpHeaderConfig.HttpHeaderName", "X-Kind"),
                ("Conditions.member.1.HttpHeaderConfig.Values.member.1", "te?t*"),
            ],
            &[
                (FIELD, "http-request-method"),
                ("Conditions.member.1.HttpRequestMethodConfig.Values.member.1", "DELETE"),
            ],
            &[
                (FIELD, "query-string"),
                ("Conditions.member.1.QueryStringConfig.Values.member.1.Key", "version"),
                ("Conditions.member.1.QueryStringConfig.Values.member.1.Value", "v*"),
            ],
            &[
                (FIELD, "source-ip"),
                ("Conditions.member.1.SourceIpConfig.Values.member.1", "127.0.0.0/8"),
                ("Conditions.member.2.Field", "path-pattern"),
                ("Conditions.member.2.Values.member.1", "/local"),
            ],
            &[(FIELD, "source-ip"), ("Conditions.member.1.SourceIpConfig.Values.member.1", "10.0.0.0/8")],
        ],
    );
    let get = |path: &str| Request::get(here.url(path));
    assert_eq!(answer(&here, get("/").header("host", "a.example.com:4566")).await, "1");
    assert_eq!(answer(&here, get("/img/a/b.png?x=1")).await, "2");
    assert_eq!(answer(&here, get("/IMG/a.png")).await, "default");
    assert_eq!(answer(&here, get("/").header("x-kind", "TEST1")).await, "3");
    assert_eq!(answer(&here, Request::delete(here.url("/"))).await, "4");
    assert_eq!(answer(&here, get("/?a=b&VERSION=V2")).await, "5");
    assert_eq!(answer(&here, get("/?a=v1")).await, "default");
    assert_eq!(answer(&here, get("/local")).await, "6");
    assert_eq!(answer(&here, get("/other")).await, "default");
}

#[tokio::test]
async fn a_redirect_keeps_what_it_does_not_say() {
    let here = Here::new(1.0).await;
    let balancer = here.balancer("web");
    let members = [
        ("LoadBalancerArn", balancer.as_str()),
        ("Port", "80"),
        ("Protocol", "HTTP"),
        ("DefaultActions.member.1.Type", "redirect"),
        ("DefaultActions.member.1.RedirectConfig.Protocol", "HTTPS"),
        ("DefaultActions.member.1.RedirectConfig.Port", "443"),
        ("DefaultActions.member.1.RedirectConfig.Path", "/new/#{path}"),
        ("DefaultActions.member.1.RedirectConfig.StatusCode", "HTTP_301"),
    ];
    here.call("CreateListener", &members).unwrap();
    let request = Request::get(here.url("/a/%23{host}?q=1&r=")).header("host", "shop.example.com:80");
    let got = here.send(request.body(http_body_util::Full::default()).unwrap()).await;
    let location = got.headers["location"].to_str().unwrap();
    assert_eq!((got.status, location), (301, "https://shop.example.com:443/new/a/%23{host}?q=1&r="));
    assert!(got.body.contains("<h1>301 Moved Permanently</h1>"));
}

#[tokio::test]
async fn both_addresses_and_a_listeners_port_lead_to_it() {
    let here = Here::new(1.0).await;
    with_rules(&here, &[]);
    let web = |path: &str| Request::get(format!("http://{}{path}", here.address));
    assert_eq!(answer(&here, web("/_alb/WEB")).await, "default");
    assert_eq!(answer(&here, web("/_alb/web:80/x")).await, "default");
    assert_eq!(answer(&here, web("/").header("host", "web.alb.localhost:4566")).await, "default");
    assert_eq!(answer(&here, web("/").header("host", "Web.ALB.localhost")).await, "default");
    let missing = web("/_alb/other/").body(http_body_util::Full::default()).unwrap();
    assert_eq!(here.send(missing).await.status, 404);
    let others = [web("/_alb"), web("/").header("host", "localhost")];
    assert!(others.into_iter().all(|it| !here.balancers.is_for(&it.body(()).unwrap_or_default())));
}

//! What targets see of clients, and clients of targets.

use super::{Here, Served, Web, full};
use http_body_util::Full;
use hyper::{Request, Response};

/// A target that answers with what it sees, as JSON; repeated headers are joined.
async fn mirror(here: &Here) -> (Web, Served) {
    let mirror = Served::new(|request| async move {
        let headers = request.headers();
        let seen: std::collections::BTreeMap<&str, String> = headers
            .keys()
            .map(|name| {
                let all = headers.get_all(name).iter().map(|it| it.to_str().unwrap());
                (name.as_str(), all.collect::<Vec<_>>().join(" | "))
            })
            .collect();
        let seen = serde_json::json!({"path": request.uri().to_string(), "headers": seen});
        let answer = Response::builder().header("set-cookie", "app=1").header("set-cookie", "b=2");
        answer
            .header("server", "mine")
            .header("keep-alive", "timeout=5")
            .body(full(seen.to_string()))
            .unwrap()
    });
    let (web, mirror) = (here.web(), mirror.await);
    here.healthy(&web.group, &mirror).await;
    (web, mirror)
}

async fn seen(here: &Here, request: hyper::http::request::Builder) -> serde_json::Value {
    let got = here.send(request.body(Full::default()).unwrap()).await;
    serde_json::from_str(&got.body).unwrap()
}

#[tokio::test]
async fn a_target_sees_whom_a_request_comes_from_and_nothing_of_the_connection() {
    let here = Here::new(1.0).await;
    let (_, _mirror) = mirror(&here).await;
    let request = Request::get(here.url("/a/b?c=%20d"))
        .header("host", "Web.Example.com:4566")
        .header("connection", "close, x-only-here")
        .header("x-only-here", "1")
        .header("te", "gzip")
        .header("x_odd", "kept")
        .header("x-amzn-trace-id", "Root=1-67891233-abcdef012345678912345678;Lineage=a")
        .header("x-forwarded-for", "203.0.113.7")
        .header("x-forwarded-port", "4566");
    let mut seen = seen(&here, request).await;
    let trace = seen["headers"]["x-amzn-trace-id"].take();
    insta::assert_json_snapshot!(seen, @r#"
    {
      "headers": {
        "host": "web.example.com",
        "x-amzn-trace-id": null,
        "x-forwarded-for": "203.0.113.7, 127.0.0.1",
        "x-forwarded-port": "80",
        "x-forwarded-proto": "http",
        "x_odd": "kept"
      },
      "path": "/a/b?c=%20d"
    }
    "#);
    let trace = trace.as_str().unwrap();
    assert!(
        trace.starts_with("Self=1-")
            && trace.ends_with(";Root=1-67891233-abcdef012345678912345678;Lineage=a")
    );
}

#[tokio::test]
async fn settings_say_what_becomes_of_headers() {
    let here = Here::new(1.0).await;
    let (web, _mirror) = mirror(&here).await;
    for (key, value) in [
        ("routing.http.drop_invalid_header_fields.enabled", "true"),
        ("routing.http.preserve_host_header.enabled", "true"),
        ("routing.http.xff_header_processing.mode", "preserve"),
    ] {
        here.set("LoadBalancer", &web.balancer, key, value);
    }
    let request = || {
        Request::get(here.url("/"))
            .header("host", "A:1")
            .header("x_odd", "1")
            .header("x-forwarded-for", "10.0.0.1")
    };
    let headers = &seen(&here, request()).await["headers"];
    assert_eq!((headers["host"].as_str(), headers["x_odd"].as_str()), (Some("A:1"), None));
    assert_eq!(headers["x-forwarded-for"], "10.0.0.1");
    here.set("LoadBalancer", &web.balancer, "routing.http.xff_header_processing.mode", "remove");
    assert!(seen(&here, request()).await["headers"]["x-forwarded-for"].is_null());
    here.set("Listener", &web.listener, "routing.http.response.x_frame_options.header_value", "DENY");
    let got = here.get("/").await;
    assert_eq!(
        (&got.headers["x-frame-options"], &got.headers["server"]),
        (&"DENY".parse().unwrap(), &"mine".parse().unwrap())
    );
    assert_eq!((got.headers.get("keep-alive"), got.headers.get_all("set-cookie").iter().count()), (None, 2));
}

#[tokio::test]
async fn what_a_load_balancer_does_not_take_it_refuses() {
    let here = Here::new(1.0).await;
    let (_, _mirror) = mirror(&here).await;
    let many = vec!["10.0.0.1"; 31].join(", ");
    let get = |path: &str| Request::get(here.url(path));
    let cases = [
        (Request::builder().method("TRACE").uri(here.url("/")), 405),
        (get("/").header("x-long", "x".repeat(17_000)), 400),
        (get("/").header("x-forwarded-for", many), 463),
        (get(&format!("/{}", "x".repeat(17_000))), 414),
    ];
    for (request, expected) in cases {
        assert_eq!(here.send(request.body(Full::default()).unwrap()).await.status, expected);
    }
}

fn cookies(got: &super::Got, names: &[&str]) -> String {
    let all =
        got.headers.get_all("set-cookie").iter().filter_map(|it| it.to_str().unwrap().split(';').next());
    let wanted = all.filter(|it| names.contains(&it.split('=').next().unwrap()));
    wanted.collect::<Vec<_>>().join("; ")
}

async fn with_cookies(here: &Here, cookies: &str) -> super::Got {
    here.send(Request::get(here.url("/")).header("cookie", cookies).body(Full::default()).unwrap()).await
}

#[tokio::test]
async fn a_client_stays_with_its_target_until_it_drains() {
    let here = Here::new(1.0).await;
    let (web, a, b) = (here.web(), Served::named("a").await, Served::named("b").await);
    here.healthy(&web.group, &a).await;
    here.healthy(&web.group, &b).await;
    here.set("TargetGroup", &web.group, "stickiness.enabled", "true");
    let first = here.get("/").await;
    let both = cookies(&first, &["AWSALB", "AWSALBCORS"]);
    assert_eq!(both.matches("AWSALB").count(), 2, "{:?}", first.headers);
    for _ in 0..10 {
        assert_eq!(with_cookies(&here, &both).await.body, first.body);
    }
    let left = if first.body == "a" { &a } else { &b };
    here.balancers.deregister(&web.group, &left.target()).unwrap();
    assert_ne!(with_cookies(&here, &both).await.body, first.body);
}

#[tokio::test]
async fn a_client_stays_with_its_group_until_its_weight_is_0() {
    let here = Here::new(1.0).await;
    let (web, a, b, other) =
        (here.web(), Served::named("a").await, Served::named("b").await, here.group("other"));
    let prefix = "DefaultActions.member.1.ForwardConfig";
    let member = |name: &str| format!("{prefix}.{name}");
    let members = [
        ("ListenerArn".to_owned(), web.listener.clone()),
        ("DefaultActions.member.1.Type".to_owned(), "forward".to_owned()),
        (member("TargetGroups.member.1.TargetGroupArn"), web.group.clone()),
        (member("TargetGroups.member.2.TargetGroupArn"), other.clone()),
        (member("TargetGroupStickinessConfig.Enabled"), "true".to_owned()),
        (member("TargetGroupStickinessConfig.DurationSeconds"), "60".to_owned()),
    ];
    let members: Vec<_> = members.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    here.call("ModifyListener", &members).unwrap();
    here.healthy(&web.group, &a).await;
    here.healthy(&other, &b).await;
    let first = here.get("/").await;
    let kept = cookies(&first, &["AWSALBTG"]);
    for _ in 0..10 {
        assert_eq!(with_cookies(&here, &kept).await.body, first.body);
    }
    let share = |name: &str| u32::from(first.body != name);
    here.balancers.set_weights(&web.listener, &[(web.group, share("a")), (other, share("b"))]).unwrap();
    assert_ne!(with_cookies(&here, &kept).await.body, first.body);
}

#[tokio::test]
async fn a_client_stays_by_the_apps_own_cookie() {
    let here = Here::new(1.0).await;
    let (web, _mirror) = mirror(&here).await;
    let other = Served::named("other").await;
    here.healthy(&web.group, &other).await;
    for (key, value) in [
        ("stickiness.type", "app_cookie"),
        ("stickiness.app_cookie.cookie_name", "app"),
        ("stickiness.enabled", "true"),
    ] {
        here.set("TargetGroup", &web.group, key, value);
    }
    let answers = [here.get("/").await, here.get("/").await];
    let cookies = answers.each_ref().map(|it| cookies(it, &["AWSALBAPP-0"]));
    let of_mirror = usize::from(answers[0].body == "other");
    assert_eq!(cookies[1 - of_mirror], "", "who sets no cookie of its own keeps no client");
    for _ in 0..5 {
        assert_ne!(with_cookies(&here, &cookies[of_mirror]).await.body, "other");
    }
}

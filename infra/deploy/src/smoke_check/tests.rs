//! The last check against small servers on this machine.

use super::*;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, SERVER};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Ends what would be waited for in minutes.
const IMPATIENT: Patience = Patience {
    served: Duration::from_millis(300),
    resolved: Duration::ZERO,
    reached: Duration::ZERO,
    request: Duration::from_secs(3),
};

/// Addresses of a load balancer that can be asked.
fn site<'a>(urls: &'a [&'a str]) -> Site<'a> {
    Site { urls, load_balancer: "localhost", unasked: None, allowed_clients: "0.0.0.0/0" }
}

/// A server that answers every request so; gives its address and how often it was asked.
async fn server(head: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, asked) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0, "no request came");
            let answer = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (format!("http://{address}/"), asked)
}

/// An address at which nobody listens.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

#[tokio::test]
async fn an_app_that_answers_is_served() {
    let (url, asked) = server("200 OK").await;
    assert_eq!(unreachable(&site(&[&url, &url]), IMPATIENT).await.unwrap(), None);
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn an_app_that_answers_with_an_error_fails_the_deploy() {
    for head in ["500 Internal Server Error", "503 Service Unavailable", "502 Bad Gateway", "404 Not Found"] {
        let (url, _) = server(head).await;
        let failure = unreachable(&site(&[&url]), IMPATIENT).await.unwrap_err();
        assert!(failure.to_string().contains(&head[..3]), "{failure}");
    }
}

#[tokio::test]
async fn an_address_that_can_not_be_reached_is_said_and_fails_nothing() {
    let (url, asked) = server("200 OK").await;
    let nobody = nobody().await;
    let why = unreachable(&site(&[&nobody, &url]), IMPATIENT).await.unwrap().unwrap();
    assert!(why.contains(&nobody), "{why}");
    assert_eq!(asked.load(Ordering::Relaxed), 0, "the second address is at the same load balancer");
    wait_for_all(&site(&[&nobody]), IMPATIENT).await.unwrap();
}

#[test]
fn what_can_not_be_seen_from_here_names_the_clients_that_are_let_in() {
    let reported = |allowed_clients| not_seen(&["http://a/", "http://b/"], "no way", allowed_clients);
    assert_eq!(reported("0.0.0.0/0").to_string(), "no way");
    let limited = reported("10.0.0.0/8");
    assert!(limited.to_string().contains("network.allowed_clients lets in 10.0.0.0/8"), "{limited}");
    assert!(limited.what_to_do().is_some_and(|hint| hint.contains("http://a/ and http://b/")));
}

#[tokio::test]
async fn a_name_that_is_not_known_here_is_said_and_fails_nothing() {
    let why = unreachable(&site(&["http://balancer.invalid/"]), IMPATIENT).await.unwrap();
    assert!(why.is_some_and(|why| why.contains("balancer.invalid")));
}

/// Whoever takes a connection and says nothing can be reached.
#[tokio::test]
async fn an_app_that_says_nothing_fails_the_deploy() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let patience = Patience { request: Duration::from_millis(200), ..IMPATIENT };
    let failure = unreachable(&site(&[&url]), patience).await.unwrap_err();
    assert!(failure.to_string().contains(&url), "{failure}");
}

#[test]
fn only_a_new_load_balancer_is_waited_for_in_minutes() {
    let (new, old) = (Patience::with(true), Patience::with(false));
    assert!(old.resolved < new.resolved && old.reached < new.reached);
    assert!(new.served == old.served, "an app that answers with errors is waited for as long as ever");
}

#[test]
fn a_proxys_refusal_is_not_the_apps() {
    let headers = |pairs: &[(&'static str, &'static str)]| {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        pairs.collect::<HeaderMap>()
    };
    let is_of_a_proxy = |status: u16, headers: &HeaderMap| {
        answer::is_of_a_proxy(StatusCode::from_u16(status).unwrap(), headers, true)
    };
    for status in [403, 407, 502, 503, 504] {
        assert!(is_of_a_proxy(status, &HeaderMap::new()), "{status}");
    }
    assert!(is_of_a_proxy(500, &headers(&[("x-squid-error", "ERR_CONNECT_FAIL 110")])));
    let of_the_app = headers(&[("x-request-id", "1")]);
    let of_the_balancer = [(SERVER, HeaderValue::from_static("awselb/2.0"))].into_iter().collect();
    for status in [403, 500, 502, 503, 504] {
        assert!(!is_of_a_proxy(status, &of_the_app), "{status}");
        assert!(!is_of_a_proxy(status, &of_the_balancer), "{status}");
    }
    assert!(!is_of_a_proxy(500, &HeaderMap::new()));
    // Without a proxy nobody else can have answered.
    assert!(!answer::is_of_a_proxy(StatusCode::SERVICE_UNAVAILABLE, &HeaderMap::new(), false));
}

/// Variables are a process's own: the check runs in one of its own, with a proxy for everything but one name.
#[tokio::test(flavor = "multi_thread")]
async fn the_check_goes_through_the_proxy_of_the_environment() {
    let (proxy, asked) = server("200 OK").await;
    for (past_the_proxy, expected) in [("", 1), ("balancer.invalid", 0)] {
        asked.store(0, Ordering::Relaxed);
        let mut check = Command::new(std::env::current_exe().unwrap());
        check.args(["--exact", "smoke_check::tests::a_check_in_its_own_process", "--ignored"]);
        check.env("HTTP_PROXY", &proxy).env("NO_PROXY", past_the_proxy);
        let passed = tokio::task::spawn_blocking(move || check.output()).await.unwrap().unwrap();
        assert_eq!(passed.status.success(), expected == 1, "{passed:?}");
        assert_eq!(asked.load(Ordering::Relaxed), expected);
    }
}

#[tokio::test]
#[ignore = "run by the test above, which sets its proxy"]
async fn a_check_in_its_own_process() {
    assert_eq!(unreachable(&site(&["http://balancer.invalid/"]), IMPATIENT).await.unwrap(), None);
}

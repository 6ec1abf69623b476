//! Heads of requests as large as a load balancer passes them on: 16 KiB a line, 64 KiB of headers together.
//!
//! AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>

use e2e::app_client::PNG;
use e2e::form::Form;
use e2e::raw_client::RawClient;

use super::both;

const LINE: usize = 16 * 1024;

#[test]
fn a_line_may_be_as_long_as_a_load_balancer_lets_it() {
    both(async |site| {
        for cookie in [12_000, LINE - "Cookie: \r\n".len()] {
            let cookie = "c".repeat(cookie);
            for path in ["/", "/healthz", "/readyz"] {
                let line = format!("GET {path}");
                let answer = RawClient::once(&site.url, &line, &[("Cookie", &cookie)]).await.unwrap();
                assert_eq!(answer.status, 200, "{path} with a cookie of {}: {}", cookie.len(), answer.head);
            }
        }
        for path in ["/", "/nothing", "/images/1/"] {
            let rest = LINE - format!("GET {path}? HTTP/1.1\r\n").len();
            let line = format!("GET {path}?{}", "q".repeat(rest));
            let answer = RawClient::once(&site.url, &line, &[]).await.unwrap();
            assert_eq!(answer.status, if path == "/" { 200 } else { 404 }, "{path}: {}", answer.head);
        }
        // No key is as long as that.
        let line = format!("GET /images/{}", "a".repeat(LINE - 100));
        assert_eq!(RawClient::once(&site.url, &line, &[]).await.unwrap().status, 404);
    });
}

#[test]
fn headers_may_be_as_many_as_a_load_balancer_lets_them() {
    both(async |site| {
        let long = "v".repeat(LINE - 100);
        let short = "v".repeat(60);
        let named = |count: usize, value: &str| -> Vec<(String, String)> {
            (0..count).map(|index| (format!("X-{index}"), value.to_owned())).collect()
        };
        let cookies = vec![("Cookie".to_owned(), long.clone()); 3];
        for headers in [named(3, &long), named(800, &short), cookies] {
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = RawClient::once(&site.url, "GET /", &headers).await.unwrap();
            assert_eq!(answer.status, 200, "{} headers: {}", headers.len(), answer.head);
        }
    });
}

#[test]
fn an_upload_may_come_with_a_large_cookie() {
    both(async |site| {
        let form = Form::image("cookie.png", PNG).bytes();
        let (kind, length, cookie) = (Form::content_type(), form.len().to_string(), "c".repeat(12_000));
        let headers = [("Content-Type", kind.as_str()), ("Content-Length", &length), ("Cookie", &cookie)];
        let mut client = RawClient::open(&site.url).await.unwrap();
        client.request("POST /upload", &headers).await.unwrap();
        client.send(&form).await.unwrap();
        let answer = client.answer().await.unwrap();
        assert_eq!(answer.status, 303, "{}", answer.head);
    });
}

//! Requests that browsers send for other sites: the table that both apps' own tests have, asked of the running apps.

use std::collections::BTreeMap;

use e2e::raw_client::RawClient;
use e2e::site::Site;
use serde::Deserialize;

use super::both_with;

/// A request that changes something, and whether it is let in.
#[derive(Deserialize)]
struct Case {
    what: String,
    headers: BTreeMap<String, String>,
    #[serde(default)]
    trusted: bool,
    #[serde(default)]
    behind_tls: bool,
    allowed: bool,
}

#[test]
fn only_this_site_and_programs_may_change_something() {
    both_with(&[], async |site| holds(&site, |case| !case.trusted && !case.behind_tls).await);
}

#[test]
fn a_forwarded_host_counts_where_it_is_trusted() {
    both_with(&[("TRUST_FORWARDED_HOST", "true")], async |site| holds(&site, |case| case.trusted).await);
}

#[test]
fn behind_tls_a_page_of_plain_http_is_another_sites() {
    both_with(&[("BEHIND_TLS", "true")], async |site| holds(&site, |case| case.behind_tls).await);
}

async fn holds(site: &Site, is_asked: fn(&Case) -> bool) {
    let cases = include_str!("../../../php-app/tests/cross_site.json");
    let cases: Vec<Case> = serde_json::from_str(cases).unwrap();
    for Case { what, mut headers, allowed, .. } in cases.into_iter().filter(is_asked) {
        headers.entry("Host".to_owned()).or_insert_with(|| "a.example".to_owned());
        let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let mut client = RawClient::open(&site.url).await.unwrap();
        let request = format!(
            "POST /delete/1-a/none.png HTTP/1.1\r\n{lines}Content-Length: 0\r\nConnection: close\r\n\r\n"
        );
        client.send(request.as_bytes()).await.unwrap();
        let answer = client.answer().await.unwrap();
        // There is no such image, which only those learn who are let in. A host that a web server takes for malformed is
        // refused before anyone looks where the request comes from.
        let expected: &[u16] = if allowed { &[404, 400] } else { &[403] };
        assert!(expected.contains(&answer.status), "{what}: {lines}{}", answer.head);
    }
}

//! What one request shows: an answer of the app or of its load balancer, or that neither can be reached from here.

use infra_engine::Failure;
use infra_engine::failure::in_one_line;
use infra_wire::https::{self, Reached};
use infra_wire::this_machine;
use reqwest::header::{HeaderMap, SERVER};
use reqwest::{Client, StatusCode};
use std::error::Error;
use std::time::Duration;

/// What a request came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Seen {
    /// It was answered with success.
    Served,
    /// It was answered otherwise.
    Answer(String),
    /// The load balancer's name is not known here.
    Unresolved(String),
    /// There is no way from here to there.
    Unreachable(String),
}

/// Headers of a proxy that speaks for itself.
const OF_PROXIES: [&str; 4] = ["proxy-authenticate", "proxy-status", "x-squid-error", "proxy-connection"];
/// Both apps have it in all their answers.
const OF_THE_APPS: &str = "x-request-id";
/// How the load balancer names itself in answers of its own.
const OF_THE_LOAD_BALANCER: &str = "awselb/";

/// Requests to one address.
pub struct Requests<'a> {
    url: &'a str,
    way: Way<'a>,
}

/// How the address is asked.
enum Way<'a> {
    /// By plain HTTP.
    Http { client: Client, has_proxy: bool },
    /// By HTTPS, where the load balancer's own name leads.
    Https { at: &'a str, patience: Duration },
}

impl<'a> Requests<'a> {
    /// They go through the proxy that the environment names. No proxy reaches this machine's own address. By HTTPS they go to the
    /// load balancer, whether or not the name in the address leads there yet.
    ///
    /// # Errors
    /// When there is no HTTP client.
    pub fn to(url: &'a str, load_balancer: &'a str, patience: Duration) -> Result<Self, Failure> {
        if url.starts_with("https:") {
            return Ok(Self { url, way: Way::Https { at: load_balancer, patience } });
        }
        let client = Client::builder().timeout(patience).connect_timeout(patience * 3 / 5);
        let is_here = this_machine::is_here(url);
        let client = if is_here { client.no_proxy() } else { client }.build();
        let client = client.map_err(|error| Failure::caused_by("there is no HTTP client", error))?;
        Ok(Self { url, way: Way::Http { client, has_proxy: !is_here && has_proxy() } })
    }

    /// Asks once.
    ///
    /// # Errors
    /// When the request can't be made at all.
    pub async fn look(&self) -> Result<Seen, Failure> {
        match &self.way {
            Way::Http { client, has_proxy } => Ok(self.by_http(client, *has_proxy).await),
            Way::Https { at, patience } => {
                let to_answer = |why: String| format!("{} to answer ({why})", self.url);
                Ok(match https::ask(self.url, at, *patience).await? {
                    Reached::Answered(200..300) => Seen::Served,
                    Reached::Answered(status) => self.answered(&status.to_string()),
                    Reached::Unresolved(why) => Seen::Unresolved(to_answer(why)),
                    Reached::Unreachable(why) => Seen::Unreachable(to_answer(why)),
                    Reached::Unanswered(why) => Seen::Answer(to_answer(why)),
                })
            }
        }
    }

    async fn by_http(&self, client: &Client, has_proxy: bool) -> Seen {
        let url = self.url;
        match client.get(url).send().await {
            Ok(answer) if answer.status().is_success() => Seen::Served,
            Ok(answer) if is_of_a_proxy(answer.status(), answer.headers(), has_proxy) => {
                Seen::Unreachable(format!("the proxy on the way to {url} answers with {}", answer.status()))
            }
            Ok(answer) => self.answered(&answer.status().to_string()),
            Err(error) => self.failed(&error, has_proxy),
        }
    }

    fn answered(&self, status: &str) -> Seen {
        Seen::Answer(format!("{} to answer with 200, not {status}", self.url))
    }

    fn failed(&self, error: &reqwest::Error, has_proxy: bool) -> Seen {
        // The error itself names the address, which is said already.
        let causes = error.source().map_or_else(|| "no answer".to_owned(), in_one_line);
        let text = format!("{} to answer ({causes})", self.url);
        if causes.contains("dns error") {
            Seen::Unresolved(text)
        } else if error.is_connect() || (error.is_timeout() && has_proxy) {
            Seen::Unreachable(text)
        } else {
            // A connection came about, and then there was no answer.
            Seen::Answer(text)
        }
    }
}

/// Whether a proxy answers instead of the load balancer. Its refusals look like the load balancer's own, which names itself.
pub fn is_of_a_proxy(status: StatusCode, headers: &HeaderMap, has_proxy: bool) -> bool {
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED
        || status == StatusCode::NETWORK_AUTHENTICATION_REQUIRED
    {
        return true;
    }
    let server = headers.get(SERVER).and_then(|server| server.to_str().ok()).unwrap_or_default();
    if !has_proxy || headers.contains_key(OF_THE_APPS) || server.starts_with(OF_THE_LOAD_BALANCER) {
        return false;
    }
    let refusals = [
        StatusCode::FORBIDDEN,
        StatusCode::BAD_GATEWAY,
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::GATEWAY_TIMEOUT,
    ];
    refusals.contains(&status) || OF_PROXIES.iter().any(|name| headers.contains_key(*name))
}

/// Whether the environment names a proxy for plain HTTP.
fn has_proxy() -> bool {
    let names = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
    names.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

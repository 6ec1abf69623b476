//! Requests for load balancers: for which, by which listener, and what its rules do with them.

use super::LoadBalancers;
use super::answers::{self, Answer, failure, signed};
use super::conditions::Seen;
use super::forward::Hop;
use super::headers::{host_and_port, too_large, too_many_forwarded};
use super::routes::{Do, Listening};
use super::stickiness::choose;
use hyper::body::Incoming;
use hyper::header::{HOST, TRANSFER_ENCODING};
use hyper::http::uri::PathAndQuery;
use hyper::{Method, Request, Version};
use std::net::SocketAddr;
use std::sync::Arc;

const HOSTS: &str = ".alb.localhost";
const PATHS: &str = "/_alb/";
const MAX_REQUEST_LINE: usize = 16 * 1024;

/// A load balancer as a request names it.
struct Address<'a> {
    name: &'a str,
    port: Option<u16>,
    /// What the path has before what the target sees.
    prefix: usize,
}

impl LoadBalancers {
    /// Whether a request is for a load balancer: by `Host: NAME.alb.localhost`, or by a path below `/_alb/NAME/`.
    pub fn is_for<B>(&self, request: &Request<B>) -> bool {
        address(host(request), request.uri().path()).is_some()
    }

    /// Answers a request that is for a load balancer.
    pub async fn serve(self: &Arc<Self>, request: Request<Incoming>, peer: SocketAddr) -> Answer {
        let routes = self.routes();
        let host = host(&request).to_owned();
        let Some(address) = address(&host, request.uri().path()) else {
            return answers::no_such_load_balancer(&host);
        };
        let found = routes.front(address.name).and_then(|front| Some((front, front.listener(address.port)?)));
        let Some((front, listener)) = found else { return answers::no_such_load_balancer(address.name) };
        let host = if host.is_empty() { &front.dns_name } else { &host };
        let path = without_prefix(&request, address.prefix).ok_or(400);
        let answer = match path.and_then(|path| refused(&request).map_or(Ok(path), Err)) {
            Ok(path) => self.act(request, Hop { front, listener, peer, host, path }).await,
            Err(code) => Err(code),
        };
        let mut answer = answer.unwrap_or_else(|code| signed(failure(code), listener));
        answer.headers_mut().extend(listener.adds.iter().cloned());
        answer
    }

    async fn act(&self, request: Request<Incoming>, hop: Hop<'_>) -> Result<Answer, u16> {
        let listener: &Listening = hop.listener;
        let (path, query) = (hop.path.path(), hop.path.query().unwrap_or_default());
        let name = host_and_port(hop.host).0;
        let seen = Seen {
            host: name,
            path,
            query,
            method: request.method().as_str(),
            headers: request.headers(),
            source: hop.peer.ip(),
        };
        match listener.action(&seen).ok_or(503u16)? {
            Do::Redirect(config) => {
                Ok(signed(answers::redirect(config, listener, name, path, query), listener))
            }
            Do::Answer(config) => Ok(signed(answers::fixed(config), listener)),
            Do::Forward { groups, sticky } => {
                let choice = choose(groups, *sticky, request.headers(), self.clock.now())?;
                self.forward(request, choice, hop).await
            }
        }
    }
}

/// What the load balancer itself refuses.
fn refused(request: &Request<Incoming>) -> Option<u16> {
    let headers = request.headers();
    let coded = |it: &hyper::header::HeaderValue| {
        it.to_str().is_ok_and(|it| ["chunked", "identity"].contains(&it.to_ascii_lowercase().trim()))
    };
    if request.uri().path_and_query().is_some_and(|it| it.as_str().len() > MAX_REQUEST_LINE) {
        return Some(414);
    }
    let hostless = request.version() == Version::HTTP_11 && host(request).is_empty();
    if hostless || too_large(headers) {
        return Some(400);
    }
    if request.method() == Method::TRACE {
        return Some(405);
    }
    if too_many_forwarded(headers) {
        return Some(463);
    }
    (!headers.get_all(TRANSFER_ENCODING).iter().all(coded)).then_some(501)
}

fn host<B>(request: &Request<B>) -> &str {
    let header = || request.headers().get(HOST).and_then(|it| it.to_str().ok());
    request.uri().authority().map(|it| it.as_str()).or_else(header).unwrap_or_default()
}

fn address<'a>(host: &'a str, path: &'a str) -> Option<Address<'a>> {
    let (name, port) = host_and_port(host);
    let suffix = name.len().checked_sub(HOSTS.len()).filter(|at| name.is_char_boundary(*at));
    if let Some((name, _)) =
        suffix.map(|at| name.split_at(at)).filter(|(_, it)| it.eq_ignore_ascii_case(HOSTS))
    {
        return Some(Address { name, port, prefix: 0 });
    }
    let named = path.strip_prefix(PATHS)?.split('/').next().filter(|it| !it.is_empty())?;
    let (name, port) = host_and_port(named);
    Some(Address { name, port, prefix: PATHS.len() + named.len() })
}

/// Path and query as rules and targets see them.
fn without_prefix(request: &Request<Incoming>, prefix: usize) -> Option<PathAndQuery> {
    let whole = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    let rest = whole.get(prefix..)?;
    let rest = if rest.starts_with(['/', '*']) { rest.to_owned() } else { format!("/{rest}") };
    PathAndQuery::try_from(rest).ok()
}

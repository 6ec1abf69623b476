//! One health check: a request over a connection of its own.

use http_body_util::Empty;
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::pin::pin;
use std::time::Duration;
use tokio::net::TcpStream;

const USER_AGENT: &str = "ELB-HealthChecker/2.0";
const HTTP_PORT: u16 = 80;

/// A check to be made.
pub struct Probe {
    /// None if nothing is there yet.
    pub address: Option<SocketAddr>,
    /// The target's own address.
    pub host: String,
    pub port: u16,
    pub path: String,
    pub timeout: Duration,
    /// Such as `200,300-399`.
    pub codes: String,
}

/// Why a check failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Failed {
    Code(u16),
    Timeout,
    /// No connection, or one that ended before an answer.
    Connection,
}

impl Failed {
    /// AWS's reason and description.
    ///
    /// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>
    pub fn described(self) -> (&'static str, String) {
        match self {
            Self::Code(code) => {
                ("Target.ResponseCodeMismatch", format!("Health checks failed with these codes: [{code}]"))
            }
            Self::Timeout => ("Target.Timeout", "Request timed out".to_owned()),
            Self::Connection => ("Target.FailedHealthChecks", "Health checks failed".to_owned()),
        }
    }
}

/// Makes a check.
pub async fn probe(probe: &Probe) -> Result<(), Failed> {
    let address = probe.address.ok_or(Failed::Connection)?;
    let code = tokio::time::timeout(probe.timeout, exchange(probe, address));
    let code = code.await.map_err(|_| Failed::Timeout)?.ok_or(Failed::Connection)?;
    let passes = codes(&probe.codes).is_some_and(|ranges| ranges.iter().any(|range| range.contains(&code)));
    if passes { Ok(()) } else { Err(Failed::Code(code)) }
}

async fn exchange(probe: &Probe, address: SocketAddr) -> Option<u16> {
    let stream = TcpStream::connect(address).await.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
    let host = match (probe.host.contains(':'), probe.port) {
        (false, HTTP_PORT) => probe.host.clone(),
        (true, HTTP_PORT) => format!("[{}]", probe.host),
        (false, port) => format!("{}:{port}", probe.host),
        (true, port) => format!("[{}]:{port}", probe.host),
    };
    let request = Request::get(&probe.path)
        .header("host", host)
        .header("connection", "close")
        .header("user-agent", USER_AGENT)
        .header("accept-encoding", "gzip, compressed");
    let answer = sender.send_request(request.body(Empty::<Bytes>::new()).ok()?);
    let (mut answer, mut connection) = (pin!(answer), pin!(connection));
    tokio::select! {
        biased;
        answer = &mut answer => return Some(answer.ok()?.status().as_u16()),
        // It ended: with the answer in hand, or with none.
        _ = &mut connection => {}
    }
    Some(answer.await.ok()?.status().as_u16())
}

/// The codes that a matcher allows; none if it is malformed or allows others than AWS does.
pub fn codes(matcher: &str) -> Option<Vec<RangeInclusive<u16>>> {
    let range = |text: &str| {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let (from, to): (u16, u16) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
        (200 <= from && from <= to && to <= 499).then_some(from..=to)
    };
    matcher.split(',').map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matchers_are_codes_lists_and_ranges() {
        let allows = |matcher: &str, code: u16| codes(matcher).unwrap().iter().any(|it| it.contains(&code));
        assert!(allows("200", 200) && !allows("200", 201));
        assert!(allows("200,302", 302) && allows("200-299,404", 404) && !allows("200-299", 300));
        assert!(["", "199", "500", "300-200", "x", "200,"].iter().all(|it| codes(it).is_none()));
    }
}

//! Faults within the client of the provider: at which call, before it is sent or after it was processed, what breaks.
//!
//! They are asked for by a list that is separated by semicolons: `die-after@7` breaks the seventh call that writes,
//! `die-after@CreateService` the first call of an operation, `throttle@every` every call when it is made for the first time,
//! `refuse@DeleteSecurityGroup/DependencyViolation/2` the first two calls of an operation. `late@2` and `unknown@2` are those of
//! [`late`].

mod late;

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, anyhow};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use infra_engine::caller::RESOURCE;
use infra_wire::call::Call;
use infra_wire::transport::Transport;
use late::{LateClient, Lateness};

/// The exit code of a process that died of a fault, as of one that was killed by SIGKILL.
pub const KILLED: i32 = 137;

/// Sends calls, unless a fault has something else happen.
#[derive(Debug)]
pub struct FaultyTransport(pub Arc<Faults>);

/// All faults of a run.
#[derive(Debug)]
pub struct Faults {
    faults: Vec<Fault>,
    writes: AtomicUsize,
    late: LateClient,
}

#[derive(Debug)]
struct Fault {
    kind: Kind,
    at: At,
}

/// What breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// The process ends before the call is sent.
    DieBefore,
    /// The process ends when the call was processed, before its answer is seen.
    DieAfter,
    /// The connection breaks before the call is sent.
    Reset,
    /// The call is processed, and its answer does not come in time.
    Timeout,
    /// The call is processed, and its answer breaks off in the middle.
    Truncate,
    /// The call is processed, and a gateway on the way says that it was not.
    BadGateway,
    /// The service answers with this code instead of doing anything.
    Refuse {
        /// The HTTP status.
        status: u16,
        /// The error's code.
        code: String,
    },
}

#[derive(Debug)]
enum At {
    /// The call that writes with this number, from 1.
    Write(usize),
    /// Every call when it is made for the first time; those that were are kept.
    Every(Mutex<HashSet<u64>>),
    /// So many more calls of this operation.
    Operation(String, AtomicUsize),
}

impl Transport for FaultyTransport {
    fn send(&self, call: &Call, request: HttpRequest, network: &SharedHttpConnector) -> HttpConnectorFuture {
        let (faults, call, network) = (Arc::clone(&self.0), call.clone(), network.clone());
        HttpConnectorFuture::new(async move {
            // What only an emulator needs is not what is broken here.
            if RESOURCE.try_with(|resource| resource == infra_emulators::OWN_CALLS).unwrap_or(false) {
                return network.call(request).await;
            }
            let of_call = faults.of(&call);
            match of_call.before_it_is_sent(&call) {
                Some(instead) => instead,
                None => {
                    let answer = faults.late.answer(&call, network.call(request)).await?;
                    of_call.after_it_was_processed(answer)
                }
            }
        })
    }
}

impl Faults {
    /// Reads a list of faults.
    ///
    /// # Errors
    /// When one is written wrongly.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let (mut lateness, mut faults) = (Lateness::default(), Vec::new());
        for fault in text.split(';') {
            if !lateness.takes(fault) {
                faults.push(Fault::parse(fault).with_context(|| format!("`{fault}` is not a valid fault"))?);
            }
        }
        Ok(Self { faults, writes: AtomicUsize::new(0), late: lateness.client() })
    }

    /// The faults of one call.
    fn of(&self, call: &Call) -> FaultsOfCall {
        let number = if call.is_write() { self.writes.fetch_add(1, Ordering::Relaxed) + 1 } else { 0 };
        let hit = self.faults.iter().filter(|fault| fault.at.hits(call, number));
        FaultsOfCall(hit.map(|fault| fault.kind.clone()).collect())
    }
}

impl At {
    fn hits(&self, call: &Call, number: usize) -> bool {
        match self {
            Self::Write(wanted) => number == *wanted,
            Self::Every(seen) => seen.lock().unwrap_or_else(PoisonError::into_inner).insert(call.key),
            Self::Operation(operation, left) => {
                let one_less = |left: usize| left.checked_sub(1);
                *operation == call.operation
                    && left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
            }
        }
    }
}

impl Fault {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let (kind, at) = text.trim().split_once('@').context("it has no @")?;
        let refuse = |status, code: &str| Kind::Refuse { status, code: code.to_owned() };
        let (kind, at) = match kind {
            "die-before" => (Kind::DieBefore, at),
            "die-after" => (Kind::DieAfter, at),
            "reset" => (Kind::Reset, at),
            "timeout" => (Kind::Timeout, at),
            "truncate" => (Kind::Truncate, at),
            "502" => (Kind::BadGateway, at),
            "throttle" => (refuse(400, "ThrottlingException"), at),
            "500" => (refuse(500, "InternalFailure"), at),
            "503" => (refuse(503, "ServiceUnavailable"), at),
            "refuse" => {
                let mut parts = at.split('/');
                let (operation, code) = parts.next().zip(parts.next()).context("it has no code")?;
                let times = parts.next().context("it has no number of times")?.parse()?;
                let at = At::Operation(operation.to_owned(), AtomicUsize::new(times));
                return Ok(Self { kind: refuse(400, code), at });
            }
            other => return Err(anyhow!("nothing is called {other}")),
        };
        let at = match at {
            "every" => At::Every(Mutex::default()),
            operation if operation.starts_with(|first: char| first.is_ascii_uppercase()) => {
                At::Operation(operation.to_owned(), AtomicUsize::new(1))
            }
            number => At::Write(number.parse()?),
        };
        Ok(Self { kind, at })
    }
}

/// What breaks of one call.
#[derive(Debug)]
struct FaultsOfCall(Vec<Kind>);

impl FaultsOfCall {
    /// What comes instead of sending the call, if something does.
    fn before_it_is_sent(&self, call: &Call) -> Option<Result<HttpResponse, ConnectorError>> {
        self.0.iter().find_map(|kind| match kind {
            Kind::DieBefore => std::process::exit(KILLED),
            Kind::Reset => Some(Err(ConnectorError::io("the connection was reset (a fault)".into()))),
            Kind::Refuse { status, code } => Some(refusal(call, *status, code)),
            Kind::DieAfter | Kind::Timeout | Kind::Truncate | Kind::BadGateway => None,
        })
    }

    /// What comes of the answer.
    fn after_it_was_processed(&self, answer: HttpResponse) -> Result<HttpResponse, ConnectorError> {
        self.0.iter().try_fold(answer, |answer, kind| match kind {
            Kind::DieAfter => std::process::exit(KILLED),
            Kind::Timeout => Err(ConnectorError::timeout("the answer did not come in time (a fault)".into())),
            Kind::Truncate => Err(ConnectorError::io("the answer broke off (a fault)".into())),
            Kind::BadGateway => response(502, "a fault".to_owned()),
            Kind::DieBefore | Kind::Reset | Kind::Refuse { .. } => Ok(answer),
        })
    }
}

fn refusal(call: &Call, status: u16, code: &str) -> Result<HttpResponse, ConnectorError> {
    // Words that our own waits look for.
    let message = match code {
        "InvalidParameterException" => "Unable to assume the role (a fault)",
        _ => "a fault",
    };
    response(status, infra_emulators::answers::error(call, code, message))
}

fn response(status: u16, body: String) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(status).map_err(|error| ConnectorError::user(error.into()))?;
    Ok(HttpResponse::new(status, SdkBody::from(body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(faults: &Faults, operation: &str) -> Vec<Kind> {
        faults.of(&Call::named(operation, 0)).0
    }

    #[test]
    fn writes_are_counted_and_reads_are_not() {
        let faults = Faults::parse("timeout@2").unwrap();
        for (operation, hit) in
            [("CreateRole", false), ("GetRole", false), ("TagRole", true), ("TagRole", false)]
        {
            assert_eq!(kinds(&faults, operation) == [Kind::Timeout], hit, "{operation}");
        }
    }

    #[test]
    fn every_call_fails_the_first_time_and_not_the_second() {
        let faults = Faults::parse("reset@every").unwrap();
        for (key, fails) in [(1, true), (2, true), (1, false)] {
            assert_eq!(faults.of(&Call::named("GetRole", key)).0 == [Kind::Reset], fails, "{key}");
        }
    }

    #[test]
    fn an_operation_is_refused_so_many_times() {
        let faults = Faults::parse("refuse@DeleteSecurityGroup/DependencyViolation/2").unwrap();
        let hits = (0..3).map(|_| kinds(&faults, "DeleteSecurityGroup").len());
        assert_eq!(hits.collect::<Vec<_>>(), [1, 1, 0]);
        assert!(kinds(&faults, "DeleteRole").is_empty());
    }

    #[test]
    fn the_first_call_of_an_operation_breaks() {
        let faults = Faults::parse("timeout@CreateService").unwrap();
        let hits = ["CreateRole", "CreateService", "CreateService"].map(|it| kinds(&faults, it).len());
        assert_eq!(hits, [0, 1, 0]);
    }

    #[test]
    fn what_is_not_a_valid_fault_is_refused() {
        for text in ["die", "die-after@", "die-after@x", "burn@1", "refuse@Op/Code", "late@x"] {
            assert!(Faults::parse(text).is_err(), "{text}");
        }
    }
}

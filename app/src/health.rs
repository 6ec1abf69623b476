//! Health in three ways: `/healthz` and `/readyz` for load balancers, and the container's own check.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::App;
use crate::error::causes;
use crate::shutdown::Phase;

const ASK_TIMEOUT: Duration = Duration::from_secs(2);

/// The paths of the load balancers' checks.
pub const CHECKS: [&str; 2] = ["/healthz", "/readyz"];

/// Marks the answer to a check that passed: load balancers ask every few seconds, and nobody reads that.
#[derive(Clone, Copy)]
pub struct Passed;

/// The process serves. Touches nothing else, so that a bad day of S3 does not make ECS replace tasks.
pub async fn healthz() -> impl IntoResponse {
    (Extension(Passed), "ok")
}

/// The bucket answers, and the process is not about to end.
///
/// While it drains, [`healthz`] goes on passing: a load balancer that is about to forget the task must not take it for
/// sick meanwhile. Whoever asks here wants to know whether to send new requests.
pub async fn readyz(State(app): State<App>) -> Response {
    if app.lifecycle.phase() != Phase::Serving {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping").into_response();
    }
    match app.storage.ping().await {
        Ok(()) => (Extension(Passed), "ok").into_response(),
        Err(error) => {
            tracing::warn!(cause = causes(&error), "{error}");
            (StatusCode::SERVICE_UNAVAILABLE, "the image store does not answer").into_response()
        }
    }
}

/// Asks the app on this machine for `/healthz`. Needs neither a shell nor another program in the image.
pub fn ask(port: u16) -> io::Result<()> {
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), ASK_TIMEOUT)?;
    stream.set_read_timeout(Some(ASK_TIMEOUT))?;
    stream.set_write_timeout(Some(ASK_TIMEOUT))?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut status = [0; "HTTP/1.1 200".len()];
    stream.read_exact(&mut status)?;
    if &status == b"HTTP/1.1 200" {
        return Ok(());
    }
    Err(io::Error::other(format!("answered {:?}", String::from_utf8_lossy(&status))))
}

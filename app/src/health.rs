//! Health in three ways: `/healthz` and `/readyz` for load balancers, and the container's own check.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;

use crate::App;
use crate::error::causes;

const ASK_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether a path is one of the checks here, at the root or below any prefix.
pub fn is_check(path: &str) -> bool {
    path.ends_with("/healthz") || path.ends_with("/readyz")
}

/// The process serves. Touches nothing else, so that a bad day of S3 does not make ECS replace tasks.
pub async fn healthz() -> &'static str {
    "ok"
}

/// The bucket answers.
pub async fn readyz(State(app): State<App>) -> (StatusCode, &'static str) {
    match app.storage.ping().await {
        Ok(()) => (StatusCode::OK, "ok"),
        Err(error) => {
            tracing::warn!(cause = causes(&error), "{error}");
            (StatusCode::SERVICE_UNAVAILABLE, "the image store does not answer")
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

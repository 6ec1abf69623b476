//! One HTTP connection that is used as long as the server keeps it, and opened anew where it does not.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{HeaderMap, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::scenario::Request;

const ANSWER_WITHIN: Duration = Duration::from_secs(60);
const QUOTED_BYTES: usize = 300;

/// What did not go as it should, by how often.
pub type Failures = BTreeMap<String, u64>;

/// A client with one connection.
#[derive(Default)]
pub struct Client {
    connection: Option<SendRequest<Full<Bytes>>>,
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The length of the body that came.
    pub length: usize,
    /// The headers.
    pub headers: HeaderMap,
    /// The body's beginning.
    pub beginning: Vec<u8>,
}

impl Client {
    /// Sends a request and reads the answer to its end, whatever it is.
    pub async fn send(&mut self, request: &Request) -> Result<Answer, String> {
        let answer = tokio::time::timeout(ANSWER_WITHIN, self.exchange(request)).await;
        let answer = answer.unwrap_or_else(|_| Err(format!("no answer in {} s", ANSWER_WITHIN.as_secs())));
        if answer.is_err() {
            self.connection = None;
        }
        answer
    }

    async fn exchange(&mut self, request: &Request) -> Result<Answer, String> {
        let mut connection = match self.connection.take().filter(|connection| !connection.is_closed()) {
            Some(connection) => connection,
            None => connect(request).await?,
        };
        connection.ready().await.map_err(|error| text("connection", &error))?;
        let answer =
            connection.send_request(http(request)?).await.map_err(|error| text("request", &error))?;
        let (head, mut body) = answer.into_parts();
        let (mut length, mut beginning) = (0, Vec::new());
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| text("answer", &error))?;
            if let Some(data) = frame.data_ref() {
                length += data.len();
                beginning.extend_from_slice(&data[..data.len().min(QUOTED_BYTES - beginning.len())]);
            }
        }
        if head
            .headers
            .get(header::CONNECTION)
            .is_none_or(|value| !value.as_bytes().eq_ignore_ascii_case(b"close"))
        {
            self.connection = Some(connection);
        }
        Ok(Answer { status: head.status, headers: head.headers, length, beginning })
    }
}

impl Answer {
    /// Whether this is the answer that a request must get; if not, what is wrong with it.
    pub fn check(&self, request: &Request) -> Result<(), String> {
        if self.status != request.status {
            return Err(format!("status {}", self.status.as_u16()));
        }
        match request.length {
            Some(length) if length != self.length => Err("an answer of another length".to_owned()),
            None if self.length == 0 => Err("an empty answer".to_owned()),
            _ => Ok(()),
        }
    }

    /// The body's beginning, for a message.
    pub fn quoted(&self) -> String {
        String::from_utf8_lossy(&self.beginning).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

async fn connect(request: &Request) -> Result<SendRequest<Full<Bytes>>, String> {
    let stream = TcpStream::connect(request.address).await.map_err(|error| text("connect", &error))?;
    stream.set_nodelay(true).map_err(|error| text("connect", &error))?;
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (sender, connection) = handshake.map_err(|error| text("connect", &error))?;
    // Its errors come out of the request as well.
    tokio::spawn(async { connection.await.ok() });
    Ok(sender)
}

fn http(request: &Request) -> Result<hyper::Request<Full<Bytes>>, String> {
    let mut http = hyper::Request::new(Full::new(request.body.clone()));
    *http.method_mut() = request.method.clone();
    *http.uri_mut() = request.path().parse().map_err(|error| text("path", &error))?;
    *http.headers_mut() = request.headers.clone();
    let host = header::HeaderValue::try_from(request.address.to_string());
    http.headers_mut().insert(header::HOST, host.map_err(|error| text("host", &error))?);
    Ok(http)
}

/// An error with its causes, without ports and the like, so that equal ones can be counted.
fn text(during: &str, error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.fold(during.to_owned(), |text, cause| format!("{text}: {cause}"))
}

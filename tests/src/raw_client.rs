//! HTTP by hand: slow, half and broken requests, and paths that an HTTP client would tidy up.

use std::io;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::form::Form;

const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to an app.
pub struct RawClient {
    stream: TcpStream,
    host: String,
}

/// All that came back.
#[derive(Debug)]
pub struct RawAnswer {
    /// The status, 0 when nothing came.
    pub status: u16,
    /// The status line and the headers.
    pub head: String,
    /// What follows, put together when it came in chunks.
    pub body: Vec<u8>,
}

impl RawClient {
    /// Connects to the app at an address like `http://127.0.0.1:32768`.
    ///
    /// # Errors
    /// When nobody listens there.
    pub async fn open(url: &str) -> io::Result<Self> {
        let host = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let stream = TcpStream::connect(&host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host })
    }

    /// Sends a request without a body: `GET /path`.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn request(&mut self, line: &str, headers: &[(&str, &str)]) -> io::Result<()> {
        let mut head = format!("{line} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.host);
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        self.send(format!("{head}\r\n").as_bytes()).await
    }

    /// Begins an upload of so many bytes and waits until the app asks for the body, so that it is under way then.
    ///
    /// # Errors
    /// When the app answers something else.
    pub async fn begin_upload(&mut self, length: usize) -> io::Result<()> {
        let (kind, length) = (Form::content_type(), length.to_string());
        let headers = [
            ("Content-Type", kind.as_str()),
            ("Content-Length", &length),
            ("Accept", "application/json"),
            ("Expect", "100-continue"),
        ];
        self.request("POST /upload", &headers).await?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(timeout(PATIENCE, self.stream.read_u8()).await??);
        }
        let text = String::from_utf8_lossy(&answer).into_owned();
        if text.starts_with("HTTP/1.1 100") { Ok(()) } else { Err(io::Error::other(text)) }
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// Everything until the app closes the connection.
    ///
    /// # Errors
    /// When the connection breaks, or nothing comes for a minute.
    pub async fn answer(&mut self) -> io::Result<RawAnswer> {
        let mut all = Vec::new();
        timeout(PATIENCE, self.stream.read_to_end(&mut all)).await??;
        let end = all.windows(4).position(|four| four == b"\r\n\r\n").map_or(all.len(), |at| at + 4);
        let body = all.split_off(end);
        let head = String::from_utf8_lossy(&all).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let mut answer = RawAnswer { status: status.unwrap_or(0), head, body };
        if answer.header("Transfer-Encoding").eq_ignore_ascii_case("chunked") {
            answer.body = put_together(&answer.body);
        }
        Ok(answer)
    }

    /// One request on a connection of its own.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn once(url: &str, line: &str, headers: &[(&str, &str)]) -> io::Result<RawAnswer> {
        let mut client = Self::open(url).await?;
        client.request(line, headers).await?;
        client.answer().await
    }

    /// Goes away without a goodbye, as a phone in a tunnel does.
    ///
    /// # Errors
    /// When the connection is gone already.
    pub fn reset(self) -> io::Result<()> {
        self.stream.set_zero_linger()
    }
}

impl RawAnswer {
    /// A header's value, empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        let found = lines.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.trim())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// As much of a body in chunks as has come.
fn put_together(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = chunks.windows(2).position(|two| two == b"\r\n") {
        let length = std::str::from_utf8(&chunks[..end]).ok();
        let Some(length) = length.and_then(|text| usize::from_str_radix(text, 16).ok()) else { break };
        let rest = &chunks[end + 2..];
        body.extend(&rest[..length.min(rest.len())]);
        chunks = rest.get(length + 2..).unwrap_or_default();
    }
    body
}

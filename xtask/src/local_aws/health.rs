//! Does the local AWS answer: the front, which asks the emulator behind it.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ONE_TRY: Duration = Duration::from_secs(3);
const BETWEEN: Duration = Duration::from_millis(200);

/// Whether it answers before a deadline.
pub async fn within(limit: Duration, port: u16) -> anyhow::Result<bool> {
    let deadline = Instant::now() + limit;
    loop {
        if tokio::time::timeout(ONE_TRY, answers(port)).await.is_ok_and(|answer| answer.unwrap_or(false)) {
            return Ok(true);
        }
        if Instant::now() >= deadline {
            return Ok(false);
        }
        tokio::time::sleep(BETWEEN).await;
    }
}

async fn answers(port: u16) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(b"GET /_local_aws/health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let status = String::from_utf8_lossy(&answer);
    Ok(status.lines().next().is_some_and(|line| line.contains(" 200")))
}

//! One plain HTTP request to this machine: enough to see that something answers.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ONE_TRY: Duration = Duration::from_secs(3);
const BETWEEN: Duration = Duration::from_millis(200);

/// Whether a request is answered with a status of success before a deadline.
pub async fn succeeds_within(limit: Duration, port: u16, method: &str, path: &str) -> bool {
    let deadline = Instant::now() + limit;
    loop {
        let status = tokio::time::timeout(ONE_TRY, status(port, method, path)).await;
        if status.is_ok_and(|status| status.is_ok_and(|status| (200..300).contains(&status))) {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        tokio::time::sleep(BETWEEN).await;
    }
}

/// The status of the answer to a request without a body.
async fn status(port: u16, method: &str, path: &str) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!("{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.ok_or_else(|| std::io::Error::other("the answer has no status"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn an_answer_counts_by_its_status() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move {
            for status in ["503 Service Unavailable", "200 OK"] {
                let (mut stream, _) = listener.accept().await.unwrap();
                assert!(stream.read(&mut [0; 512]).await.unwrap() > 0);
                stream.write_all(format!("HTTP/1.0 {status}\r\n\r\n").as_bytes()).await.unwrap();
            }
        });
        assert!(succeeds_within(Duration::from_secs(5), port, "GET", "/").await);
        server.await.unwrap();
        assert!(!succeeds_within(Duration::ZERO, port, "GET", "/").await);
    }
}

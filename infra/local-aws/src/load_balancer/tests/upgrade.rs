//! WebSockets and their like.

use super::{Here, PATIENCE, Served, full};
use hyper::Response;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn bytes_go_both_ways_after_an_upgrade() {
    let here = Here::new(1.0).await;
    let web = here.web();
    let echo = Served::new(|mut request| async move {
        let Some(protocol) = request.headers().get("upgrade").cloned() else {
            return Response::new(full(""));
        };
        tokio::spawn(async move {
            let upgraded = hyper::upgrade::on(&mut request).await.unwrap();
            let (mut from, mut to) = tokio::io::split(TokioIo::new(upgraded));
            tokio::io::copy(&mut from, &mut to).await
        });
        let answer =
            Response::builder().status(101).header("connection", "upgrade").header("upgrade", protocol);
        answer.body(full("")).unwrap()
    });
    let echo = echo.await;
    here.healthy(&web.group, &echo).await;
    let mut stream = TcpStream::connect(here.address).await.unwrap();
    let head = "GET /_alb/web/ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(tokio::time::timeout(PATIENCE, stream.read_u8()).await.unwrap().unwrap());
    }
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 101") && answer.contains("upgrade: websocket"), "{answer}");
    stream.write_all(b"hello").await.unwrap();
    let mut echoed = [0; 5];
    tokio::time::timeout(PATIENCE, stream.read_exact(&mut echoed)).await.unwrap().unwrap();
    assert_eq!(&echoed, b"hello");
}

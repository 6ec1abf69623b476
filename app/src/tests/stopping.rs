//! The end of the process, over real connections: what is taken, what is closed, and how long it goes on.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::config;
use crate::App;
use crate::fake_s3::FakeS3;
use crate::serve::serve_on;
use crate::shutdown::{Asked, Lifecycle, Patience, Phase};

/// Longer than a test runs.
const AGES: Duration = Duration::from_secs(3600);

const SOON: Duration = Duration::from_secs(10);

struct Process {
    port: u16,
    asks: mpsc::UnboundedSender<Asked>,
    lifecycle: Lifecycle,
    ended: JoinHandle<()>,
}

struct Client(TcpStream);

impl Process {
    async fn start(patience: Patience, keep_alive: Duration) -> Self {
        let (_, storage) = FakeS3::start().await;
        let app = App::new(Arc::new(storage), &config());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (asks, asked) = mpsc::unbounded_channel();
        let lifecycle = app.lifecycle.clone();
        let ended = tokio::spawn(serve_on(listener, app, "", keep_alive, patience, asked));
        Self { port, asks, lifecycle, ended }
    }

    async fn ask(&self, asked: Asked, phase: Phase) {
        self.asks.send(asked).unwrap();
        tokio::time::timeout(SOON, self.lifecycle.reached(phase)).await.unwrap();
    }

    async fn ends(self) {
        tokio::time::timeout(SOON, self.ended).await.unwrap().unwrap();
    }

    async fn connect(&self) -> Client {
        Client(TcpStream::connect(("127.0.0.1", self.port)).await.unwrap())
    }

    async fn takes_nothing(&self) -> bool {
        TcpStream::connect(("127.0.0.1", self.port)).await.is_err()
    }
}

impl Client {
    async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    async fn get(&mut self, path: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        self.answer().await
    }

    /// The head of an answer, in lower case, and what has come with it.
    async fn answer(&mut self) -> String {
        let mut all = Vec::new();
        while !all.windows(4).any(|four| four == b"\r\n\r\n") {
            let read = tokio::time::timeout(SOON, self.0.read_buf(&mut all)).await.unwrap().unwrap();
            assert!(read > 0, "closed after {:?}", String::from_utf8_lossy(&all));
        }
        String::from_utf8_lossy(&all).to_ascii_lowercase()
    }

    async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        tokio::time::timeout(SOON, self.0.read_to_end(&mut rest)).await.is_ok_and(|read| read.is_ok())
    }
}

fn patience(drain: Duration, finish: Duration) -> Patience {
    Patience { drain, finish }
}

#[tokio::test]
async fn requests_are_taken_while_a_load_balancer_does_not_know() {
    let process = Process::start(patience(AGES, AGES), AGES).await;
    let (mut idle, mut asked) = (process.connect().await, process.connect().await);
    for client in [&mut idle, &mut asked] {
        assert!(!client.get("/healthz").await.contains("connection: close"));
    }
    process.ask(Asked::ToStop, Phase::Draining).await;
    for client in [&mut asked, &mut process.connect().await] {
        let answer = client.get("/healthz").await;
        assert!(answer.starts_with("http/1.1 200") && answer.contains("connection: close"), "{answer}");
        assert!(client.is_closed().await);
    }
    let ready = process.connect().await.get("/readyz").await;
    assert!(ready.starts_with("http/1.1 503"), "{ready}");
    // A request may have been on its way in a connection that was idle.
    let answer = idle.get("/assets/app-x.css").await;
    assert!(answer.starts_with("http/1.1 200") && answer.contains("connection: close"), "{answer}");
    process.ask(Asked::ToStop, Phase::Finishing).await;
    process.ends().await;
}

#[tokio::test]
async fn the_drain_ends_by_itself_and_what_is_in_flight_is_finished() {
    let process = Process::start(patience(Duration::from_millis(1), AGES), AGES).await;
    let (mut idle, mut slow) = (process.connect().await, process.connect().await);
    idle.get("/healthz").await;
    // The app asks for the body: the request is in flight.
    slow.send("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=XX\r\n").await;
    slow.send("Content-Length: 4\r\nExpect: 100-continue\r\n\r\n").await;
    assert!(slow.answer().await.starts_with("http/1.1 100"));
    process.ask(Asked::ToStop, Phase::Finishing).await;
    assert!(idle.is_closed().await, "nothing more can come");
    assert!(process.takes_nothing().await);
    slow.send("none").await;
    assert!(slow.answer().await.starts_with("http/1.1 400"));
    process.ends().await;
}

#[tokio::test]
async fn a_person_at_a_terminal_does_not_wait() {
    let process = Process::start(patience(AGES, AGES), AGES).await;
    process.connect().await.get("/healthz").await;
    process.ask(Asked::ToHurry, Phase::Finishing).await;
    process.ends().await;
}

#[tokio::test]
async fn who_asks_again_ends_what_is_waited_for() {
    let process = Process::start(patience(AGES, AGES), AGES).await;
    let mut slow = process.connect().await;
    slow.send("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=XX\r\n").await;
    slow.send("Content-Length: 4\r\nExpect: 100-continue\r\n\r\n").await;
    slow.answer().await;
    process.ask(Asked::ToStop, Phase::Draining).await;
    process.ask(Asked::ToStop, Phase::Finishing).await;
    process.asks.send(Asked::ToStop).unwrap();
    process.ends().await;
}

#[tokio::test]
async fn what_never_ends_is_cut_off() {
    let process = Process::start(patience(Duration::ZERO, Duration::from_millis(1)), AGES).await;
    let mut slow = process.connect().await;
    // The app asks for the body: the request is in flight, and nothing but the deadline ends it.
    slow.send("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=XX\r\n").await;
    slow.send("Content-Length: 4\r\nExpect: 100-continue\r\n\r\n").await;
    assert!(slow.answer().await.starts_with("http/1.1 100"));
    process.ask(Asked::ToStop, Phase::Finishing).await;
    process.ends().await;
}

#[tokio::test]
async fn an_idle_connection_is_kept_as_long_as_the_setting_says() {
    let process = Process::start(patience(AGES, AGES), Duration::from_millis(50)).await;
    let mut idle = process.connect().await;
    idle.get("/healthz").await;
    assert!(idle.is_closed().await);
}

#[tokio::test]
async fn a_head_is_taken_as_long_as_a_load_balancer_passes_it_on() {
    let process = Process::start(patience(AGES, AGES), AGES).await;
    let cookie = format!("Cookie: {}\r\n", "c".repeat(16 * 1024 - 10));
    let many: String = (0..900).map(|index| format!("X-{index}: {}\r\n", "v".repeat(60))).collect();
    for (query, headers) in [(16 * 1024 - 30, String::new()), (0, cookie.repeat(4)), (16 * 1024 - 30, many)] {
        let mut client = process.connect().await;
        let query = "q".repeat(query);
        client.send(&format!("GET /healthz?{query} HTTP/1.1\r\nHost: a\r\n{headers}\r\n")).await;
        let answer = client.answer().await;
        assert!(answer.starts_with("http/1.1 200"), "{}: {answer}", headers.len());
    }
    let mut endless = process.connect().await;
    endless.send(&format!("GET /healthz HTTP/1.1\r\nHost: a\r\n{}", cookie.repeat(7))).await;
    assert!(endless.answer().await.starts_with("http/1.1 431"));
}

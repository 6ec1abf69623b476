//! An S3 that lives in memory, as a process of its own so that its share of the CPU can be told from the others'.
//! It believes every signature and keeps small objects; of large uploads it keeps the size. `s3s-fs` writes files and hashes
//! them: on few cores that would slow what is measured.

mod answers;
mod bucket;
mod chunked;
mod received;
mod routes;
pub mod stats;

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

pub use routes::{RESET, STATS};

use bucket::Bucket;
use stats::Stats;

/// Serve S3 from memory until the standard input ends; prints its port first
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Wait this long before each answer, as S3 on a network would
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    latency: u64,
}

/// What all connections share.
struct Server {
    state: Mutex<State>,
    latency: Duration,
}

#[derive(Default)]
struct State {
    bucket: Bucket,
    stats: Stats,
}

/// Serves until the parent process is gone.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("the S3 stand-in cannot listen")?;
    let port = listener.local_addr().context("the S3 stand-in has no address")?.port();
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{port}").and_then(|()| stdout.flush()).context("cannot tell the port")?;
    let server = Server { state: Mutex::default(), latency: Duration::from_millis(options.latency) };
    tokio::select! {
        () = accept(listener, Arc::new(server)) => {}
        () = parent_gone() => {}
    }
    Ok(())
}

impl Server {
    fn state(&self) -> MutexGuard<'_, State> {
        // A handler that panicked leaves numbers that are still numbers.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The standard input ends with the parent, however that ends.
async fn parent_gone() {
    let (gone, ended) = oneshot::channel::<()>();
    // Not the runtime's thread, which would be waited for.
    std::thread::spawn(move || {
        std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).ok();
        drop(gone);
    });
    ended.await.ok();
}

async fn accept(listener: TcpListener, server: Arc<Server>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(stream, Arc::clone(&server)))),
            // Out of file descriptors, most likely; connections that end free some.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn serve(stream: TcpStream, server: Arc<Server>) {
    // A client that went away is seen and counted on its own side.
    stream.set_nodelay(true).ok();
    let service = service_fn(|request| routes::answer(&server, request));
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
}

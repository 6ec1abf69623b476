//! Connections: accepted until the process is asked to stop, then finished within a deadline.

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

use crate::config::Config;
use crate::shutdown::{self, Tasks};
use crate::storage::Storage;
use crate::{App, metrics, router};

/// Also ends idle connections, and so must be longer than a load balancer keeps them (60 s): one that we close just
/// as it sends a request would be a 502.
const HEAD_WITHIN: Duration = Duration::from_secs(75);

/// What a connection holds at most of what was read ahead or is not sent yet, each.
const CONNECTION_BUFFER: usize = 64 * 1024;

/// After an accept that failed for want of file descriptors, some may be free again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why the app could not start or go on.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The asynchronous runtime did not start.
    #[error("could not start the runtime")]
    Runtime(#[source] io::Error),
    /// Nothing can be heard on the port.
    #[error(
        "could not listen on port {port}: free it, allow it to this user, or choose another by {variable}"
    )]
    Listen {
        /// The port.
        port: u16,
        /// What chooses it.
        variable: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// Signals cannot be received.
    #[error("could not wait for signals")]
    Signals(#[source] io::Error),
}

/// Serves until a signal asks to stop, then finishes what is in flight, within a deadline.
pub fn serve(config: Config) -> Result<(), ServeError> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(ServeError::Runtime)?;
    runtime.block_on(serve_until_asked(config))
}

async fn serve_until_asked(config: Config) -> Result<(), ServeError> {
    // Listening comes first, before AWS is asked for anything: a load balancer may be waiting.
    let listen = |port, variable| move |source| ServeError::Listen { port, variable, source };
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, config.port)).await;
    let listener = listener.map_err(listen(config.port, "PORT"))?;
    if let Some(port) = config.metrics_port {
        metrics::serve(port).await.map_err(listen(port, "METRICS_PORT"))?;
    }
    let stop = shutdown::requested().map_err(ServeError::Signals)?;
    tracing::info!(port = config.port, bucket = config.bucket, base_path = config.base_path, "listening");

    let storage = Arc::new(Storage::new(config.bucket.clone(), config.s3_deadline));
    let app = App::new(Arc::clone(&storage), &config);
    let task = app.task.clone();
    tokio::spawn(async move { storage.warm_up().await });
    tokio::spawn(async move { task.learn().await });

    let tasks = app.tasks.clone();
    let connections = Tasks::new();
    let (stopping, _) = watch::channel(false);
    tokio::select! {
        () = accept(listener, router(app, &config.base_path), &connections, &stopping) => {}
        () = stop => {}
    }
    stopping.send_replace(true);
    let work = async {
        connections.finished().await;
        tasks.finished().await;
    };
    if tokio::time::timeout(config.stop_timeout, work).await.is_err() {
        tracing::warn!("requests were still in flight at the deadline: stopping anyway");
    }
    tracing::info!("stopped");
    Ok(())
}

async fn accept(listener: TcpListener, router: Router, connections: &Tasks, stopping: &watch::Sender<bool>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // An answer's last packet is not worth waiting to fill.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection is gone already");
                }
                // It is waited for by the tasks, not by its handle.
                drop(connections.spawn(converse(stream, router.clone(), stopping.subscribe())));
            }
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// One connection: finished with its current request when the process is asked to stop.
async fn converse(stream: TcpStream, router: Router, mut stopping: watch::Receiver<bool>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        async move { router.oneshot(request.map(Body::new)).await.map_err(|never: Infallible| never) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(CONNECTION_BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    // The value seen is a lock, which must not be held on.
    let asked_to_stop = async { drop(stopping.wait_for(|stopping| *stopping).await) };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = asked_to_stop => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Clients go away; nobody needs to look into it.
        tracing::debug!(%error, "a connection broke");
    }
}

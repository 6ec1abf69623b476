//! Connections: accepted until the process was asked to stop and a load balancer knows it, then finished in time.

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{self, Runtime};
use tokio::sync::mpsc;
use tower::ServiceExt;

use crate::config::Config;
use crate::shutdown::{self, Asked, Lifecycle, Patience, Phase, Tasks};
use crate::storage::Storage;
use crate::{App, metrics, router};

/// What a connection holds at most of what was read ahead or is not sent yet, each. A request's head has to fit: a load
/// balancer of AWS's passes on a request line of 16 KiB and 64 KiB of headers, and adds some.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>
const CONNECTION_BUFFER: usize = 96 * 1024;

/// A load balancer counts bytes, not headers: this many are never there.
const MAX_HEADERS: usize = 1000;

/// After an accept that failed for want of file descriptors, some may be free again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What blocks a thread when all else has ended may take so long.
const LAST_MOMENT: Duration = Duration::from_secs(1);

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
    let runtime = runtime::Builder::new_multi_thread().enable_all().build().map_err(ServeError::Runtime)?;
    to_the_end(runtime, serve_until_asked(config))
}

/// Runs this to its end. What blocks a thread then, such as a large image that is being decoded, does not hold up the
/// process.
fn to_the_end<T>(runtime: Runtime, serving: impl Future<Output = T>) -> T {
    let served = runtime.block_on(serving);
    runtime.shutdown_timeout(LAST_MOMENT);
    served
}

async fn serve_until_asked(config: Config) -> Result<(), ServeError> {
    // Listening comes first, before AWS is asked for anything: a load balancer may be waiting.
    let listen = |port, variable| move |source| ServeError::Listen { port, variable, source };
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, config.port)).await;
    let listener = listener.map_err(listen(config.port, "PORT"))?;
    if let Some(port) = config.metrics_port {
        metrics::serve(port).await.map_err(listen(port, "METRICS_PORT"))?;
    }
    let asks = shutdown::signals().map_err(ServeError::Signals)?;
    tracing::info!(port = config.port, bucket = config.bucket, base_path = config.base_path, "listening");

    let storage = Arc::new(Storage::new(config.bucket.clone(), config.s3_deadline));
    let app = App::new(Arc::clone(&storage), &config);
    let task = app.task.clone();
    tokio::spawn(async move { storage.warm_up().await });
    tokio::spawn(async move { task.learn().await });

    let patience = Patience { drain: config.drain, finish: config.stop_timeout };
    serve_on(listener, app, &config.base_path, config.keep_alive, patience, asks).await;
    tracing::info!("stopped");
    Ok(())
}

/// Serves connections to this listener until somebody asks to stop, and ends as far as patience goes.
pub(crate) async fn serve_on(
    listener: TcpListener,
    app: App,
    base_path: &str,
    keep_alive: Duration,
    patience: Patience,
    mut asks: mpsc::UnboundedReceiver<Asked>,
) {
    let (tasks, lifecycle) = (app.tasks.clone(), app.lifecycle.clone());
    let connections = Tasks::new();
    let serving = Serving { router: router(app, base_path), lifecycle: lifecycle.clone(), keep_alive };
    let in_flight = async {
        connections.finished().await;
        tasks.finished().await;
    };
    tokio::join!(accept(listener, &serving, &connections), lifecycle.end(&mut asks, patience, in_flight),);
}

/// What every connection needs.
#[derive(Clone)]
struct Serving {
    router: Router,
    lifecycle: Lifecycle,
    keep_alive: Duration,
}

/// Takes connections until the last phase begins. The listener is gone then.
async fn accept(listener: TcpListener, serving: &Serving, connections: &Tasks) {
    let mut finishing = std::pin::pin!(serving.lifecycle.reached(Phase::Finishing));
    loop {
        let accepted = tokio::select! {
            // First: whoever waits for the connections must not miss one.
            biased;
            () = finishing.as_mut() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                // An answer's last packet is not worth waiting to fill.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection is gone already");
                }
                // It is waited for by the tasks, not by its handle.
                drop(connections.spawn(converse(stream, serving.clone())));
            }
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// One connection: closed after its next answer while the process drains, finished with its current request after that.
async fn converse(stream: TcpStream, serving: Serving) {
    let Serving { router, lifecycle, keep_alive } = serving;
    let service = service_fn(|request: Request<Incoming>| {
        let (router, lifecycle) = (router.clone(), lifecycle.clone());
        async move {
            let mut answer =
                router.oneshot(request.map(Body::new)).await.map_err(|never: Infallible| never)?;
            // An idle connection is not closed before: a request may be on its way in it.
            if lifecycle.phase() != Phase::Serving {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // Also for how long a connection waits for its next request.
        .header_read_timeout(keep_alive)
        .max_buf_size(CONNECTION_BUFFER)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = lifecycle.reached(Phase::Finishing) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Clients go away; nobody needs to look into it.
        tracing::debug!(%error, "a connection broke");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn work_that_goes_on_in_a_thread_does_not_hold_up_the_end() {
        let (ended, end) = mpsc::channel();
        // Nothing is ever sent.
        let (never, work) = mpsc::channel::<()>();
        std::thread::spawn(move || {
            let runtime = runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            to_the_end(runtime, async move {
                let (begun, beginning) = tokio::sync::oneshot::channel();
                drop(tokio::task::spawn_blocking(move || {
                    begun.send(()).unwrap();
                    work.recv()
                }));
                beginning.await.unwrap();
            });
            ended.send(()).unwrap();
        });
        assert_eq!(end.recv_timeout(Duration::from_secs(30)), Ok(()));
        drop(never);
    }
}

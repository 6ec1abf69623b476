//! The image-upload web app: its routes, and what stands around all of them.

pub mod config;
pub mod error;
pub mod health;
mod images;
mod incoming;
mod page;
pub mod request_log;
mod routing;
pub mod shutdown;
pub mod storage;
mod upload;
pub mod upload_rules;

#[cfg(test)]
mod fake_s3;
#[cfg(test)]
mod tests;

use std::future::IntoFuture;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Router, middleware};
use thiserror::Error;
use tokio::net::TcpListener;

use crate::config::{Config, UploadLimits};
use crate::error::AppError;
use crate::shutdown::Tasks;
use crate::storage::Storage;

/// What every handler can reach.
#[derive(Clone, Debug)]
pub struct App {
    container_id: Arc<str>,
    storage: Arc<Storage>,
    limits: UploadLimits,
    tasks: Tasks,
}

/// Why the app could not start or go on.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The asynchronous runtime did not start.
    #[error("could not start the runtime")]
    Runtime(#[source] io::Error),
    /// Nothing can be heard on the port.
    #[error("could not listen on port {port}: free it, allow it to this user, or choose another by PORT")]
    Listen {
        /// The port.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
    /// Signals cannot be received.
    #[error("could not wait for signals")]
    Signals(#[source] io::Error),
    /// The server broke.
    #[error("could not go on serving")]
    Serve(#[source] io::Error),
}

impl App {
    /// An app over a bucket.
    pub fn new(storage: Storage, limits: UploadLimits) -> Self {
        Self { container_id: container_id().into(), storage: Arc::new(storage), limits, tasks: Tasks::new() }
    }
}

/// All routes, below `base_path` as well.
pub fn router(app: App, base_path: &str) -> Router {
    let routes = Router::new()
        .route("/", get(page::home))
        .route("/upload", post(upload::upload))
        .route("/upload.php", post(upload::upload))
        .route("/images/{*path}", get(images::image))
        .route("/assets/{file}", get(page::asset))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .fallback(async || AppError::NotFound)
        .method_not_allowed_fallback(async || AppError::MethodNotAllowed)
        .layer(DefaultBodyLimit::disable())
        .with_state(app);
    // A layer on a router runs after its routing; paths are rewritten before, so the routes are a fallback.
    Router::new()
        .fallback_service(routes)
        .layer(middleware::from_fn_with_state(Arc::from(base_path), routing::rewrite))
        .layer(middleware::from_fn(error::render))
        .layer(middleware::from_fn(page::secure))
        .layer(middleware::from_fn(request_log::log))
}

/// Serves until a signal asks to stop, then finishes what is in flight, within a deadline.
pub fn serve(config: Config) -> Result<(), ServeError> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(ServeError::Runtime)?;
    runtime.block_on(serve_until_asked(config))
}

async fn serve_until_asked(config: Config) -> Result<(), ServeError> {
    // Listening comes first, before AWS is asked for anything: a load balancer may be waiting.
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, config.port)).await;
    let listener = listener.map_err(|source| ServeError::Listen { port: config.port, source })?;
    let stop = shutdown::requested().map_err(ServeError::Signals)?;
    tracing::info!(port = config.port, bucket = config.bucket, base_path = config.base_path, "listening");

    let app = App::new(Storage::new(config.bucket), config.limits);
    let storage = Arc::clone(&app.storage);
    tokio::spawn(async move { storage.warm_up().await });

    let tasks = app.tasks.clone();
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let stop = async move {
        stop.await;
        // The receiver is only gone when serving has ended already.
        let _ = stopping.send(());
    };
    let server = axum::serve(listener, router(app, &config.base_path)).with_graceful_shutdown(stop);
    let work = async {
        server.into_future().await?;
        tasks.finished().await;
        Ok(())
    };
    let deadline = async {
        let _ = stopped.await;
        tokio::time::sleep(shutdown::DEADLINE).await;
    };
    tokio::select! {
        ended = work => ended.map_err(ServeError::Serve)?,
        () = deadline => tracing::warn!("requests were still in flight at the deadline: stopping anyway"),
    }
    tracing::info!("stopped");
    Ok(())
}

/// The kernel's name for this machine: in a container the start of its id, unless it was given another.
fn container_id() -> String {
    match std::fs::read_to_string("/proc/sys/kernel/hostname") {
        Ok(name) => name.trim().to_owned(),
        Err(error) => {
            tracing::warn!(%error, "could not read the host name: the page shows none");
            "unknown".to_owned()
        }
    }
}

//! The image-upload web app: its routes, and what stands around all of them.

mod admission;
mod asset;
mod assets;
mod cleanup;
mod conditional;
pub mod config;
mod counted_body;
mod cross_site;
mod delete;
mod direct;
pub mod error;
mod file_upload;
mod gallery;
pub mod health;
mod image_cache;
mod image_key;
mod images;
mod limits;
mod metrics;
mod newest_images;
mod page;
pub mod request_log;
mod routing;
pub mod serve;
mod shutdown;
pub mod storage;
mod stored_image;
mod task_metadata;
mod thumbnails;
mod upload;
mod url;
mod view;
mod without_location;

#[cfg(test)]
mod fake_s3;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use app_intake::limits::UploadLimits;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Router, middleware};

use crate::admission::Admission;
use crate::config::Config;
use crate::error::AppError;
use crate::image_cache::ImageCache;
use crate::newest_images::NewestImages;
use crate::shutdown::{Lifecycle, Tasks};
use crate::storage::Storage;
use crate::task_metadata::TaskMetadata;
use crate::thumbnails::ThumbnailPermits;

/// What every handler can reach.
#[derive(Clone)]
pub struct App {
    container_id: Arc<str>,
    task: TaskMetadata,
    storage: Arc<Storage>,
    images: Arc<ImageCache>,
    newest: Arc<NewestImages>,
    limits: UploadLimits,
    admission: Arc<Admission>,
    permits: Arc<ThumbnailPermits>,
    tasks: Tasks,
    lifecycle: Lifecycle,
    direct_upload: bool,
    before_us: cross_site::BeforeUs,
    strip_location: bool,
}

impl App {
    /// An app over a bucket.
    pub fn new(storage: Arc<Storage>, config: &Config) -> Self {
        Self {
            container_id: container_id().into(),
            task: TaskMetadata::default(),
            images: Arc::new(ImageCache::new(Arc::clone(&storage), config.image_cache_bytes)),
            newest: Arc::new(NewestImages::new(Arc::clone(&storage))),
            storage,
            limits: config.limits,
            admission: Arc::new(Admission::new(config.admission)),
            permits: Arc::default(),
            tasks: Tasks::new(),
            lifecycle: Lifecycle::new(),
            direct_upload: config.direct_upload,
            before_us: cross_site::BeforeUs {
                sets_forwarded: config.trust_forwarded_host,
                speaks_tls: config.behind_tls,
            },
            strip_location: config.strip_location,
        }
    }

    /// Something was written or deleted under a key: nothing that was known before is answered any more.
    fn has_changed(&self, key: &str) {
        self.images.forget(key);
        self.newest.forget();
    }
}

/// All routes, below `base_path` as well.
pub fn router(app: App, base_path: &str) -> Router {
    let admission = Arc::clone(&app.admission);
    let before_us = app.before_us;
    let base_path: Arc<str> = Arc::from(base_path);
    let mut routes = Router::new()
        .route("/", get(gallery::home))
        .route("/upload", post(upload::upload))
        .route("/upload.php", post(upload::upload))
        .route("/images/{*path}", get(images::image))
        .route("/thumbnails/{*path}", get(thumbnails::thumbnail))
        .route("/view/{*path}", get(view::view))
        .route("/delete/{*path}", post(delete::delete))
        .route("/assets/{file}", get(assets::asset))
        .route(health::CHECKS[0], get(health::healthz))
        .route(health::CHECKS[1], get(health::readyz));
    if app.direct_upload {
        routes =
            routes.route("/direct", post(direct::presign)).route("/direct/complete", post(direct::complete));
    }
    let routes = routes
        .fallback(async || AppError::NotFound)
        .method_not_allowed_fallback(async || AppError::MethodNotAllowed)
        .layer(middleware::from_fn(metrics::count))
        .layer(DefaultBodyLimit::disable())
        .with_state(app);
    // A layer on a router runs after its routing; paths are rewritten before, so the routes are a fallback.
    Router::new()
        .fallback_service(routes)
        .layer(middleware::from_fn_with_state(before_us, cross_site::guard))
        .layer(middleware::from_fn_with_state(admission, admission::admit))
        .layer(middleware::from_fn_with_state(Arc::clone(&base_path), routing::rewrite))
        .layer(middleware::from_fn_with_state(base_path, error::render))
        .layer(middleware::from_fn(page::secure))
        .layer(middleware::from_fn(request_log::log))
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

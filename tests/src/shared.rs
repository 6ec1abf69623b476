//! One LocalStack for all tests of a run, and one container of each app with default settings.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Mutex, OnceCell};

use crate::containers::{self, Container};
use crate::site::App;

/// What the tests share.
pub struct Shared {
    /// S3.
    pub localstack: Container,
    sites: [OnceCell<Running>; 2],
    buckets: AtomicUsize,
}

/// A running app and its bucket's name.
#[derive(Clone)]
pub struct Running {
    /// The app's container.
    pub container: Arc<Container>,
    /// Its bucket.
    pub bucket: String,
}

static SHARED: Mutex<Option<Arc<Shared>>> = Mutex::const_new(None);

/// Starts LocalStack when nobody has.
pub async fn shared() -> Arc<Shared> {
    let mut shared = SHARED.lock().await;
    if let Some(shared) = &*shared {
        return Arc::clone(shared);
    }
    let localstack = containers::localstack().await;
    let started = Arc::new(Shared { localstack, sites: Default::default(), buckets: AtomicUsize::new(0) });
    Arc::clone(shared.insert(started))
}

/// Ends what is shared; the next test starts it anew.
pub async fn end() {
    SHARED.lock().await.take();
}

impl Shared {
    /// The app with default settings; it is started when nobody has.
    pub async fn running(&self, app: App, start: impl AsyncFnOnce() -> Running) -> Running {
        self.sites[app as usize].get_or_init(|| start()).await.clone()
    }

    /// A name that no other bucket has.
    pub fn bucket_name(&self) -> String {
        format!("conformance-{}", self.buckets.fetch_add(1, Ordering::Relaxed))
    }
}

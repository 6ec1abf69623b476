//! The newest images, which most visitors see: one listing a second, shared by all requests in that time.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};

use crate::image_cache::FRESH_FOR;
use crate::storage::{Listing, Storage, StorageError};

/// How many images a page shows.
pub const PAGE: i32 = 24;

/// A listing, and the page that was made of it.
#[derive(Debug)]
pub struct Page {
    /// The images.
    pub listing: Listing,
    html: OnceLock<Bytes>,
}

/// The listing that was asked for last.
pub struct NewestImages {
    storage: Arc<Storage>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last: Option<Asked>,
    /// How often something was written here.
    writes: u64,
}

struct Asked {
    begun: Instant,
    writes: u64,
    page: Shared<BoxFuture<'static, Result<Arc<Page>, Arc<StorageError>>>>,
}

impl NewestImages {
    /// Nothing was asked for yet.
    pub fn new(storage: Arc<Storage>) -> Self {
        Self { storage, state: Mutex::default() }
    }

    /// The first page as it is at this moment, or was within the second before it; with all that was written through this app.
    ///
    /// # Errors
    /// When S3 fails.
    pub async fn page(&self) -> Result<Arc<Page>, StorageError> {
        self.asked().await.map_err(StorageError::Shared)
    }

    /// Something was written: what was asked before does not show it.
    pub fn forget(&self) {
        self.state().writes += 1;
    }

    fn asked(&self) -> impl Future<Output = Result<Arc<Page>, Arc<StorageError>>> + Send + use<> {
        let mut state = self.state();
        let writes = state.writes;
        let is_good = |asked: &&Asked| {
            let has_failed = asked.page.peek().is_some_and(Result::is_err);
            asked.writes == writes && asked.begun.elapsed() < FRESH_FOR && !has_failed
        };
        if let Some(asked) = state.last.as_ref().filter(is_good) {
            return asked.page.clone();
        }
        let storage = Arc::clone(&self.storage);
        let page = async move {
            let listing = storage.newest(PAGE, None).await.map_err(Arc::new)?;
            Ok(Arc::new(Page::of(listing)))
        };
        let page = page.boxed().shared();
        state.last = Some(Asked { begun: Instant::now(), writes, page: page.clone() });
        page
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Page {
    /// A page that is still to be made.
    pub fn of(listing: Listing) -> Self {
        Self { listing, html: OnceLock::new() }
    }

    /// The page, made once.
    pub fn html(&self, make: impl FnOnce(&Listing) -> Bytes) -> Bytes {
        self.html.get_or_init(|| make(&self.listing)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake_s3::FakeS3;
    use crate::storage::ObjectFacts;

    async fn keys(newest: &NewestImages) -> Vec<String> {
        newest.page().await.unwrap().listing.images.iter().map(|image| image.key.clone()).collect()
    }

    async fn start() -> (FakeS3, Arc<Storage>, NewestImages) {
        let (s3, storage) = FakeS3::start().await;
        let storage = Arc::new(storage);
        (s3, Arc::clone(&storage), NewestImages::new(storage))
    }

    async fn put(storage: &Storage, key: &str) {
        let facts = ObjectFacts { content_type: "image/png", dimensions: None, made_of: None };
        storage.put(key, &facts, Bytes::from_static(b"image")).await.unwrap();
    }

    #[tokio::test]
    async fn a_listing_serves_all_requests_of_a_second() {
        let (s3, storage, newest) = start().await;
        put(&storage, "uploads/1-a/a.png").await;
        futures::future::join_all((0..20).map(|_| newest.page())).await;
        assert_eq!(keys(&newest).await, ["uploads/1-a/a.png"]);
        assert_eq!(s3.contents().listings, 1);
        // Another task's.
        put(&storage, "uploads/0-a/b.png").await;
        newest.state().last.as_mut().unwrap().begun -= FRESH_FOR;
        assert_eq!(keys(&newest).await.len(), 2);
        assert_eq!(s3.contents().listings, 2);
    }

    #[tokio::test]
    async fn what_is_written_here_shows_at_once_also_where_a_listing_is_under_way() {
        let (s3, storage, newest) = start().await;
        let mut before = Box::pin(newest.page());
        assert!(before.as_mut().now_or_never().is_none(), "it is under way");
        put(&storage, "uploads/1-a/a.png").await;
        newest.forget();
        assert_eq!(keys(&newest).await, ["uploads/1-a/a.png"]);
        drop(before);
        assert_eq!(keys(&newest).await, ["uploads/1-a/a.png"]);
        assert!(s3.contents().listings <= 2);
    }

    #[tokio::test]
    async fn a_failure_is_shared_by_those_who_wait_and_not_kept() {
        let (s3, _, newest) = start().await;
        s3.contents().is_down = true;
        let pages = futures::future::join_all((0..20).map(|_| newest.page())).await;
        assert!(pages.iter().all(Result::is_err));
        assert_eq!(s3.contents().listings, 1);
        s3.contents().is_down = false;
        assert_eq!(keys(&newest).await, [""; 0]);
    }

    #[tokio::test]
    async fn a_page_is_made_once_for_a_listing() {
        let page = Page::of(Listing::default());
        assert_eq!(page.html(|_| Bytes::from_static(b"first")), "first");
        assert_eq!(page.html(|_| Bytes::from_static(b"second")), "first");
    }
}

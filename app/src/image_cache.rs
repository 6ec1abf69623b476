//! Images in memory, as a key is written once. S3 is asked again for what it has not confirmed within the last second, so that
//! what another task deletes is gone here, too. Whoever asks for a key at the same time shares one call.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::FutureExt;
use futures::future::{BoxFuture, WeakShared};
use quick_cache::sync::Cache;
use quick_cache::{OptionsBuilder, Weighter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::storage::{Fetched, Object, ObjectHead, Storage, StorageError, Wanted};

/// So long an answer of S3's holds.
pub const FRESH_FOR: Duration = Duration::from_secs(1);

/// Larger images are streamed from S3 each time.
const LARGEST_IMAGE: u64 = 1024 * 1024;

/// What an image takes up beside its bytes, roughly.
const OVERHEAD: u64 = 1024;

/// The cache is divided into so many parts, each with a lock of its own. The largest image has to fit into one.
const SHARDS: usize = 4;

/// Room is counted in this unit.
const KIB: u64 = 1024;

/// An image in memory.
#[derive(Debug)]
pub struct CachedImage {
    /// What S3 says of it.
    pub head: ObjectHead,
    bytes: Bytes,
    confirmed: Mutex<Instant>,
    _room: OwnedSemaphorePermit,
}

/// What there is under a key.
#[derive(Clone, Debug)]
pub enum Found {
    /// An image in memory.
    Cached(Arc<CachedImage>),
    /// An image too large for it, for the first who takes it.
    Opened(Arc<Mutex<Option<Object>>>),
    /// Nothing.
    Nothing,
}

type Outcome = Result<Found, Arc<StorageError>>;

/// A call that was made for a key.
struct Flight {
    id: u64,
    begun: Instant,
    /// Ends when nobody waits for it any more.
    outcome: WeakShared<BoxFuture<'static, Outcome>>,
}

#[derive(Default)]
struct Flights {
    by_key: HashMap<String, Flight>,
    last_id: u64,
}

/// The images that were asked for last, as many as fit.
pub struct ImageCache {
    storage: Arc<Storage>,
    images: Cache<String, Arc<CachedImage>, BySize>,
    largest: u64,
    /// For all images in memory: those in the cache, and those that left it and are still being sent.
    room: Arc<Semaphore>,
    flights: Mutex<Flights>,
}

#[derive(Clone)]
struct BySize;

impl Weighter<String, Arc<CachedImage>> for BySize {
    fn weight(&self, key: &String, image: &Arc<CachedImage>) -> u64 {
        key.len() as u64 + image.bytes.len() as u64 + OVERHEAD
    }
}

impl ImageCache {
    /// Nothing is in it yet; so many bytes may be, and as many again of images on their way to clients.
    pub fn new(storage: Arc<Storage>, capacity_bytes: u64) -> Self {
        let expected = (capacity_bytes / (100 * KIB)).max(1) as usize;
        let options = OptionsBuilder::new()
            .shards(SHARDS)
            .estimated_items_capacity(expected)
            .weight_capacity(capacity_bytes)
            .build();
        // Both numbers are given, which is all that it needs.
        let images = match options {
            Ok(options) => Cache::with_options(options, BySize, Default::default(), Default::default()),
            Err(_) => Cache::with_weighter(expected, capacity_bytes, BySize),
        };
        let room = usize::try_from(capacity_bytes.saturating_mul(2) / KIB).unwrap_or(usize::MAX);
        let room = Arc::new(Semaphore::new(room.min(Semaphore::MAX_PERMITS)));
        // An image that fills most of a part is not taken into it.
        let largest = LARGEST_IMAGE.min(capacity_bytes / SHARDS as u64 / 10 * 9);
        Self { storage, images, largest, room, flights: Mutex::default() }
    }

    /// Whether the image under a key is in memory, be it that S3 has to be asked about it.
    pub fn holds(&self, key: &str) -> bool {
        self.images.peek(key).is_some()
    }

    fn fresh(&self, key: &str) -> Option<Arc<CachedImage>> {
        self.images.get(key).filter(|image| image.is_fresh())
    }

    /// What there is under a key, at this moment or within the second before it.
    ///
    /// # Errors
    /// When S3 fails.
    pub async fn find(self: &Arc<Self>, key: &str) -> Result<Found, StorageError> {
        if let Some(image) = self.fresh(key) {
            return Ok(Found::Cached(image));
        }
        self.flight(key).await.map_err(StorageError::Shared)
    }

    /// Something else is under a key from now on: calls that were made before do not count any more.
    pub fn forget(&self, key: &str) {
        let mut flights = self.flights();
        flights.by_key.remove(key);
        self.images.remove(key);
    }

    /// The call for a key that is under way, or a new one.
    fn flight(self: &Arc<Self>, key: &str) -> impl Future<Output = Outcome> + Send + use<> {
        let mut flights = self.flights();
        let current = flights.by_key.get(key).filter(|flight| flight.begun.elapsed() < FRESH_FOR);
        if let Some(outcome) = current.and_then(|flight| flight.outcome.upgrade()) {
            return outcome;
        }
        flights.last_id += 1;
        let (id, begun) = (flights.last_id, Instant::now());
        let landing = Landing { cache: Arc::clone(self), key: key.to_owned(), id };
        let outcome = async move { landing.cache.call(&landing, begun).await.map_err(Arc::new) };
        let outcome = outcome.boxed().shared();
        if let Some(weak) = outcome.downgrade() {
            flights.by_key.insert(key.to_owned(), Flight { id, begun, outcome: weak });
        }
        outcome
    }

    async fn call(&self, landing: &Landing, begun: Instant) -> Result<Found, StorageError> {
        let key = landing.key.as_str();
        let known = self.images.get(key);
        let unless = known.as_ref().and_then(|image| image.head.e_tag.as_deref());
        let object = match self.storage.fetch(key, Wanted { range: None, unless }).await {
            Ok(Fetched::Object(object)) => object,
            Ok(Fetched::NotModified(_)) => {
                // It was asked about because it is known.
                let Some(image) = known else { return Ok(Found::Nothing) };
                *image.confirmed.lock().unwrap_or_else(PoisonError::into_inner) = begun;
                return Ok(Found::Cached(image));
            }
            Err(StorageError::NoSuchObject { .. }) => {
                landing.with(|images| {
                    images.remove(key);
                });
                return Ok(Found::Nothing);
            }
            Err(error) => return Err(error),
        };
        match self.room_for(&object.head) {
            None => Ok(Found::Opened(Arc::new(Mutex::new(Some(object))))),
            Some(room) => {
                let left = self.storage.deadline().saturating_sub(begun.elapsed());
                let image = Arc::new(CachedImage::read(object, left, begun, room).await?);
                landing.with(|images| images.insert(key.to_owned(), Arc::clone(&image)));
                Ok(Found::Cached(image))
            }
        }
    }

    /// Room for an image's bytes, if it is small enough and there is some.
    fn room_for(&self, head: &ObjectHead) -> Option<OwnedSemaphorePermit> {
        let length = head.length.filter(|length| *length <= self.largest)?;
        let units = u32::try_from((length + OVERHEAD).div_ceil(KIB)).ok()?;
        Arc::clone(&self.room).try_acquire_many_owned(units).ok()
    }

    fn flights(&self) -> MutexGuard<'_, Flights> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CachedImage {
    /// Its bytes. It stays in memory for as long as they do.
    pub fn bytes(self: &Arc<Self>) -> Bytes {
        Bytes::from_owner(Owned(Arc::clone(self)))
    }

    /// How many bytes it has.
    pub fn length(&self) -> u64 {
        self.bytes.len() as u64
    }

    async fn read(
        object: Object,
        within: Duration,
        begun: Instant,
        room: OwnedSemaphorePermit,
    ) -> Result<Self, StorageError> {
        let head = object.head.clone();
        let bytes = object.collect(within).await?;
        Ok(Self { head, bytes, confirmed: Mutex::new(begun), _room: room })
    }

    fn is_fresh(&self) -> bool {
        self.confirmed.lock().unwrap_or_else(PoisonError::into_inner).elapsed() < FRESH_FOR
    }
}

/// The bytes of an image, with what keeps it in memory.
struct Owned(Arc<CachedImage>);

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        &self.0.bytes
    }
}

/// The end of a flight, however it ends.
struct Landing {
    cache: Arc<ImageCache>,
    key: String,
    id: u64,
}

impl Landing {
    /// Changes the cache, unless something else is under the key since the call was made.
    fn with(&self, change: impl FnOnce(&Cache<String, Arc<CachedImage>, BySize>)) {
        let flights = self.cache.flights();
        if flights.by_key.get(&self.key).is_some_and(|flight| flight.id == self.id) {
            change(&self.cache.images);
        }
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        let mut flights = self.cache.flights();
        if flights.by_key.get(&self.key).is_some_and(|flight| flight.id == self.id) {
            flights.by_key.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests;

//! What is in memory, for how long, and who is asked.

use super::*;
use crate::fake_s3::FakeS3;
use crate::storage::ObjectFacts;

const KEY: &str = "uploads/1-a/a.png";
const MIB: u64 = 1024 * 1024;

async fn start(capacity: u64) -> (FakeS3, Arc<Storage>, Arc<ImageCache>) {
    let (s3, storage) = FakeS3::start().await;
    let storage = Arc::new(storage);
    let cache = Arc::new(ImageCache::new(Arc::clone(&storage), capacity));
    (s3, storage, cache)
}

async fn put(storage: &Storage, key: &str, bytes: &[u8]) {
    let facts = ObjectFacts { content_type: "image/png", dimensions: None, made_of: None };
    storage.put(key, &facts, Bytes::copy_from_slice(bytes)).await.unwrap();
}

/// The bytes under a key, if they are in memory now.
async fn cached(cache: &Arc<ImageCache>, key: &str) -> Option<Bytes> {
    match cache.find(key).await.unwrap() {
        Found::Cached(image) => Some(image.bytes()),
        Found::Opened(_) | Found::Nothing => None,
    }
}

/// How often an object was opened, and how often one was said to be as it was.
fn calls(s3: &FakeS3) -> (usize, usize) {
    let contents = s3.contents();
    (contents.opened.len(), contents.not_modified)
}

impl ImageCache {
    /// Lets a second pass for an image.
    pub fn age(&self, key: &str) {
        let image = self.images.get(key).unwrap();
        *image.confirmed.lock().unwrap() -= FRESH_FOR;
    }
}

#[tokio::test]
async fn an_image_is_fetched_once_and_confirmed_after_a_second() {
    let (s3, storage, cache) = start(8 * MIB).await;
    put(&storage, KEY, b"image").await;
    for _ in 0..3 {
        assert_eq!(cached(&cache, KEY).await.unwrap(), "image");
    }
    assert_eq!(calls(&s3), (1, 0));
    cache.age(KEY);
    assert!(cache.fresh(KEY).is_none());
    for _ in 0..3 {
        assert_eq!(cached(&cache, KEY).await.unwrap(), "image");
    }
    assert_eq!(calls(&s3), (1, 1));
}

#[tokio::test]
async fn what_another_task_deletes_is_gone_after_a_second() {
    let (s3, storage, cache) = start(8 * MIB).await;
    put(&storage, KEY, b"image").await;
    cached(&cache, KEY).await.unwrap();
    s3.contents().objects.clear();
    cache.age(KEY);
    assert!(matches!(cache.find(KEY).await, Ok(Found::Nothing)));
    assert_eq!(cache.room.available_permits(), 16 * 1024);
}

#[tokio::test]
async fn what_is_replaced_is_replaced_here() {
    let (_, storage, cache) = start(8 * MIB).await;
    put(&storage, KEY, b"image").await;
    cached(&cache, KEY).await.unwrap();
    put(&storage, KEY, b"another").await;
    cache.age(KEY);
    assert_eq!(cached(&cache, KEY).await.unwrap(), "another");
    assert_eq!(cache.fresh(KEY).unwrap().bytes(), "another");
}

#[tokio::test]
async fn many_who_ask_at_once_share_one_call_and_its_error() {
    let (s3, storage, cache) = start(8 * MIB).await;
    put(&storage, KEY, b"image").await;
    let found = futures::future::join_all((0..50).map(|_| cached(&cache, KEY))).await;
    assert!(found.iter().all(|bytes| bytes.as_deref() == Some(b"image")));
    assert_eq!(s3.contents().opened, [KEY]);
    cache.age(KEY);
    s3.contents().is_down = true;
    let found = futures::future::join_all((0..50).map(|_| cache.find(KEY))).await;
    assert!(found.iter().all(|found| matches!(found, Err(StorageError::Shared(_)))));
    s3.contents().is_down = false;
    assert_eq!(cached(&cache, KEY).await.unwrap(), "image");
    assert!(cache.flights().by_key.is_empty());
}

#[tokio::test]
async fn a_call_from_before_a_change_does_not_count() {
    let (s3, storage, cache) = start(8 * MIB).await;
    put(&storage, KEY, b"image").await;
    let mut before = Box::pin(cache.find(KEY));
    assert!(before.as_mut().now_or_never().is_none(), "it is under way");
    cache.forget(KEY);
    assert!(matches!(before.await, Ok(Found::Cached(_))));
    assert!(cache.fresh(KEY).is_none(), "it may be from before the change");
    s3.contents().objects.clear();
    assert!(matches!(cache.find(KEY).await, Ok(Found::Nothing)));
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_any_more_leaves_nothing() {
    let (_, storage, cache) = start(8 * MIB).await;
    put(&storage, KEY, b"image").await;
    let mut given_up = Box::pin(cache.find(KEY));
    assert!(given_up.as_mut().now_or_never().is_none());
    drop(given_up);
    assert!(cache.flights().by_key.is_empty());
    assert_eq!(cache.room.available_permits(), 16 * 1024);
}

#[tokio::test]
async fn a_large_image_is_streamed_to_each() {
    let (s3, storage, cache) = start(16 * MIB).await;
    put(&storage, KEY, &vec![7; MIB as usize + 1]).await;
    for asked in 1..=2 {
        let Ok(Found::Opened(object)) = cache.find(KEY).await else { panic!("it is not opened") };
        let object = object.lock().unwrap().take().unwrap();
        assert_eq!(object.collect(FRESH_FOR * 20).await.unwrap().len() as u64, MIB + 1);
        assert_eq!(s3.contents().opened.len(), asked);
    }
}

#[tokio::test]
async fn an_image_that_breaks_off_is_an_error_and_not_kept() {
    let (s3, storage, cache) = start(8 * MIB).await;
    put(&storage, KEY, b"image").await;
    s3.contents().breaks_off = Some(KEY.to_owned());
    assert!(cache.find(KEY).await.is_err());
    s3.contents().breaks_off = None;
    assert_eq!(cached(&cache, KEY).await.unwrap(), "image");
}

#[tokio::test]
async fn memory_is_bounded_with_what_is_still_being_sent() {
    let (_, storage, cache) = start(5 * MIB).await;
    let mut held = Vec::new();
    let mut streamed = 0;
    for number in 0..12 {
        let key = format!("uploads/{number}-a/a.png");
        put(&storage, &key, &vec![7; 1_000_000]).await;
        match cached(&cache, &key).await {
            Some(bytes) => held.push(bytes),
            None => streamed += 1,
        }
    }
    assert!((9..=10).contains(&held.len()) && streamed >= 2, "{} in memory, {streamed} streamed", held.len());
    drop(held);
    assert!(cache.images.weight() <= 5 * MIB);
    assert!(cache.room.available_permits() >= 5 * 1024);
}

#[tokio::test]
async fn without_room_nothing_is_kept() {
    let (s3, storage, cache) = start(0).await;
    put(&storage, KEY, b"image").await;
    for asked in 1..=2 {
        assert_eq!(cached(&cache, KEY).await, None);
        assert_eq!(s3.contents().opened.len(), asked);
    }
}

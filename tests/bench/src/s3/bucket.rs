//! The bucket's content and what can be done to it; knows nothing of HTTP.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use hyper::header::{HeaderName, HeaderValue};
use time::OffsetDateTime;

use super::received::Content;

/// A bucket, whatever its name.
#[derive(Default)]
pub struct Bucket {
    objects: BTreeMap<String, Arc<Object>>,
    uploads: HashMap<String, Upload>,
    tags: u64,
}

/// What is stored under a key.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its bytes.
    pub content: Content,
    /// Content type and metadata, as they were sent.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// With its quotes.
    pub e_tag: String,
    /// When it was stored.
    pub modified: OffsetDateTime,
}

/// One page of a listing.
pub struct Page {
    /// Keys and objects.
    pub objects: Vec<(String, Arc<Object>)>,
    /// Whether there are more.
    pub truncated: bool,
}

struct Upload {
    key: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    parts: BTreeMap<u32, Content>,
}

impl Bucket {
    /// Stores an object and returns its tag.
    pub fn put(&mut self, key: String, content: Content, headers: Vec<(HeaderName, HeaderValue)>) -> String {
        let e_tag = self.next_tag();
        let modified = OffsetDateTime::now_utc();
        self.objects.insert(key, Arc::new(Object { content, headers, e_tag: e_tag.clone(), modified }));
        e_tag
    }

    /// Finds an object.
    pub fn get(&self, key: &str) -> Option<Arc<Object>> {
        self.objects.get(key).cloned()
    }

    /// Deletes an object that may be there.
    pub fn delete(&mut self, key: &str) {
        self.objects.remove(key);
    }

    /// The objects under a prefix behind a key, in the order of their keys.
    pub fn list(&self, prefix: &str, after: &str, count: usize) -> Page {
        let start = if after >= prefix { Bound::Excluded(after) } else { Bound::Included(prefix) };
        let mut found = self
            .objects
            .range::<str, _>((start, Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .map(|(key, object)| (key.clone(), Arc::clone(object)));
        Page { objects: found.by_ref().take(count).collect(), truncated: found.next().is_some() }
    }

    /// Begins an upload in parts and returns its id.
    pub fn begin_upload(&mut self, key: String, headers: Vec<(HeaderName, HeaderValue)>) -> String {
        let id = self.next_tag().replace('"', "");
        self.uploads.insert(id.clone(), Upload { key, headers, parts: BTreeMap::new() });
        id
    }

    /// Keys and ids of the uploads that were begun and not ended.
    pub fn open_uploads(&self, prefix: &str) -> impl Iterator<Item = (&str, &str)> {
        let uploads = self.uploads.iter().map(|(id, upload)| (upload.key.as_str(), id.as_str()));
        uploads.filter(move |(key, _)| key.starts_with(prefix))
    }

    /// Stores a part and returns its tag, or nothing when there is no such upload.
    pub fn put_part(&mut self, id: &str, number: u32, content: Content) -> Option<String> {
        self.uploads.get_mut(id)?.parts.insert(number, content);
        Some(self.next_tag())
    }

    /// Makes an object of the parts and returns its tag, or nothing when there is no such upload.
    pub fn complete_upload(&mut self, id: &str) -> Option<String> {
        let upload = self.uploads.remove(id)?;
        Some(self.put(upload.key, Content::joined(upload.parts.into_values()), upload.headers))
    }

    /// Forgets an upload's parts; says whether there were any.
    pub fn abort_upload(&mut self, id: &str) -> bool {
        self.uploads.remove(id).is_some()
    }

    /// Not the MD5 that S3 gives: nobody compares it, and it would cost the time that is being measured.
    fn next_tag(&mut self) -> String {
        self.tags += 1;
        format!("\"{:032x}\"", self.tags)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn kept(text: &'static str) -> Content {
        Content::Kept(Bytes::from_static(text.as_bytes()))
    }

    fn keys(page: &Page) -> Vec<&str> {
        page.objects.iter().map(|(key, _)| key.as_str()).collect()
    }

    #[test]
    fn listings_have_a_prefix_a_start_and_an_end() {
        let mut bucket = Bucket::default();
        for key in ["a/1", "b/1", "b/2", "b/3", "c/1"] {
            bucket.put(key.to_owned(), kept("x"), Vec::new());
        }
        let first = bucket.list("b/", "", 2);
        assert_eq!((keys(&first), first.truncated), (vec!["b/1", "b/2"], true));
        let second = bucket.list("b/", "b/2", 2);
        assert_eq!((keys(&second), second.truncated), (vec!["b/3"], false));
        assert_eq!(keys(&bucket.list("", "", 9)).len(), 5);
        assert_eq!(keys(&bucket.list("b/", "b/1x", 9)), ["b/2", "b/3"]);
        assert!(keys(&bucket.list("b/", "c", 9)).is_empty());
    }

    #[test]
    fn parts_become_an_object_in_their_order() {
        let mut bucket = Bucket::default();
        let id = bucket.begin_upload("k".to_owned(), Vec::new());
        bucket.put_part(&id, 2, kept("world")).unwrap();
        bucket.put_part(&id, 1, kept("hello ")).unwrap();
        assert!(bucket.get("k").is_none());
        assert_eq!(bucket.open_uploads("k").collect::<Vec<_>>(), [("k", id.as_str())]);
        assert_eq!(bucket.open_uploads("l").count(), 0);
        bucket.complete_upload(&id).unwrap();
        assert_eq!(bucket.get("k").unwrap().content, kept("hello world"));
        assert!(bucket.put_part(&id, 3, kept("late")).is_none() && !bucket.abort_upload(&id));
    }
}

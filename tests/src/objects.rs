//! A bucket in an emulator, seen by an S3 client that is not the apps'.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use crate::wait::until;

/// What is cleaned up after an answer was sent is gone by then.
const CLEAN_WITHIN: Duration = Duration::from_secs(30);

/// What stands beside an object's bytes.
#[derive(Debug)]
pub struct ObjectHead {
    /// Its content type.
    pub content_type: String,
    /// Its metadata, names in lower case.
    pub metadata: HashMap<String, String>,
    /// Its size in bytes.
    pub size: u64,
}

/// A bucket.
pub struct Bucket {
    client: Client,
    region: String,
    name: String,
}

impl Bucket {
    /// The bucket of this name at an emulator's address.
    pub fn at(endpoint: &str, region: &str, name: &str) -> Self {
        let configuration = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(Region::new(region.to_owned()))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .force_path_style(true);
        let client = Client::from_conf(configuration.build());
        Self { client, region: region.to_owned(), name: name.to_owned() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Creates it, in any region but us-east-1: S3 has no name for that one here.
    ///
    /// # Panics
    /// When it can't be created.
    pub async fn create(&self) {
        let region = BucketLocationConstraint::from(self.region.as_str());
        let place = CreateBucketConfiguration::builder().location_constraint(region).build();
        let request = self.client.create_bucket().bucket(&self.name).create_bucket_configuration(place);
        let created = request.send().await;
        created.unwrap_or_else(|error| panic!("cannot create bucket {}: {error:?}", self.name));
    }

    /// What is stored under a key.
    ///
    /// # Panics
    /// When there is nothing.
    pub async fn object(&self, key: &str) -> Vec<u8> {
        let object = self.client.get_object().bucket(&self.name).key(key).send().await;
        let object = object.unwrap_or_else(|error| panic!("bucket {} has no {key}: {error:?}", self.name));
        let body = object.body.collect().await.unwrap_or_else(|error| panic!("{key}: {error}"));
        body.to_vec()
    }

    /// All keys that begin so.
    ///
    /// # Panics
    /// When they can't be listed.
    pub async fn keys(&self, prefix: &str) -> Vec<String> {
        let listed = self.client.list_objects_v2().bucket(&self.name).prefix(prefix).send().await;
        let listed = listed.unwrap_or_else(|error| panic!("cannot list bucket {}: {error:?}", self.name));
        listed.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect()
    }

    /// Stores an object, as nobody but the apps should.
    ///
    /// # Panics
    /// When it can't be stored.
    pub async fn put(&self, key: &str, bytes: &[u8], content_type: &str) {
        let body = ByteStream::from(bytes.to_vec());
        let request = self.client.put_object().bucket(&self.name).key(key).content_type(content_type);
        request.body(body).send().await.unwrap_or_else(|error| panic!("cannot store {key}: {error:?}"));
    }

    /// Deletes an object, behind the apps' back.
    ///
    /// # Panics
    /// When it can't be deleted.
    pub async fn delete(&self, key: &str) {
        let deleted = self.client.delete_object().bucket(&self.name).key(key).send().await;
        deleted.unwrap_or_else(|error| panic!("cannot delete {key}: {error:?}"));
    }

    /// What stands beside an object's bytes.
    ///
    /// # Panics
    /// When there is no such object.
    pub async fn head(&self, key: &str) -> ObjectHead {
        let head = self.client.head_object().bucket(&self.name).key(key).send().await;
        let head = head.unwrap_or_else(|error| panic!("bucket {} has no {key}: {error:?}", self.name));
        ObjectHead {
            content_type: head.content_type().unwrap_or_default().to_owned(),
            size: head.content_length().unwrap_or_default().unsigned_abs(),
            metadata: head.metadata.unwrap_or_default(),
        }
    }

    /// The keys of uploads in parts that are neither completed nor aborted.
    ///
    /// # Panics
    /// When they can't be listed.
    pub async fn open_uploads(&self) -> Vec<String> {
        let listed = self.client.list_multipart_uploads().bucket(&self.name).send().await;
        let listed = listed.unwrap_or_else(|error| panic!("cannot list uploads: {error:?}"));
        listed.uploads().iter().filter_map(|upload| upload.key().map(str::to_owned)).collect()
    }

    /// Everything in it: objects, and uploads in parts.
    pub async fn everything(&self) -> Vec<String> {
        let mut all = self.keys("").await;
        all.extend(self.open_uploads().await.iter().map(|key| format!("{key}, in parts")));
        all
    }

    /// Waits until there are these keys and nothing else.
    pub async fn comes_to_hold(&self, keys: &[String]) {
        let mut wanted = keys.to_vec();
        wanted.sort();
        let what = format!("bucket {} to hold {wanted:?} alone", self.name);
        until(&what, CLEAN_WITHIN, async || match self.everything().await {
            all if all == wanted => Ok(()),
            all => Err(format!("{all:?}")),
        })
        .await;
    }
}

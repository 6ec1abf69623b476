//! A bucket in an emulator, seen by an S3 client that is not the apps'.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

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
}

//! Uses an app as a browser and as a program would.

use std::time::Duration;

use reqwest::header::{ACCEPT, LOCATION};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use serde::Deserialize;

use crate::wait::until;

const ONE_REQUEST: Duration = Duration::from_secs(20);
const READY_WITHIN: Duration = Duration::from_secs(60);

/// The smallest PNG: one grey pixel.
pub const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0,
    0, 1, 8, 0, 0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78, 0x9C, 0x63, 0xA8,
    0x07, 0, 0, 0x81, 0, 0x80, 0xCF, 0xC5, 0x83, 0x8A, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xAE, 0x42, 0x60,
    0x82,
];

/// An app at an address.
#[derive(Clone)]
pub struct AppClient {
    base: Url,
    client: Client,
}

/// What an app answers to an upload.
#[derive(Debug, Deserialize)]
pub struct Stored {
    /// The images that are stored now.
    pub images: Vec<StoredImage>,
}

/// An image that an app has stored.
#[derive(Debug, Deserialize)]
pub struct StoredImage {
    /// Its key in the bucket.
    pub key: String,
    /// Where it is read, relative to the page.
    pub url: String,
}

impl AppClient {
    /// The app whose page is here.
    ///
    /// # Panics
    /// When that is no address.
    pub fn new(url: &str) -> Self {
        let base = Url::parse(&format!("{}/", url.trim_end_matches('/')));
        // A connection for each request: one that the other end closes while it idles would fail a request.
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(ONE_REQUEST)
            .pool_max_idle_per_host(0)
            .build();
        Self {
            base: base.unwrap_or_else(|error| panic!("`{url}` is no address: {error}")),
            client: client.unwrap_or_else(|error| panic!("there is no HTTP client: {error}")),
        }
    }

    /// Sends `GET` for a path relative to the page.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn get(&self, path: &str) -> reqwest::Result<Response> {
        self.client.get(self.address(path)).send().await
    }

    /// Sends an image as a browser's form does, or asks for JSON.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn post_image(&self, name: &str, accept: &str) -> reqwest::Result<Response> {
        let part = Part::bytes(PNG).file_name(name.to_owned()).mime_str("image/png")?;
        let form = Form::new().part("fileToUpload", part);
        self.client.post(self.address("upload")).header(ACCEPT, accept).multipart(form).send().await
    }

    /// Waits until it answers a path with 200.
    pub async fn ready(&self, path: &str) {
        let what = format!("{} to answer with 200", self.address(path));
        until(&what, READY_WITHIN, async || match self.get(path).await {
            Ok(answer) if answer.status() == StatusCode::OK => Ok(()),
            Ok(answer) => Err(format!("{}: {}", answer.status(), answer.text().await.unwrap_or_default())),
            Err(error) => Err(format!("{error:?}")),
        })
        .await;
    }

    /// Uploads an image and returns what the app says about it.
    ///
    /// # Panics
    /// When it is not stored.
    pub async fn upload(&self, name: &str) -> StoredImage {
        let answer =
            self.post_image(name, "application/json").await.unwrap_or_else(|error| panic!("{error:?}"));
        let (status, text) = (answer.status(), answer.text().await.unwrap_or_default());
        assert_eq!(status, StatusCode::CREATED, "{text}");
        let stored: Stored = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let mut images = stored.images;
        assert_eq!(images.len(), 1, "{images:?}");
        images.remove(0)
    }

    /// Uploads an image as a browser and returns the page that it is sent to.
    ///
    /// # Panics
    /// When the answer is not the usual one after a form.
    pub async fn upload_as_browser(&self, name: &str) -> String {
        let answer = self.post_image(name, "text/html").await.unwrap_or_else(|error| panic!("{error:?}"));
        let location = answer.headers().get(LOCATION).map(|value| value.as_bytes().to_vec());
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        String::from_utf8(location.unwrap_or_default()).unwrap_or_default()
    }

    /// An image's bytes, read through the app.
    ///
    /// # Panics
    /// When they can't be read.
    pub async fn download(&self, image: &StoredImage) -> Vec<u8> {
        let answer = self.get(&image.url).await.unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(answer.status(), StatusCode::OK, "{}", image.url);
        answer.bytes().await.unwrap_or_else(|error| panic!("{}: {error}", image.url)).to_vec()
    }

    fn address(&self, path: &str) -> Url {
        self.base.join(path).unwrap_or_else(|error| panic!("`{path}` is no path: {error}"))
    }
}

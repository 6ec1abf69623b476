//! Uses an app as a browser and as a program would.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url, redirect};
use serde::Deserialize;
use serde_json::Value;

use crate::form::Form;
use crate::wait::until;

/// What a program asks for.
pub const JSON: &str = "application/json";

const ONE_REQUEST: Duration = Duration::from_secs(60);
const READY_WITHIN: Duration = Duration::from_secs(120);

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

/// An image that an app has stored.
#[derive(Debug, Deserialize)]
pub struct StoredImage {
    /// Its key in the bucket.
    pub key: String,
    /// Where it is read, relative to the page.
    pub url: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its type, by its content.
    pub content_type: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// An answer that has come as a whole.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl StoredImage {
    /// What follows `uploads/` in its key, as paths of the app have it.
    pub fn path(&self) -> &str {
        self.url.trim_start_matches("images/")
    }

    /// The name at the end of its key.
    pub fn name(&self) -> &str {
        self.key.rsplit('/').next().unwrap_or_default()
    }
}

impl Answer {
    /// A header's value, empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Its body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Its body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    /// The images that an upload has stored.
    ///
    /// # Panics
    /// When it has stored none.
    pub fn images(&self) -> Vec<StoredImage> {
        assert_eq!(self.status, StatusCode::CREATED, "{}", self.text());
        let images = serde_json::from_value(self.json()["images"].take());
        images.unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The one image that an upload has stored.
    ///
    /// # Panics
    /// When it has stored none, or more.
    pub fn image(&self) -> StoredImage {
        let mut images = self.images();
        assert_eq!(images.len(), 1, "{images:?}");
        images.remove(0)
    }

    /// The message of an error in JSON.
    ///
    /// # Panics
    /// When there is none.
    pub fn error(&self) -> String {
        let json = self.json();
        let message = json["error"].as_str().unwrap_or_else(|| panic!("no message: {json}"));
        assert!(!message.is_empty(), "an empty message, {}", self.status);
        message.to_owned()
    }

    /// Fails unless the status is this one.
    ///
    /// # Panics
    /// When it is another, with the body.
    #[track_caller]
    pub fn has(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{:?} {}", self.headers, self.text());
        self
    }
}

impl AppClient {
    /// The app whose page is here.
    ///
    /// # Panics
    /// When that is not an address.
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
            base: base.unwrap_or_else(|error| panic!("`{url}` is not an address: {error}")),
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

    /// An image as a browser's form sends it, or asking for JSON.
    pub fn image_request(&self, name: &str, accept: &str) -> RequestBuilder {
        let form = Form::new().file("fileToUpload", name.as_bytes(), Some("image/png"), PNG);
        self.form_request("upload", &form).header(ACCEPT, accept)
    }

    /// Any request for a path relative to the page.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.address(path))
    }

    /// A form for a path relative to the page.
    pub fn form_request(&self, path: &str, form: &Form) -> RequestBuilder {
        let request = self.request(Method::POST, path).header(CONTENT_TYPE, Form::content_type());
        request.body(form.bytes())
    }

    /// `GET`, with the whole answer.
    pub async fn fetch(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    /// `GET` with headers, with the whole answer.
    pub async fn fetch_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.request(Method::GET, path);
        answer(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
    }

    /// Uploads a form and asks for JSON.
    pub async fn post(&self, form: &Form) -> Answer {
        answer(self.form_request("upload", form).header(ACCEPT, JSON)).await
    }

    /// Uploads one image, which is stored.
    ///
    /// # Panics
    /// When it is not.
    pub async fn store(&self, name: &str, bytes: &[u8]) -> StoredImage {
        self.post(&Form::image(name, bytes)).await.image()
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
        answer(self.image_request(name, JSON)).await.image()
    }

    /// An image's bytes, read through the app.
    ///
    /// # Panics
    /// When they can't be read.
    pub async fn download(&self, image: &StoredImage) -> Vec<u8> {
        self.fetch(&image.url).await.has(200).body
    }

    fn address(&self, path: &str) -> Url {
        self.base.join(path).unwrap_or_else(|error| panic!("`{path}` is not a path: {error}"))
    }
}

/// Sends a request and reads the whole answer.
///
/// # Panics
/// When none comes.
pub async fn answer(request: RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap_or_else(|error| panic!("{error:?}"));
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.bytes().await.unwrap_or_else(|error| panic!("{status}, then {error:?}"));
    Answer { status, headers, body: body.to_vec() }
}

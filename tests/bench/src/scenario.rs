//! What is asked of the apps, and of the S3 stand-in itself to compare with.

use std::net::SocketAddr;

use bytes::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use serde::Serialize;

use crate::jpeg;

/// The bucket's name.
pub const BUCKET: &str = "bench";
/// The type of all images.
pub const CONTENT_TYPE: &str = "image/jpeg";
/// How many requests are in flight at a time.
pub const CONNECTIONS: [usize; 3] = [1, 16, 128];

const IMAGES: u64 = 100;
const DOWNLOADED_BYTES: usize = 100_000;
const UPLOADED_BYTES: usize = 1_000_000;
/// Keys count down the milliseconds to here.
const LATEST_MILLIS: u64 = 9_999_999_999_999;
const FIRST_STORED_MILLIS: u64 = 1_767_312_245_000;
const BOUNDARY: &str = "----app-bench-6f1d0c53";

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scenario {
    /// The page with the newest images.
    Page,
    /// An image of 100 kB.
    Download,
    /// An image of 1 MB.
    Upload,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// The Rust app.
    Rust,
    /// The PHP app.
    Php,
    /// The S3 stand-in, without an app.
    S3,
}

/// A request that is sent again and again, and the answer that it must get.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where to.
    pub address: SocketAddr,
    /// How.
    pub method: Method,
    /// The path.
    pub path: String,
    /// All but the length.
    pub headers: HeaderMap,
    /// The body, shared by all that send it.
    pub body: Bytes,
    /// The only right status.
    pub status: StatusCode,
    /// The answer's length where it is known.
    pub length: Option<u64>,
    /// The image's bytes, where they are sent.
    pub sent_bytes: u64,
}

impl Scenario {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Page, Self::Download, Self::Upload];

    /// How tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page of 100 images",
            Self::Download => "download, 100 kB",
            Self::Upload => "upload, 1 MB",
        }
    }

    /// The request, if the target knows such a thing.
    pub fn request(self, target: Target, address: SocketAddr) -> Option<Request> {
        let key = key(0);
        Some(match (self, target) {
            (Self::Page, Target::S3) => return None,
            (Self::Page, _) => get(address, "/".to_owned(), None),
            (Self::Download, Target::S3) => get(address, format!("/{BUCKET}/{key}"), Some(DOWNLOADED_BYTES)),
            (Self::Download, _) => {
                get(address, format!("/{}", key.replace("uploads/", "images/")), Some(DOWNLOADED_BYTES))
            }
            (Self::Upload, Target::S3) => put(address, UPLOADED_BYTES),
            (Self::Upload, _) => upload(address, UPLOADED_BYTES),
        })
    }
}

impl Target {
    /// All of them, in the order of the table's lines.
    pub const ALL: [Self; 3] = [Self::Rust, Self::Php, Self::S3];
    /// The apps.
    pub const APPS: [Self; 2] = [Self::Rust, Self::Php];

    /// How tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Php => "php",
            Self::S3 => "s3",
        }
    }
}

/// An upload of one image to an app.
pub fn upload(address: SocketAddr, bytes: usize) -> Request {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"fileToUpload\"; filename=\"photo.jpg\"\r\n\
         Content-Type: {CONTENT_TYPE}\r\n\r\n"
    );
    let body = [head.as_bytes(), &jpeg::image(bytes), format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat();
    let form = HeaderValue::from_static("multipart/form-data; boundary=----app-bench-6f1d0c53");
    Request {
        method: Method::POST,
        headers: headers([
            (header::CONTENT_TYPE, form),
            (header::ACCEPT, HeaderValue::from_static("application/json")),
        ]),
        body: body.into(),
        status: StatusCode::CREATED,
        sent_bytes: bytes as u64,
        ..get(address, "/upload".to_owned(), None)
    }
}

/// What is in the bucket before each run.
pub fn bucket() -> impl Iterator<Item = (String, Bytes)> {
    let image = jpeg::image(DOWNLOADED_BYTES);
    (0..IMAGES).map(move |number| (key(number), image.clone()))
}

fn put(address: SocketAddr, bytes: usize) -> Request {
    Request {
        method: Method::PUT,
        headers: headers([(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE))]),
        body: jpeg::image(bytes),
        length: Some(0),
        sent_bytes: bytes as u64,
        ..get(address, format!("/{BUCKET}/uploads/put.jpg"), None)
    }
}

/// A request that changes nothing.
pub fn get(address: SocketAddr, path: String, length: Option<usize>) -> Request {
    Request {
        address,
        method: Method::GET,
        path,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        status: StatusCode::OK,
        length: length.map(|length| length as u64),
        sent_bytes: 0,
    }
}

fn headers<const COUNT: usize>(headers: [(HeaderName, HeaderValue); COUNT]) -> HeaderMap {
    headers.into_iter().collect()
}

fn key(number: u64) -> String {
    let countdown = LATEST_MILLIS - FIRST_STORED_MILLIS - number;
    format!("uploads/{countdown:013}-{:08x}/photo-{number:03}.jpg", number * 40_503)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 80);

    #[test]
    fn the_downloaded_image_is_in_the_bucket() {
        let request = Scenario::Download.request(Target::S3, ADDRESS).unwrap();
        let (_, content) = bucket().find(|(key, _)| request.path == format!("/{BUCKET}/{key}")).unwrap();
        assert_eq!(Some(content.len() as u64), request.length);
        let request = Scenario::Download.request(Target::Rust, ADDRESS).unwrap();
        assert!(request.path.starts_with("/images/8"), "{}", request.path);
    }

    #[test]
    fn a_form_has_its_boundary_at_both_ends() {
        let request = upload(ADDRESS, 1000);
        let text = String::from_utf8_lossy(&request.body);
        assert!(
            text.starts_with(&format!("--{BOUNDARY}\r\n")) && text.ends_with(&format!("--{BOUNDARY}--\r\n"))
        );
        assert!(request.headers[header::CONTENT_TYPE].to_str().unwrap().ends_with(BOUNDARY));
    }
}

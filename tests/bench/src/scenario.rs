//! What is asked of the targets. An upload to nginx and to S3 is a plain PUT, as neither takes forms.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use clap::ValueEnum;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, StatusCode};

use crate::jpeg;

/// The bucket's name.
pub const BUCKET: &str = "bench";
/// The type of all images.
pub const CONTENT_TYPE: &str = "image/jpeg";

/// Together 400 MB: a cache of 16 MiB holds one in 24 of them, whatever it evicts.
const IMAGES: usize = 4000;
/// Any cache holds these.
const FEW_IMAGES: usize = 8;
const IMAGE_BYTES: usize = 100_000;
/// Keys count down the milliseconds to here.
const LATEST_MILLIS: u64 = 9_999_999_999_999;
const FIRST_STORED_MILLIS: u64 = 1_767_312_245_000;
const BOUNDARY: &str = "----app-bench-6f1d0c53";

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// The page with the newest images.
    Page,
    /// The same few images again and again.
    DownloadFromMemory,
    /// So many images in turn that no cache holds them.
    DownloadFromS3,
    /// An image that the client has already.
    NotModified,
    /// An image of 100 kB.
    SmallUpload,
    /// An image of 1 MB.
    Upload,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// The Rust app
    Rust,
    /// The PHP app
    Php,
    /// nginx with one static image, else as a proxy to S3
    Nginx,
    /// The S3 stand-in itself
    S3,
}

/// A request that is sent again and again, and the answer that it must get.
#[derive(Debug)]
pub struct Request {
    /// Where to.
    pub address: SocketAddr,
    /// How.
    pub method: Method,
    /// All but the length.
    pub headers: HeaderMap,
    /// The body, shared by all that send it.
    pub body: Bytes,
    /// The only right status.
    pub status: StatusCode,
    /// The answer's length where it is known.
    pub length: Option<usize>,
    paths: Vec<String>,
    next: AtomicUsize,
}

impl Scenario {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Page,
        Self::DownloadFromMemory,
        Self::DownloadFromS3,
        Self::NotModified,
        Self::SmallUpload,
        Self::Upload,
    ];

    /// How tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page of 24 images",
            Self::DownloadFromMemory => "download 100 kB, in memory",
            Self::DownloadFromS3 => "download 100 kB, from S3",
            Self::NotModified => "304 to If-None-Match",
            Self::SmallUpload => "upload 100 kB",
            Self::Upload => "upload 1 MB",
        }
    }

    /// The request, if the target serves such a thing.
    pub fn request(self, target: Target, address: SocketAddr) -> Option<Request> {
        Some(match self {
            Self::Page if target.is_app() => get(address, vec!["/".to_owned()], None),
            Self::Page => return None,
            Self::DownloadFromMemory | Self::NotModified if target == Target::Nginx => {
                get(address, vec!["/photo.jpg".to_owned()], Some(IMAGE_BYTES))
            }
            Self::DownloadFromMemory => images(target, address, FEW_IMAGES),
            Self::DownloadFromS3 => images(target, address, IMAGES),
            // The client sends one tag.
            Self::NotModified => images(target, address, 1),
            Self::SmallUpload => upload(target, address, 100_000),
            Self::Upload => upload(target, address, 1_000_000),
        })
    }
}

impl Target {
    /// How tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Php => "php",
            Self::Nginx => "nginx",
            Self::S3 => "s3",
        }
    }

    /// Whether it is one of the two that are compared, and not there to compare with.
    pub fn is_app(self) -> bool {
        matches!(self, Self::Rust | Self::Php)
    }
}

impl Request {
    /// The path that is next.
    pub fn path(&self) -> &str {
        &self.paths[self.next.fetch_add(1, Ordering::Relaxed) % self.paths.len()]
    }

    /// Method and next path, for a message.
    pub fn first_line(&self) -> String {
        format!("{} {}", self.method, self.path())
    }

    /// The same for a client that has the image already.
    pub fn if_none_match(mut self, e_tag: HeaderValue) -> Self {
        self.headers.insert(header::IF_NONE_MATCH, e_tag);
        Self { status: StatusCode::NOT_MODIFIED, length: Some(0), ..self }
    }
}

/// What is in the bucket before each round.
pub fn bucket() -> impl Iterator<Item = (String, Bytes)> {
    let image = jpeg::image(IMAGE_BYTES);
    (0..IMAGES).map(move |number| (key(number as u64), image.clone()))
}

/// An upload of one image.
pub fn upload(target: Target, address: SocketAddr, bytes: usize) -> Request {
    let image = jpeg::image(bytes);
    if !target.is_app() {
        return Request {
            method: Method::PUT,
            headers: HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE))]),
            body: image,
            ..get(address, vec![format!("/{BUCKET}/uploads/put.jpg")], Some(0))
        };
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"fileToUpload\"; filename=\"photo.jpg\"\r\n\
         Content-Type: {CONTENT_TYPE}\r\n\r\n"
    );
    let body = [head.as_bytes(), &image, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat();
    let form = HeaderValue::from_static("multipart/form-data; boundary=----app-bench-6f1d0c53");
    Request {
        method: Method::POST,
        headers: HeaderMap::from_iter([
            (header::CONTENT_TYPE, form),
            (header::ACCEPT, HeaderValue::from_static("application/json")),
        ]),
        body: body.into(),
        status: StatusCode::CREATED,
        ..get(address, vec!["/upload".to_owned()], None)
    }
}

/// A request that changes nothing, for several paths in turn.
pub fn get(address: SocketAddr, paths: Vec<String>, length: Option<usize>) -> Request {
    Request {
        address,
        method: Method::GET,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        status: StatusCode::OK,
        length,
        paths,
        next: AtomicUsize::new(0),
    }
}

fn images(target: Target, address: SocketAddr, count: usize) -> Request {
    let path = |number| {
        let key = key(number as u64);
        if target.is_app() {
            format!("/{}", key.replace("uploads/", "images/"))
        } else {
            format!("/{BUCKET}/{key}")
        }
    };
    get(address, (0..count).map(path).collect(), Some(IMAGE_BYTES))
}

fn key(number: u64) -> String {
    let countdown = LATEST_MILLIS - FIRST_STORED_MILLIS - number;
    format!("uploads/{countdown:013}-{:08x}/photo-{number:04}.jpg", number * 40_503)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 80);

    #[test]
    fn the_downloaded_images_are_in_the_bucket() {
        let request = Scenario::DownloadFromS3.request(Target::S3, ADDRESS).unwrap();
        for (key, content) in bucket() {
            assert_eq!((request.path(), request.length), (&*format!("/{BUCKET}/{key}"), Some(content.len())));
        }
        let request = Scenario::DownloadFromMemory.request(Target::Rust, ADDRESS).unwrap();
        let path = request.path().to_owned();
        assert!(path.starts_with("/images/8"), "{path}");
        assert_eq!((1..FEW_IMAGES).filter(|_| request.path() == path).count(), 0);
        assert_eq!(request.path(), path);
    }

    #[test]
    fn a_form_has_its_boundary_at_both_ends() {
        let request = upload(Target::Rust, ADDRESS, 1000);
        let text = String::from_utf8_lossy(&request.body);
        assert!(
            text.starts_with(&format!("--{BOUNDARY}\r\n")) && text.ends_with(&format!("--{BOUNDARY}--\r\n"))
        );
        assert!(request.headers[header::CONTENT_TYPE].to_str().unwrap().ends_with(BOUNDARY));
    }
}

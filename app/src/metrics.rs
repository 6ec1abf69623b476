//! What the app counts, in Prometheus' format, on a port of its own: a load balancer never forwards to it.

use std::io;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

use crate::counted_body::counted;

const REQUESTS: &str = "http_requests_total";
const REQUEST_SECONDS: &str = "http_request_duration_seconds";
const IN_FLIGHT: &str = "http_requests_in_flight";
const REQUEST_BYTES: &str = "http_request_body_bytes_total";
const RESPONSE_BYTES: &str = "http_response_body_bytes_total";
const REFUSED: &str = "requests_refused_total";
const STORED: &str = "images_stored_total";
const STORED_BYTES: &str = "images_stored_bytes_total";
const UPLOADS: &str = "uploads_in_flight";
const UPLOAD_MEMORY: &str = "upload_memory_reserved_bytes";
const THUMBNAILS: &str = "thumbnails_total";
const S3_SECONDS: &str = "s3_request_duration_seconds";
const S3_ERRORS: &str = "s3_errors_total";

/// From a cached page to a large upload on a slow line.
const BUCKETS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// How often old samples of histograms are folded away, also when nobody asks for the metrics.
const UPKEEP: Duration = Duration::from_secs(5);

/// Serves `/metrics` until the process ends.
pub async fn serve(port: u16) -> io::Result<()> {
    let handle = install().map_err(io::Error::other)?;
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await?;
    let upkeep = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            upkeep.run_upkeep();
        }
    });
    let router = Router::new().route("/metrics", get(render)).with_state(handle);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the metrics' port is closed");
        }
    });
    Ok(())
}

fn install() -> Result<PrometheusHandle, metrics_exporter_prometheus::BuildError> {
    let handle = PrometheusBuilder::new().set_buckets(&BUCKETS)?.install_recorder()?;
    describe_counter!(REQUESTS, "Requests, by route, method and status.");
    describe_histogram!(REQUEST_SECONDS, "Seconds until the head of the answer, by route.");
    describe_gauge!(IN_FLIGHT, "Requests whose answer is not sent to its end.");
    describe_counter!(REQUEST_BYTES, "Bytes of request bodies read, by route.");
    describe_counter!(RESPONSE_BYTES, "Bytes of response bodies sent, by route.");
    describe_counter!(REFUSED, "Requests answered with 503 for want of room, by reason.");
    describe_counter!(STORED, "Images stored, by content type.");
    describe_counter!(STORED_BYTES, "Bytes of images stored.");
    describe_gauge!(UPLOADS, "Uploads being received.");
    describe_gauge!(UPLOAD_MEMORY, "Bytes set aside for the buffers of uploads.");
    describe_counter!(THUMBNAILS, "Thumbnails asked for, by what came of it.");
    describe_histogram!(S3_SECONDS, "Seconds of a call to S3 with all its tries, by action.");
    describe_counter!(S3_ERRORS, "Calls to S3 that failed after all tries, by action and code.");
    // What has not happened yet is 0, not absent.
    gauge!(IN_FLIGHT).set(0);
    gauge!(UPLOADS).set(0);
    gauge!(UPLOAD_MEMORY).set(0);
    counter!(STORED_BYTES).absolute(0);
    counter!(S3_ERRORS, "action" => "none", "code" => "none").absolute(0);
    Ok(handle)
}

async fn render(State(handle): State<PrometheusHandle>) -> ([(header::HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render())
}

/// Counts a request with its bytes; it is in flight until the last byte of its answer is gone.
pub async fn count(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let received = counter!(REQUEST_BYTES, "route" => route.clone());
    let request = request.map(|body| counted(body, received, ()));
    gauge!(IN_FLIGHT).increment(1);
    let in_flight = OnDrop(|| gauge!(IN_FLIGHT).decrement(1));
    let response = next.run(request).await;
    let status = response.status().as_str().to_owned();
    counter!(REQUESTS, "route" => route.clone(), "method" => method, "status" => status).increment(1);
    histogram!(REQUEST_SECONDS, "route" => route.clone()).record(started.elapsed());
    let sent = counter!(RESPONSE_BYTES, "route" => route);
    response.map(|body| counted(body, sent, in_flight))
}

/// A call to S3 has ended, well or with a code.
pub fn s3_call(action: &'static str, took: Duration, failed_with: Option<&str>) {
    histogram!(S3_SECONDS, "action" => action).record(took);
    if let Some(code) = failed_with {
        counter!(S3_ERRORS, "action" => action, "code" => code.to_owned()).increment(1);
    }
}

/// An image is in the bucket.
pub fn image_stored(content_type: &'static str, bytes: u64) {
    counter!(STORED, "content_type" => content_type).increment(1);
    counter!(STORED_BYTES).increment(bytes);
}

/// A thumbnail was asked for.
pub fn thumbnail(outcome: &'static str) {
    counter!(THUMBNAILS, "outcome" => outcome).increment(1);
}

/// A request was refused for want of room.
pub fn refused(reason: &'static str, status: StatusCode) {
    counter!(REFUSED, "reason" => reason, "status" => status.as_str().to_owned()).increment(1);
}

/// An upload is being received until this is dropped.
pub fn upload_in_flight() -> impl Send + Sync + Unpin + 'static {
    gauge!(UPLOADS).increment(1);
    OnDrop(|| gauge!(UPLOADS).decrement(1))
}

/// Memory is set aside until this is dropped.
pub fn memory_reserved(bytes: usize) -> impl Send + Sync + Unpin + 'static {
    let bytes = bytes as f64;
    gauge!(UPLOAD_MEMORY).increment(bytes);
    OnDrop(move || gauge!(UPLOAD_MEMORY).decrement(bytes))
}

struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

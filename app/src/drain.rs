//! Reading what a refused client still sends.

use std::time::Duration;

use axum::body::Body;
use futures::StreamExt;

/// A load balancer turns an answer that comes before the end of the request into a 502 of its own.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// Reads a body and throws it away, for a while.
pub async fn patiently(body: Body) {
    let mut stream = body.into_data_stream();
    // An error is the client's end, which is what we wait for.
    let rest = async { while let Some(Ok(_)) = stream.next().await {} };
    if tokio::time::timeout(DRAIN_TIMEOUT, rest).await.is_err() {
        tracing::info!("the client of a refused request is still sending: answering anyway");
    }
}

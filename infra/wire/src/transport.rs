//! How a call gets its answer beneath the gate: what ships sends it, tests put something of their own in its place.

use crate::call::Call;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use std::fmt::Debug;

/// Gives calls their answers.
pub trait Transport: Debug + Send + Sync {
    /// The answer to a call, whose request the network would take.
    fn send(&self, call: &Call, request: HttpRequest, network: &SharedHttpConnector) -> HttpConnectorFuture;
}

/// Sends each call as it is.
#[derive(Debug)]
pub struct Direct;

impl Transport for Direct {
    fn send(&self, _: &Call, request: HttpRequest, network: &SharedHttpConnector) -> HttpConnectorFuture {
        network.call(request)
    }
}

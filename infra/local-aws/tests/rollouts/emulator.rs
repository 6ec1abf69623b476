//! What is behind the local AWS, as far as rollouts ask it.

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// Alarms as DescribeAlarms answers them.
pub type Alarms = Arc<Mutex<Vec<Value>>>;

/// An emulator without subnets and without groups.
///
/// Its alarms are those that a test sets.
pub async fn emulator(alarms: Alarms) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let alarms = alarms.clone();
            let service = service_fn(move |request| answered(request, alarms.clone()));
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    address
}

async fn answered(request: Request<Incoming>, alarms: Alarms) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let of_cloudwatch = request.headers().contains_key("x-amz-target");
    let body = request.into_body().collect().await?.to_bytes();
    let answer = if of_cloudwatch {
        json!({"MetricAlarms": *alarms.lock().unwrap()}).to_string()
    } else if String::from_utf8_lossy(&body).contains("DescribeSubnets") {
        "<DescribeSubnetsResponse><subnetSet/></DescribeSubnetsResponse>".to_owned()
    } else {
        "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups/>\
         </DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>"
            .to_owned()
    };
    Ok(Response::new(Full::new(Bytes::from(answer))))
}

//! Answers as of an account in which every service runs what it is to run, for emulators that start no tasks.

use axum::Router;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::counting_proxy::Call;

/// More healthy targets than any service of a test has tasks.
const HEALTHY: usize = 5;

/// An edit of answers after which each deployment of a service is done at once, its targets are healthy, and the load balancer is
/// something that answers each request with 200.
///
/// # Panics
/// When nothing can listen.
pub async fn running_services() -> impl Fn(&Call, &[u8], String) -> String + Send + Sync + 'static {
    let address = something_that_answers().await;
    move |call, _, answer| match call.action.as_deref() {
        Some("DescribeTargetHealth") => target_health(),
        Some("CreateLoadBalancer" | "DescribeLoadBalancers") => with_dns_name(&answer, &address),
        Some("CreateService" | "DescribeServices" | "UpdateService") => {
            edit_deployments(&answer, |revision, deployment| {
                deployment["taskDefinition"] = json!(revision);
                deployment["rolloutState"] = json!("COMPLETED");
                deployment["runningCount"] = deployment["desiredCount"].clone();
            })
        }
        _ => answer,
    }
}

/// An answer of ECS with each deployment of its services changed, by the service's revision.
pub fn edit_deployments(answer: &str, mut change: impl FnMut(&str, &mut Value)) -> String {
    let Ok(mut json) = serde_json::from_str::<Value>(answer) else { return answer.to_owned() };
    let Some(members) = json.as_object_mut() else { return answer.to_owned() };
    let mut services: Vec<&mut Value> = Vec::new();
    for (name, member) in members {
        match (name.as_str(), member) {
            ("service", service) => services.push(service),
            ("services", Value::Array(all)) => services.extend(all),
            _ => {}
        }
    }
    for service in services {
        let revision = service["taskDefinition"].as_str().unwrap_or_default().to_owned();
        for deployment in service["deployments"].as_array_mut().into_iter().flatten() {
            change(&revision, deployment);
        }
    }
    json.to_string()
}

fn target_health() -> String {
    let target = "<member><Target><Id>10.0.0.1</Id><Port>80</Port></Target>\
                  <TargetHealth><State>healthy</State></TargetHealth></member>";
    format!(
        "<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions>{}\
         </TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>",
        target.repeat(HEALTHY)
    )
}

fn with_dns_name(answer: &str, address: &str) -> String {
    let mut parts = answer.split("<DNSName>");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let rest = part.split_once("</DNSName>").map_or("", |(_, rest)| rest);
        format!("{text}<DNSName>{address}</DNSName>{rest}")
    })
}

async fn something_that_answers() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.unwrap_or_else(|error| panic!("nothing can listen: {error}"));
    let address = listener.local_addr().unwrap_or_else(|error| panic!("there is no address: {error}"));
    let router = Router::new().fallback(async || "ok");
    // It ends with the test.
    tokio::spawn(async move { axum::serve(listener, router).await.ok() });
    address.to_string()
}

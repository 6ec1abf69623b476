//! Success means served: a request through the load balancer is answered.

use infra_engine::kind::Context;
use infra_engine::{Failure, ResourceId};

use crate::progress_view::ProgressView;
use crate::wait::{Look, until};
use std::time::Duration;

/// A new load balancer on AWS takes minutes until its name resolves and it answers.
const DEADLINE: Duration = Duration::from_secs(420);
const ONE_REQUEST: Duration = Duration::from_secs(5);

/// Waits until each of these addresses answers with 200.
///
/// # Errors
/// When one does not within the deadline, with its last answer.
pub async fn wait(urls: &[&str]) -> Result<(), Failure> {
    let client = reqwest::Client::builder().timeout(ONE_REQUEST).no_proxy().build();
    let client = client.map_err(|error| Failure::caused_by("there is no HTTP client", error))?;
    let view = ProgressView::new();
    for url in urls {
        let id = ResourceId::new("url", *url);
        let context = Context::of("", &id, &view);
        until(DEADLINE, &context, async || Ok(look(&client, url).await)).await?;
    }
    Ok(())
}

async fn look(client: &reqwest::Client, url: &str) -> Look<()> {
    match client.get(url).send().await {
        Ok(answer) if answer.status().is_success() => Look::Done(()),
        Ok(answer) => Look::NotYet(format!("{url} to answer with 200, not {}", answer.status())),
        Err(error) => Look::NotYet(format!("{url} to answer ({})", error.without_url())),
    }
}

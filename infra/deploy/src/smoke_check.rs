//! Success means served: a request through the load balancer is answered. Where none can be made from this machine, that is
//! said, and the deploy has not failed: the load balancer's own health checks have passed by then.

mod answer;

#[cfg(test)]
mod tests;

use crate::error_report;
use crate::progress_view::ProgressView;
use answer::{Requests, Seen};
use infra_engine::kind::Context;
use infra_engine::{Failure, ResourceId};
use std::time::Duration;
use tokio::time::Instant;

/// How long is waited.
#[derive(Clone, Copy)]
struct Patience {
    /// For an answer with 200, where there are answers.
    served: Duration,
    /// For the load balancer's name to be known here.
    resolved: Duration,
    /// For a connection.
    reached: Duration,
    /// For one request, of which a connection takes the smaller part.
    request: Duration,
}

impl Patience {
    /// A new load balancer on AWS takes minutes until its name resolves and it answers. One that was there before can be
    /// reached at once, or not at all.
    fn with(is_new: bool) -> Self {
        let seconds = |new: u64, old: u64| Duration::from_secs(if is_new { new } else { old });
        Self {
            served: Duration::from_secs(420),
            resolved: seconds(420, 30),
            reached: seconds(120, 30),
            request: Duration::from_secs(5),
        }
    }
}

/// What is asked, and where it is.
pub struct Site<'a> {
    /// The addresses of the apps.
    pub urls: &'a [&'a str],
    /// The load balancer's DNS name.
    pub load_balancer: &'a str,
    /// Why none of them can be asked, where that is known.
    pub unasked: Option<&'a str>,
    /// Who may connect.
    pub allowed_clients: &'a str,
}

/// Waits until each of these addresses answers with 200. Where that can't be seen from here, it warns.
///
/// # Errors
/// When one answers otherwise until the deadline, with its last answer.
pub async fn wait(site: &Site<'_>, is_new: bool) -> Result<(), Failure> {
    wait_for_all(site, Patience::with(is_new)).await
}

async fn wait_for_all(site: &Site<'_>, patience: Patience) -> Result<(), Failure> {
    let why = match site.unasked {
        Some(why) => Some(why.to_owned()),
        None => unreachable(site, patience).await?,
    };
    if let Some(why) = why {
        let failure = not_seen(site.urls, &why, site.allowed_clients);
        error_report::warn("whether the app answers can't be seen from here", &failure);
    }
    Ok(())
}

fn not_seen(urls: &[&str], why: &str, allowed_clients: &str) -> Failure {
    let who = if allowed_clients == "0.0.0.0/0" {
        String::new()
    } else {
        format!("; network.allowed_clients lets in {allowed_clients} only")
    };
    Failure::new(format!("{why}{who}")).hint(format!(
        "everything is deployed, and the load balancer's own health checks pass: open {} from a machine that may connect",
        urls.join(" and ")
    ))
}

/// Why the addresses can't be asked from here; nothing where all have answered.
async fn unreachable(site: &Site<'_>, patience: Patience) -> Result<Option<String>, Failure> {
    let view = ProgressView::new();
    for url in site.urls {
        let id = ResourceId::new("url", *url);
        let requests = Requests::to(url, site.load_balancer, patience.request)?;
        // They are all at the same load balancer.
        if let Some(why) = wait_for(&requests, patience, &Context::of("", &id, &view)).await? {
            return Ok(Some(why));
        }
    }
    Ok(None)
}

/// Waits for one address. Once it was reached it can be, and must answer.
async fn wait_for(
    requests: &Requests<'_>,
    patience: Patience,
    context: &Context<'_>,
) -> Result<Option<String>, Failure> {
    let began = Instant::now();
    let (mut was_reached, mut pause) = (false, Duration::from_millis(100));
    // Since when its name is known here.
    let mut resolved = None;
    loop {
        let missing = match requests.look().await? {
            Seen::Served => return Ok(None),
            Seen::Answer(missing) => {
                was_reached = true;
                missing
            }
            Seen::Unresolved(why) if !was_reached && began.elapsed() >= patience.resolved => {
                return Ok(Some(why));
            }
            Seen::Unreachable(why)
                if !was_reached
                    && resolved.get_or_insert_with(Instant::now).elapsed() >= patience.reached =>
            {
                return Ok(Some(why));
            }
            Seen::Unresolved(why) | Seen::Unreachable(why) => why,
        };
        if began.elapsed() >= patience.served {
            let seconds = patience.served.as_secs();
            return Err(Failure::new(format!("after {seconds} s still waiting for: {missing}"))
                .hint("run the same command again: it continues from here"));
        }
        context.waiting(missing);
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(Duration::from_secs(5));
    }
}

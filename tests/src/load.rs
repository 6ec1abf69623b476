//! Continuous requests from several clients at once, while something else happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use crate::app_client::AppClient;
use crate::wait::until;

const BEGINS_WITHIN: Duration = Duration::from_secs(60);

/// Running requests; they end when this is dropped.
pub struct Load {
    stop: Arc<AtomicBool>,
    served: Arc<AtomicUsize>,
    workers: JoinSet<Vec<String>>,
}

/// What came of the requests.
#[derive(Debug)]
pub struct Answers {
    /// How many were answered with 2xx or 3xx.
    pub served: usize,
    /// What happened to each of the others.
    pub failed: Vec<String>,
}

impl Load {
    /// Starts clients that look at each app's page and upload images, one request after the other.
    pub fn start(apps: &[AppClient], clients: usize) -> Self {
        let mut load = Self { stop: Arc::default(), served: Arc::default(), workers: JoinSet::new() };
        for client in 0..clients {
            let app = apps[client % apps.len()].clone();
            // Every other round of clients uploads.
            let uploads = (client / apps.len()) % 2 == 1;
            load.workers.spawn(requests(app, uploads, Arc::clone(&load.stop), Arc::clone(&load.served)));
        }
        load
    }

    /// Waits until this many more requests were answered.
    pub async fn answers(&self, count: usize) {
        let goal = self.served.load(Ordering::Relaxed) + count;
        until("requests to be answered", BEGINS_WITHIN, async || match self.served.load(Ordering::Relaxed) {
            served if served >= goal => Ok(()),
            served => Err(format!("{served} of {goal}")),
        })
        .await;
    }

    /// Ends the requests.
    ///
    /// # Panics
    /// When one of the clients has panicked.
    pub async fn end(mut self) -> Answers {
        self.stop.store(true, Ordering::Relaxed);
        let mut failed = Vec::new();
        while let Some(worker) = self.workers.join_next().await {
            failed.extend(worker.unwrap_or_else(|error| panic!("{error}")));
        }
        Answers { served: self.served.load(Ordering::Relaxed), failed }
    }
}

async fn requests(
    app: AppClient,
    uploads: bool,
    stop: Arc<AtomicBool>,
    served: Arc<AtomicUsize>,
) -> Vec<String> {
    let mut failed = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let sent =
            if uploads { app.image_request("load.png", "text/html").send().await } else { app.get("").await };
        let answer = match sent {
            Ok(answer) => answer,
            Err(error) => {
                failed.push(format!("{error:?}"));
                continue;
            }
        };
        let (status, body) = (answer.status(), answer.bytes().await);
        match body {
            Ok(_) if status.is_success() || status.is_redirection() => {
                served.fetch_add(1, Ordering::Relaxed);
            }
            Ok(body) => failed.push(format!("{status}: {}", String::from_utf8_lossy(&body))),
            Err(error) => failed.push(format!("{status}, then {error:?}")),
        }
    }
    failed
}

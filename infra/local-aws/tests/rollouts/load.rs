//! Requests without a pause, whose answers are counted.

use crate::here::Here;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;

const CLIENTS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(60);

/// Clients that go on until the end.
pub struct Load {
    counted: Arc<Mutex<Counted>>,
    clients: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Counted {
    answers: BTreeMap<String, usize>,
    failures: Vec<String>,
}

impl Load {
    pub fn start(here: &Here) -> Self {
        let counted = Arc::new(Mutex::new(Counted::default()));
        let uri: hyper::Uri = format!("http://{}/_alb/web/", here.address).parse().unwrap();
        let client = || tokio::spawn(ask(uri.clone(), counted.clone()));
        Self { clients: (0..CLIENTS).map(|_| client()).collect(), counted }
    }

    /// Who gave the next so many answers.
    pub async fn answers(&self, count: usize) -> BTreeMap<String, usize> {
        std::mem::take(&mut self.counted.lock().unwrap().answers);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answers = self.counted.lock().unwrap().answers.clone();
            if answers.values().sum::<usize>() >= count {
                return answers;
            }
            assert!(Instant::now() < deadline, "too few answers: {answers:?}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Who has answered since the start, or since answers were last counted.
    pub fn answered(&self) -> Vec<String> {
        self.counted.lock().unwrap().answers.keys().cloned().collect()
    }

    /// Ends it; returns what failed.
    pub async fn end(self) -> Vec<String> {
        self.clients.iter().for_each(JoinHandle::abort);
        std::mem::take(&mut self.counted.lock().unwrap().failures)
    }
}

async fn ask(uri: hyper::Uri, counted: Arc<Mutex<Counted>>) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    loop {
        let answer = match client.get(uri.clone()).await {
            Ok(answer) => answer,
            Err(error) => {
                counted.lock().unwrap().failures.push(error.to_string());
                continue;
            }
        };
        let status = answer.status();
        let body = answer.into_body().collect().await.map(|body| body.to_bytes());
        let mut counted = counted.lock().unwrap();
        match body {
            Ok(body) if status.is_success() => {
                *counted.answers.entry(String::from_utf8_lossy(&body).into_owned()).or_default() += 1;
            }
            other => counted.failures.push(format!("{status}: {other:?}")),
        }
    }
}

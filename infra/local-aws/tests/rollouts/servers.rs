//! A runtime whose tasks are servers in this process: each answers with the name of its image.

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use infra_local_aws::load_balancer::Target;
use infra_local_aws::tasks::{ContainerState, TaskNews, TaskRuntime, TaskToRun, Usage};
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

/// An image whose tasks end as soon as they run.
pub const DIES: &str = "dies";
/// An image whose tasks answer every request, health checks too, with 503.
pub const ANSWERS_503: &str = "answers-503";

/// An image that no registry has.
pub const IS_NOWHERE: &str = "is-nowhere";

type News = UnboundedSender<(String, TaskNews)>;

#[derive(Default)]
pub struct Servers {
    tasks: Mutex<HashMap<String, (News, JoinHandle<()>)>>,
    /// Where the address of a task leads.
    addresses: Arc<Mutex<HashMap<IpAddr, SocketAddr>>>,
}

impl Servers {
    pub fn resolve(&self, target: &Target) -> Option<SocketAddr> {
        self.addresses.lock().unwrap().get(&target.id.parse().ok()?).copied()
    }
}

#[async_trait::async_trait]
impl TaskRuntime for Servers {
    fn start(&self, task: TaskToRun, news: News) {
        let image =
            task.task_definition.container_definitions[0].image.as_ref().unwrap().get().unwrap().clone();
        let addresses = self.addresses.clone();
        let (id, says) = (task.id.clone(), news.clone());
        let serving = tokio::spawn(async move {
            if image == IS_NOWHERE {
                let why = format!("failed to resolve ref {image}: {image}: not found");
                says.send((id, stopped("TaskFailedToStart", &format!("CannotPullContainerError: {why}"))))
                    .unwrap();
                return;
            }
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = {
                let mut addresses = addresses.lock().unwrap();
                let [high, low] = u16::try_from(addresses.len() + 2).unwrap().to_be_bytes();
                let address = IpAddr::V4(Ipv4Addr::new(10, 0, high, low));
                addresses.insert(address, listener.local_addr().unwrap());
                address
            };
            let container = ContainerState {
                name: "web".to_owned(),
                last_status: "RUNNING".to_owned(),
                ..ContainerState::default()
            };
            for said in [
                TaskNews::Activating,
                TaskNews::Address(address),
                TaskNews::Container(container),
                TaskNews::Running,
            ] {
                says.send((id.clone(), said)).unwrap();
            }
            if image == DIES {
                says.send((id, stopped("EssentialContainerExited", "Essential container in task exited")))
                    .unwrap();
                return;
            }
            serve(listener, image).await;
        });
        self.tasks.lock().unwrap().insert(task.id, (news, serving));
    }

    fn stop(&self, task: &str, stop_code: &str, reason: &str) {
        if let Some((news, serving)) = self.tasks.lock().unwrap().remove(task) {
            serving.abort();
            news.send((task.to_owned(), stopped(stop_code, reason))).ok();
        }
    }

    async fn usage(&self) -> BTreeMap<String, Usage> {
        BTreeMap::new()
    }

    async fn stop_all(&self) {}
}

fn stopped(stop_code: &str, reason: &str) -> TaskNews {
    TaskNews::Stopped { stop_code: stop_code.to_owned(), reason: reason.to_owned() }
}

async fn serve(listener: TcpListener, image: String) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let image = image.clone();
        let service = service_fn(move |_: Request<Incoming>| {
            let mut answer = Response::new(Full::new(Bytes::from(image.clone())));
            if image == ANSWERS_503 {
                *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            }
            async move { Ok::<_, Infallible>(answer) }
        });
        connections.spawn(
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
        );
    }
}

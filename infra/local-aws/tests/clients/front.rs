//! The whole front in this process, for clients that are programs of their own.

use crate::emulator::{Alarms, emulator};
use infra_local_aws::account::Account;
use infra_local_aws::clock::Clock;
use infra_local_aws::ecs::Ecs;
use infra_local_aws::emulator::Emulator;
use infra_local_aws::front::{Front, PassOn};
use infra_local_aws::load_balancer::{LoadBalancers, Resolve};
use infra_local_aws::scaling::Scaling;
use infra_local_aws::tasks::TaskRuntime;
use infra_local_aws::tasks::docker::{DockerRuntime, DockerSettings};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;

pub const REGION: &str = "eu-west-1";

/// A front whose waits go by so many times faster, and where it listens.
pub async fn front(speed: f64, tasks: Arc<dyn TaskRuntime>, resolve: Resolve) -> (Arc<Front>, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let account = Account {
        region: REGION.to_owned(),
        id: "123456789012".to_owned(),
        endpoint: address.to_string(),
        partition: "aws".to_owned(),
    };
    let clock = Clock::new(speed);
    let load_balancers = LoadBalancers::new(account.clone(), clock, resolve);
    let emulator = Emulator { address: emulator(Alarms::default()).await, region: REGION.to_owned() };
    let runtime = Arc::new(no_docker(&account, &emulator));
    let behind = PassOn::to(&emulator.address);
    let ecs = Ecs::new(account.clone(), clock, emulator, load_balancers.clone(), tasks);
    let scaling = Scaling::new(account, clock, ecs.clone());
    tokio::spawn(ecs.clone().watch_targets());
    tokio::spawn(scaling.clone().run());
    let front = Arc::new(Front { ecs, load_balancers, scaling, runtime, emulator: behind });
    tokio::spawn(front.clone().serve(listener));
    (front, address)
}

/// Tasks ask a front about themselves; those here do not, so no engine is needed.
fn no_docker(account: &Account, emulator: &Emulator) -> DockerRuntime {
    let engine = bollard::Docker::connect_with_http("http://127.0.0.1:1", 1, bollard::API_DEFAULT_VERSION);
    DockerRuntime::new(
        engine.unwrap(),
        DockerSettings {
            instance: "none".to_owned(),
            network: "none".to_owned(),
            own_address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            pause_image: "none".to_owned(),
            account: account.clone(),
            emulator: emulator.clone(),
        },
    )
}

//! The local AWS's program.

use anyhow::Context;
use clap::Parser;
use infra_local_aws::account::Account;
use infra_local_aws::clock::Clock;
use infra_local_aws::ecs::Ecs;
use infra_local_aws::emulator::Emulator;
use infra_local_aws::front::{Front, PassOn};
use infra_local_aws::load_balancer::{LoadBalancers, Resolve};
use infra_local_aws::options::Options;
use infra_local_aws::scaling::Scaling;
use infra_local_aws::tasks::TaskRuntime;
use infra_local_aws::tasks::docker::{DockerRuntime, DockerSettings};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// The account that the emulator has.
const ACCOUNT: &str = "000000000000";
/// The partition of all regions here.
const PARTITION: &str = "aws";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, options.port))
        .await
        .with_context(|| format!("cannot listen on port {}", options.port))?;
    let (front, runtime) = started(&options).await?;
    let mut asked_to_end = signal(SignalKind::terminate()).context("cannot wait for signals")?;
    tokio::select! {
        () = front.serve(listener) => {}
        _ = asked_to_end.recv() => runtime.stop_all().await,
    }
    Ok(())
}

/// All parts, each knowing those that it needs.
async fn started(options: &Options) -> anyhow::Result<(Arc<Front>, Arc<DockerRuntime>)> {
    let account = Account {
        region: options.region.clone(),
        id: ACCOUNT.to_owned(),
        endpoint: SocketAddr::from((Ipv4Addr::LOCALHOST, options.port)).to_string(),
        partition: PARTITION.to_owned(),
    };
    let clock = Clock::new(options.speed);
    let address = options.emulator.to_string();
    let emulator = Emulator { address: address.clone(), region: options.region.clone() };
    let docker = bollard::Docker::connect_with_unix_defaults().context("cannot reach the Docker engine")?;
    let docker = docker.negotiate_version().await.context("the Docker engine does not answer")?;
    let settings = DockerSettings {
        instance: options.instance.clone(),
        network: options.network.clone(),
        own_address: options.address,
        port: options.port,
        pause_image: options.pause_image.clone(),
        account: account.clone(),
        emulator: emulator.clone(),
    };
    let runtime = Arc::new(DockerRuntime::new(docker, settings));
    runtime.adopt_or_remove().await.context("cannot remove what an earlier run has left")?;
    let ecs: Arc<OnceLock<Arc<Ecs>>> = Arc::default();
    let resolve: Resolve = {
        let ecs = ecs.clone();
        Arc::new(move |target| ecs.get()?.resolve(target))
    };
    let load_balancers = LoadBalancers::new(account.clone(), clock, resolve);
    let ecs = ecs
        .get_or_init(|| Ecs::new(account.clone(), clock, emulator, load_balancers.clone(), runtime.clone()))
        .clone();
    let scaling = Scaling::new(account, clock, ecs.clone());
    tokio::spawn(ecs.clone().run());
    tokio::spawn(ecs.clone().watch_targets());
    tokio::spawn(scaling.clone().run());
    tokio::spawn(infra_local_aws::alarms::watch(ecs.clone(), scaling.clone()));
    let front =
        Front { ecs, load_balancers, scaling, runtime: runtime.clone(), emulator: PassOn::to(&address) };
    Ok((Arc::new(front), runtime))
}

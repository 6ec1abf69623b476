//! Emulators and apps in containers, by testcontainers: reachable from this machine only, removed when dropped or when
//! the test program ends.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use infra::apps::{php, web};
use infra_images::docker::{docker, output};
use infra_images::{AppImage, base, names};
use testcontainers::bollard::models::{HostConfig, PortBinding};
use testcontainers::core::client::docker_client_instance;
use testcontainers::core::{IntoContainerPort, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt};
use tokio::sync::Mutex;

use crate::{reaper, repository, runtime};

const STARTS_WITHIN: Duration = Duration::from_secs(300);

/// Where the apps listen unless they are set up otherwise.
const APP_PORT: u16 = 80;

/// Where the Rust app's metrics are.
pub const METRICS_PORT: u16 = 9090;

/// A running container.
pub struct Container {
    container: Option<ContainerAsync<GenericImage>>,
    id: String,
    port: u16,
}

impl Drop for Container {
    fn drop(&mut self) {
        if let Some(container) = self.container.take() {
            // What is not removed here, the reaper removes.
            runtime::finish(async move { drop(container.rm().await) });
        }
    }
}

/// LocalStack with nothing but S3.
pub async fn localstack() -> Container {
    let image = emulator(names::LOCALSTACK).await.with_wait_for(WaitFor::message_on_either_std("Ready."));
    start(image.with_env_var("SERVICES", "s3"), &[4566]).await
}

/// moto: a wide control plane without containers.
pub async fn moto() -> Container {
    let image = emulator(names::MOTO).await.with_wait_for(WaitFor::message_on_either_std("Running on"));
    start(image.into(), &[5000]).await
}

/// MiniStack in a region, without the Docker socket: what ECS is asked for is kept, and no container starts.
pub async fn ministack(region: &str) -> Container {
    let image = emulator(names::MINISTACK).await.with_wait_for(WaitFor::message_on_either_std("Running on"));
    start(image.with_env_var("MINISTACK_REGION", region), &[4566]).await
}

/// One of the apps, with these variables and no more memory than that. `PORT` is heeded; the metrics' port is published too.
pub async fn app(app: &AppImage, environment: &[(&str, &str)], memory_mib: Option<u32>) -> Container {
    let image = image(&built(app).await);
    let port = environment.iter().find(|(name, _)| *name == "PORT");
    let port = port.and_then(|(_, value)| value.parse().ok()).unwrap_or(APP_PORT);
    let image = image.with_exposed_port(port.tcp()).with_exposed_port(METRICS_PORT.tcp());
    let request = environment
        .iter()
        .fold(ContainerRequest::from(image), |request, (name, value)| request.with_env_var(*name, *value));
    start_within(request, &[port, METRICS_PORT], memory_mib).await
}

/// Builds an image unless it is there; what the sources are when the first test asks is what all tests run.
async fn built(app: &AppImage) -> String {
    static TAGS: Mutex<Vec<(AppImage, String)>> = Mutex::const_new(Vec::new());
    let mut tags = TAGS.lock().await;
    if !tags.iter().any(|(known, _)| known == app) {
        let tag = app.content_tag().unwrap_or_else(|error| panic!("{error}"));
        tags.push((app.clone(), tag));
    }
    let tag = tags.iter().find(|(known, _)| known == app).map_or("", |(_, tag)| tag);
    let built = infra_images::build(app, tag, &|_| ()).await;
    built.unwrap_or_else(|error| panic!("{:#}{TEST_LOCAL}", anyhow::Error::from(error)))
}

/// The address at which containers reach this machine.
///
/// # Panics
/// When Docker's own network has none.
pub async fn this_machine() -> String {
    let format = "{{with index .IPAM.Config 0}}{{.Subnet}} {{.Gateway}}{{end}}";
    let network = output(docker(&["network", "inspect", "bridge", "--format", format])).await;
    let network = network.unwrap_or_else(|error| panic!("{error}{TEST_LOCAL}"));
    gateway(&network).unwrap_or_else(|| panic!("Docker's network has no gateway: {network}{TEST_LOCAL}"))
}

/// From `172.17.0.0/16 172.17.0.1`. An engine that runs for the first time does not name the gateway: it is the first address.
fn gateway(network: &str) -> Option<String> {
    let mut words = network.split_whitespace();
    let subnet = words.next()?.split('/').next()?;
    if let Some(gateway) = words.next() {
        return Some(gateway.to_owned());
    }
    let first = u32::from(subnet.parse::<Ipv4Addr>().ok()?) + 1;
    Some(Ipv4Addr::from(first).to_string())
}

/// The Rust app.
pub fn rust_app() -> AppImage {
    web::APP.image(repository())
}

/// The PHP app.
pub fn php_app() -> AppImage {
    php::APP.image(repository())
}

impl Container {
    /// Its address for this machine.
    pub async fn url(&self) -> String {
        self.url_of(self.port).await
    }

    /// The address of one of its ports for this machine. It changes with a restart.
    pub async fn url_of(&self, port: u16) -> String {
        let format = format!("{{{{(index (index .NetworkSettings.Ports \"{port}/tcp\") 0).HostPort}}}}");
        format!("http://127.0.0.1:{}", self.docker(&["inspect", "--format", &format]).await)
    }

    /// Its address for other containers.
    pub async fn url_for_containers(&self) -> String {
        let format = "{{.NetworkSettings.Networks.bridge.IPAddress}}";
        format!("http://{}:{}", self.docker(&["inspect", "--format", format]).await, self.port)
    }

    /// What it has written to its standard output and its standard error.
    ///
    /// # Panics
    /// When Docker does not answer.
    pub async fn logs(&self) -> (String, String) {
        let logs = docker(&["logs", &self.id]).output().await;
        let logs = logs.unwrap_or_else(|error| panic!("docker logs: {error}"));
        assert!(logs.status.success(), "docker logs: {}", String::from_utf8_lossy(&logs.stderr));
        let [stdout, stderr] =
            [logs.stdout, logs.stderr].map(|log| String::from_utf8_lossy(&log).into_owned());
        (stdout, stderr)
    }

    /// Sends it a signal, such as `TERM`.
    pub async fn signal(&self, name: &str) {
        self.docker(&["kill", "--signal", name]).await;
    }

    /// Stops it as ECS does, by its image's own signal, and starts it again.
    pub async fn restart(&self) {
        self.docker(&["restart"]).await;
    }

    /// Waits until it has ended and returns its exit code.
    pub async fn exit_code(&self) -> String {
        self.docker(&["wait"]).await
    }

    /// Whether the kernel has killed something in it for want of memory.
    pub async fn was_out_of_memory(&self) -> bool {
        self.docker(&["inspect", "--format", "{{.State.OOMKilled}}"]).await == "true"
    }

    /// How many processes run in it.
    pub async fn processes(&self) -> usize {
        self.docker(&["top"]).await.lines().count().saturating_sub(1)
    }

    /// The signal that stops it, as its image says.
    pub async fn stop_signal(&self) -> String {
        match self.docker(&["inspect", "--format", "{{.Config.StopSignal}}"]).await {
            signal if signal.is_empty() => "SIGTERM".to_owned(),
            signal => signal,
        }
    }

    async fn docker(&self, arguments: &[&str]) -> String {
        let arguments = [arguments, &[&self.id]].concat();
        let printed = output(docker(&arguments)).await;
        printed.unwrap_or_else(|error| panic!("docker {arguments:?}: {error}")).trim().to_owned()
    }
}

const TEST_LOCAL: &str = "; `cargo xtask test-local` makes everything that the tests need";

/// An emulator's image, which must be on this machine: testcontainers would look for it in a registry.
async fn emulator(reference: &str) -> GenericImage {
    match base::present(reference).await {
        Ok(true) => image(reference),
        Ok(false) => panic!("image {reference} is not on this machine{TEST_LOCAL}"),
        Err(error) => panic!("{error}{TEST_LOCAL}"),
    }
}

fn image(reference: &str) -> GenericImage {
    let (name, tag) = reference.rsplit_once(':').unwrap_or((reference, "latest"));
    GenericImage::new(name, tag)
}

async fn start(request: ContainerRequest<GenericImage>, ports: &[u16]) -> Container {
    start_within(request, ports, None).await
}

async fn start_within(
    request: ContainerRequest<GenericImage>,
    ports: &[u16],
    memory_mib: Option<u32>,
) -> Container {
    let (label, value) = reaper::label();
    let (port, published) = (ports[0], ports.to_vec());
    let request = request.with_label(label, value).with_startup_timeout(STARTS_WITHIN);
    let request = request.with_host_config_modifier(move |host| {
        publish_on_this_machine_only(host, &published);
        host.memory = memory_mib.map(|mib| i64::from(mib) << 20);
        speak_the_engines_version();
    });
    let started = runtime::run(request.start()).await;
    let container = started.unwrap_or_else(|error| panic!("{error}{TEST_LOCAL}"));
    Container { id: container.id().to_owned(), container: Some(container), port }
}

fn publish_on_this_machine_only(host: &mut HostConfig, ports: &[u16]) {
    let any_port = PortBinding { host_ip: Some("127.0.0.1".to_owned()), host_port: Some(String::new()) };
    let bindings = ports.iter().map(|port| (port.tcp().to_string(), Some(vec![any_port.clone()])));
    // Named, as older engines report a default that testcontainers does not know.
    host.network_mode = Some("bridge".to_owned());
    host.publish_all_ports = Some(false);
    host.port_bindings = Some(HashMap::from_iter(bindings));
}

/// testcontainers speaks the newest version of Docker's API, which engines such as Debian's refuse. Its client takes
/// the engine's version when it is asked to, but it lives no longer than its last container: this hook runs while it
/// is there, before its first call.
fn speak_the_engines_version() {
    tokio::task::block_in_place(|| {
        tokio::runtime::Handle::current().block_on(async {
            let client = docker_client_instance().await.unwrap_or_else(|error| panic!("{error}{TEST_LOCAL}"));
            let negotiated = client.negotiate_version().await;
            negotiated
                .unwrap_or_else(|error| panic!("the Docker engine does not answer: {error}{TEST_LOCAL}"));
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_is_what_the_engine_says_or_the_first_address() {
        assert_eq!(gateway("172.17.0.0/16 172.17.5.1\n").as_deref(), Some("172.17.5.1"));
        assert_eq!(gateway("172.17.0.0/16 \n").as_deref(), Some("172.17.0.1"));
        assert_eq!(gateway("\n"), None);
    }
}

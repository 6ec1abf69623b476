//! Emulators and apps in containers, by testcontainers: reachable from this machine only, removed when dropped.

use std::collections::HashMap;
use std::time::Duration;

use infra_images::{AppImage, base, names};
use testcontainers::bollard::models::{HostConfig, PortBinding};
use testcontainers::core::client::docker_client_instance;
use testcontainers::core::{IntoContainerPort, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt};

use crate::repository;

const STARTS_WITHIN: Duration = Duration::from_secs(120);

/// A running container with one port.
pub struct Container {
    container: ContainerAsync<GenericImage>,
    port: u16,
}

/// LocalStack with nothing but S3.
pub async fn localstack() -> Container {
    let image = emulator(names::LOCALSTACK).await.with_wait_for(WaitFor::message_on_either_std("Ready."));
    start(image.with_env_var("SERVICES", "s3"), 4566).await
}

/// moto: a wide control plane without containers.
pub async fn moto() -> Container {
    let image = emulator(names::MOTO).await.with_wait_for(WaitFor::message_on_either_std("Running on"));
    start(image.into(), 5000).await
}

/// One of the apps, with these variables, on its default port.
///
/// # Panics
/// When its image does not build.
pub async fn app(app: &AppImage, environment: &[(&str, &str)]) -> Container {
    let tag = app.content_tag().unwrap_or_else(|error| panic!("{error}"));
    let name =
        infra_images::build(app, &tag, &|_| ()).await.unwrap_or_else(|error| panic!("{error}{TEST_LOCAL}"));
    let request = environment.iter().fold(ContainerRequest::from(image(&name)), |request, (name, value)| {
        request.with_env_var(*name, *value)
    });
    start(request, 80).await
}

/// Both apps.
pub fn rust_app() -> AppImage {
    AppImage::web(repository())
}

/// The PHP app.
pub fn php_app() -> AppImage {
    AppImage::php(repository())
}

impl Container {
    /// Its address for this machine.
    ///
    /// # Panics
    /// When the port is not published.
    pub async fn url(&self) -> String {
        let port = self.container.get_host_port_ipv4(self.port).await;
        format!("http://127.0.0.1:{}", port.unwrap_or_else(|error| panic!("{error}")))
    }

    /// Its address for other containers.
    ///
    /// # Panics
    /// When it is not on Docker's own network.
    pub async fn url_for_containers(&self) -> String {
        let address = self.container.get_bridge_ip_address().await;
        format!("http://{}:{}", address.unwrap_or_else(|error| panic!("{error}")), self.port)
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

async fn start(request: ContainerRequest<GenericImage>, port: u16) -> Container {
    let request = request.with_startup_timeout(STARTS_WITHIN).with_host_config_modifier(move |host| {
        publish_on_this_machine_only(host, port);
        speak_the_engines_version();
    });
    let container = request.start().await.unwrap_or_else(|error| panic!("{error}{TEST_LOCAL}"));
    Container { container, port }
}

fn publish_on_this_machine_only(host: &mut HostConfig, port: u16) {
    let any_port = PortBinding { host_ip: Some("127.0.0.1".to_owned()), host_port: Some(String::new()) };
    // Named, as older engines report a default that testcontainers does not know.
    host.network_mode = Some("bridge".to_owned());
    host.publish_all_ports = Some(false);
    host.port_bindings = Some(HashMap::from([(port.tcp().to_string(), Some(vec![any_port]))]));
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

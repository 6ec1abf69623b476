//! An app as the tests meet it: its container, its bucket, a client, and perhaps a proxy between it and S3.

use std::fmt;
use std::sync::Arc;

use infra_images::AppImage;

use crate::app_client::AppClient;
use crate::containers::{self, Container};
use crate::fault_proxy::FaultProxy;
use crate::objects::Bucket;
use crate::shared::{Running, Shared, shared};

const REGION: &str = "eu-central-1";

/// The apps' secret, which must not turn up anywhere.
pub const SECRET: &str = "e2e/secret+that-nobody-may-ever+see0000/";

/// One of the two apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum App {
    /// The one in `app/`.
    Rust,
    /// The one in `php-app/`.
    Php,
}

/// A running app.
pub struct Site {
    /// Which one.
    pub app: App,
    /// A client for its page.
    pub client: AppClient,
    /// Its address for this machine.
    pub url: String,
    /// Its bucket.
    pub bucket: Bucket,
    /// Its container; tests with settings of their own have it for themselves.
    pub container: Arc<Container>,
    proxy: Option<FaultProxy>,
}

/// What a site is started with.
pub struct Setup {
    app: App,
    variables: Vec<(String, String)>,
    behind_proxy: bool,
    makes_bucket: bool,
    memory_mib: Option<u32>,
}

impl App {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Rust, Self::Php];

    /// Its image.
    pub fn image(self) -> AppImage {
        match self {
            Self::Rust => containers::rust_app(),
            Self::Php => containers::php_app(),
        }
    }
}

impl fmt::Display for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Rust => "the Rust app",
            Self::Php => "the PHP app",
        })
    }
}

impl Site {
    /// The one with default settings that tests share: other tests' images are in its bucket.
    pub async fn shared(app: App) -> Self {
        let shared = shared().await;
        let start = async || {
            let site = Setup::of(app).start().await;
            Running { container: site.container, bucket: site.bucket.name().to_owned() }
        };
        let running = shared.running(app, start).await;
        Self::new(app, running, None, &shared).await
    }

    async fn new(app: App, running: Running, proxy: Option<FaultProxy>, shared: &Shared) -> Self {
        let url = running.container.url().await;
        let bucket = Bucket::at(&shared.localstack.url().await, REGION, &running.bucket);
        Self { app, client: AppClient::new(&url), url, bucket, container: running.container, proxy }
    }

    /// What stands between the app and S3.
    ///
    /// # Panics
    /// When there is nothing.
    pub fn proxy(&self) -> &FaultProxy {
        self.proxy.as_ref().unwrap_or_else(|| panic!("the site was started without a proxy"))
    }

    /// An address in S3, as the app gives it to browsers, for this machine.
    ///
    /// # Panics
    /// When it is none.
    pub async fn for_this_machine(&self, url: &str) -> String {
        let path = url.strip_prefix("http://").and_then(|url| url.split_once('/'));
        let (_, path) = path.unwrap_or_else(|| panic!("{url} is not an address in S3"));
        format!("{}/{path}", shared().await.localstack.url().await)
    }

    /// A client for its page at the address that it has since its container was restarted.
    pub async fn client_after_restart(&self) -> AppClient {
        AppClient::new(&self.container.url().await)
    }
}

impl Setup {
    /// With default settings.
    pub fn of(app: App) -> Self {
        Self { app, variables: Vec::new(), behind_proxy: false, makes_bucket: true, memory_mib: None }
    }

    /// With this variable.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With these variables.
    #[must_use]
    pub fn with(self, variables: &[(&str, &str)]) -> Self {
        variables.iter().fold(self, |setup, (name, value)| setup.set(name, value))
    }

    /// With a proxy between it and S3.
    #[must_use]
    pub fn behind_proxy(self) -> Self {
        Self { behind_proxy: true, ..self }
    }

    /// With a bucket that does not exist, so that it is not ready.
    #[must_use]
    pub fn without_bucket(self) -> Self {
        Self { makes_bucket: false, ..self }
    }

    /// With no more memory than that.
    #[must_use]
    pub fn within(self, mib: u32) -> Self {
        Self { memory_mib: Some(mib), ..self }
    }

    /// Starts it and waits until it answers.
    pub async fn start(self) -> Site {
        let shared = shared().await;
        let proxy = match self.behind_proxy {
            true => Some(FaultProxy::to(&shared.localstack.url().await).await),
            false => None,
        };
        let endpoint = match &proxy {
            Some(proxy) => format!("http://{}:{}", containers::this_machine().await, proxy.port()),
            None => shared.localstack.url_for_containers().await,
        };
        let bucket = shared.bucket_name();
        let container = self.container(&bucket, &endpoint).await;
        let site = Site::new(self.app, Running { container, bucket }, proxy, &shared).await;
        if self.makes_bucket {
            site.bucket.create().await;
            site.client.ready("readyz").await;
        } else {
            site.client.ready("healthz").await;
        }
        site
    }

    /// Starts another task of the service that a site is one of: with the same bucket.
    pub async fn start_beside(self, first: &Site) -> Site {
        let shared = shared().await;
        let bucket = first.bucket.name().to_owned();
        let container = self.container(&bucket, &shared.localstack.url_for_containers().await).await;
        let site = Site::new(self.app, Running { container, bucket }, None, &shared).await;
        site.client.ready("readyz").await;
        site
    }

    /// Starts it, waits until it has given up, and returns its exit code and all that it has written.
    pub async fn ends(self) -> (String, String) {
        let container = self.container("some-bucket", "http://127.0.0.1:9").await;
        let code = container.exit_code().await;
        let (stdout, stderr) = container.logs().await;
        (code, stdout + &stderr)
    }

    async fn container(&self, bucket: &str, endpoint: &str) -> Arc<Container> {
        let mut environment = vec![
            ("S3_BUCKET", bucket),
            ("AWS_REGION", REGION),
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
        ];
        environment.extend(self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        Arc::new(containers::app(&self.app.image(), &environment, self.memory_mib).await)
    }
}

//! The provider against moto: a wide control plane without containers, so only what AWS is asked to do is seen.

mod account;
mod agreed;
mod by_hand;
mod deletions;
mod deploys;
mod docker;
mod drift;
mod environments;
mod full_account;
mod gateway_endpoint;
mod instances;
mod lease;
mod moves;
mod neighbours;
mod orphans;
mod others;
mod ownership;
mod partitions;
mod policy;
mod profiles;
mod refused;
mod revisions;
mod rollouts;
mod scaling;
mod secrets;
mod two_runs;
mod unknown_values;
mod verify;

use e2e::aws_api::{AwsApi, QueryService};
use e2e::command::{Outcome, Run, provider};
use e2e::containers::{self, Container};
use e2e::counting_proxy::CountingProxy;

const REGION: &str = "eu-west-1";

/// Images that nobody has to build: moto starts no tasks.
const IMAGE: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/some@sha256:\
                     0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A moto of a test's own.
struct Moto {
    _container: Container,
    endpoint: String,
    region: &'static str,
}

impl Moto {
    async fn start() -> Self {
        Self::in_region(REGION).await
    }

    async fn in_region(region: &'static str) -> Self {
        let container = containers::moto().await;
        Self { endpoint: container.url().await, _container: container, region }
    }

    fn api(&self) -> AwsApi {
        AwsApi::new(&self.endpoint, self.region)
    }

    /// The name of the stack's Auto Scaling group.
    async fn group_of(&self, stack: &str) -> String {
        let groups = self.api().query(QueryService::AutoScaling, "DescribeAutoScalingGroups", "").await;
        let mut names = groups.split("<AutoScalingGroupName>").skip(1);
        let name = names.find(|name| name.starts_with(&format!("{stack}-"))).unwrap_or_default();
        name.split('<').next().unwrap_or_default().to_owned()
    }

    async fn put_object(&self, bucket: &str, key: &str, body: &str) {
        self.api().s3(&format!("{bucket}/{key}"), Some(body)).await;
    }

    async fn deploy(&self, stack: &str, settings: &[&str]) {
        let command = format!("deploy --yes --no-wait --stack {stack}");
        self.run(&command, settings).await.ends_with(0).await;
    }

    /// Deploys what is deployed already: no call may write.
    async fn deploys_without_a_write(&self, stack: &str, settings: &[&str]) {
        let command = format!("deploy --yes --no-wait --stack {stack}");
        self.without_a_write(&command, settings, 0).await;
    }

    async fn without_a_write(&self, words: &str, settings: &[&str], code: i32) -> Outcome {
        let proxy = CountingProxy::start().await;
        let outcome =
            self.run(words, settings).await.env("HTTP_PROXY", proxy.address()).ends_with(code).await;
        let writes: Vec<_> = proxy.take_calls().into_iter().filter(|call| !call.is_read()).collect();
        assert!(writes.is_empty(), "{writes:#?}");
        outcome
    }

    async fn run(&self, words: &str, settings: &[&str]) -> Run {
        let run = provider(words).await.at(&self.endpoint, self.region);
        if words.starts_with("teardown") {
            return run;
        }
        let images = e2e::command::given_images(IMAGE);
        let settings = images.iter().map(String::as_str).chain(settings.iter().copied());
        settings.fold(run, |run, setting| run.arg("--set").arg(setting))
    }
}

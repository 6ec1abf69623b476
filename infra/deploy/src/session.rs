//! What every command begins with: the settings, the connection, the stack as the code wants it.

use crate::app_program::AppProgram;
use crate::image_builds::native_processor;
use crate::setup::{Overrides, Setup};
use crate::stack_lease::StackLease;
use anyhow::{Context, Result};
use aws_config::SdkConfig;
use aws_sdk_ecs::config::{Credentials, SharedCredentialsProvider};
use boot_time::Instant;
use infra::apps::AppSpec;
use infra::registry::ImageTags;
use infra::{Destination, Names, OwnedCount, Program, Settings, program};
use infra_aws::Aws;
use infra_aws::kinds;
use infra_aws::prefetch;
use infra_engine::plan::plan;
use infra_engine::refresh::{World, refresh};
use infra_engine::{Failure, Plan, Provider};
use infra_images::ImageError;
use infra_lease::LeaseSnapshot;
use infra_options::StackOptions;
use infra_wire::configuration;
use infra_wire::read_cache::ReadCache;
use infra_wire::{journal, read_cache};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A stack as the code wants it, and the connection to where it is deployed.
pub struct Session {
    /// The connection.
    pub aws: Aws,
    /// All kinds of resource over that connection.
    pub provider: Provider,
    /// The stack.
    pub program: Program,
    /// Its names.
    pub names: Names,
    /// The settings it was made with.
    pub settings: Settings,
    /// What is worth a word before the plan.
    pub notes: Vec<String>,
    /// Desired counts that were given for this run and that an autoscaler owns.
    pub owned_counts: Vec<OwnedCount>,
    /// The region, where it was given for this run.
    pub given_region: Option<String>,
    lease_lasts: Duration,
}

impl Session {
    /// Checks the stack, which makes no call, then connects.
    ///
    /// # Errors
    /// When the settings make no stack, or there are no credentials or no region.
    pub async fn open(options: &StackOptions, setup: &Setup) -> Result<Self> {
        let settings = settings(options, setup).await?;
        Self::over(configuration(options, setup).await?, settings, options, setup).await
    }

    /// The same for an account of which nothing is to be asked.
    ///
    /// # Errors
    /// When the settings make no stack, or there is no region.
    pub async fn of_account(options: &StackOptions, setup: &Setup, account: &str) -> Result<Self> {
        let settings = settings(options, setup).await?;
        let nobody = Credentials::builder().access_key_id("none").secret_access_key("none");
        let nobody = nobody.account_id(account).provider_name("--account").build();
        let config = configuration(options, setup).await?.into_builder();
        let config = config.credentials_provider(SharedCredentialsProvider::new(nobody)).build();
        Self::over(config, settings, options, setup).await
    }

    async fn over(
        config: SdkConfig,
        (settings, owned_counts): (Settings, Vec<OwnedCount>),
        options: &StackOptions,
        setup: &Setup,
    ) -> Result<Self> {
        let region = configuration::region(&config);
        infra::check(&options.name, &settings, Some(&region))?;

        let workspace = options.workspace.clone();
        let built = settings.apps.iter().filter(|(_, app)| app.image.is_none());
        let built: Vec<_> = built.map(|(spec, _)| spec).collect();
        let tags = tokio::task::spawn_blocking(move || image_tags(&workspace, &built));
        let aws = connected(&config, options, setup).await?;
        let destination = Destination { account_id: aws.account.id.clone(), region };
        let names = Names::new(&options.name, &destination)?;
        let program = program(&options.name, &settings, &destination, &tags.await??)?;
        let provider = kinds::all(&aws);
        let (given_region, lease_lasts) = (options.region.clone(), setup.overrides.lease_lasts);
        Ok(Self {
            provider,
            aws,
            program,
            names,
            settings,
            notes: Vec::new(),
            owned_counts,
            given_region,
            lease_lasts,
        })
    }

    /// Connects without a stack, for commands that work from what is found.
    ///
    /// # Errors
    /// When there are no credentials or no region.
    pub async fn connect(options: &StackOptions, setup: &Setup) -> Result<Aws> {
        let config = configuration(options, setup).await?;
        let aws = connected(&config, options, setup).await?;
        aws.account.confirm().await?;
        Ok(aws)
    }

    /// Has its clients wait for deployments, or not.
    #[must_use]
    pub fn waiting(mut self, waits: bool, keep_trying: bool) -> Self {
        self.aws.waits = waits;
        self.aws.rollout.keep_trying = keep_trying;
        self.provider = kinds::all(&self.aws);
        self
    }

    /// The stack's lease.
    pub fn lease(&self, adopt: bool) -> StackLease<'_> {
        let bucket = self.program.exports.lease_bucket.clone();
        StackLease::in_bucket(&self.aws, bucket, self.lease_lasts, adopt)
    }

    /// Reads the world.
    ///
    /// # Errors
    /// When something can't be read.
    pub async fn refresh(&self) -> Result<World> {
        let _cache = read_cache::begin();
        Ok(self.read_all().await?.0)
    }

    /// Reads the world, and compares it with what the code wants.
    ///
    /// # Errors
    /// When something can't be read, or belongs to somebody else and is not adopted.
    pub async fn read(&self, adopt: bool) -> Result<Snapshot> {
        let began = Instant::now();
        let cache = read_cache::begin();
        let (world, lease) = self.read_all().await?;
        cache.over();
        let plan = plan(&self.program.stack, &world, adopt)?;
        let was_quiet = match lease.record {
            // Where no run ever held the lease there is nothing, unless another one deletes it in this moment.
            None => world.owned.is_empty(),
            Some(_) => lease.was_quiet_since(began),
        };
        Ok(Snapshot { world, plan, lease, was_quiet, cache })
    }

    /// Reads the world and the lease, and makes sure of the account, at the same time.
    async fn read_all(&self) -> Result<(World, LeaseSnapshot)> {
        let lease = self.lease(false);
        // In this order: what is asked first is answered first.
        let (lease, account, (), world, ()) = tokio::join!(
            lease.read_and_prefetch(),
            self.aws.account.confirm(),
            prefetch::services(&self.aws, &self.names.cluster),
            refresh(&self.program.stack, &self.provider),
            prefetch::offerings(&self.aws, &self.program.stack),
        );
        account?;
        Ok((world?, lease?))
    }
}

/// The account as it was read.
pub struct Snapshot {
    /// The account.
    pub world: World,
    /// What would change.
    pub plan: Plan,
    /// The lease.
    pub lease: LeaseSnapshot,
    /// Whether no other run wrote while this one looked.
    pub was_quiet: bool,
    /// Its answers; they are to be dropped before anything is written.
    pub cache: ReadCache,
}

/// The settings as they are given, and the numbers of tasks among them that an autoscaler owns. On a local AWS Docker's engine is asked
/// for its processor.
async fn settings(options: &StackOptions, setup: &Setup) -> Result<(Settings, Vec<OwnedCount>)> {
    let (defaults, given) = (Settings::of(setup.apps), options.given()?);
    let settings = if options.local {
        defaults.overridden_on(native_processor().await?, &given)?
    } else {
        defaults.overridden(&given)?
    };
    let owned_counts = OwnedCount::among(&given, &settings);
    Ok((settings, owned_counts))
}

/// The configuration of all calls.
async fn configuration(options: &StackOptions, setup: &Setup) -> Result<SdkConfig, Failure> {
    let Overrides { transport, answers_within, .. } = &setup.overrides;
    configuration::load(options.region.clone(), options.local, Arc::clone(transport), *answers_within).await
}

/// Connects, and begins the journal of the run.
async fn connected(config: &SdkConfig, options: &StackOptions, setup: &Setup) -> Result<Aws> {
    let command = std::env::args().nth(1).unwrap_or_default();
    let region = configuration::region(config);
    let place = journal::Place { stack: options.name.as_str(), region: &region, local: options.local };
    journal::begin(&options.workspace, place, &command)
        .with_context(|| format!("cannot write target/journal in {}", options.workspace.display()))?;
    let program = AppProgram { apps: setup.apps, workspace: options.workspace.clone() };
    let mut aws = Aws::connect(config, options.name.as_str(), Arc::new(program)).await?;
    aws.rollout.control = Arc::clone(&setup.control);
    Ok(aws)
}

/// What the sources of these apps give.
fn image_tags(workspace: &Path, apps: &[&AppSpec]) -> Result<ImageTags, ImageError> {
    apps.iter().map(|app| Ok((app.name, app.image(workspace).content_tag()?))).collect()
}

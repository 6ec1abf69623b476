//! What the first deploy to the local AWS does that takes minutes, what of it is done already, and how long the rest takes.

use std::time::Duration;

use infra::apps;
use infra_images::{AppImage, BaseImage, base};
use serde::Serialize;

use crate::estimate::{
    BASES, FRONT_IMAGE, LOCAL_STACK, OTHER_IMAGE, PROVIDER, PROVIDER_AGAIN, RUST_IMAGE, Work,
};
use crate::images::repository;
use crate::local_aws::front_image;
use crate::provider::Provider;

/// The steps, and their time on this machine.
#[derive(Debug, Serialize)]
pub(super) struct FirstDeploy {
    /// Of what is not there yet.
    pub seconds: u64,
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    pub what: String,
    /// Whether it was done before.
    pub cached: bool,
    /// How long it takes where it was not.
    pub seconds: u64,
}

impl Step {
    pub fn new(what: impl Into<String>, cached: bool, work: Work) -> Self {
        Self { what: what.into(), cached, seconds: work.time().as_secs() }
    }

    pub fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

impl FirstDeploy {
    /// What it is on this machine. Without an engine there are no images.
    pub async fn here(engine: bool) -> anyhow::Result<Self> {
        let mut bases = engine;
        for image in [BaseImage::Debian, BaseImage::Rust, BaseImage::MiniStack] {
            bases = bases && base::present(&image.reference()?).await?;
        }
        let program = if Provider::was_built() { PROVIDER_AGAIN } else { PROVIDER };
        let mut steps = vec![
            Step::new("the program with the AWS SDK, by cargo", false, program),
            Step::new("base images, pulled", bases, BASES),
        ];
        let front = front_image();
        steps.push(Step::new("image local-aws", engine && is_built(&front).await?, FRONT_IMAGE));
        for app in apps::images(repository()) {
            let work = if app.source.rust.is_some() { RUST_IMAGE } else { OTHER_IMAGE };
            steps.push(Step::new(format!("image {}", app.name), engine && is_built(&app).await?, work));
        }
        steps.push(Step::new("the local AWS, and the stack in it", false, LOCAL_STACK));
        Ok(Self::of(steps))
    }

    pub fn of(steps: Vec<Step>) -> Self {
        let left = steps.iter().filter(|step| !step.cached);
        Self { seconds: left.map(|step| step.seconds).sum(), steps }
    }
}

async fn is_built(app: &AppImage) -> anyhow::Result<bool> {
    Ok(base::present(&app.local_name(&app.content_tag()?)).await?)
}

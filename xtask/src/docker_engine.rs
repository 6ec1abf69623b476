//! The Docker engine: checked, and offered to be installed and started where that is possible.

use infra_images::engine::{self, EngineError};
use infra_images::install::{self, Remedy};

use crate::consent;
use crate::interrupt::unless_interrupted;
use crate::progress::Step;

/// Makes sure that a Docker engine answers, or says exactly what is missing.
pub async fn require(yes: bool) -> anyhow::Result<()> {
    match engine::check().await {
        Ok(_) => Ok(()),
        Err(error) if offered(&error, yes).await? => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Offers to bring up an engine that is missed; whether one answers now.
pub async fn offer(yes: bool) -> anyhow::Result<bool> {
    match engine::check().await {
        Ok(_) => Ok(true),
        Err(error) => offered(&error, yes).await,
    }
}

/// Whether the user wanted an engine where none answers, and it was brought up.
async fn offered(error: &EngineError, yes: bool) -> anyhow::Result<bool> {
    let remedy = install::remedy(error).await;
    let question = match remedy {
        Remedy::InstallAndStart => {
            format!("{error}. Install {} with apt-get and start it?", install::ENGINE_PACKAGES.join(", "))
        }
        Remedy::Start => format!("{error}. Start dockerd?"),
        Remedy::ByHand => return Ok(false),
    };
    if !consent::given(&question, yes)? {
        return Ok(false);
    }
    unless_interrupted(apply(remedy, error.clone())).await?;
    Ok(true)
}

/// Installs programs that building base images needs, when the user agrees; false when that is not possible here.
pub async fn offer_packages(packages: &[&str], yes: bool) -> anyhow::Result<bool> {
    let question = format!("Install {} with apt-get?", packages.join(", "));
    if !install::can_install() || !consent::given(&question, yes)? {
        return Ok(false);
    }
    let step = Step::start(format!("packages {}", packages.join(", ")));
    unless_interrupted(install::packages(packages, &|line| step.line(line))).await?;
    step.done("installed");
    Ok(true)
}

async fn apply(remedy: Remedy, error: EngineError) -> anyhow::Result<()> {
    if remedy == Remedy::InstallAndStart {
        let step = Step::start(format!("packages {}", install::ENGINE_PACKAGES.join(", ")));
        install::packages(install::ENGINE_PACKAGES, &|line| step.line(line)).await?;
        step.done("installed");
    }
    // The package may have started the engine by itself.
    if engine::check().await.is_err() {
        let step = Step::start("docker engine");
        install::start_engine(&|line| step.line(line))
            .await
            .map_err(|failure| anyhow::Error::from(failure).context(error))?;
        step.done("started");
    }
    Ok(())
}

//! `deploy`: what it needs of this machine, and the local AWS where that is wanted.

use infra::Settings;
use infra_images::BaseImage;
use infra_options::StackOptions;
use infra_options::deploy::Options;

use crate::local_aws::{self, Choice, LocalAws};
use crate::provider::Provider;
use crate::{docker_engine, images};

/// So the provider ends where it has images to build and finds no Docker engine; it has changed nothing then.
const NO_ENGINE: u8 = 69;

/// Deploys to the local AWS, which is started first, and stopped again if nothing could be deployed.
pub async fn to_local_aws(options: &Options) -> anyhow::Result<u8> {
    let stack = &options.stack;
    docker_engine::require(stack.yes).await?;
    local_aws::engine::require_here().await?;
    let choice = Choice { speed: options.local_speed, ..Choice::of_stack(stack) };
    let settings = Settings::default().overridden(&stack.given()?)?;
    let ran_before = match LocalAws::running(&choice).await? {
        Some(running) => {
            running.note_other_sources()?;
            images::ensure(base_images(&settings), stack.yes).await?;
            true
        }
        None => {
            LocalAws::prepare(stack.local_port, base_images(&settings), stack.yes).await?;
            false
        }
    };
    // Everything that can fail before comes before: a local AWS is not started for a provider that does not build.
    let provider = Provider::build().await?;
    let local = LocalAws::running_or_started(&choice).await?;
    let code = provider.run(Some(&local)).await?;
    if code != 0 && !ran_before && provider.stacks(&local).await?.is_empty() {
        LocalAws::remove(stack.local_port).await?;
        infra_options::say!("nothing was deployed: the local AWS was stopped again");
    }
    Ok(code)
}

/// Deploys to AWS. The images' bases are obtained when the images are built, once the credentials are known to work. An engine
/// is asked for only then: a deploy that builds nothing needs none.
pub async fn to_aws(stack: &StackOptions) -> anyhow::Result<u8> {
    let provider = Provider::build().await?;
    let code = provider.run(None).await?;
    if code == NO_ENGINE && docker_engine::offer(stack.yes).await? {
        infra_options::say!("now there is a Docker engine: once more from the start");
        return provider.run(None).await;
    }
    Ok(code)
}

/// What the apps' images are built on.
fn base_images(settings: &Settings) -> &'static [BaseImage] {
    if settings.builds_no_image() { &[] } else { &[BaseImage::Debian, BaseImage::Rust] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_images_need_no_base() {
        let given = ["web.image=w", "php.image=p"].map(str::to_owned);
        assert_eq!(base_images(&Settings::with_overrides(&given).unwrap()), []);
        assert!(base_images(&Settings::with_overrides(&given[..1]).unwrap()).contains(&BaseImage::Debian));
    }
}

//! Whether the images of a task are there, and are made for its processor.

use super::subject::Subject;
use crate::judgement::Judgement;
use infra_aws::Aws;
use infra_aws::registry::{self, Repository, Stored};
use infra_ecs::task_definition::runtime_platform::{CpuArchitecture, OperatingSystemFamily, RuntimePlatform};
use infra_engine::Failure;
use serde_json::Value;

/// Both, for all containers of the task.
pub async fn check(aws: &Aws, subject: &Subject) -> (Judgement, Judgement) {
    let (mut images, mut processors) = (Vec::new(), Vec::new());
    let platform = subject.definition.runtime_platform.unwrap_or_default();
    for container in &subject.definition.container_definitions {
        let reference = container.image.as_ref().and_then(|image| image.get().ok());
        let (image, processor) = match reference {
            Some(reference) => one(aws, reference, platform).await,
            None => {
                let built = || Judgement::unknown("the first deploy builds and pushes it").next(DEPLOY);
                (built(), built())
            }
        };
        images.push(image);
        processors.push(processor);
    }
    (Judgement::all(images, "no container"), Judgement::all(processors, "no container"))
}

const DEPLOY: &str = "cargo xtask deploy";

async fn one(aws: &Aws, reference: &str, platform: RuntimePlatform) -> (Judgement, Judgement) {
    let unknown = |failure: &Failure| (Judgement::from(failure), Judgement::from(failure));
    let repository = match registry::repository(aws, reference).await {
        Ok(Some(repository)) => repository,
        Ok(None) => {
            let elsewhere =
                || Judgement::unknown(format!("{reference} is not in ECR, and can't be read from here"));
            return (elsewhere(), elsewhere());
        }
        Err(failure) => return unknown(&failure),
    };
    match registry::stored(aws, &repository, reference).await {
        Ok(Stored::Manifest(manifest)) => {
            let processor = processor(aws, &repository, &manifest, platform).await;
            (Judgement::ok(format!("{reference} is in ECR")), processor)
        }
        Ok(Stored::Nothing(why)) => (
            Judgement::failed(
                format!("{reference}: {why}"),
                "deploy again, which pushes what is missing; an image of the settings has to be pushed by hand",
            ),
            Judgement::unknown("the image is not there"),
        ),
        Err(failure) => unknown(&failure),
    }
}

/// Whether an image is made for a platform. An index says which ones it has; of one image alone its configuration does.
///
/// OCI: <https://github.com/opencontainers/image-spec/blob/main/image-index.md> and
/// <https://github.com/opencontainers/image-spec/blob/main/config.md>
async fn processor(
    aws: &Aws,
    repository: &Repository,
    manifest: &str,
    platform: RuntimePlatform,
) -> Judgement {
    let Ok(manifest) = serde_json::from_str::<Value>(manifest) else {
        return Judgement::unknown("the image's manifest is no JSON");
    };
    if let Some(images) = manifest["manifests"].as_array() {
        return made_for(images.iter().map(|image| &image["platform"]), platform);
    }
    let Some(digest) = manifest["config"]["digest"].as_str() else {
        return Judgement::unknown("the image's manifest names no configuration");
    };
    match registry::configuration(aws, repository, digest).await {
        Ok(configuration) => of_one(&configuration, platform),
        Err(failure) => Judgement::from(&failure),
    }
}

fn of_one(configuration: &[u8], platform: RuntimePlatform) -> Judgement {
    match serde_json::from_slice::<Value>(configuration) {
        Ok(configuration) => made_for([&configuration], platform),
        Err(_) => Judgement::unknown("the image's configuration is no JSON"),
    }
}

fn made_for<'a>(made: impl IntoIterator<Item = &'a Value>, platform: RuntimePlatform) -> Judgement {
    let named = made.into_iter().map(|it| {
        let part = |name: &str| it[name].as_str().unwrap_or("unknown");
        format!("{}/{}", part("os"), part("architecture"))
    });
    // Attestations are of no platform.
    let mut named: Vec<_> = named.filter(|name| name != "unknown/unknown").collect();
    named.dedup();
    let wanted = name_of(platform);
    if named.contains(&wanted) {
        return Judgement::ok(format!("the image is made for {wanted}"));
    }
    Judgement::failed(
        format!("the image is made for {}, the task needs {wanted}", named.join(", ")),
        "build the image for the task's processor, or set the app's cpu_architecture to what it is made for",
    )
}

/// As images name a platform. Left out, it is Linux on x86-64.
fn name_of(platform: RuntimePlatform) -> String {
    let windows = platform.operating_system_family.is_some_and(OperatingSystemFamily::is_windows);
    let architecture = match platform.cpu_architecture {
        Some(CpuArchitecture::Arm64) => "arm64",
        Some(CpuArchitecture::Unknown(other)) => other.as_str(),
        Some(CpuArchitecture::X86_64) | None => "amd64",
    };
    format!("{}/{architecture}", if windows { "windows" } else { "linux" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judgement::CheckResult;
    use serde_json::json;

    #[test]
    fn what_an_image_is_made_for_is_compared_with_what_the_task_needs() {
        let (arm, intel) = (RuntimePlatform::linux(CpuArchitecture::Arm64), RuntimePlatform::default());
        for (architectures, platform, result) in [
            (["amd64", "arm64"].as_slice(), arm, CheckResult::Ok),
            (&["amd64"], intel, CheckResult::Ok),
            (&["amd64"], arm, CheckResult::Failed),
            (&[], intel, CheckResult::Failed),
        ] {
            let attestation = json!({ "os": "unknown", "architecture": "unknown" });
            let named = architectures.iter().map(|it| json!({ "os": "linux", "architecture": it }));
            let made: Vec<_> = named.chain([attestation]).collect();
            assert_eq!(made_for(&made, platform).result, result, "{architectures:?} {platform:?}");
        }
        let missing = made_for(&[json!({ "os": "linux", "architecture": "amd64" })], arm);
        assert_eq!(missing.what, "the image is made for linux/amd64, the task needs linux/arm64");
    }

    #[test]
    fn the_configuration_of_one_image_says_for_which_processor_it_is_made() {
        let configuration =
            json!({ "os": "linux", "architecture": "arm64", "config": {}, "rootfs": {} }).to_string();
        let arm = RuntimePlatform::linux(CpuArchitecture::Arm64);
        for (configuration, platform, result) in [
            (configuration.as_str(), arm, CheckResult::Ok),
            (configuration.as_str(), RuntimePlatform::default(), CheckResult::Failed),
            ("<html>", arm, CheckResult::Unknown),
        ] {
            assert_eq!(of_one(configuration.as_bytes(), platform).result, result, "{configuration}");
        }
    }
}

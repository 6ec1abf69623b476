//! Whether the images of a task are there, and are made for its processor.

use super::subject::Subject;
use crate::judgement::Judgement;
use infra_aws::Aws;
use infra_aws::registry::{self, Stored};
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
    match stored(aws, reference).await {
        Ok(Some(Stored::Manifest(manifest))) => {
            (Judgement::ok(format!("{reference} is in ECR")), made_for(&manifest, platform))
        }
        Ok(Some(Stored::Nothing(why))) => (
            Judgement::failed(
                format!("{reference}: {why}"),
                "deploy again, which pushes what is missing; an image of the settings has to be pushed by hand",
            ),
            Judgement::unknown("the image is not there"),
        ),
        Ok(None) => {
            let elsewhere =
                || Judgement::unknown(format!("{reference} is not in ECR, and can't be read from here"));
            (elsewhere(), elsewhere())
        }
        Err(failure) => (Judgement::from(&failure), Judgement::from(&failure)),
    }
}

async fn stored(aws: &Aws, reference: &str) -> Result<Option<Stored>, Failure> {
    match registry::repository(aws, reference).await? {
        Some(repository) => registry::stored(aws, &repository, reference).await.map(Some),
        None => Ok(None),
    }
}

/// Whether an image is made for a platform. An index says which ones it has; the manifest of one image does not say its own.
///
/// OCI: <https://github.com/opencontainers/image-spec/blob/main/image-index.md>
fn made_for(manifest: &str, platform: RuntimePlatform) -> Judgement {
    let Ok(manifest) = serde_json::from_str::<Value>(manifest) else {
        return Judgement::unknown("the image's manifest is no JSON");
    };
    let Some(manifests) = manifest["manifests"].as_array() else {
        return Judgement::unknown(format!(
            "the image has one manifest, and only its configuration, which ECR's API does not give out, says for \
             which processor; the task needs {}",
            name_of(platform)
        ));
    };
    let named = manifests.iter().map(|it| {
        let part = |name: &str| it["platform"][name].as_str().unwrap_or("unknown");
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
    fn an_index_says_for_which_processors_an_image_is_made() {
        let index = |architectures: &[&str]| {
            let of =
                |it: &&str| json!({"digest": "sha256:00", "platform": {"os": "linux", "architecture": it}});
            let attestation = json!({"platform": {"os": "unknown", "architecture": "unknown"}});
            let manifests: Vec<_> = architectures.iter().map(of).chain([attestation]).collect();
            json!({ "manifests": manifests }).to_string()
        };
        let (arm, intel) = (RuntimePlatform::linux(CpuArchitecture::Arm64), RuntimePlatform::default());
        for (manifest, platform, result) in [
            (index(&["amd64", "arm64"]), arm, CheckResult::Ok),
            (index(&["amd64"]), intel, CheckResult::Ok),
            (index(&["amd64"]), arm, CheckResult::Failed),
            (index(&[]), intel, CheckResult::Failed),
            (json!({"config": {"digest": "sha256:00"}}).to_string(), intel, CheckResult::Unknown),
            ("<html>".to_owned(), intel, CheckResult::Unknown),
        ] {
            assert_eq!(made_for(&manifest, platform).result, result, "{manifest} {platform:?}");
        }
        let missing = made_for(&index(&["amd64"]), arm);
        assert_eq!(missing.what, "the image is made for linux/amd64, the task needs linux/arm64");
    }
}

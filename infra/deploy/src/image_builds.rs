//! Builds the images that a plan needs before anything is written: a build that fails leaves nothing half-deployed.

use crate::app_program::in_dockers_words;
use infra::Settings;
use infra::settings::Compute;
use infra_aws::Aws;
use infra_aws::kinds::image::build_failure;
use infra_ecs::task_definition::runtime_platform::CpuArchitecture;
use infra_engine::failure::{ResourceFailure, ResourceFailures};
use infra_engine::kind::Context;
use infra_engine::plan::Step;
use infra_engine::{Action, Event, Failure, Plan, Reporter, Resource, Stack};
use infra_images::EngineError;
use infra_images::engine::{self, Engine};
use infra_resources::Image;
use serde::Deserialize;
use std::time::Instant;

/// The engine that is to build the plan's images; nobody asks for one where nothing is built.
///
/// # Errors
/// When there is none.
pub async fn engine_for(plan: &Plan) -> Result<Option<Engine>, EngineError> {
    if new_images(plan).next().is_none() {
        return Ok(None);
    }
    engine::check().await.map(Some)
}

/// The processor of the engine, which runs a local AWS's tasks.
///
/// # Errors
/// When there is no engine.
pub async fn native_processor() -> Result<CpuArchitecture, EngineError> {
    let engine = engine::check().await?;
    Ok(processor(&engine).unwrap_or(CpuArchitecture::X86_64))
}

/// A note for each image that the engine can only build under emulation, and the settings that spare it.
pub fn emulated(stack: &Stack, plan: &Plan, engine: &Engine, settings: &Settings) -> Vec<String> {
    let images = new_images(plan).filter_map(|step| image_of(stack, step).ok());
    images.filter_map(|image| emulated_image(&image, processor(engine)?, settings)).collect()
}

fn emulated_image(image: &Image, native: CpuArchitecture, settings: &Settings) -> Option<String> {
    if image.architecture == native {
        return None;
    }
    let app = &image.app;
    let small = if native == CpuArchitecture::Arm64 { "t4g.micro" } else { "t3.micro" };
    let native = native.as_str();
    let instances = match settings.apps.get(app)?.runs_on {
        Compute::Ec2 => format!(" --set ec2.instance_type={small}"),
        Compute::Fargate | Compute::FargateSpot => String::new(),
    };
    Some(format!(
        "the image of {app} is built under emulation, which takes many times as long: this machine's Docker engine has the \
         processor {native}. `--set {app}.cpu_architecture={native}{instances}` builds and runs it natively"
    ))
}

/// The engine's processor, where ECS has it too.
fn processor(engine: &Engine) -> Option<CpuArchitecture> {
    [CpuArchitecture::X86_64, CpuArchitecture::Arm64]
        .into_iter()
        .find(|it| in_dockers_words(*it) == engine.architecture)
}

/// Builds every image that the plan creates; pushing them is part of the deploy.
///
/// # Errors
/// The first image that can't be built, with the end of the builder's output.
pub async fn build(
    stack: &Stack,
    plan: &Plan,
    aws: &Aws,
    reporter: &dyn Reporter,
) -> Result<(), ResourceFailures> {
    let builds = new_images(plan).map(|step| build_one(stack, step, aws, reporter));
    futures::future::try_join_all(builds).await.map(drop).map_err(|failure| ResourceFailures(vec![failure]))
}

fn new_images(plan: &Plan) -> impl Iterator<Item = &Step> {
    plan.steps.iter().filter(|step| step.kind == Image::KIND && step.action == Action::Create)
}

async fn build_one(
    stack: &Stack,
    step: &Step,
    aws: &Aws,
    reporter: &dyn Reporter,
) -> Result<(), ResourceFailure> {
    let (action, id, name) = ("build", step.id.clone(), step.name.clone());
    let began = Instant::now();
    reporter.report(Event::Started { id: id.clone(), name: name.clone(), action });
    let result = build_image(stack, step, aws, reporter).await;
    let (elapsed, succeeded) = (began.elapsed(), result.is_ok());
    reporter.report(Event::Finished { id: id.clone(), name: name.clone(), action, elapsed, succeeded });
    result.map_err(|source| ResourceFailure { action, id, name, source })
}

async fn build_image(stack: &Stack, step: &Step, aws: &Aws, reporter: &dyn Reporter) -> Result<(), Failure> {
    let image = image_of(stack, step)?;
    let context = Context::of(stack.name(), &step.id, reporter);
    let on_line = |line: &str| context.waiting(line.to_owned());
    let built = infra_images::build(&aws.program.image_source(&image)?, &image.tag, &on_line).await;
    built.map(drop).map_err(build_failure)
}

fn image_of(stack: &Stack, step: &Step) -> Result<Image, Failure> {
    let node = stack.index_of(&step.id).map(|index| &stack.nodes()[index]);
    let node = node.ok_or_else(|| Failure::new(format!("{} is not in the stack", step.id)))?;
    Image::deserialize(&node.desired)
        .map_err(|error| Failure::caused_by("an image has not the shape of its kind", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(app: &str, architecture: CpuArchitecture, engine: &str) -> Option<String> {
        let image = Image {
            app: app.to_owned(),
            repository: "r".to_owned(),
            repository_uri: "u".into(),
            architecture,
            tag: "t".to_owned(),
        };
        let native = processor(&Engine { architecture: engine.to_owned() })?;
        emulated_image(&image, native, &Settings::default())
    }

    #[test]
    fn what_an_arm_machine_would_build_natively_is_said_with_the_settings() {
        let web = note("web", CpuArchitecture::X86_64, "arm64").unwrap();
        assert!(web.contains("`--set web.cpu_architecture=ARM64`"), "{web}");
        let php = note("php", CpuArchitecture::X86_64, "arm64").unwrap();
        assert!(
            php.contains("`--set php.cpu_architecture=ARM64 --set ec2.instance_type=t4g.micro`"),
            "{php}"
        );
        let the_other_way = note("web", CpuArchitecture::Arm64, "amd64").unwrap();
        assert!(the_other_way.contains("web.cpu_architecture=X86_64"), "{the_other_way}");
    }

    #[test]
    fn nothing_is_said_of_what_is_native_or_not_known() {
        assert_eq!(note("web", CpuArchitecture::X86_64, "amd64"), None);
        assert_eq!(note("web", CpuArchitecture::Arm64, "arm64"), None);
        assert_eq!(note("web", CpuArchitecture::X86_64, ""), None);
        assert_eq!(note("web", CpuArchitecture::X86_64, "riscv64"), None);
    }
}

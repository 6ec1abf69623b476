//! Builds the images that a plan needs before anything is written: a build that fails leaves nothing half-deployed.

use infra_engine::failure::{ResourceFailure, ResourceFailures};
use infra_engine::kind::Context;
use infra_engine::plan::Step;
use infra_engine::{Action, Event, Failure, Plan, Reporter, Resource, Stack};
use infra_images::{AppImage, ImageError};
use infra_resources::Image;
use infra_resources::ecs::task_definition::runtime_platform::CpuArchitecture;
use infra_resources::image::App;
use serde::Deserialize;
use std::path::Path;
use std::time::Instant;

/// Builds every image that the plan creates; pushing them is part of the deploy.
///
/// # Errors
/// The first image that can't be built, with the end of the builder's output.
pub async fn build(
    stack: &Stack,
    plan: &Plan,
    workspace: &Path,
    reporter: &dyn Reporter,
) -> Result<(), ResourceFailures> {
    let new = |step: &&Step| step.kind == Image::KIND && step.action == Action::Create;
    let builds = plan.steps.iter().filter(new).map(|step| build_one(stack, step, workspace, reporter));
    futures::future::try_join_all(builds).await.map(drop).map_err(|failure| ResourceFailures(vec![failure]))
}

/// The source of an image.
pub fn source(image: &Image, workspace: &Path) -> AppImage {
    let source = match image.app {
        App::Web => AppImage::web(workspace),
        App::Php => AppImage::php(workspace),
    };
    source.on(if image.architecture == CpuArchitecture::Arm64 { "arm64" } else { "amd64" })
}

/// Why an image could not be built or pushed, in the engine's words.
pub fn explained(error: ImageError) -> Failure {
    let hint = error.hint();
    let failure = Failure::caused_by("the image is not there", error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

async fn build_one(
    stack: &Stack,
    step: &Step,
    workspace: &Path,
    reporter: &dyn Reporter,
) -> Result<(), ResourceFailure> {
    let (action, id, name) = ("build", step.id.clone(), step.name.clone());
    let began = Instant::now();
    reporter.report(Event::Started { id: id.clone(), name: name.clone(), action });
    let result = build_image(stack, step, workspace, reporter).await;
    let (elapsed, succeeded) = (began.elapsed(), result.is_ok());
    reporter.report(Event::Finished { id: id.clone(), name: name.clone(), action, elapsed, succeeded });
    result.map_err(|source| ResourceFailure { action, id, name, source })
}

async fn build_image(
    stack: &Stack,
    step: &Step,
    workspace: &Path,
    reporter: &dyn Reporter,
) -> Result<(), Failure> {
    let node = stack.index_of(&step.id).map(|index| &stack.nodes()[index]);
    let node = node.ok_or_else(|| Failure::new(format!("{} is not in the stack", step.id)))?;
    let image = Image::deserialize(&node.desired)
        .map_err(|error| Failure::caused_by("an image has not the shape of its kind", error))?;
    let context = Context::of(stack.name(), &step.id, reporter);
    let on_line = |line: &str| context.waiting(line.to_owned());
    let built = infra_images::build(&source(&image, workspace), &image.tag, &on_line).await;
    built.map(drop).map_err(explained)
}

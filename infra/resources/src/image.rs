//! Container images: built from the app's source and pushed, once per content.

use infra_ecs::task_definition::runtime_platform::CpuArchitecture;
use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};

/// An image in a repository under a tag that is a hash of its source; it exists or it is built and pushed.
///
/// The repository owns it: it has no tags of its own and goes when the repository goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    /// The app whose source it is built from.
    pub app: String,
    /// The repository's name.
    pub repository: String,
    /// Where it is pushed to.
    pub repository_uri: Output<String>,
    /// The processor that it is built for.
    pub architecture: CpuArchitecture,
    /// The tag, which changes whenever the source does.
    pub tag: String,
}

outputs! {
    /// What others refer to.
    ImageOutputs {
        /// The image by its digest: what a task definition names, so that nothing can move under it.
        uri: String,
    }
}

impl Resource for Image {
    const KIND: &'static str = "image";
    const IDENTITY: &'static [&'static str] = &["repositoryUri", "tag"];
    type Outputs = ImageOutputs;

    fn physical_name(&self) -> String {
        format!("{}:{}", self.repository, self.tag)
    }
}

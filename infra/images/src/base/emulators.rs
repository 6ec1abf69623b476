//! The emulators' images where no registry answers: the same releases from Python's archive, with their
//! dependencies as they were on the day of the release.

use super::host_ca;
use crate::docker::OnLine;
use crate::error::ImageError;
use crate::names;

/// A release of an emulator and how its image is built here.
pub(super) struct Emulator {
    dockerfile: &'static str,
    version: &'static str,
    /// Nothing newer is installed: dependencies resolve as on that day.
    released: &'static str,
}

pub(super) const MINISTACK: Emulator = Emulator {
    dockerfile: include_str!("../../dockerfiles/ministack.Dockerfile"),
    version: names::MINISTACK_VERSION,
    released: "2026-10-27T00:00:00Z",
};

pub(super) const LOCALSTACK: Emulator = Emulator {
    dockerfile: include_str!("../../dockerfiles/localstack.Dockerfile"),
    version: names::LOCALSTACK_VERSION,
    released: "2026-02-27T00:00:00Z",
};

pub(super) const MOTO: Emulator = Emulator {
    dockerfile: include_str!("../../dockerfiles/moto.Dockerfile"),
    version: names::MOTO_VERSION,
    released: "2026-10-28T00:00:00Z",
};

impl Emulator {
    pub(super) async fn build(&self, reference: &str, on_line: OnLine<'_>) -> Result<(), ImageError> {
        let builder = host_ca::builder_image(names::DEBIAN, on_line).await?;
        let arguments = [
            ("BASE_IMAGE", names::DEBIAN),
            ("BUILDER_IMAGE", &builder),
            ("VERSION", self.version),
            ("RELEASED", self.released),
        ];
        let folder = super::build_here::scratch(reference)?;
        super::build_here::build_here(reference, self.dockerfile, folder.path(), &arguments, on_line).await
    }
}

//! Programs that tests start: checked, and offered to be installed where that is possible.

use infra_images::install;

use crate::consent;
use crate::interrupt::unless_interrupted;
use crate::progress::Step;
use crate::report::UserError;

/// What some tests need of this machine.
pub struct Needed {
    /// The Debian packages that bring it.
    pub packages: &'static [&'static str],
    /// Which tests.
    pub tests: &'static str,
    /// What is missing of it.
    pub missing: fn() -> Option<&'static str>,
}

/// What else packages recommend is for desktops.
const ALONE: &str = "--no-install-recommends";

impl Needed {
    /// Makes sure that it is there, or says exactly what is missing.
    pub async fn require(&self, yes: bool) -> anyhow::Result<()> {
        let Some(missing) = (self.missing)() else { return Ok(()) };
        let names = self.packages.join(", ");
        let question = format!("{missing} is not installed. Install {names} with apt-get?");
        if install::can_install() && consent::given(&question, yes)? {
            let step = Step::start(format!("packages {names}"));
            let arguments = [&[ALONE], self.packages].concat();
            unless_interrupted(install::packages(&arguments, &|line| step.line(line))).await?;
            step.done("installed");
        }
        let Some(missing) = (self.missing)() else { return Ok(()) };
        let packages = self.packages.join(" ");
        let hint = format!("`apt-get install {ALONE} {packages}` on Debian, as root, or --yes as root");
        Err(UserError::new(format!("{missing} is not installed: {} start it", self.tests), hint).into())
    }
}

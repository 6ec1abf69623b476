//! The browser of the browser tests: checked, and offered to be installed where that is possible.

use std::path::Path;

use infra_images::install;

use crate::consent;
use crate::interrupt::unless_interrupted;
use crate::progress::Step;
use crate::report::UserError;

/// What the tests start.
const PROGRAMS: [&str; 2] = ["/usr/bin/chromium", "/usr/bin/chromedriver"];

/// What brings it. Without a font, a page shows no text.
const PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-dejavu-core"];

/// What else those recommend is for desktops.
const ALONE: &str = "--no-install-recommends";

/// Makes sure that the browser is there, or says exactly what is missing.
pub async fn require(yes: bool) -> anyhow::Result<()> {
    let Some(missing) = missing() else { return Ok(()) };
    let names = PACKAGES.join(", ");
    let question = format!("{missing} is not installed. Install {names} with apt-get?");
    if install::can_install() && consent::given(&question, yes)? {
        let step = Step::start(format!("packages {names}"));
        let arguments = [&[ALONE], PACKAGES.as_slice()].concat();
        unless_interrupted(install::packages(&arguments, &|line| step.line(line))).await?;
        step.done("installed");
    }
    match self::missing() {
        None => Ok(()),
        Some(missing) => {
            let hint = format!(
                "`apt-get install {ALONE} {}` on Debian, as root, or --yes as root",
                PACKAGES.join(" ")
            );
            Err(UserError::new(format!("{missing} is not installed: the browser tests start it"), hint)
                .into())
        }
    }
}

fn missing() -> Option<&'static str> {
    PROGRAMS.into_iter().find(|program| !Path::new(program).is_file())
}

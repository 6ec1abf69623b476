//! The browser of the browser tests.

use std::path::Path;

use crate::packages::Needed;

/// Chromium and its driver. Without a font, a page shows no text.
pub const BROWSER: Needed = Needed {
    packages: &["chromium", "chromium-driver", "fonts-dejavu-core"],
    tests: "the browser tests",
    missing,
};

/// What the tests start.
const PROGRAMS: [&str; 2] = ["/usr/bin/chromium", "/usr/bin/chromedriver"];

fn missing() -> Option<&'static str> {
    PROGRAMS.into_iter().find(|program| !Path::new(program).is_file())
}

//! What both apps look like: screenshots to look at, and pages that nobody has to move sideways.

use std::path::{Path, PathBuf};

use e2e::browser::Look;
use e2e::landscape::landscape;
use e2e::site::App;
use image::ImageFormat;

use super::Visit;

const NAMES: [&str; 6] = [
    "harbour at dusk.png",
    "IMG_20251124_170455.jpg",
    "a name that is rather longer than the space that there is for it.png",
    "evening.png",
    "lake.jpg",
    "north ridge.png",
];
const LOOKS: [(Look, &str); 3] = [(Look::Light, "light"), (Look::Dark, "dark"), (Look::Phone, "phone")];

#[tokio::test(flavor = "multi_thread")]
async fn the_rust_app_fits_a_desktop_and_a_phone() {
    fits_a_desktop_and_a_phone(App::Rust, "rust").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_php_app_fits_a_desktop_and_a_phone() {
    fits_a_desktop_and_a_phone(App::Php, "php").await;
}

async fn fits_a_desktop_and_a_phone(app: App, short: &str) {
    let visit = Visit::to(app).await;
    let mut newest = String::new();
    for (number, name) in NAMES.iter().enumerate() {
        let format = if name.ends_with("jpg") { ImageFormat::Jpeg } else { ImageFormat::Png };
        newest = visit.site.client.store(name, &landscape(number, format)).await.path().to_owned();
    }
    let pages = [("home", visit.site.url.clone()), ("view", format!("{}/view/{newest}", visit.site.url))];
    for (page, url) in pages {
        for (look, suffix) in LOOKS {
            let file = screenshots().join(format!("{short}-{page}-{suffix}.png"));
            visit.browser.photograph(&url, look, &file).await;
            let fits = "return document.documentElement.scrollWidth <= innerWidth";
            assert_eq!(visit.browser.script(fits).await, true, "{app}: {page} is too wide: {look:?}");
        }
    }
    visit.ends_well().await;
}

/// Beside cargo's own folders in the target folder.
fn screenshots() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots")
}

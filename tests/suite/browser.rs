//! Both apps in a real browser. Their screenshots are kept in `target/screenshots/`.

mod direct;
mod keyboard;
mod looks;
mod other_site;
mod refused;
mod upload;
mod without_script;

use std::path::{Path, PathBuf};

use e2e::browser::Browser;
use e2e::exclusive;
use e2e::site::{App, Setup, Site};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::RwLockReadGuard;

/// The names under the gallery's images, newest first.
const GALLERY: &str = "[...document.querySelectorAll('#gallery .name')].map((name) => name.textContent)";

/// A person before the page of an app of its own, with some files at hand.
struct Visit {
    site: Site,
    browser: Browser,
    files: TempDir,
    _images: RwLockReadGuard<'static, ()>,
}

impl Visit {
    async fn to(app: App) -> Self {
        Self::with(Setup::of(app)).await
    }

    async fn with(setup: Setup) -> Self {
        let _images = exclusive::uses_app_images().await;
        let site = setup.start().await;
        let browser = Browser::start().await;
        let files = tempfile::tempdir().unwrap_or_else(|error| panic!("no folder for files: {error}"));
        browser.open(&site.url).await;
        Self { site, browser, files, _images }
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.files.path().join(name);
        std::fs::write(&path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path
    }

    async fn choose(&self, files: &[&Path]) {
        self.browser.choose("#file", files).await;
    }

    /// Waits until the gallery shows exactly these, newest first.
    async fn gallery_shows(&self, names: &[&str]) {
        let expected = json!(names).to_string();
        let what = format!("the gallery to show {expected}");
        self.browser.until(&what, &format!("JSON.stringify({GALLERY}) === '{expected}'")).await;
        let loaded =
            "[...document.querySelectorAll('#gallery img')].every((image) => image.naturalWidth > 0)";
        self.browser.until("the gallery's images", loaded).await;
    }

    /// The status in a file's row, once the upload has failed.
    async fn failure_of(&self, name: &str) -> String {
        let row = format!(
            "[...document.querySelectorAll('#progress .failed')]\
             .find((row) => row.querySelector('.name').textContent === '{name}')"
        );
        let text =
            self.browser.until("a failed row", &format!("{row}?.querySelector('.status').textContent")).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Ends it; nothing may have gone wrong in any page.
    async fn ends_well(self) {
        self.ends_with_errors(&[]).await;
    }

    /// Ends it; nothing may have gone wrong but requests that were refused with these statuses, in this order.
    async fn ends_with_errors(self, statuses: &[u16]) {
        let errors = self.browser.errors().await;
        let expected: Vec<_> = statuses
            .iter()
            .map(|status| format!("the server responded with a status of {status} "))
            .collect();
        let as_expected = errors.len() == expected.len()
            && errors.iter().zip(&expected).all(|(error, expected)| error.contains(expected));
        assert!(as_expected, "{}: errors in the console: {errors:#?}, expected {statuses:?}", self.site.app);
        self.browser.close().await;
    }
}

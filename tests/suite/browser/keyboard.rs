//! Upload and delete by the keyboard alone, with the focus always to be seen.

use e2e::corpus::png;
use e2e::site::App;
use fantoccini::key::Key;
use serde_json::json;

use super::Visit;

const MOST_TABS: usize = 12;

/// A ring around what has the focus, or around what stands for it.
const RING: &str = "[document.activeElement, document.activeElement.closest('.drop, figure')]\
    .some((element) => element && parseFloat(getComputedStyle(element).outlineWidth) > 1 \
        && getComputedStyle(element).outlineStyle !== 'none')";

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_is_enough_for_the_rust_app() {
    the_keyboard_is_enough(App::Rust).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_is_enough_for_the_php_app() {
    the_keyboard_is_enough(App::Php).await;
}

async fn the_keyboard_is_enough(app: App) {
    let visit = Visit::to(app).await;
    let browser = &visit.browser;
    // The dialogue is the system's, not the page's: that it was asked for is all that can be seen from here.
    browser.devtools("Page.setInterceptFileChooserDialog", json!({ "enabled": true })).await;
    browser
        .script("document.getElementById('file').addEventListener('click', (e) => { window.asked = e.isTrusted; })")
        .await;

    visit.tab_to("#file").await;
    browser.press(Key::Space).await;
    browser.until("the dialogue to be asked for", "window.asked").await;
    visit.choose(&[&visit.file("typed.png", &png::plain(64, 48))]).await;
    visit.gallery_shows(&["typed.png"]).await;
    let focus = browser.script("return document.activeElement.id").await;
    assert_eq!(focus, "file", "{app}: the focus got lost");

    visit.tab_to("#gallery figure a").await;
    browser.press(Key::Enter).await;
    browser.until("the image's page", "document.getElementById('copy')").await;
    visit.tab_to("#copy").await;
    browser.press(Key::Space).await;
    browser.until("the link to be copied", "document.getElementById('copy').textContent === 'Copied'").await;
    visit.tab_to("summary").await;
    browser.press(Key::Space).await;
    visit.tab_to("details button").await;
    browser.press(Key::Enter).await;
    browser.until("the page without the image", "document.querySelector('#gallery .empty')").await;
    visit.site.bucket.comes_to_hold(&[]).await;
    visit.ends_well().await;
}

impl Visit {
    /// Presses the tabulator until this has the focus; on the way each stop is marked.
    async fn tab_to(&self, css: &str) {
        for _ in 0..MOST_TABS {
            self.browser.press(Key::Tab).await;
            let there = self.browser.script(&format!("return document.activeElement.matches('{css}')")).await;
            let ring = self.browser.script(&format!("return {RING}")).await;
            let stop = self.browser.script("return document.activeElement.outerHTML").await;
            assert_eq!(ring, true, "{}: no ring around {stop}", self.site.app);
            if there == true {
                return;
            }
        }
        panic!("{}: {css} is more than {MOST_TABS} tabulators away", self.site.app);
    }
}

//! Upload with the script: chosen and dropped files, their progress, the page of an image, its link, its end.

use e2e::corpus::{jpeg, png};
use e2e::site::App;
use url::Url;

use super::Visit;

const LARGE: usize = 3 << 20;
const BYTES_PER_SECOND: u32 = 1 << 20;

/// Notes every share that a bar shows, and that the page is still the same one.
const WATCH: &str = "window.shares = []; \
    new MutationObserver(() => { \
        for (const bar of document.querySelectorAll('#progress progress[value]')) window.shares.push(bar.value); \
    }).observe(document.getElementById('progress'), { subtree: true, childList: true, attributes: true })";

#[tokio::test(flavor = "multi_thread")]
async fn chosen_files_are_uploaded_and_shown_by_the_rust_app() {
    chosen_files_are_uploaded_and_shown(App::Rust).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chosen_files_are_uploaded_and_shown_by_the_php_app() {
    chosen_files_are_uploaded_and_shown(App::Php).await;
}

async fn chosen_files_are_uploaded_and_shown(app: App) {
    let visit = Visit::to(app).await;
    visit.browser.script(WATCH).await;
    let (first, second) =
        (visit.file("one.png", &png::plain(64, 48)), visit.file("two.jpg", &jpeg::plain(48, 64)));

    visit.choose(&[&first, &second]).await;
    let said = visit.browser.until("the summary", "document.getElementById('summary').textContent").await;
    assert_eq!(said, "2 images stored.");
    let kept = visit.browser.script("return Array.isArray(window.shares)").await;
    assert_eq!(kept, true, "{app}: the page was loaded again");

    // They were sent at the same time: either may be the newest.
    let names = visit.browser.script(&format!("return {}.sort()", super::GALLERY)).await;
    assert_eq!(names, serde_json::json!(["one.png", "two.jpg"]));
    let keys = visit.site.bucket.keys("uploads/").await;
    assert_eq!(keys.len(), 2, "{keys:?}");
    visit.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_file_shows_its_progress_in_the_rust_app() {
    a_dropped_file_shows_its_progress(App::Rust).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_file_shows_its_progress_in_the_php_app() {
    a_dropped_file_shows_its_progress(App::Php).await;
}

async fn a_dropped_file_shows_its_progress(app: App) {
    let visit = Visit::to(app).await;
    visit.browser.script(WATCH).await;
    let file = visit.file("large.png", &png::of_size(LARGE));

    visit.browser.sends_at_most(BYTES_PER_SECOND).await;
    visit.browser.drop_files(".drop", &[&file]).await;
    visit.gallery_shows(&["large.png"]).await;

    let between = "[...new Set(window.shares.filter((share) => share > 0 && share < 1))]";
    let shares = visit.browser.script(&format!("return {between}")).await;
    let shares = shares.as_array().cloned().unwrap_or_default();
    assert!(shares.len() >= 2, "{app}: the bar did not move: {shares:?}");
    assert!(shares.windows(2).all(|pair| pair[0].as_f64() < pair[1].as_f64()), "{app}: {shares:?}");
    visit.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_has_a_page_to_link_and_to_delete_it_in_the_rust_app() {
    an_image_has_a_page_to_link_and_to_delete_it(App::Rust).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_has_a_page_to_link_and_to_delete_it_in_the_php_app() {
    an_image_has_a_page_to_link_and_to_delete_it(App::Php).await;
}

async fn an_image_has_a_page_to_link_and_to_delete_it(app: App) {
    let visit = Visit::to(app).await;
    let browser = &visit.browser;
    let name = "Ünïcode (1) 猫.png";
    let image = visit.site.client.store(name, &png::plain(640, 480)).await;
    // Another host over plain HTTP, as many load balancers are: browsers take some things from this machine alone.
    let site = visit.site.container.url_for_containers().await;
    let site = Url::parse(&site).unwrap_or_else(|error| panic!("{site}: {error}"));
    browser.open(site.as_str()).await;
    assert_eq!(browser.script("return isSecureContext").await, false);

    browser.click("#gallery figure a").await;
    browser.until("the image's page", "document.querySelector('.picture img')?.naturalWidth === 640").await;
    assert_eq!(browser.text("h1").await, image.name());
    let facts = browser.text(".about dl").await;
    let said = ["image/png", "640 × 480"].iter().all(|fact| facts.contains(fact));
    assert!(said, "{app}: {facts}");

    let link = browser.script("return document.getElementById('link').value").await;
    let expected = format!("{site}{}", image.url);
    assert_eq!(link, expected, "{app}");
    browser.click("#copy").await;
    browser.until("the link to be copied", "document.getElementById('copy').textContent === 'Copied'").await;

    let button = "document.querySelector('details button').checkVisibility()";
    assert_eq!(browser.script(&format!("return {button}")).await, false, "{app}: deletes without a question");
    browser.click("summary").await;
    browser.until("the question", button).await;
    assert_eq!(visit.site.bucket.keys("uploads/").await, [image.key]);
    browser.click("details button").await;
    browser.until("the page without the image", "document.querySelector('#gallery .empty')").await;
    assert_eq!(browser.text(".flash").await, "The image is deleted.");
    visit.site.bucket.comes_to_hold(&[]).await;
    visit.ends_well().await;
}

//! Everything that matters works in a browser that runs no script.

use e2e::corpus::png;
use e2e::site::App;

use super::Visit;

#[tokio::test(flavor = "multi_thread")]
async fn the_rust_app_works_without_its_script() {
    works_without_its_script(App::Rust).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_php_app_works_without_its_script() {
    works_without_its_script(App::Php).await;
}

async fn works_without_its_script(app: App) {
    let visit = Visit::to(app).await;
    let browser = &visit.browser;
    browser.without_scripts().await;
    browser.open(&visit.site.url).await;
    let files = [visit.file("one.png", &png::plain(64, 48)), visit.file("two.png", &png::plain(48, 64))];

    visit.choose(&[&files[0], &files[1]]).await;
    browser.click("#upload button").await;
    browser
        .until("the page with the images", "document.querySelectorAll('#gallery figure').length === 2")
        .await;
    assert_eq!(browser.text(".flash").await, "2 images stored.", "{app}");
    assert!(browser.url().await.as_str().ends_with("/?uploaded=2"), "{app}: {}", browser.url().await);

    browser.click("#gallery figure a").await;
    browser.until("the image's page", "document.querySelector('.picture img')").await;
    browser.click("summary").await;
    browser.click("details button").await;
    browser.until("the page without it", "document.querySelectorAll('#gallery figure').length === 1").await;
    assert_eq!(browser.text(".flash").await, "The image is deleted.", "{app}");
    assert_eq!(visit.site.bucket.keys("uploads/").await.len(), 1);

    visit.choose(&[&visit.file("text.png", b"only text")]).await;
    browser.click("#upload button").await;
    browser.until("the message", "document.querySelector('[role=alert]')").await;
    assert!(browser.text("[role=alert]").await.contains("text.png"), "{app}");
    browser.click("main a").await;
    browser.until("the way back", "document.querySelectorAll('#gallery figure').length === 1").await;
    visit.ends_with_errors(&[415]).await;
}

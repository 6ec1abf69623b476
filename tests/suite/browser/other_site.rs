//! Pages of other sites can make a browser send forms; the apps take none of them.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use e2e::corpus::png;
use e2e::site::App;
use tokio::net::TcpListener;
use url::Url;

use super::Visit;

#[tokio::test(flavor = "multi_thread")]
async fn the_rust_app_takes_no_form_of_another_site() {
    takes_no_form_of_another_site(App::Rust).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_php_app_takes_no_form_of_another_site() {
    takes_no_form_of_another_site(App::Php).await;
}

async fn takes_no_form_of_another_site(app: App) {
    let visit = Visit::to(app).await;
    let image = visit.site.client.store("mine.png", &png::plain(64, 48)).await;
    let file = visit.file("theirs.png", &png::plain(48, 64));
    let here = visit.site.url.clone();
    // Over plain HTTP a browser sends `Sec-Fetch-Site` to this machine alone, `Origin` everywhere.
    let elsewhere = visit.site.container.url_for_containers().await;

    for (host, app_url) in [("localhost", &here), ("127.0.0.1", &here), ("127.0.0.1", &elsewhere)] {
        let page = other_site(host, app_url, image.path()).await;
        visit.browser.open(&page).await;
        visit.browser.choose("input", &[&file]).await;
        visit.browser.click("#send").await;
        visit.is_refused(&format!("{app_url}/upload")).await;

        visit.browser.open(&page).await;
        visit.browser.click("#delete").await;
        visit.is_refused(&format!("{app_url}/delete/{}", image.path())).await;
    }

    visit.site.bucket.keys("uploads/").await.iter().for_each(|key| assert_eq!(*key, image.key));
    visit.site.bucket.head(&image.key).await;
    visit.ends_with_errors(&[403; 6]).await;
}

impl Visit {
    async fn is_refused(&self, url: &str) {
        // As a browser writes it: without the port that is the usual one.
        let url = Url::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        let status = "performance.getEntriesByType('navigation')[0].responseStatus";
        let status = self.browser.until("an answer", &format!("location.href === '{url}' && {status}")).await;
        assert_eq!(status, 403, "{}: {url}", self.site.app);
    }
}

/// A page that sends forms to an app. It is served until the test ends.
async fn other_site(host: &str, app: &str, image: &str) -> String {
    let page = format!(
        "<!doctype html><link rel=icon href=/><title>Another site</title>\
         <form method=post enctype=multipart/form-data action='{app}/upload'>\
         <input type=file name=fileToUpload><button id=send>Send</button></form>\
         <form method=post action='{app}/delete/{image}'><button id=delete>Delete</button></form>"
    );
    let listener = TcpListener::bind((host, 0)).await.unwrap_or_else(|error| panic!("{host}: {error}"));
    let port = listener.local_addr().map(|address| address.port()).unwrap_or_default();
    let site = Router::new().route("/", get(async || Html(page)));
    tokio::spawn(async { axum::serve(listener, site).await });
    format!("http://{host}:{port}/")
}

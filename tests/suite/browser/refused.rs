//! A file that is refused says why in its own row, in the server's words, and the others are stored.

use e2e::corpus::png;
use e2e::form::Form;
use e2e::site::{App, Setup};

use super::Visit;

const TEXT: &[u8] = b"only text, whatever its name says";
const LIMIT: usize = 100 << 10;

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_file_says_why_in_the_rust_app() {
    a_refused_file_says_why(App::Rust).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_file_says_why_in_the_php_app() {
    a_refused_file_says_why(App::Php).await;
}

async fn a_refused_file_says_why(app: App) {
    let visit = Visit::with(Setup::of(app).set("MAX_FILE_BYTES", &LIMIT.to_string())).await;
    let large = png::of_size(LIMIT + 1);
    let server = &visit.site.client;
    let no_image = server.post(&Form::image("text.png", TEXT)).await.has(415).error();
    let too_large = server.post(&Form::image("large.png", &large)).await.has(413).error();
    let empty = server.post(&Form::image("empty.png", b"")).await.has(400).error();

    let files = [
        visit.file("text.png", TEXT),
        visit.file("large.png", &large),
        visit.file("empty.png", b""),
        visit.file("good.png", &png::plain(64, 48)),
    ];
    visit.choose(&files.each_ref().map(|file| file.as_path())).await;
    visit.gallery_shows(&["good.png"]).await;
    for (name, message) in [("text.png", no_image), ("large.png", too_large), ("empty.png", empty)] {
        let shown = visit.failure_of(name).await;
        assert!(shown.eq_ignore_ascii_case(&message), "{app}: {name}: shows {shown:?}, server: {message:?}");
    }

    visit.browser.click("#progress .failed button").await;
    visit.browser.until("the row to go", "document.querySelectorAll('#progress .row').length === 2").await;
    assert_eq!(visit.site.bucket.keys("uploads/").await.len(), 1);
    // The large and the empty one were never sent.
    visit.ends_with_errors(&[415]).await;
}

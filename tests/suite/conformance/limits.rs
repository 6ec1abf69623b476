//! Each limit: what is exactly at it is taken, one more is refused, and the limit named.

use e2e::app_client::{JSON, PNG};
use e2e::corpus::png;
use e2e::form::Form;
use e2e::raw_client::RawClient;

use super::both_with;

#[test]
fn max_file_bytes() {
    both_with(&[("MAX_FILE_BYTES", "1000")], async |site| {
        let stored = site.client.store("exactly.png", &png::of_size(1000)).await;
        // The last one is over what a request as a whole may have, too.
        for (size, limit) in [(1001, "1000"), (5000, "1000"), (3 << 20, "limit")] {
            let answer = site.client.post(&Form::image("over.png", &png::of_size(size))).await.has(413);
            assert!(answer.error().contains(limit), "{}", answer.text());
        }
        // Two files at the limit are not one file over it.
        let two = Form::image("a.png", &png::of_size(1000)).and_image("b.png", &png::of_size(1000));
        let mut keys: Vec<_> =
            site.client.post(&two).await.images().into_iter().map(|image| image.key).collect();
        keys.push(stored.key);
        site.bucket.comes_to_hold(&keys).await;
    });
}

#[test]
fn max_files() {
    both_with(&[("MAX_FILES", "2")], async |site| {
        let files =
            |count| (0..count).fold(Form::new(), |form, index| form.and_image(&format!("{index}.png"), PNG));
        let images = site.client.post(&files(2)).await.images();
        for count in [3, 10] {
            let answer = site.client.post(&files(count)).await.has(413);
            assert!(answer.error().contains('2'), "{}", answer.text());
        }
        let fields = (0..10).fold(files(1), |form, index| form.field(&format!("other{index}"), "x"));
        let other = site.client.post(&fields).await.images();
        let keys: Vec<_> = images.into_iter().chain(other).map(|image| image.key).collect();
        site.bucket.comes_to_hold(&keys).await;
    });
}

#[test]
fn max_files_is_20_by_default() {
    both_with(&[], async |site| {
        let files =
            |count| (0..count).fold(Form::new(), |form, index| form.and_image(&format!("{index}.png"), PNG));
        let answer = site.client.post(&files(21)).await.has(413);
        assert!(answer.error().contains("20"), "{}", answer.text());
        site.bucket.comes_to_hold(&[]).await;
        assert_eq!(site.client.post(&files(20)).await.images().len(), 20);
    });
}

#[test]
fn max_pixels() {
    both_with(&[("MAX_PIXELS", "1000")], async |site| {
        let mut keys = Vec::new();
        for (width, height) in [(40, 25), (1000, 1), (1, 1000)] {
            keys.push(site.client.store("exactly.png", &png::plain(width, height)).await.key);
        }
        for (width, height) in [(1001, 1), (1, 1001), (41, 25), (65_536, 65_536)] {
            let bytes = png::header_of(width, height);
            let answer = site.client.post(&Form::image("over.png", &bytes)).await.has(413);
            assert!(answer.error().replace(',', "").contains("1000"), "{}", answer.text());
        }
        site.bucket.comes_to_hold(&keys).await;
    });
}

#[test]
fn a_body_beyond_all_limits_is_refused_without_being_read_to_its_end() {
    both_with(&[("MAX_FILE_BYTES", "1000"), ("MAX_FILES", "2")], async |site| {
        let mut client = RawClient::open(&site.url).await.unwrap();
        let kind = Form::content_type();
        let headers = [("Content-Type", kind.as_str()), ("Content-Length", "100000000000"), ("Accept", JSON)];
        client.request("POST /upload", &headers).await.unwrap();
        let start = Form::image("endless.png", &png::of_size(100_000)).bytes();
        // The app may have closed the connection after its answer.
        client.send(&start[..start.len() - 100]).await.ok();
        let answer = client.answer().await.unwrap();
        assert_eq!(answer.status, 413, "{} {}", answer.head, answer.text());
        site.bucket.comes_to_hold(&[]).await;
    });
}

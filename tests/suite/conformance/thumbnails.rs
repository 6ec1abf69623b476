//! Small versions of images: smaller, turned as cameras say, kept in the bucket, and the image itself where making one
//! would cost too much.

use e2e::corpus::{self, avif, jpeg, png};
use e2e::site::{Setup, Site};
use image::GenericImageView;

use super::those_with;
use super::unsupported::Feature;

#[test]
fn a_thumbnail_is_small_and_kept() {
    those_with(Feature::Thumbnails, async |app| {
        let site = Setup::of(app).start().await;
        let bytes = png::plain(1600, 1000);
        let stored = site.client.store("large.png", &bytes).await;
        let path = format!("thumbnails/{}", stored.path());
        let first = site.client.fetch(&path).await.has(200);
        assert!(first.body.len() < bytes.len(), "{} bytes", first.body.len());
        let small = image::load_from_memory(&first.body).unwrap();
        let (width, height) = small.dimensions();
        assert!(width <= 800 && width.abs_diff(height * 16 / 10) <= 2, "{width} x {height}");
        assert!(first.header("content-type").starts_with("image/"), "{:?}", first.headers);
        assert!(first.header("cache-control").contains("immutable"), "{:?}", first.headers);

        let kept = format!("thumbnails/{}", stored.path());
        site.bucket
            .comes_to_hold(&[stored.key.clone(), site.bucket.keys("thumbnails/").await[0].clone()])
            .await;
        let second = site.client.fetch(&path).await.has(200);
        assert!(second.body == first.body);
        assert_eq!(second.header("content-type"), first.header("content-type"));
        let keys = site.bucket.keys("thumbnails/").await;
        assert!(matches!(&keys[..], [key] if key.starts_with(&kept)), "{keys:?}");

        let delete = site.client.request(reqwest::Method::POST, &format!("delete/{}", stored.path()));
        delete.send().await.unwrap();
        site.client.fetch(&path).await.has(404);
        site.bucket.comes_to_hold(&[]).await;
    });
}

#[test]
fn a_thumbnail_is_turned_as_the_camera_was() {
    those_with(Feature::Thumbnails, async |app| {
        let site = Site::shared(app).await;
        for orientation in 1..=8 {
            let stored = site.client.store("turned.jpg", &jpeg::turned(1200, 600, orientation)).await;
            let got = site.client.fetch(&format!("thumbnails/{}", stored.path())).await.has(200);
            let small = image::load_from_memory(&got.body).unwrap().to_luma8();
            let (width, height) = small.dimensions();
            assert_eq!(width > height, orientation <= 4, "{orientation}: {width} x {height}");
            // The image is dark at the left; where that is, once turned:
            let dark = match orientation {
                1 | 4 => (1, height / 2),
                2 | 3 => (width - 2, height / 2),
                5 | 6 => (width / 2, 1),
                _ => (width / 2, height - 2),
            };
            let light = (width - 1 - dark.0, height - 1 - dark.1);
            let [dark, light] = [dark, light].map(|(x, y)| small.get_pixel(x, y).0[0]);
            assert!(dark < 60 && light > 195, "{orientation}: {dark}, {light}");
        }
    });
}

#[test]
fn an_image_that_costs_too_much_is_its_own_thumbnail() {
    those_with(Feature::Thumbnails, async |app| {
        let site = Site::shared(app).await;
        for (name, bytes) in [("bomb.png", png::bomb(7000, 7000)), ("a.avif", avif::plain())] {
            let stored = site.client.store(name, &bytes).await;
            let got = site.client.fetch(&format!("thumbnails/{}", stored.path())).await.has(200);
            assert!(got.body == bytes, "{name}: {} bytes, not {}", got.body.len(), bytes.len());
            assert_eq!(got.header("content-type"), stored.content_type, "{name}");
        }
    });
}

#[test]
fn every_stored_image_has_something_to_show() {
    let cases: Vec<_> = corpus::all()
        .into_iter()
        .filter(|case| matches!(case.expected, corpus::Expected::Stored { .. }) && case.bytes.len() < 4 << 20)
        .collect();
    those_with(Feature::Thumbnails, async |app| {
        let site = Site::shared(app).await;
        let mut wrong = Vec::new();
        for case in &cases {
            let stored = site.client.store(&case.file_name, &case.bytes).await;
            let got = site.client.fetch(&format!("thumbnails/{}", stored.path())).await;
            let is_image = got.header("content-type").starts_with("image/") && !got.body.is_empty();
            let itself = got.body == case.bytes;
            let decodes = || image::load_from_memory(&got.body);
            if got.status != 200 || !is_image || !(itself || decodes().is_ok()) {
                wrong.push(format!("{}: {} {:?}", case.name, got.status, got.headers));
            } else if !itself {
                let (width, height) = decodes().unwrap().dimensions();
                if width > stored.width.max(stored.height) || height > stored.height.max(stored.width) {
                    wrong.push(format!("{}: {width} x {height}", case.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn there_is_no_thumbnail_of_what_is_not_there() {
    those_with(Feature::Thumbnails, async |app| {
        let site = Site::shared(app).await;
        for path in ["thumbnails/1/none.png", "thumbnails/x", "thumbnails/", "thumbnails/..%2fuploads/x"] {
            site.client.fetch(path).await.has(404);
        }
        let path = "8000000000000-0000abcd/page.html";
        site.bucket.put(&format!("uploads/{path}"), corpus::HTML, "text/html").await;
        let got = site.client.fetch(&format!("thumbnails/{path}")).await;
        assert!(
            got.status != 200 || got.header("content-type") == "application/octet-stream",
            "{:?}",
            got.headers
        );
    });
}

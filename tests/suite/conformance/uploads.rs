//! What an upload may look like, and what is answered and stored.

use std::collections::BTreeSet;

use e2e::app_client::{AppClient, JSON, PNG, answer};
use e2e::corpus::{jpeg, png};
use e2e::form::{BOUNDARY, Form};
use futures::stream;
use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION, ORIGIN};
use reqwest::{Body, Method};

use super::{both, both_with};

#[test]
fn a_program_is_answered_what_was_stored() {
    both(async |site| {
        let bytes = png::plain(64, 48);
        let answer = site.client.post(&Form::image("cat.png", &bytes)).await.has(201);
        assert!(answer.header("content-type").starts_with(JSON), "{:?}", answer.headers);
        let json = answer.json();
        let image = json["images"][0].as_object().unwrap();
        let fields: BTreeSet<_> = image.keys().map(String::as_str).collect();
        assert_eq!(fields, BTreeSet::from(["key", "size", "content_type", "width", "height", "url"]));

        let stored = answer.images().remove(0);
        let (id, name) = stored.path().split_once('/').unwrap();
        let (millis, random) = id.split_once('-').unwrap();
        assert!(millis.len() == 13 && millis.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
        assert!(random.len() == 8 && random.bytes().all(|byte| b"0123456789abcdef".contains(&byte)), "{id}");
        assert_eq!((name, stored.size, stored.width, stored.height), ("cat.png", bytes.len() as u64, 64, 48));
        assert_eq!(stored.key, format!("uploads/{id}/cat.png"));
        assert_eq!((&*stored.content_type, &*stored.url), ("image/png", &*format!("images/{id}/cat.png")));
        assert_eq!(site.client.download(&stored).await, bytes);

        let head = site.bucket.head(&stored.key).await;
        assert_eq!((&*head.content_type, head.size), ("image/png", bytes.len() as u64));
        assert_eq!((&*head.metadata["width"], &*head.metadata["height"]), ("64", "48"));
        assert_eq!(site.bucket.object(&stored.key).await, bytes);
    });
}

#[test]
fn a_browser_is_sent_back_to_the_page_with_the_count() {
    both(async |site| {
        for count in [1, 3] {
            let form =
                (0..count).fold(Form::new(), |form, index| form.and_image(&format!("{index}.png"), PNG));
            for accept in
                ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "*/*", "text/html"]
            {
                let request = site.client.form_request("upload", &form).header(ACCEPT, accept);
                let answer = answer(request.header(ORIGIN, &site.url)).await.has(303);
                assert_eq!(answer.header(LOCATION.as_str()), format!(".?uploaded={count}"), "{accept}");
            }
            let page = site.client.fetch(&format!("?uploaded={count}")).await.has(200).text();
            let says = super::html::statuses(&page);
            assert!(says.len() == 1 && says[0].contains(&format!("{count} image")), "{says:?}");
        }
    });
}

#[test]
fn both_addresses_and_both_field_names_are_taken() {
    both(async |site| {
        for path in ["upload", "upload.php"] {
            for field in ["fileToUpload", "fileToUpload[]"] {
                let form = Form::new().file(field, b"a.png", Some("image/png"), PNG);
                let request = site.client.form_request(path, &form).header(ACCEPT, JSON);
                assert_eq!(answer(request).await.images().len(), 1, "{path} {field}");
            }
        }
    });
}

#[test]
fn several_files_are_stored_in_the_order_of_the_form() {
    both(async |site| {
        let (wide, turned) = (png::plain(30, 10), jpeg::turned(40, 20, 6));
        let form = Form::image("one.png", &wide)
            .file("fileToUpload[]", b"two.jpg", Some("image/jpeg"), &turned)
            .and_image("three.png", PNG);
        let images = site.client.post(&form).await.images();
        let names: Vec<_> = images.iter().map(|image| image.name()).collect();
        assert_eq!(names, ["one.png", "two.jpg", "three.png"]);
        let sizes: Vec<_> = images.iter().map(|image| (image.width, image.height)).collect();
        assert_eq!(sizes, [(30, 10), (20, 40), (1, 1)], "dimensions are those that are seen");
        for (image, bytes) in images.iter().zip([&wide[..], &turned, PNG]) {
            assert_eq!(site.client.download(image).await, bytes);
        }
    });
}

#[test]
fn other_fields_are_passed_over() {
    both(async |site| {
        let form = Form::new()
            .field("MAX_FILE_SIZE", "20000000")
            .file("avatar", b"other.txt", Some("text/plain"), b"not for us")
            .and_image("ours.png", PNG)
            .field("submit", "Upload Image")
            .file("attachment", b"late.png", Some("image/png"), PNG)
            .field("", "no name");
        let images = site.client.post(&form).await.images();
        let names: Vec<_> = images.iter().map(|image| image.name()).collect();
        assert_eq!(names, ["ours.png"]);
    });
}

#[test]
fn all_spellings_of_a_form_are_understood() {
    both(async |site| {
        let part = |head: &str| Form::new().part(head.as_bytes(), PNG).bytes();
        let usual = "Content-Disposition: form-data; name=\"fileToUpload\"; filename=\"a.png\"\r\n";
        let bodies = [
            part("content-disposition: form-data; name=\"fileToUpload\"; filename=\"a.png\"\r\n"),
            part("CONTENT-DISPOSITION:form-data;name=\"fileToUpload\";filename=\"a.png\"\r\n"),
            part("Content-Disposition: form-data; filename=\"a.png\"; name=\"fileToUpload\"\r\n"),
            part("Content-Disposition: form-data; name=fileToUpload; filename=a.png\r\n"),
            part(&format!("X-Other: 1\r\n{usual}Content-Type: image/png\r\nContent-Length: 67\r\n")),
            [b"This is a preamble.\r\n", &part(usual)[..]].concat(),
            [&part(usual)[..], b"This is an epilogue."].concat(),
        ];
        for body in bodies {
            let request = site.client.request(Method::POST, "upload").header(ACCEPT, JSON);
            let kind = format!("Multipart/Form-Data; charset=utf-8; boundary=\"{BOUNDARY}\"");
            let text = String::from_utf8_lossy(&body).into_owned();
            let answer = answer(request.header(CONTENT_TYPE, kind).body(body)).await;
            assert_eq!(answer.status, 201, "{text}: {}", answer.text());
            assert_eq!(answer.images()[0].name(), "a.png", "{text}");
        }
    });
}

#[test]
fn a_body_of_unknown_length_is_taken() {
    both(async |site| {
        let bytes = png::of_size(300_000);
        let body = Form::image("chunked.png", &bytes).bytes();
        let pieces: Vec<_> = body.chunks(7001).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
        let request = site.client.request(Method::POST, "upload").header(ACCEPT, JSON);
        let request = request.header(CONTENT_TYPE, Form::content_type());
        let stored = answer(request.body(Body::wrap_stream(stream::iter(pieces)))).await.images().remove(0);
        assert_eq!(site.client.download(&stored).await, bytes);
    });
}

#[test]
fn a_large_file_arrives_as_it_was_sent() {
    both_with(&[], async |site| {
        let mut keys = Vec::new();
        // On both sides of what S3 takes in one part, and a whole number of parts.
        for size in [5 << 20, (5 << 20) + 1, (8 << 20) + 1, 10 << 20, 16 << 20] {
            let bytes = png::of_size(size);
            let stored = site.client.store(&format!("{size}.png"), &bytes).await;
            assert!(site.bucket.object(&stored.key).await == bytes, "{size} bytes came back different");
            assert!(site.client.download(&stored).await == bytes, "{size} bytes were served different");
            let head = site.bucket.head(&stored.key).await;
            assert_eq!((&*head.content_type, &*head.metadata["width"]), ("image/png", "20"), "{size}");
            keys.push(stored.key);
        }
        site.bucket.comes_to_hold(&keys).await;
    });
}

#[test]
fn later_uploads_are_listed_first_by_s3_itself() {
    both_with(&[], async |site| {
        let mut keys = Vec::new();
        for index in 0..5 {
            keys.insert(0, site.client.store(&format!("{index}.png"), PNG).await.key);
        }
        assert_eq!(site.bucket.keys("uploads/").await, keys);
    });
}

#[test]
fn a_hundred_uploads_at_once_are_all_stored() {
    both_with(&[], async |site| {
        let upload = |index: usize| {
            let client: AppClient = site.client.clone();
            async move { client.store(&format!("{index}.png"), &png::plain(index as u32 + 1, 3)).await }
        };
        let stored = futures::future::join_all((0..100).map(upload)).await;
        let keys: BTreeSet<_> = stored.iter().map(|image| image.key.clone()).collect();
        assert_eq!(keys.len(), 100);
        for (index, image) in stored.iter().enumerate() {
            assert_eq!((image.name(), image.width), (&*format!("{index}.png"), index as u32 + 1));
        }
        site.bucket.comes_to_hold(&keys.into_iter().collect::<Vec<_>>()).await;
    });
}

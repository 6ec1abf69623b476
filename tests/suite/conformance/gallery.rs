//! The page: the newest images, older ones page by page; and the page about one image.

use std::collections::BTreeSet;

use e2e::app_client::PNG;
use e2e::corpus::{avif, jpeg, png};
use e2e::site::Site;

use super::html::{attribute, images, links, statuses, unescaped};
use super::{both, both_with};

#[test]
fn all_images_are_found_page_by_page_newest_first() {
    both_with(&[], async |site| {
        let mut newest_first = Vec::new();
        for index in 0..65 {
            newest_first.insert(0, site.client.store(&format!("{index}.png"), PNG).await.path().to_owned());
        }
        let (pages, found) = every_page(&site).await;
        assert_eq!(found, newest_first);
        assert!(pages > 1, "65 images are on one page");

        // A page goes on where it ended, also when more images have come, or its last one has gone.
        let first = site.client.fetch("").await.text();
        let next = next_page(&first).unwrap();
        let second = images(&site.client.fetch(&next).await.text());
        site.client.store("later.png", PNG).await;
        assert_eq!(images(&site.client.fetch(&next).await.text()), second);
        let last = images(&first).pop().unwrap();
        site.client.request(reqwest::Method::POST, &format!("delete/{last}")).send().await.unwrap();
        assert_eq!(images(&site.client.fetch(&next).await.text()), second);
    });
}

#[test]
fn the_page_says_what_was_done_and_repeats_nothing_that_it_does_not_know() {
    both(async |site| {
        for (query, shown) in [
            ("?uploaded=1", Some("1 image")),
            ("?uploaded=12", Some("12 images")),
            ("?deleted=1", Some("deleted")),
            ("?uploaded=<script>x7q</script>", None),
            ("?uploaded=x7q", None),
            ("?uploaded=-x7q", None),
            ("?uploaded[]=x7q", None),
            ("?deleted=x7q", None),
            ("?after=x7q/x7q", None),
            ("?after=%3Cscript%3Ex7q", None),
            ("?after=../../x7q", None),
            ("?after=%00x7q", None),
            ("?after[]=x7q", None),
            ("?after=%FFx7q", None),
            ("?x7q=%FF&&=&%", None),
        ] {
            let got = site.client.fetch(query).await;
            assert_eq!(got.status, 200, "{query}");
            let page = got.text();
            assert!(!page.contains("x7q"), "{query}: {page}");
            let says = statuses(&page);
            match shown {
                Some(words) => assert!(says.len() == 1 && says[0].contains(words), "{query}: {says:?}"),
                None => assert_eq!(says, [""; 0], "{query}"),
            }
        }
    });
}

#[test]
fn what_others_have_put_into_the_bucket_does_no_harm() {
    both_with(&[], async |site| {
        let nasty = "<img src=x onerror=alert(1)>&\"'.png";
        site.bucket.put(&format!("uploads/8000000000000-00000000/{nasty}"), PNG, "image/png").await;
        for key in
            ["uploads/loose.png", "uploads/a/b/c/d.png", "uploads/", "uploads//x.png", "uploads/..", "x"]
        {
            site.bucket.put(key, PNG, "image/png").await;
        }
        let stored = site.client.store("ordinary.png", PNG).await;
        let page = site.client.fetch("").await.has(200).text();
        assert!(!page.contains("<img src=x") && !page.contains("onerror=alert(1)>"), "{page}");
        assert!(images(&page).iter().any(|image| image == stored.path()), "{page}");
        assert!(unescaped(&page).contains("onerror=alert(1)"), "the name is not shown: {page}");
        let link = images(&page).into_iter().find(|image| image.contains("8000000000000")).unwrap();
        let view = site.client.fetch(&format!("view/{link}")).await.has(200).text();
        assert!(!view.contains("<img src=x"), "{view}");
        assert!(unescaped(&view).contains(nasty), "{view}");
        site.client.fetch(&format!("images/{link}")).await.has(200);
    });
}

#[test]
fn an_empty_gallery_has_a_form_and_no_image() {
    both_with(&[], async |site| {
        let page = site.client.fetch("").await.has(200).text();
        assert_eq!(images(&page), [""; 0]);
        assert_eq!(next_page(&page), None);
        assert!(
            page.contains("method=\"post\"") && page.contains("enctype=\"multipart/form-data\""),
            "{page}"
        );
        assert!(attribute(&page, "name").iter().any(|name| name.starts_with("fileToUpload")), "{page}");
        assert!(page.contains("20 MiB"), "the limit is not on the page: {page}");
    });
}

#[test]
fn an_image_has_a_page_with_all_about_it() {
    both(async |site| {
        for (name, bytes, kind, [width, height]) in [
            ("view.png", png::plain(123, 77), "image/png", ["123", "77"]),
            ("view.jpg", jpeg::turned(211, 99, 6), "image/jpeg", ["211", "99"]),
            ("view.avif", avif::plain(), "image/avif", ["48", "32"]),
        ] {
            let stored = site.client.store(name, &bytes).await;
            let page = site.client.fetch(&format!("view/{}", stored.path())).await.has(200).text();
            for text in [name, kind, width, height, "<time", "method=\"post\""] {
                assert!(page.contains(text), "{name} without {text}: {page}");
            }
            let links = links(&page);
            let image = format!("../../images/{}", stored.path());
            let delete = format!("../../delete/{}", stored.path());
            for link in [&image, &delete] {
                assert!(links.contains(link), "{link} is not in {links:?}");
            }
            assert!(page.contains("KiB") || page.contains("bytes"), "no size: {page}");
        }
    });
}

async fn every_page(site: &Site) -> (usize, Vec<String>) {
    let (mut pages, mut found) = (0, Vec::new());
    let mut seen = BTreeSet::new();
    let mut next = Some(String::new());
    while let Some(path) = next {
        assert!(seen.insert(path.clone()), "{path} comes again");
        let page = site.client.fetch(&path).await.has(200).text();
        found.extend(images(&page));
        pages += 1;
        next = next_page(&page);
    }
    (pages, found)
}

/// The link to older images.
fn next_page(page: &str) -> Option<String> {
    links(page).into_iter().find(|link| link.contains("after="))
}

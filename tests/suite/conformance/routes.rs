//! Which addresses there are, by which methods, below which prefix.

use e2e::app_client::{JSON, PNG, answer};
use e2e::form::Form;
use e2e::raw_client::RawClient;
use e2e::site::Site;
use reqwest::Method;
use reqwest::header::ACCEPT;

use super::html::{assets, attribute, links};
use super::{both, both_with};

#[test]
fn head_is_answered_like_get_without_a_body() {
    both(async |site| {
        let stored = site.client.upload("head.png").await;
        let mut paths = vec!["/".to_owned(), "/healthz".to_owned(), "/readyz".to_owned()];
        paths.push(format!("/{}", stored.url));
        paths.push(format!("/view/{}", stored.path()));
        paths.extend(assets(&site.client.fetch("").await.text()).iter().map(|asset| format!("/{asset}")));
        for path in paths {
            let get = RawClient::once(&site.url, &format!("GET {path}"), &[]).await.unwrap();
            let head = RawClient::once(&site.url, &format!("HEAD {path}"), &[]).await.unwrap();
            assert_eq!((get.status, head.status), (200, 200), "{path}: {}", head.head);
            assert_eq!(head.body, b"", "{path}");
            for name in ["Content-Type", "ETag", "Cache-Control", "Content-Security-Policy"] {
                assert_eq!(head.header(name), get.header(name), "{name} of {path}");
            }
        }
    });
}

#[test]
fn what_is_not_there_is_404() {
    both(async |site| {
        let stored = site.client.upload("there.png").await;
        let (id, name) = stored.path().split_once('/').unwrap();
        let mut paths = vec!["/nothing".to_owned(), "/images".to_owned(), "/images/".to_owned()];
        paths.extend([format!("/images/{id}"), format!("/images/{id}/"), format!("/images/{id}/{name}/x")]);
        paths.extend([format!("/images/{id}/other.png"), format!("/view/{id}/other.png")]);
        paths.extend(
            ["/assets/", "/assets/none.txt", "/index.php", "/.htaccess", "/uploads/"].map(str::to_owned),
        );
        paths.extend([format!("/Images/{id}/{name}"), format!("/images/{id}/{name}%00")]);
        for path in paths {
            let answer = RawClient::once(&site.url, &format!("GET {path}"), &[]).await.unwrap();
            assert_eq!(answer.status, 404, "{path}");
        }
    });
}

#[test]
fn no_path_leads_out_of_uploads() {
    both(async |site| {
        site.bucket.put("secret/file.png", PNG, "image/png").await;
        site.bucket.put("incoming/1/file.png", PNG, "image/png").await;
        for path in [
            "/images/../secret/file.png",
            "/images/%2e%2e/secret/file.png",
            "/images/..%2Fsecret/file.png",
            "/images/..%2fsecret%2ffile.png",
            "/images/x/..%2f..%2fsecret%2ffile.png",
            "/images/..\\secret\\file.png",
            "/images/..%5csecret/file.png",
            "/images/../incoming/1/file.png",
            "/images//secret/file.png",
            "/images/../../../../etc/passwd",
            "/view/../secret/file.png",
            "/assets/../../../../etc/passwd",
            "/assets/..%2f..%2fetc%2fpasswd",
        ] {
            let answer = RawClient::once(&site.url, &format!("GET {path}"), &[]).await.unwrap();
            assert!([400, 404].contains(&answer.status), "{path}: {}", answer.head);
        }
    });
}

#[test]
fn another_method_is_405_and_the_answer_names_those_that_are() {
    both(async |site| {
        let stored = site.client.upload("method.png").await;
        let asset = assets(&site.client.fetch("").await.text()).remove(0);
        let (view, delete) = (format!("view/{}", stored.path()), format!("delete/{}", stored.path()));
        let wrong = [
            (Method::POST, "", "GET"),
            (Method::PUT, "", "GET"),
            (Method::DELETE, stored.url.as_str(), "GET"),
            (Method::POST, &stored.url, "GET"),
            (Method::POST, &view, "GET"),
            (Method::POST, &asset, "GET"),
            (Method::POST, "healthz", "GET"),
            (Method::POST, "readyz", "GET"),
            (Method::GET, "upload", "POST"),
            (Method::GET, "upload.php", "POST"),
            (Method::PUT, "upload", "POST"),
            (Method::GET, &delete, "POST"),
            (Method::DELETE, &delete, "POST"),
        ];
        for (method, path, allowed) in wrong {
            let request = site.client.request(method.clone(), path).header(ACCEPT, JSON);
            let answer = answer(request).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            let allow = answer.header("allow");
            assert!(allow.contains(allowed), "{method} {path} allows {allow:?}");
            assert!(!allow.split(", ").any(|name| name == method.as_str()), "{method} {path}: {allow:?}");
            answer.error();
        }
        assert_eq!(site.client.download(&stored).await, PNG);
    });
}

#[test]
fn an_error_is_a_page_for_browsers_and_json_for_programs() {
    both(async |site| {
        for path in ["nothing", "images/1/none.png", "view/1/none.png"] {
            let page = site.client.fetch(path).await.has(404);
            assert!(page.header("content-type").starts_with("text/html"), "{path}: {:?}", page.headers);
            assert!(page.text().contains("role=\"alert\""), "{path}: {}", page.text());
            let json = site.client.fetch_with(path, &[("Accept", JSON)]).await.has(404);
            assert!(json.header("content-type").starts_with(JSON), "{path}: {:?}", json.headers);
            json.error();
        }
    });
}

#[test]
fn links_are_relative_and_lead_somewhere() {
    both(async |site| {
        let stored = site.client.upload("links.png").await;
        for path in [String::new(), format!("view/{}", stored.path()), "images/1/none.png".to_owned()] {
            let page = site.client.fetch(&path).await;
            let found = links(&page.text());
            assert!(found.len() > 1, "{path}: {found:?}");
            let here = reqwest::Url::parse(&format!("{}/{path}", site.url)).unwrap();
            for link in found {
                assert!(!link.starts_with('/') && !link.contains("://"), "{path}: {link}");
                let target = here.join(&link).unwrap();
                let posts =
                    ["upload", "delete/", "direct"].iter().any(|word| target.path()[1..].starts_with(word));
                let line = format!("GET {}", &target[url::Position::BeforePath..url::Position::AfterQuery]);
                let answer = RawClient::once(&site.url, &line, &[]).await.unwrap();
                assert_eq!(answer.status, if posts { 405 } else { 200 }, "{path}: {link}");
            }
        }
    });
}

#[test]
fn every_route_answers_below_the_base_path_and_at_the_root() {
    both_with(&[("BASE_PATH", "/some/app")], async |site| {
        for prefix in ["", "/", "/some/app", "/some/app/", "//some/app", "/some//app"] {
            every_route_answers(&site, prefix).await;
        }
        let bare = RawClient::once(&site.url, "GET /some/app", &[]).await.unwrap();
        assert!([200, 301, 302, 303, 307, 308].contains(&bare.status), "{}", bare.head);
        assert!(bare.status == 200 || bare.header("Location").ends_with("app/"), "{}", bare.head);
        for other in ["/some/apple/", "/some/", "/app/", "/some/app/some/app/nothing", "/some/app/nothing"] {
            let answer = RawClient::once(&site.url, &format!("GET {other}"), &[]).await.unwrap();
            assert_eq!(answer.status, 404, "{other}");
        }
    });
}

#[test]
fn the_page_of_an_error_keeps_the_base_path() {
    both_with(&[("BASE_PATH", "/some/app")], async |site| {
        for path in [
            "/some/app/nothing",
            "/some/app/images/1/none.png",
            "/some/app/view/1/none.png",
            "/some/app/nothing/at/all/",
            "//some//app/nothing",
            "/some/app//images/1/none.png",
            "/some/app/upload",
            "/some/app/images/1/%00",
            "/some/app/images/1/%zz",
            &format!("/some/app/images/{}/b", "a".repeat(3000)),
        ] {
            let page = RawClient::once(&site.url, &format!("GET {path}"), &[]).await.unwrap();
            assert!((400..500).contains(&page.status), "{path}: {}", page.head);
            let found = [attribute(&page.text(), "href"), attribute(&page.text(), "src")].concat();
            assert!(found.len() > 2, "{path}: {}", page.text());
            let here = reqwest::Url::parse(&format!("{}{path}", site.url)).unwrap();
            for link in found {
                let target = here.join(&link).unwrap();
                let merged = target.path().replace("//", "/");
                assert!(merged.starts_with("/some/app/"), "{path}: {link} leads to {target}");
                let line = format!("GET {}", target.path());
                let answer = RawClient::once(&site.url, &line, &[]).await.unwrap();
                assert_eq!(answer.status, 200, "{path}: {link} leads to {target}");
            }
        }
    });
}

#[test]
fn slashes_are_merged() {
    both(async |site| every_route_answers(&site, "/").await);
}

/// Relative links hold below any prefix, so these are all there are.
async fn every_route_answers(site: &Site, prefix: &str) {
    let form = Form::image("route.png", PNG).bytes();
    let mut keys = Vec::new();
    for upload in ["upload", "upload.php"] {
        let (kind, length) = (Form::content_type(), form.len().to_string());
        let headers = [("Content-Type", kind.as_str()), ("Content-Length", &length), ("Accept", JSON)];
        let mut client = RawClient::open(&site.url).await.unwrap();
        client.request(&format!("POST {prefix}/{upload}"), &headers).await.unwrap();
        client.send(&form).await.unwrap();
        let answer = client.answer().await.unwrap();
        assert_eq!(answer.status, 201, "{prefix}/{upload}: {} {}", answer.head, answer.text());
        let url = answer.json()["images"][0]["url"].as_str().unwrap().to_owned();
        keys.push(url.strip_prefix("images/").unwrap().to_owned());
    }
    let page = RawClient::once(&site.url, &format!("GET {prefix}/"), &[]).await.unwrap();
    let mut paths =
        vec!["/".to_owned(), "/?uploaded=1".to_owned(), "/healthz".to_owned(), "/readyz".to_owned()];
    paths.extend([
        format!("/images/{}", keys[0]),
        format!("/view/{}", keys[0]),
        format!("/?after={}", keys[0]),
    ]);
    paths.extend(assets(&page.text()).iter().map(|asset| format!("/{asset}")));
    for path in paths {
        let answer = RawClient::once(&site.url, &format!("GET {prefix}{path}"), &[]).await.unwrap();
        assert_eq!(answer.status, 200, "{prefix}{path}: {}", answer.head);
    }
    for key in keys {
        let line = format!("POST {prefix}/delete/{key}");
        let answer = RawClient::once(&site.url, &line, &[("Content-Length", "0")]).await.unwrap();
        assert_eq!((answer.status, answer.header("Location")), (303, "../../?deleted=1"), "{line}");
    }
}

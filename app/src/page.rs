//! What all pages have in common: the document, its headers, icons, sizes; and the page of an error.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use maud::{DOCTYPE, Markup, html};

use crate::asset::{ICON, SCRIPT, STYLE};

/// What the app is called.
pub const TITLE: &str = "Image upload";

/// What a page may load: this site's images, styles and scripts, nothing inline.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Lines on a field of 24 by 24, as the `d` of an SVG path.
pub const RELOAD: &str = "M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6";
/// An arrow up, out of a tray.
pub const SEND: &str = "M12 15V4m-4.5 4L12 3.5 16.5 8M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3";
/// An arrow to the left.
pub const BACK: &str = "M19 12H5m6-6-6 6 6 6";

/// A whole page. `root` is the way from its address to the home page.
pub fn document(root: &str, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href={ (root) "assets/" (STYLE.file) };
                link rel="icon" href={ (root) "assets/" (ICON.file) } type="image/svg+xml";
                // Not deferred: it marks the document before anything is shown.
                script src={ (root) "assets/" (SCRIPT.file) } {}
            }
            body { (body) }
        }
    }
}

/// The page of a request that failed.
pub fn error(root: &str, status: StatusCode, message: &str) -> Markup {
    let reason = status.canonical_reason().unwrap_or("Error");
    let body = html! {
        header .top { h1 { (reason) } }
        main .trouble {
            p .flash .bad role="alert" { (capitalised(message)) }
            a .button .plain href=(root) { "Back to the images" }
        }
    };
    document(root, &format!("{reason} · {TITLE}"), &body)
}

/// Adds the headers that keep a browser from doing more than the answer needs.
pub async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // With `no-referrer` a browser would send `Origin: null` with our own forms.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    response
}

/// The policy of a page whose script also talks to this origin.
pub fn policy_with_connection_to(origin: &str) -> String {
    POLICY.replace("connect-src 'self'", &format!("connect-src 'self' {origin}"))
}

/// A line drawing.
pub fn icon(path: &str) -> Markup {
    html! { svg .icon viewBox="0 0 24 24" aria-hidden="true" { path d=(path) {} } }
}

/// A size that a person reads.
pub fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| bytes >= *unit) else {
        return format!("{bytes} bytes");
    };
    let tenths = (u128::from(bytes) * 10 / u128::from(unit)) as u64;
    if tenths.is_multiple_of(10) {
        format!("{} {name}", tenths / 10)
    } else {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    }
}

fn capitalised(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable() {
        let check = |bytes, text: &str| assert_eq!(size(bytes), text);
        check(0, "0 bytes");
        check(1023, "1023 bytes");
        check(1536, "1.5 KiB");
        check(20 * 1024 * 1024, "20 MiB");
        check(u64::MAX, "17179869183.9 GiB");
    }

    #[test]
    fn a_message_begins_with_a_capital() {
        assert_eq!(capitalised("the image"), "The image");
        assert_eq!(capitalised("\"a\" is"), "\"a\" is");
    }

    #[test]
    fn a_page_may_talk_to_one_more_origin() {
        assert!(policy_with_connection_to("http://s3").contains("; connect-src 'self' http://s3;"));
    }
}

//! Every file of the corpus: stored as what it is, or refused with the right status.

use e2e::app_client::{JSON, answer};
use e2e::corpus::{self, Case, Expected};
use e2e::form::Form;
use e2e::site::Site;
use futures::{StreamExt, stream};
use reqwest::header::ACCEPT;

use super::both_with;

const AT_ONCE: usize = 4;

#[test]
fn every_image_is_stored_or_refused_as_the_contract_says() {
    let cases = corpus::all();
    both_with(&[], async |site| {
        let uploads = cases.iter().map(async |case| (case, upload(&site, case).await));
        let outcomes: Vec<_> = stream::iter(uploads).buffer_unordered(AT_ONCE).collect().await;
        let mut wrong = Vec::new();
        let mut keys = Vec::new();
        for (case, outcome) in outcomes {
            match outcome {
                Ok(key) => keys.extend(key),
                Err(what) => wrong.push(format!("{}: {what}", case.name)),
            }
        }
        assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
        // A key has the case's name in it.
        site.bucket.comes_to_hold(&keys).await;
    });
}

/// The key when it was stored as expected, nothing when it was refused as expected.
async fn upload(site: &Site, case: &Case) -> Result<Option<String>, String> {
    let name = case.file_name.as_bytes();
    let form = Form::new().file("fileToUpload", name, case.claimed_type, &case.bytes);
    let answer = answer(site.client.form_request("upload", &form).header(ACCEPT, JSON)).await;
    match &case.expected {
        Expected::Refused { status, words } => {
            let message = answer.json()["error"].as_str().unwrap_or_default().to_owned();
            let says = words.is_empty() || words.iter().any(|word| message.contains(word));
            if answer.status == *status && !message.is_empty() && says {
                return Ok(None);
            }
            Err(format!("{status} {words:?} is expected, but {}: {}", answer.status, answer.text()))
        }
        Expected::Stored { content_type, width, height } => {
            if answer.status != 201 {
                return Err(format!("it should be stored, but {}: {}", answer.status, answer.text()));
            }
            let stored = answer.images().remove(0);
            let head = site.bucket.head(&stored.key).await;
            let metadata = |name: &str| head.metadata.get(name).cloned().unwrap_or_default();
            let answered =
                (stored.content_type.as_str(), stored.width, stored.height, stored.size, stored.name());
            let expected = (*content_type, *width, *height, case.bytes.len() as u64, case.file_name.as_str());
            if answered != expected {
                return Err(format!("{expected:?} is expected, but {answered:?}"));
            }
            let kept = (head.content_type.clone(), metadata("width"), metadata("height"), head.size);
            if kept != (answered.0.to_owned(), width.to_string(), height.to_string(), answered.3) {
                return Err(format!("S3 keeps {kept:?}"));
            }
            if site.client.download(&stored).await != case.bytes {
                return Err("it comes back different".to_owned());
            }
            Ok(Some(stored.key))
        }
    }
}

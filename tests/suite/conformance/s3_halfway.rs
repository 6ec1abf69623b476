//! S3 fails in the middle of an upload: of the second of three files, of a part, of an answer. Nothing stays.

use std::time::Duration;

use e2e::app_client::{Answer, PNG};
use e2e::corpus::png;
use e2e::fault_proxy::{Effect, Fault};
use e2e::form::Form;
use e2e::site::Site;
use e2e::wait::until;
use reqwest::Method;

use super::both_behind_proxy;

const DEADLINE: (&str, &str) = ("S3_DEADLINE_SECONDS", "3");
/// Two calls to S3 may run into their deadline: the one that fails, and one that cleans up.
const IN_TIME: Duration = Duration::from_secs(12);
const SOON: Duration = Duration::from_secs(30);

#[test]
fn a_failure_at_the_second_of_three_files_undoes_the_first() {
    both_behind_proxy(&[DEADLINE], async |site| {
        let form = Form::image("a.png", PNG).and_image("b.png", PNG).and_image("c.png", PNG);
        for effect in [Effect::Status(500), Effect::Hang, Effect::StallBody, Effect::LoseAnswer] {
            site.proxy().set(Fault::on(Method::PUT, effect).path(|path| path.ends_with("/b.png")));
            is_503(&refused(&site, &form).await, effect);
            nothing_stays(&site, effect).await;
        }
    });
}

#[test]
fn a_failure_in_a_large_file_leaves_neither_parts_nor_object() {
    both_behind_proxy(&[DEADLINE], async |site| {
        let form = Form::image("small.png", PNG).and_image("large.png", &png::of_size(18 << 20));
        // The beginning, a part, the end, or all at once: not every app needs all of these.
        let faults = |effect| {
            [
                Fault::on(Method::POST, effect).query("uploads"),
                Fault::on(Method::PUT, effect).query("partNumber=2"),
                Fault::on(Method::POST, effect).query("uploadId"),
                Fault::on(Method::PUT, effect).path(|path| path.ends_with("/large.png")),
            ]
        };
        let mut failed = 0;
        for effect in [Effect::Status(500), Effect::Hang, Effect::LoseAnswer] {
            for fault in faults(effect) {
                site.proxy().set(fault);
                let answer = refused(&site, &form).await;
                if site.proxy().happened() == 0 {
                    for image in answer.images() {
                        site.bucket.delete(&image.key).await;
                    }
                    continue;
                }
                failed += 1;
                is_503(&answer, effect);
                nothing_stays(&site, effect).await;
            }
        }
        assert!(failed >= 3, "only {failed} of the faults have happened");
    });
}

#[test]
fn a_lost_answer_to_the_last_call_leaves_one_whole_image() {
    both_behind_proxy(&[DEADLINE], async |site| {
        let bytes = png::of_size(12 << 20);
        // The upload has ended in S3; a second attempt to end it finds none.
        site.proxy().set(Fault::on(Method::POST, Effect::LoseAnswer).query("uploadId").nth(1));
        let answer = refused(&site, &Form::image("large.png", &bytes)).await;
        site.proxy().clear().await;
        match answer.status.as_u16() {
            201 => {
                let stored = answer.images().remove(0);
                assert!(site.bucket.object(&stored.key).await == bytes);
                site.bucket.comes_to_hold(&[stored.key]).await;
            }
            503 => site.bucket.comes_to_hold(&[]).await,
            other => panic!("{other}: {}", answer.text()),
        }
    });
}

#[test]
fn an_upload_that_fails_for_another_reason_is_cleaned_up_when_s3_fails_at_first() {
    both_behind_proxy(&[DEADLINE], async |site| {
        let form = Form::image("good.png", PNG).and_image("bad.png", b"no image");
        for effect in [Effect::Status(503), Effect::LoseAnswer] {
            // Deleting `good.png` fails once.
            for method in [Method::DELETE, Method::POST] {
                site.proxy().set(Fault::on(method, effect).nth(1));
                let answer = refused(&site, &form).await;
                assert!([415, 503].contains(&answer.status.as_u16()), "{}", answer.text());
                site.bucket.comes_to_hold(&[]).await;
            }
        }
    });
}

#[test]
fn what_could_not_be_cleaned_up_at_once_is_cleaned_up_when_s3_is_back() {
    both_behind_proxy(&[DEADLINE], async |site| {
        let form = Form::image("a.png", PNG).and_image("b.png", PNG);
        // The first file is stored, then nothing works any more.
        site.proxy().set(Fault::on(Method::PUT, Effect::Hang).path(|path| path.ends_with("/b.png")));
        let upload = site.client.post(&form);
        let outage = async {
            until("the second file to be on its way", SOON, async || {
                let second = site.proxy().count(|seen| seen.path.ends_with("/b.png"));
                if second > 0 { Ok(()) } else { Err("no request for it".to_owned()) }
            })
            .await;
            site.proxy().set(Fault::all(Effect::Hang));
        };
        let (answer, ()) = tokio::join!(upload, outage);
        answer.has(503);
        site.proxy().clear().await;
        site.bucket.comes_to_hold(&[]).await;
    });
}

async fn refused(site: &Site, form: &Form) -> Answer {
    let answer = tokio::time::timeout(IN_TIME, site.client.post(form)).await;
    answer.unwrap_or_else(|_| panic!("no answer within {IN_TIME:?}"))
}

fn is_503(answer: &Answer, effect: Effect) {
    assert_eq!(answer.status, 503, "{effect:?}: {}", answer.text());
    assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{effect:?}: {:?}", answer.headers);
    assert!(!answer.error().is_empty());
}

async fn nothing_stays(site: &Site, effect: Effect) {
    assert!(site.proxy().happened() > 0, "{effect:?} has not happened");
    site.proxy().clear().await;
    site.bucket.comes_to_hold(&[]).await;
}

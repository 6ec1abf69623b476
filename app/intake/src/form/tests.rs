//! Forms as browsers, programs and attackers send them.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use futures::{StreamExt, stream};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;

use super::*;

const FORM: &str = "multipart/form-data; boundary=b";
const LIMITS: UploadLimits =
    UploadLimits { max_file_bytes: 1024 * 1024, max_files: 2, ..UploadLimits::DEFAULT };

/// A part, from its first header on.
fn part(headers: &str, content: &str) -> String {
    format!("--b\r\n{headers}\r\n\r\n{content}\r\n")
}

fn file(name: &str, content: &str) -> String {
    part(&format!("Content-Disposition: form-data; name=\"f\"; filename=\"{name}\""), content)
}

fn pieces(body: &[u8], size: usize) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + use<> {
    let pieces: Vec<_> = body.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    stream::iter(pieces)
}

fn open(body: &[u8], size: usize) -> Form {
    Form::open(Some(FORM), None, pieces(body, size), &LIMITS).ok().unwrap()
}

/// The names, claims and contents of a form's files.
async fn files(mut form: Form) -> Result<Vec<(String, Option<String>, Vec<u8>)>, FormError> {
    let mut files = Vec::new();
    while let Some(mut part) = form.next().await? {
        let Some(name) = part.chosen_file(&["f", "f[]"]) else {
            continue;
        };
        let (claim, mut content) = (part.claimed_type(), Vec::new());
        while let Some(bytes) = part.chunk().await? {
            assert!(!bytes.is_empty());
            content.extend_from_slice(&bytes);
        }
        files.push((name, claim, content));
    }
    Ok(files)
}

/// The contents of all parts.
async fn contents(mut form: Form) -> Result<Vec<Vec<u8>>, FormError> {
    let mut contents = Vec::new();
    while let Some(mut part) = form.next().await? {
        let mut content = Vec::new();
        while let Some(bytes) = part.chunk().await? {
            content.extend_from_slice(&bytes);
        }
        contents.push(content);
    }
    Ok(contents)
}

async fn contents_by_multer(body: &[u8]) -> Result<Vec<Vec<u8>>, multer::Error> {
    let mut form = multer::Multipart::new(pieces(body, 50), "b");
    let mut contents = Vec::new();
    while let Some(field) = form.next_field().await? {
        contents.push(field.bytes().await?.to_vec());
    }
    Ok(contents)
}

async fn failure(body: &[u8]) -> FormError {
    files(open(body, 1000)).await.unwrap_err()
}

fn refused(content_type: Option<&str>, length: Option<u64>) -> FormError {
    Form::open(content_type, length, pieces(b"", 1), &LIMITS).err().unwrap()
}

#[tokio::test]
async fn files_come_out_as_they_went_in() {
    let large = "\r\n--\r\n-b".repeat(6000);
    let body = [
        "preamble\r\n".to_owned(),
        part("Content-Disposition: form-data; name=\"comment\"", "hello"),
        file("a.png", "1\r\n--2"),
        part("content-type: Image/PNG; x=y\r\ncontent-disposition: form-data; name=f[]; filename=b", &large),
        file("", "nothing was chosen"),
        part("Content-Disposition: form-data; name=other; filename=c", "not ours"),
        file("empty.png", ""),
        "--b--\r\nepilogue".to_owned(),
    ];
    let body = body.concat().into_bytes();
    for size in [1, 7, 1000, 16 * 1024, body.len()] {
        let found = files(open(&body, size)).await.unwrap();
        let claim = Some("Image/PNG; x=y".to_owned());
        assert_eq!(found[0], ("a.png".to_owned(), None, b"1\r\n--2".to_vec()));
        assert!(found[1] == ("b".to_owned(), claim, large.clone().into_bytes()), "in pieces of {size}");
        assert_eq!(found[2], ("empty.png".to_owned(), None, Vec::new()));
        assert_eq!(found.len(), 3);
    }
}

#[test]
fn only_forms_are_opened() {
    let malformed = |content_type| match refused(Some(content_type), None) {
        FormError::Malformed { detail } => assert!(detail.contains("boundary"), "{detail}"),
        other => panic!("{other} for {content_type}"),
    };
    assert_eq!(refused(None, None), FormError::NotAForm);
    for content_type in ["", "text/plain", "multipart/mixed; boundary=b", "multipart/form-datas; boundary=b"]
    {
        assert_eq!(refused(Some(content_type), None), FormError::NotAForm, "{content_type}");
    }
    malformed("multipart/form-data");
    malformed("multipart/form-data; boundary");
    malformed("multipart/form-data; boundary=\"\"");
    malformed("multipart/form-data; boundary=\"a \"");
    malformed("multipart/form-data; boundary=a\r\nb");
    malformed("multipart/form-data; boundary=ü");
    malformed(&format!("multipart/form-data; boundary={}", "x".repeat(71)));
    let opens = |content_type| Form::open(Some(content_type), None, pieces(b"", 1), &LIMITS).is_ok();
    assert!(opens("Multipart/Form-Data ; charset=utf-8; Boundary=\"a b\""));
    assert!(opens("multipart/form-data; boundary=----=_Part_1/2:3?4"));
}

#[tokio::test]
async fn no_more_is_read_than_the_limit() {
    let limit = LIMITS.max_body_bytes();
    assert_eq!(limit, 3 * 1024 * 1024);
    assert_eq!(refused(Some(FORM), Some(limit + 1)), FormError::BodyTooLarge { limit });
    let chunks = || stream::repeat(Bytes::from(vec![b'x'; 64 * 1024])).map(Ok::<_, Infallible>);
    let start =
        stream::iter([Ok(Bytes::from("--b\r\nContent-Disposition: form-data; name=f; filename=x\r\n\r\n"))]);
    let form = Form::open(Some(FORM), Some(limit), start.chain(chunks()), &LIMITS).ok().unwrap();
    assert_eq!(files(form).await, Err(FormError::BodyTooLarge { limit }));
}

#[tokio::test]
async fn forms_that_end_early_are_refused() {
    let body = file("a.png", "content") + "--b--";
    for length in 0..body.len() {
        let error = failure(&body.as_bytes()[..length]).await;
        assert!(matches!(error, FormError::Malformed { .. }), "{error} after {length} bytes");
    }
    let cut = io::Error::new(io::ErrorKind::ConnectionReset, "reset by peer");
    let start = stream::iter([Ok(Bytes::from(file("a.png", "content"))), Err(cut)]);
    let error = files(Form::open(Some(FORM), None, start, &LIMITS).ok().unwrap()).await.unwrap_err();
    let detail = "the connection broke: reset by peer".to_owned();
    assert_eq!(error, FormError::Malformed { detail });
}

#[tokio::test]
async fn names_that_are_no_text_do_not_fail() {
    let body = [
        b"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"",
        &b"\xFF\xE9.png\"\r\n\r\n1\r\n--b--"[..],
    ];
    assert_eq!(files(open(&body.concat(), 1000)).await.unwrap()[0].0, "\u{FFFD}\u{FFFD}.png");
}

#[tokio::test]
async fn headers_are_not_held_without_end() {
    let headers = format!("--b\r\nX-Long: {}", "x".repeat(1024 * 1024));
    for body in [headers, "x".repeat(1024 * 1024), format!("--b{}", " ".repeat(1024 * 1024))] {
        match failure(body.as_bytes()).await {
            FormError::Malformed { detail } => assert!(detail.contains("larger than 16384"), "{detail}"),
            other => panic!("{other}"),
        }
    }
    let fits = part(
        &format!("X-Long: {}\r\nContent-Disposition: form-data; name=f; filename=a", "x".repeat(16_000)),
        "1",
    );
    assert_eq!(files(open((fits + "--b--").as_bytes(), 1)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn parts_are_counted() {
    let body = |parts| file("a.png", "1").repeat(parts) + "--b--";
    assert_eq!(files(open(body(1000).as_bytes(), 4096)).await.unwrap().len(), 1000);
    assert!(
        failure(body(1001).as_bytes()).await
            == FormError::Malformed { detail: "more than 1000 fields".into() }
    );
}

#[tokio::test]
async fn a_client_that_goes_quiet_is_left() {
    let start = stream::iter([Ok::<_, Infallible>(Bytes::from("--b\r\n"))]).chain(stream::pending());
    let patience = Patience { idle: Duration::from_millis(50), drain: Duration::from_millis(20) };
    let mut form = Form::open_patiently("b".to_owned(), start, u64::MAX, patience);
    assert_eq!(form.next().await.err(), Some(FormError::Idle));
    let started = Instant::now();
    form.drain().await;
    assert!((20..5000).contains(&started.elapsed().as_millis()));
}

/// A body, and how much of it was read.
fn counted(body: &[u8]) -> (impl Stream<Item = Result<Bytes, Infallible>> + Send + use<>, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let body = pieces(body, 1000).inspect(move |piece| {
        counter.fetch_add(piece.as_ref().map_or(0, Bytes::len), Ordering::Relaxed);
    });
    (body, count)
}

#[tokio::test]
async fn small_parts_are_not_read_ahead_of() {
    let one = file("a.png", "1");
    let (body, received) = counted(one.repeat(900).as_bytes());
    let mut form = Form::open(Some(FORM), None, body, &LIMITS).ok().unwrap();
    for count in 1..800 {
        drop(form.next().await.unwrap().unwrap());
        assert!(received.load(Ordering::Relaxed) < count * one.len() + 2000);
    }
}

#[tokio::test]
async fn draining_reads_what_still_comes_whatever_it_is() {
    let text = file("a.png", &"x".repeat(99_000)) + "--b\r\nno header\r\n\r\n" + &"y".repeat(99_000);
    let (body, received) = counted(text.as_bytes());
    let mut form = Form::open(Some(FORM), None, body, &LIMITS).ok().unwrap();
    drop(form.next().await.unwrap());
    assert!(form.next().await.is_err());
    assert!(received.load(Ordering::Relaxed) < text.len());
    form.drain().await;
    assert_eq!(received.load(Ordering::Relaxed), text.len());
    form.drain().await;
    drain(pieces(text.as_bytes(), 1000)).await;
}

const WORDS: [&str; 8] = [
    "--b",
    "\r\n",
    "--",
    "\r\n--b\r\n",
    "Content-Disposition: form-data; name=f; filename=x\r\n\r\n",
    "\r",
    "b",
    " ",
];

/// Bytes with what matters to a parser more often than chance has it.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        4 => select(&WORDS[..]).prop_map(|word| word.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..40),
    ];
    vec(word, 0..30).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn any_body_comes_to_an_end_and_pieces_make_no_difference(body in bodies(), size in 1usize..50) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let whole = runtime.block_on(files(open(&body, 10_000)));
        let in_pieces = runtime.block_on(files(open(&body, size)));
        prop_assert!(whole == in_pieces, "{whole:?} and {in_pieces:?}");
        let out: usize = whole.unwrap_or_default().iter().map(|(name, _, content)| name.len() + content.len()).sum();
        prop_assert!(out <= body.len());
    }

    #[test]
    fn multer_finds_the_same(body in bodies()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        // It takes no control characters in heads.
        let body: Vec<_> = body.into_iter().filter(|byte| !byte.is_ascii_control() || b"\r\n".contains(byte)).collect();
        let ours = runtime.block_on(contents(open(&body, 50)));
        prop_assert_eq!(ours.ok(), runtime.block_on(contents_by_multer(&body)).ok());
    }
}

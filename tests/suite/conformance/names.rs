//! What becomes of the names that people and attackers give to files. Both apps make the same of each.

use e2e::app_client::{JSON, PNG, answer};
use e2e::form::Form;
use reqwest::header::ACCEPT;

use super::html::unescaped;
use super::{both, each};
use e2e::site::{App, Site};

/// What is sent, and `NAME` in the key.
const NAMES: [(&str, &str); 63] = [
    // Ordinary names stay as they are.
    ("cat.png", "cat.png"),
    ("My Cat (1).PNG", "My Cat (1).PNG"),
    ("a.b.c.png", "a.b.c.png"),
    ("-_.().png", "-_.().png"),
    ("no extension", "no extension"),
    // Scripts, with what belongs to their letters.
    ("Grüße.png", "Grüße.png"),
    ("Cafe\u{301}.png", "Cafe\u{301}.png"),
    ("قطة جميلة.png", "قطة جميلة.png"),
    ("חתול.png", "חתול.png"),
    ("क्षत्रिय हिन्दी.png", "क्षत्रिय हिन्दी.png"),
    ("แมวน้ำ.png", "แมวน้ำ.png"),
    ("我的猫。png", "我的猫。png"),
    ("ネコの写真.png", "ネコの写真.png"),
    ("ﾈｺ.png", "ﾈｺ.png"),
    ("고양이.png", "고양이.png"),
    ("\u{1100}\u{1161}.png", "\u{1100}\u{1161}.png"),
    ("Кошка.png", "Кошка.png"),
    ("Γάτα.png", "Γάτα.png"),
    ("அழகு.png", "அழகு.png"),
    ("می\u{200C}خواهم.png", "می\u{200C}خواهم.png"),
    ("මල් ශ\u{200D}රී.png", "මල් ශ\u{200D}රී.png"),
    ("👩\u{200D}👩\u{200D}👧.png", "👩\u{200D}👩\u{200D}👧.png"),
    ("❤\u{FE0F}👍🏽.png", "❤\u{FE0F}👍🏽.png"),
    ("🇩🇪🇯🇵.png", "🇩🇪🇯🇵.png"),
    ("𝔘𝔫𝔦.png", "𝔘𝔫𝔦.png"),
    ("“quoted” – dash… ½ €.png", "“quoted” – dash… ½ €.png"),
    // Paths: only what follows the last slash, forwards or backwards.
    ("../../etc/passwd", "passwd"),
    ("/absolute/cat.png", "cat.png"),
    ("C:\\Users\\me\\cat.png", "cat.png"),
    ("..\\..\\windows/cat.png", "cat.png"),
    ("dir/", "image.png"),
    ("dir\\.", "image.png"),
    ("..", "image.png"),
    ("...", "image.png"),
    (".htaccess", "htaccess"),
    ("....//....//cat.png", "cat.png"),
    ("..cat.png", "cat.png"),
    (". .cat.png", "cat.png"),
    // ASCII punctuation that means something in shells, pages, addresses and file systems.
    ("<script>alert(1)</script>.png", "script.png"),
    ("<img src=x onerror=alert(1)>.png", "img srcx onerroralert(1).png"),
    ("a&b'c`d.png", "abcd.png"),
    ("100%25 #1? a+b=c;d,e.png", "10025 1 abcde.png"),
    ("$(rm -rf).png", "(rm -rf).png"),
    ("a:b*c|d~e^f{g}[h]!@.png", "abcdefgh.png"),
    ("%2e%2e%2fcat.png", "2e2e2fcat.png"),
    ("%00.png", "00.png"),
    // Control characters, formatting that nobody sees, private characters.
    ("a\u{7F}b.png", "ab.png"),
    ("a\u{1}b\u{8}\u{1F}c.png", "abc.png"),
    ("\u{1B}[31mred.png", "31mred.png"),
    ("a\u{80}\u{9F}b.png", "ab.png"),
    ("\u{202E}gnp.exe", "gnp.exe"),
    ("a\u{202A}\u{202D}\u{2066}\u{2069}b.png", "ab.png"),
    ("a\u{200E}\u{200F}\u{61C}b.png", "ab.png"),
    ("\u{FEFF}bom\u{2060}\u{AD}.png", "bom.png"),
    ("tag\u{E0067}\u{E007F}.png", "tag.png"),
    ("a\u{E000}\u{F8FF}\u{F0000}\u{10FFFD}b.png", "ab.png"),
    ("\u{200B}.png", "png"),
    // White space of every kind, and what is cut at both ends.
    ("a\u{A0}b\u{2003}c\u{3000}d\u{2028}e.png", "a b c d e.png"),
    ("  cat.png", "cat.png"),
    ("cat.png   ", "cat.png"),
    ("\u{3000}\u{A0}.cat.png\u{2009}", "cat.png"),
    (" . . ", "image.png"),
    ("***", "image.png"),
];

#[test]
fn names_are_kept_as_far_as_they_are_harmless() {
    both(async |site| {
        let mut wrong = Vec::new();
        for (sent, expected) in NAMES {
            let stored = stored_as(&site, sent.as_bytes()).await;
            if stored.as_deref() != Ok(expected) {
                wrong.push(format!("{sent:?} should become {expected:?}, but {stored:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn long_names_are_cut_between_characters_before_the_extension() {
    let cases = [
        ("a".repeat(100), "a".repeat(100)),
        ("a".repeat(101), "a".repeat(100)),
        (format!("{}.png", "a".repeat(96)), format!("{}.png", "a".repeat(96))),
        (format!("{}.png", "a".repeat(97)), format!("{}.png", "a".repeat(96))),
        (format!("{}.png", "a".repeat(296)), format!("{}.png", "a".repeat(96))),
        (format!("{}.jpeg", "猫".repeat(100)), format!("{}.jpeg", "猫".repeat(31))),
        (format!("a{}.png", "é".repeat(100)), format!("a{}.png", "é".repeat(47))),
        (format!("{}.png", "😀".repeat(75)), format!("{}.png", "😀".repeat(24))),
    ];
    both(async |site| {
        for (sent, expected) in &cases {
            assert!(expected.len() <= 100);
            assert_eq!(stored_as(&site, sent.as_bytes()).await.as_deref(), Ok(expected.as_str()), "{sent}");
        }
    });
}

/// What the contract leaves open, the apps do alike.
#[test]
fn both_apps_make_the_same_of_a_name() {
    let names = [
        "a  b.png".to_owned(),
        "a \u{A0}\u{3000} b.png".to_owned(),
        "a\tb.png".to_owned(),
        "a\u{85}b.png".to_owned(),
        "cat.png.".to_owned(),
        "cat.png. .".to_owned(),
        "cat. png".to_owned(),
        format!("{}.{}", "a".repeat(50), "b".repeat(200)),
        format!("{}.png", "e\u{301}".repeat(60)),
        format!("{}.png", "👩\u{200D}👩\u{200D}👧".repeat(10)),
        format!("{}  .png", "a b".repeat(50)),
        format!(".{}", "x".repeat(150)),
        "\u{600}\u{6DD}\u{70F}.png".to_owned(),
        "\u{180E}\u{3164}\u{2800}.png".to_owned(),
        "\u{200D}\u{200C}".to_owned(),
        "\u{301}.png".to_owned(),
        "\u{FFFD}\u{FFFF}\u{FDD0}.png".to_owned(),
    ];
    let made = each(async |app: App| {
        let site = Site::shared(app).await;
        let mut made = Vec::new();
        for name in &names {
            made.push((name.clone(), stored_as(&site, name.as_bytes()).await));
        }
        made
    });
    for (rust, php) in made[0].iter().zip(&made[1]) {
        assert_eq!(rust, php);
        let name = rust.1.as_ref().unwrap();
        assert!(!name.is_empty() && name.len() <= 100, "{rust:?}");
    }
}

#[test]
fn invalid_utf_8_is_dropped() {
    both(async |site| {
        for (sent, expected) in [
            (&b"caf\xE9.png"[..], "caf.png"),
            (b"\xFF\xFE.png", "png"),
            (b"\xC0\xAE\xC0\xAE\xC0\xAFcat.png", "cat.png"),
            (b"a\xED\xA0\x80b.png", "ab.png"),
            (b"cut\xF0\x9F\x98.png", "cut.png"),
            (b"\x80\x81", "image.png"),
        ] {
            let stored = stored_as(&site, sent).await;
            assert_eq!(stored.as_deref(), Ok(expected), "{}", sent.escape_ascii());
        }
    });
}

#[test]
fn an_extended_file_name_and_escaped_quotes_are_understood_alike() {
    let heads: [&[u8]; 4] = [
        b"filename=\"plain.png\"; filename*=UTF-8''%e7%8c%ab.png",
        b"filename*=UTF-8''%e7%8c%ab.png; filename=\"plain.png\"",
        b"filename=\"a\\\"b.png\"",
        b"filename=\"a%22b.png\"",
    ];
    let made = each(async |app: App| {
        let site = Site::shared(app).await;
        let mut names = Vec::new();
        for head in heads {
            let head = [b"Content-Disposition: form-data; name=\"fileToUpload\"; ", head, b"\r\n"].concat();
            names.push(site.client.post(&Form::new().part(&head, PNG)).await.images()[0].name().to_owned());
        }
        names
    });
    assert_eq!(made[0], made[1]);
    assert_eq!(made[0][3], "a22b.png");
}

#[test]
fn the_ending_of_a_name_that_is_made_up_is_the_contents() {
    both(async |site| {
        let files = [
            (e2e::corpus::jpeg::plain(9, 9), ["image.jpg", "image.jpeg"]),
            (e2e::corpus::avif::plain(), ["image.avif"; 2]),
            (PNG.to_vec(), ["image.png"; 2]),
        ];
        for (bytes, expected) in files {
            let stored = site.client.store("***", &bytes).await;
            assert!(expected.contains(&stored.name()), "{stored:?}");
        }
    });
}

/// `NAME` in the key, if the image is read and shown by it.
async fn stored_as(site: &Site, sent: &[u8]) -> Result<String, String> {
    let form = Form::new().file("fileToUpload", sent, None, PNG);
    let answer = answer(site.client.form_request("upload", &form).header(ACCEPT, JSON)).await;
    if answer.status != 201 {
        return Err(format!("{}: {}", answer.status, answer.text()));
    }
    let stored = answer.images().remove(0);
    let served = site.client.fetch(&stored.url).await;
    if served.status != 200 || served.body != PNG {
        return Err(format!("{} is not served: {}", stored.url, served.status));
    }
    if site.bucket.object(&stored.key).await != PNG {
        return Err(format!("{} is not stored", stored.key));
    }
    let view = site.client.fetch(&format!("view/{}", stored.path())).await;
    if view.status != 200 || !unescaped(&view.text()).contains(stored.name()) {
        return Err(format!("view/{} does not show the name: {}", stored.path(), view.status));
    }
    Ok(stored.name().to_owned())
}

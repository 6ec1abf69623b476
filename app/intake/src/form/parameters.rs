//! Header values with parameters: `form-data; name="fileToUpload"; filename="cat.png"`.

/// What a part's `Content-Disposition` says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Disposition {
    pub(super) name: Option<String>,
    pub(super) file_name: Option<String>,
}

impl Disposition {
    /// Reads a header's value. Names that are not UTF-8 come out with replacement characters.
    pub(super) fn parse(header: &[u8]) -> Self {
        let (mut disposition, mut extended_name) = (Self::default(), None);
        for (key, value) in split(header).1 {
            let text = || Some(String::from_utf8_lossy(&value).into_owned());
            match key.as_str() {
                "name" if disposition.name.is_none() => disposition.name = text(),
                "filename" if disposition.file_name.is_none() => disposition.file_name = text(),
                "filename*" if extended_name.is_none() => extended_name = extended(&value),
                _ => {}
            }
        }
        // Who sends both means the plain one for receivers that know no better.
        disposition.file_name = extended_name.or(disposition.file_name);
        disposition
    }
}

/// A header's value and its parameters one by one, their names in lower case.
pub(super) fn split(header: &[u8]) -> (&[u8], impl Iterator<Item = (String, Vec<u8>)>) {
    let (main, mut rest) = cut(header, |byte| byte == b';');
    let parameters = std::iter::from_fn(move || {
        let [b';', after @ ..] = rest else { return None };
        let (name, after) = cut(after, |byte| byte == b'=' || byte == b';');
        let name = String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase();
        let (value, after) = match after {
            [b'=', after @ ..] => parameter_value(after.trim_ascii_start()),
            _ => (Vec::new(), after),
        };
        rest = cut(after, |byte| byte == b';').1;
        Some((name, value))
    });
    (main.trim_ascii(), parameters)
}

/// A parameter's value, quoted or not, and what follows it.
fn parameter_value(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let [b'"', quoted @ ..] = text else {
        let (value, rest) = cut(text, |byte| byte == b';');
        return (value.trim_ascii_end().to_vec(), rest);
    };
    let mut value = Vec::new();
    let mut rest = quoted;
    loop {
        match rest {
            // Browsers write a quote as %22. Other programs put a backslash before it and before a backslash;
            // one before anything else is part of a Windows path.
            [b'\\', escaped @ (b'"' | b'\\'), after @ ..] => {
                value.push(*escaped);
                rest = after;
            }
            [b'"', after @ ..] => return (value, after),
            [byte, after @ ..] => {
                value.push(*byte);
                rest = after;
            }
            [] => return (value, rest),
        }
    }
}

/// A value with its character set, as in RFC 5987: `UTF-8''%e2%82%ac.png`. None in another set than UTF-8 and Latin-1.
fn extended(value: &[u8]) -> Option<String> {
    let mut parts = value.splitn(3, |byte| *byte == b'\'');
    let (charset, _language, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = percent_decoded(encoded);
    if charset.eq_ignore_ascii_case(b"utf-8") {
        Some(String::from_utf8_lossy(&bytes).into_owned())
    } else if charset.eq_ignore_ascii_case(b"iso-8859-1") {
        Some(bytes.into_iter().map(char::from).collect())
    } else {
        None
    }
}

/// Replaces each `%` and two hexadecimal digits; any other `%` stays.
fn percent_decoded(mut text: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(text.len());
    loop {
        match text {
            [b'%', high, low, rest @ ..] if digit(high).is_some() && digit(low).is_some() => {
                bytes.push(digit(high).unwrap_or_default() << 4 | digit(low).unwrap_or_default());
                text = rest;
            }
            [byte, rest @ ..] => {
                bytes.push(*byte);
                text = rest;
            }
            [] => return bytes,
        }
    }
}

/// The text before the first byte that is meant, and the text from it on.
fn cut(text: &[u8], is_meant: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| is_meant(*byte)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_name_is_read() {
        let check = |header: &[u8], name: &str, file_name: &str| {
            let expected = Disposition { name: Some(name.to_owned()), file_name: Some(file_name.to_owned()) };
            assert_eq!(Disposition::parse(header), expected, "{}", header.escape_ascii());
        };
        check(b"form-data; name=\"f\"; filename=\"cat.png\"", "f", "cat.png");
        check(b"form-data; filename=\"cat.png\"; name=\"f\"", "f", "cat.png");
        check(b"form-data;name=f;filename=cat.png", "f", "cat.png");
        check(b"form-data ; Name = f ; FILENAME = cat one.png ", "f", "cat one.png");
        check(b"form-data; name=f; filename=\"a;b=\\\"c\\\\.png\"", "f", "a;b=\"c\\.png");
        check(b"form-data; name=f; filename=\"C:\\Users\\cat.png\"", "f", "C:\\Users\\cat.png");
        check("form-data; name=f; filename=\"猫.png\"".as_bytes(), "f", "猫.png");
        check(b"form-data; name=f; filename=\"\xE9t\xE9.png\"", "f", "\u{FFFD}t\u{FFFD}.png");
        check(b"form-data; name=f; filename=\"unended", "f", "unended");
        check(b"form-data; name=f; filename=\"\"", "f", "");
        check(b"form-data; name=\"first\"; filename=x; name=second; filename=y", "first", "x");
        check(b"form-data; filename=\"; name=\\\"x\"; name=f", "f", "; name=\"x");
    }

    #[test]
    fn an_extended_name_counts_more_than_a_plain_one() {
        let check = |parameters: &str, file_name: &str| {
            let header = format!("form-data; name=f; {parameters}");
            let parsed = Disposition::parse(header.as_bytes());
            assert_eq!(parsed.file_name.as_deref(), Some(file_name), "{header}");
        };
        check("filename*=UTF-8''%e7%8c%ab.png", "猫.png");
        check("filename=\"cat.png\"; filename*=utf-8'ja'%E7%8C%AB%20100%.png", "猫 100%.png");
        check("filename*=iso-8859-1''%e9t%E9.png; filename=cat.png", "été.png");
        check("filename*=UTF-8''%ff%00.png", "\u{FFFD}\0.png");
        check("filename*=UTF-16''%00; filename=cat.png", "cat.png");
        check("filename*=nonsense; filename=cat.png", "cat.png");
        check("filename*=UTF-8''; filename=cat.png", "");
    }

    #[test]
    fn what_is_not_there_is_none() {
        for header in
            ["", "form-data", "form-data;", "form-data; ;=;", "attachment; names=f; xname=g", "name=f"]
        {
            assert_eq!(Disposition::parse(header.as_bytes()), Disposition::default(), "{header}");
        }
        assert_eq!(Disposition::parse(b"; name").name.as_deref(), Some(""));
    }
}

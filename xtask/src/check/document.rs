//! A file's documents: JSON, JSON with freedoms, or YAML, in UTF-8 or UTF-16.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::relaxed::{self, Read, Remark, Torn, Twice};
use super::yaml;

const BYTE_ORDER_MARK: char = '\u{feff}';
const JSONNET: [&str; 2] = ["jsonnet", "libsonnet"];

/// A document of a file.
pub struct Document {
    /// The document.
    pub json: Value,
    /// What aws-cli would not read.
    pub remarks: Vec<Remark>,
    places: Places,
}

/// Where values stand.
enum Places {
    Known(BTreeMap<String, usize>, Vec<Twice>),
    /// To be found in strict JSON once somebody asks.
    Of(String),
    /// The document is no file's.
    None,
}

impl Document {
    /// A document that is no file's.
    pub fn made(json: Value) -> Self {
        Self { json, remarks: Vec::new(), places: Places::None }
    }

    /// The lines of its values, by the way to each.
    pub fn lines(&self) -> BTreeMap<String, usize> {
        match &self.places {
            Places::Known(lines, _) => lines.clone(),
            Places::Of(text) => relaxed::read_strict(text).lines,
            Places::None => BTreeMap::new(),
        }
    }

    /// Its members that are given twice.
    pub fn twice(&self) -> Vec<Twice> {
        match &self.places {
            Places::Known(_, twice) => twice.clone(),
            Places::Of(text) => relaxed::read_strict(text).twice,
            Places::None => Vec::new(),
        }
    }

    fn of(read: Read, more: &[Remark]) -> Self {
        let Read { json, lines, mut remarks, twice } = read;
        remarks.extend_from_slice(more);
        Self { json, remarks, places: Places::Known(lines, twice) }
    }
}

/// The documents of a file.
///
/// # Errors
/// When it is neither JSON nor YAML.
pub fn read(file: &Path, bytes: Vec<u8>) -> Result<Vec<Document>, Torn> {
    // Nearly every file is strict JSON, and is read at once.
    let bytes = match serde_json::from_slice(&bytes) {
        Ok(json) => {
            let text = String::from_utf8(bytes).unwrap_or_default();
            return Ok(vec![Document { json, remarks: Vec::new(), places: Places::Of(text) }]);
        }
        Err(_) => bytes,
    };
    let (text, remark) = decode(&bytes)?;
    let more: Vec<Remark> = remark.into_iter().collect();
    let documents = |reads: Vec<Read>| {
        let documents: Vec<_> = reads.into_iter().map(|read| Document::of(read, &more)).collect();
        if documents.is_empty() {
            Err(Torn { line: 1, problem: "the file is empty".to_owned() })
        } else {
            Ok(documents)
        }
    };
    let is_called = |endings: [&str; 2]| {
        file.extension().is_some_and(|extension| endings.iter().any(|ending| extension == *ending))
    };
    let is_yaml = is_called(["yaml", "yml"]);
    let begin = text.trim_start();
    // A map of a map means nothing in YAML: it is a template's mark.
    if begin.starts_with(['{', '[']) && !(is_yaml && begin.starts_with("{{")) {
        let read = relaxed::read(&text).map(|read| vec![read]).and_then(documents);
        return read.map_err(|torn| if is_called(JSONNET) { jsonnet() } else { torn });
    }
    let not_json = match relaxed::read(&text) {
        Ok(read) if !is_yaml => return documents(vec![read]),
        Ok(_) => None,
        Err(torn) => Some(torn),
    };
    let terraform = if is_yaml { None } else { terraform(&text) };
    yaml::read(&text).and_then(documents).map_err(|torn| match (terraform, not_json) {
        _ if is_called(JSONNET) => jsonnet(),
        (Some(terraform), _) => terraform,
        (None, Some(not_json)) if is_called(["json", "jsonc"]) => not_json,
        _ => torn,
    })
}

fn jsonnet() -> Torn {
    let problem = "Jsonnet, which is a program: check what it makes, as `jsonnet FILE` prints it".to_owned();
    Torn { line: 1, problem }
}

/// What is said of a Terraform file: the list in its heredoc can be checked.
fn terraform(text: &str) -> Option<Torn> {
    let mut lines = text.lines().enumerate();
    lines.find_map(|(index, line)| {
        let (before, mark) = line.split_once("<<")?;
        let mark = mark.trim_start_matches('-').trim();
        let is_mark = !mark.is_empty() && mark.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        let problem = format!(
            "Terraform, which is not JSON: check what stands between `<<{mark}` and `{mark}`, in a file of its own"
        );
        (is_mark && before.trim_end().ends_with('=')).then(|| Torn { line: index + 1, problem })
    })
}

/// The text of a file, without its byte-order mark.
fn decode(bytes: &[u8]) -> Result<(String, Option<Remark>), Torn> {
    let utf16 = |from: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| from([pair[0], pair[1]]));
        char::decode_utf16(units).collect::<Result<String, _>>().ok()
    };
    let text = match bytes {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        _ => std::str::from_utf8(bytes).ok().map(str::to_owned),
    };
    let text = text.ok_or_else(|| Torn { line: 1, problem: "neither UTF-8 nor UTF-16".to_owned() })?;
    Ok(match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => (rest.to_owned(), Some(Remark { line: 1, what: "a byte-order mark" })),
        None => (text, None),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(name: &str, bytes: &[u8]) -> Document {
        read(Path::new(name), bytes.to_vec()).unwrap_or_else(|torn| panic!("{torn}")).remove(0)
    }

    #[test]
    fn byte_order_marks_are_passed_over() {
        let text = "\u{feff}{\"family\": \"shop\"}";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [text.as_bytes(), &little, &big] {
            let document = one("a.json", bytes);
            assert_eq!(document.json, json!({"family": "shop"}));
            assert_eq!(document.remarks[0].what, "a byte-order mark");
            assert_eq!(document.lines()["family"], 1);
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_the_language_that_the_name_promises() {
        let problem = |name: &str, text: &str| {
            read(Path::new(name), text.as_bytes().to_vec()).err().map(|torn| torn.problem).unwrap_or_default()
        };
        let terraform = "container_definitions = <<DEFINITION\n  [\n    {\n      \"name\": \"web\",\n    }]\nDEFINITION\n";
        let said = problem("a.json", terraform);
        assert!(said.starts_with("Terraform") && said.contains("between `<<DEFINITION` and"), "{said}");
        assert_eq!(problem("a.tf", terraform), said);
        assert!(problem("a.yml", terraform).contains("YAML"));
        for jsonnet in
            ["local a = import 'b.json';\n{ family: a.family }", "{ family: std.join('-', ['a', 'b']) }"]
        {
            assert!(problem("ecs-task-def.jsonnet", jsonnet).contains("`jsonnet FILE`"), "{jsonnet}");
        }
        assert_eq!(one("a.jsonnet", b"{family: 'a'}").json, json!({"family": "a"}));
    }

    #[test]
    fn a_file_is_read_as_what_it_is_whatever_its_name() {
        for (name, text) in [
            ("a.json", "{\"cpu\": 1}"),
            ("a.yaml", "{\"cpu\": 1}"),
            ("a.yml", "{\"cpu\": 1, // one\n}"),
            ("a.json", "cpu: 1"),
            ("a.tpl", "{\"cpu\": 1,}"),
            ("a.json", "// one\n{\"cpu\": 1}"),
            ("a", "# one\ncpu: 1\n"),
        ] {
            assert_eq!(one(name, text.as_bytes()).json, json!({"cpu": 1}), "{name}: {text}");
        }
        for text in ["{\"cpu\":", "", "\u{feff}", "{\"cpu\": [1}"] {
            assert!(read(Path::new("a.json"), text.as_bytes().to_vec()).is_err(), "{text}");
        }
    }
}

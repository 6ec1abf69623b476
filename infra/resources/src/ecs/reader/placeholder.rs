//! Placeholders: what a template has where a tool will put a value before anything is sent.

/// Opening and closing marks of templates: shells and Terraform, Jinja and Go, ERB, CodePipeline, Azure DevOps.
const MARKS: [(&str, &str); 6] =
    [("${", "}"), ("{{", "}}"), ("<%", "%>"), ("<", ">"), ("#{", "}"), ("[[", "]]")];
/// Marks that are the same on both sides, around a name.
const FENCES: [&str; 3] = ["%", "@", "__"];
/// Words by which people mark what is to be replaced.
const WORDS: [&str; 5] = ["PLACEHOLDER", "REPLACE_", "CHANGEME", "CHANGE_ME", "YOUR_"];

/// Whether something in a text is to be replaced.
pub fn is_placeholder(text: &str) -> bool {
    // Nearly every text has none of these.
    if !text.bytes().any(|byte| matches!(byte, b'$' | b'{' | b'<' | b'%' | b'@' | b'#' | b'[' | b'_')) {
        return WORDS.iter().any(|word| text.contains(word));
    }
    has_marks(text) || has_variable(text) || has_fences(text) || WORDS.iter().any(|word| text.contains(word))
}

fn has_marks(text: &str) -> bool {
    MARKS.iter().any(|(open, close)| {
        let inner =
            text.split_once(open).and_then(|(_, rest)| rest.split_once(close)).map(|(inner, _)| inner);
        // `<` and `>` stand in shell commands, too.
        inner.is_some_and(|inner| if *open == "<" { is_phrase(inner) } else { !inner.trim().is_empty() })
    })
}

/// `$NAME`.
fn has_variable(text: &str) -> bool {
    text.match_indices('$').any(|(index, _)| {
        let next = text.as_bytes().get(index + 1);
        next.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
    })
}

/// `%NAME%`, `@NAME@`, `__NAME__`.
fn has_fences(text: &str) -> bool {
    FENCES.iter().any(|fence| {
        let mut parts = text.split(fence);
        parts.next();
        let inner: Vec<&str> = parts.collect();
        // What stands behind the last fence is outside.
        inner.split_last().is_some_and(|(_, inner)| inner.iter().any(|part| is_name(part)))
    })
}

fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let whole = text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(allowed);
    // `%Y-%m-%d` is a format.
    whole && text.len() > 1 && text.ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// A name, or words for people: `<your account id>`.
fn is_phrase(text: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/' | ' ' | '\'');
    // Harness marks its expressions with a plus.
    let text = text.strip_prefix('+').unwrap_or(text);
    text.starts_with(char::is_alphabetic) && text.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_many_tools_are_known() {
        for text in [
            "${CPU}",
            "$CPU",
            "<MEMORY>",
            "{{ cpu }}",
            "{{ must_env `TAG` }}",
            "%CPU%",
            "@cpu@",
            "__CPU__",
            "#{Cpu}#",
            "<%= cpu %>",
            "arn:aws:iam::<your account id>:role/ecs",
            "web-${STAGE}",
            "IMAGE_PLACEHOLDER",
            "YOUR_CPU",
            "[[ cpu ]]",
            "REPLACE_ME",
            "<+service.name>",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn what_is_meant_as_it_is_is_none() {
        for text in [
            "",
            "256",
            "awsvpc",
            "AWSVPC",
            "WINDOWS_SERVER_2022_CORE",
            "a < b > c",
            "<",
            "100%",
            "user@host",
            "a__b",
            "50% of 100%",
            "%Y-%m-%d",
            "${}",
            "5$",
            "arn:aws:iam::123456789012:role/ecs",
            "{\"a\": {\"b\": 1}",
            "[a]",
            "[ -f a ]",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}

//! Placeholders: what a template has where a tool will put a value before anything is sent.

/// Opening and closing marks of templates: shells and Terraform, Jinja and Go, ERB, CodePipeline, Azure DevOps.
const MARKS: [(&str, &str); 6] =
    [("${", "}"), ("{{", "}}"), ("<%", "%>"), ("<", ">"), ("#{", "}"), ("[[", "]]")];
/// Marks that mean something else within a sentence or a command: Azure DevOps, Concourse, Spruce and others.
const MARKS_OF_WORDS: [(&str, &str); 4] = [("$(", ")"), ("((", "))"), ("<<", ">>"), ("%{", "}")];
/// Marks that are the same on both sides, around a name.
const FENCES: [&str; 3] = ["%", "@", "__"];
/// Words by which people mark what is to be replaced.
const WORDS: [&str; 5] = ["PLACEHOLDER", "REPLACE_", "CHANGEME", "CHANGE_ME", "YOUR_"];

/// Whether something in a text is to be replaced.
pub fn is_placeholder(text: &str) -> bool {
    if WORDS.iter().any(|word| text.contains(word)) || is_without_place(text) {
        return true;
    }
    // Nearly every text has none of these.
    let may_mark = |byte| matches!(byte, b'$' | b'{' | b'<' | b'%' | b'@' | b'#' | b'[' | b'_' | b'(');
    text.bytes().any(may_mark)
        && (has_marks(text) || has_marks_of_words(text) || has_variable(text) || has_fences(text))
}

/// Whether a text stands for an AWS Region: `REGION`, `your-region`.
pub fn is_not_a_region(text: &str) -> bool {
    stands_for(text, "region")
}

/// Whether an ARN, or an image in ECR, has words where its account or its Region will be.
fn is_without_place(text: &str) -> bool {
    let (region, account) = if let Some(arn) = text.strip_prefix("arn:") {
        let mut fields = arn.split(':').skip(2);
        (fields.next(), fields.next())
    } else {
        let host = text.split('/').next().unwrap_or_default();
        let Some((account, rest)) = host.split_once(".dkr.ecr.") else { return false };
        (rest.split('.').next(), Some(account))
    };
    let has_braces = text.split_once('{').is_some_and(|(_, rest)| rest.contains('}'));
    has_braces || region.is_some_and(is_not_a_region) || account.is_some_and(|it| stands_for(it, "account"))
}

/// Accounts and Regions have no capital letters.
fn stands_for(text: &str, what: &str) -> bool {
    let is_name = text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let is_blank = text.len() > 1 && text.bytes().all(|byte| byte == b'x');
    is_name || is_blank || text.to_ascii_lowercase().contains(what)
}

/// Marks around the whole text, or in one without white space outside of them, such as an ARN or an image.
fn has_marks_of_words(text: &str) -> bool {
    MARKS_OF_WORDS.iter().any(|(open, close)| {
        let Some((before, rest)) = text.split_once(open) else { return false };
        let Some((inner, after)) = rest.split_once(close) else { return false };
        let is_word = |part: &str| !part.contains(char::is_whitespace);
        is_phrase(inner.trim()) && is_word(before) && is_word(after)
    })
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
            "%{cpu}",
            "$(cpu)",
            "<<cpu>>",
            "(( cpu ))",
            "$(Registry)/web:$(Build.BuildId)",
            "arn:aws:iam::ACCOUNT_ID:role/ecs",
            "arn:aws:iam::AWS_ACCOUNT_ID:role/ecs",
            "arn:aws:iam::your-account-id:role/ecs",
            "arn:aws:iam::XXXXXXXXXXXX:role/ecs",
            "arn:aws:iam::{AWS_ID}:role/ecs",
            "arn:aws:iam::((account)):role/ecs",
            "arn:aws:secretsmanager:REGION:123456789012:secret:db",
            "arn:aws:secretsmanager:AWS_REGION:ACCOUNT:secret:db",
            "ACCOUNT_ID.dkr.ecr.eu-west-1.amazonaws.com/web:1",
            "123456789012.dkr.ecr.REGION.amazonaws.com/web:1",
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
            "echo $(hostname)",
            "test $((1 + 1)) = 2",
            "cat <<EOF",
            "curl -w %{http_code} localhost",
            "REGION",
            "ACCOUNT_ID",
            "XXXX",
            "{a}",
            "arn:aws:s3:::bucket/web.env",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}

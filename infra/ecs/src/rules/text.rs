//! Questions about texts that several rules ask.

use infra_engine::Output;

/// Whether a text consists of 1 to `longest` letters, digits, hyphens and underscores.
pub fn is_name(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// The value, unless it is not given or known only once another resource exists.
pub fn known(value: Option<&Output<String>>) -> Option<&str> {
    match value {
        Some(Output::Known(value)) => Some(value),
        Some(Output::Of(_)) | None => None,
    }
}

/// Whether a value is given, now or by another resource.
pub fn given(value: Option<&Output<String>>) -> bool {
    match value {
        Some(Output::Known(value)) => !value.is_empty(),
        Some(Output::Of(_)) => true,
        None => false,
    }
}

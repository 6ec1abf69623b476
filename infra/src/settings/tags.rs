//! What tags of one's own may be, on everything.

use super::range::{Allowed, Text};
use infra_engine::ownership::{RESOURCE_TAG, STACK_TAG};
use infra_resources::bucket::PROTECT_TAG;

/// AWS's page.
pub(super) const PAGE: &str = "Tag naming limits and requirements, Tagging AWS Resources User Guide";

/// A resource takes 50 tags; three are the stack's own, and some are left for others.
const MOST: usize = 40;

/// Keys and values.
pub(super) const ALLOWED: Allowed = Allowed::Table(&KEY, &VALUE, MOST);

/// AWS: <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>
/// (tag naming limits and requirements).
const KEY: Text = Text {
    is: "a tag's key, 1 to 128 letters, digits, spaces and _ . : / = + - @, not one that begins with aws: or is the stack's own",
    takes: is_key,
    such_as: &["CostCentre", "team", "acme:owner", "a b"],
    unlike: &["", "aws:team", "AWS:team", "a#b", "ecs-image-app:stack", " team"],
};

const VALUE: Text = Text {
    is: "a tag's value, at most 256 letters, digits, spaces and _ . : / = + - @",
    takes: is_value,
    such_as: &["web", "", "4711", "a@b.example"],
    unlike: &["a#b", "a\nb", " web"],
};

fn is_key(text: &str) -> bool {
    (1..=128).contains(&text.chars().count())
        && is_taken(text)
        && !text.to_ascii_lowercase().starts_with("aws:")
        && ![STACK_TAG, RESOURCE_TAG, PROTECT_TAG].contains(&text)
}

fn is_value(text: &str) -> bool {
    text.chars().count() <= 256 && is_taken(text)
}

/// Some services refuse space around a text, others take it away.
fn is_taken(text: &str) -> bool {
    text.trim() == text && text.chars().all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c))
}

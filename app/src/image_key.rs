//! The image that a path names: `ID/NAME` at its end is the key `uploads/ID/NAME` in the bucket.

use app_intake::upload_rules::{PREFIX, is_plain_path};
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::error::AppError;

/// S3 takes keys of up to 1024 bytes.
const MAX_PATH_BYTES: usize = 1000;

/// The key of the image in a route's path. A path that can't name one is an address where nothing is.
pub struct ImageKey(pub String);

impl ImageKey {
    /// The key for `ID/NAME`, if S3 can be asked for it.
    pub fn of(path: &str) -> Option<Self> {
        let fits = is_plain_path(path) && path.len() <= MAX_PATH_BYTES && !path.chars().any(char::is_control);
        fits.then(|| Self(format!("{PREFIX}{path}")))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ImageKey {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        // What is not UTF-8 is not a key of ours.
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.ok().and_then(|Path(path)| Self::of(&path)).ok_or(AppError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_keys() {
        let key = |path: &str| ImageKey::of(path).map(|ImageKey(key)| key);
        assert_eq!(key("82-1/cat.png").as_deref(), Some("uploads/82-1/cat.png"));
        for path in ["", "a//b", "../secret", "a/\n.png", &"a".repeat(1001)] {
            assert_eq!(key(path), None, "{path:?}");
        }
    }
}

//! The settings of what one upload may bring.

use super::range::{Allowed, MOST, Range, settings};
use Allowed::{Number, Optional};
use serde_json::Value;

settings! {
    /// What the apps take. A limit that is not set is the app's own, in `docs/app-contract.md`. Each reaches the apps as a
    /// variable of its name: `MAX_FILES`.
    pub struct UploadSettings {
        /// The bytes of the largest file.
        max_file_bytes: Option<u64> = None,
            Optional(&Number(1, LARGEST_OBJECT)), "PutObject, Amazon S3 API Reference";
        /// The most files of one request.
        max_files: Option<u32> = None, Optional(&Number(1, 1000)), "";
        /// The most pixels of an image: width times height.
        max_pixels: Option<u64> = None, Optional(&Number(1, MOST)), "";
        /// The most uploads that a task takes at the same time; more wait for a moment, and are then asked to come again.
        max_uploads: Option<u32> = None, Optional(&Number(1, 100_000)), "";
    }
}

/// What S3 takes in one call, which is what the PHP app makes of a file.
const LARGEST_OBJECT: i64 = 5 << 30;

impl UploadSettings {
    /// The limits that are set, as the apps find them.
    pub fn environment(&self) -> Vec<(String, String)> {
        let Ok(Value::Object(limits)) = serde_json::to_value(self) else { return Vec::new() };
        let set = limits.into_iter().filter(|(_, limit)| !limit.is_null());
        set.map(|(name, limit)| (name.to_uppercase(), limit.to_string())).collect()
    }
}

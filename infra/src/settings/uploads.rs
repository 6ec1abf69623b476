//! The settings of what one upload may bring.

use super::range::{Allowed, MOST, Range};
use Allowed::{Number, Optional};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the apps take. A limit that is not set is the app's own, in `docs/app-contract.md`. Each reaches the apps as a
/// variable of its name: `MAX_FILES`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UploadSettings {
    /// The bytes of the largest file.
    pub max_file_bytes: Option<u64>,
    /// The most files of one request.
    pub max_files: Option<u32>,
    /// The most pixels of an image: width times height.
    pub max_pixels: Option<u64>,
    /// The most uploads that a task takes at the same time; more wait for a moment, and are then asked to come again.
    pub max_uploads: Option<u32>,
}

/// What S3 takes in one call, which is what the PHP app makes of a file.
const LARGEST_OBJECT: i64 = 5 << 30;

impl UploadSettings {
    pub(super) const RANGES: &'static [Range] = &[
        Range::new(
            "max_file_bytes",
            Optional(&Number(1, LARGEST_OBJECT)),
            "PutObject, Amazon S3 API Reference",
        ),
        Range::new("max_files", Optional(&Number(1, 1000)), ""),
        Range::new("max_pixels", Optional(&Number(1, MOST)), ""),
        Range::new("max_uploads", Optional(&Number(1, 100_000)), ""),
    ];

    /// The limits that are set, as the apps find them.
    pub fn environment(&self) -> Vec<(String, String)> {
        let Ok(Value::Object(limits)) = serde_json::to_value(self) else { return Vec::new() };
        let set = limits.into_iter().filter(|(_, limit)| !limit.is_null());
        set.map(|(name, limit)| (name.to_uppercase(), limit.to_string())).collect()
    }
}

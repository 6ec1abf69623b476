//! Style, script and icon of the pages, named by their content so that clients may keep them for good.

use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// A file of the pages.
pub struct Asset {
    /// `app-<hash>.css` or the like.
    pub file: String,
    pub(crate) extension: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) content: &'static str,
}

/// How the pages look.
pub static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("css", "text/css; charset=utf-8", include_str!("../../assets/app.css")));

/// What the pages do.
pub static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("js", "text/javascript; charset=utf-8", include_str!("../../assets/app.js")));

/// What stands for the pages in a tab.
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("svg", "image/svg+xml", include_str!("../../assets/icon.svg")));

impl Asset {
    fn new(extension: &'static str, content_type: &'static str, content: &'static str) -> Self {
        let hash: String = Sha256::digest(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { file: format!("app-{hash}.{extension}"), extension, content_type, content }
    }
}

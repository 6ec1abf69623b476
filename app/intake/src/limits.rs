//! What one upload may bring. A limit is a member here with its default and its variable; its check says in its refusal what
//! to do. A stack sets it by the setting of the same name, in `infra/src/settings/uploads.rs`.

/// Room for boundaries, part headers and other fields of a form.
pub(crate) const FORM_OVERHEAD: u64 = 1024 * 1024;

/// How much one request may bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadLimits {
    /// The largest file that is taken, in bytes.
    pub max_file_bytes: u64,
    /// The most files that one request may hold.
    pub max_files: u64,
    /// The most pixels that an image may have.
    pub max_pixels: u64,
}

impl UploadLimits {
    /// What holds where nobody has chosen others.
    pub const DEFAULT: Self =
        Self { max_file_bytes: 20 * 1024 * 1024, max_files: 20, max_pixels: 50_000_000 };

    /// Every limit with the variable that sets it.
    pub fn each(&mut self) -> [(&'static str, &mut u64); 3] {
        [
            ("MAX_FILE_BYTES", &mut self.max_file_bytes),
            ("MAX_FILES", &mut self.max_files),
            ("MAX_PIXELS", &mut self.max_pixels),
        ]
    }

    /// The largest body that a request may have: all its files, and the form around them.
    pub fn max_body_bytes(&self) -> u64 {
        self.max_file_bytes.saturating_mul(self.max_files).saturating_add(FORM_OVERHEAD)
    }
}

//! Forms with files, byte by byte: what browsers, programs and attackers send.

/// A `multipart/form-data` body.
#[derive(Clone, Default)]
pub struct Form {
    body: Vec<u8>,
}

/// Between the parts.
pub const BOUNDARY: &str = "----e2e-7MA4YWxkTrZu0gW";

impl Form {
    /// One without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// One image, without a type, in the field that the page's form has.
    pub fn image(name: &str, bytes: &[u8]) -> Self {
        Self::new().file("fileToUpload", name.as_bytes(), None, bytes)
    }

    /// A field without a file.
    #[must_use]
    pub fn field(self, name: &str, value: &str) -> Self {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"\r\n");
        self.part(head.as_bytes(), value.as_bytes())
    }

    /// A file, its name as raw bytes in quotes.
    #[must_use]
    pub fn file(self, field: &str, file_name: &[u8], content_type: Option<&str>, bytes: &[u8]) -> Self {
        let mut head = format!("Content-Disposition: form-data; name=\"{field}\"; filename=\"").into_bytes();
        head.extend(file_name);
        head.extend(b"\"\r\n");
        if let Some(content_type) = content_type {
            head.extend(format!("Content-Type: {content_type}\r\n").bytes());
        }
        self.part(&head, bytes)
    }

    /// Another image in the usual field.
    #[must_use]
    pub fn and_image(self, name: &str, bytes: &[u8]) -> Self {
        self.file("fileToUpload", name.as_bytes(), None, bytes)
    }

    /// Any part: its header lines, each with its end, and its content.
    #[must_use]
    pub fn part(mut self, head: &[u8], content: &[u8]) -> Self {
        self.body.extend(format!("--{BOUNDARY}\r\n").bytes());
        for piece in [head, b"\r\n", content, b"\r\n"] {
            self.body.extend(piece);
        }
        self
    }

    /// The whole body.
    pub fn bytes(&self) -> Vec<u8> {
        [&self.body[..], format!("--{BOUNDARY}--\r\n").as_bytes()].concat()
    }

    /// The request's `Content-Type`.
    pub fn content_type() -> String {
        format!("multipart/form-data; boundary={BOUNDARY}")
    }
}

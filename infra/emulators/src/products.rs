//! Which emulator answers at an endpoint: each has a page of its own that no other has.

use serde_json::Value;
use std::fmt;

/// An emulator that the project is tested with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// The local AWS of `--local`: its own ECS, load balancers and scaling, and MiniStack behind.
    LocalAws,
    /// MiniStack, alone.
    MiniStack,
    /// moto, a wide control plane without containers.
    Moto,
}

impl Product {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::LocalAws, Self::MiniStack, Self::Moto];

    /// The path of its own page.
    pub fn page(self) -> &'static str {
        match self {
            Self::LocalAws => "/_local_aws/health",
            Self::MiniStack => "/_ministack/health",
            Self::Moto => "/moto-api/",
        }
    }

    /// Whether what was found at that path is its page: a bucket may have any name.
    pub fn has_page(self, status: u16, body: &[u8]) -> bool {
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let is_its = match self {
            Self::LocalAws => json["status"] == "running" && json["version"].is_string(),
            Self::MiniStack => json["services"].is_object() && json["version"].is_string(),
            Self::Moto => String::from_utf8_lossy(body).contains("<title>Moto</title>"),
        };
        status == 200 && is_its
    }
}

impl fmt::Display for Product {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::LocalAws => "the local AWS",
            Self::MiniStack => "MiniStack",
            Self::Moto => "moto",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emulator_is_known_by_its_own_page_alone() {
        let local = br#"{"status": "running", "version": "0.1.0"}"#;
        let health = br#"{"services": {"s3": "available"}, "version": "1.5.33"}"#;
        let moto = b"<html><title>Moto</title></html>";
        for (product, page, other) in [
            (Product::LocalAws, &local[..], &health[..]),
            (Product::MiniStack, &health[..], &moto[..]),
            (Product::Moto, &moto[..], &health[..]),
        ] {
            assert!(product.has_page(200, page), "{product}");
            for (status, body) in [(404, page), (200, other), (200, b"{}"), (200, b""), (403, b"<Error/>")] {
                assert!(!product.has_page(status, body), "{product} {status}");
            }
        }
    }
}

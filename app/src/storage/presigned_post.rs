//! A form that a browser may post to S3 by itself: its policy fixes key, size and type, and it is signed by us.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html>

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::config::{Credentials, ProvideCredentials};
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use super::{Storage, StorageError, endpoint};

/// How long the form may be used.
pub const VALID_FOR: Duration = Duration::from_secs(600);

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Where a browser posts a file, and the fields it sends before it.
#[derive(Debug, Serialize)]
pub struct PresignedPost {
    /// The key that S3 will store it under.
    pub key: String,
    /// Where to post.
    pub url: String,
    /// All fields but the file, which comes last.
    pub fields: BTreeMap<&'static str, String>,
}

/// What a form is good for.
#[derive(Clone, Copy, Debug)]
pub struct Permission<'a> {
    /// The key, the whole of it.
    pub key: &'a str,
    /// The content type.
    pub content_type: &'a str,
    /// The size in bytes.
    pub size: u64,
}

struct Signer<'a> {
    bucket: &'a str,
    region: &'a str,
    credentials: &'a Credentials,
    now: SystemTime,
}

impl Storage {
    /// A signed form for one file.
    pub async fn presigned_post(&self, permission: Permission<'_>) -> Result<PresignedPost, StorageError> {
        let action = "sign an upload";
        let connected = self.connected().await;
        let incomplete = |missing| StorageError::Incomplete { action, target: self.bucket.clone(), missing };
        let region = connected.sdk.region().ok_or_else(|| incomplete("region"))?;
        let provider = connected.sdk.credentials_provider().ok_or_else(|| incomplete("credentials"))?;
        let credentials = provider.provide_credentials().await;
        let credentials =
            credentials.map_err(|source| StorageError::NoCredentials { action, source: Box::new(source) })?;
        let signer = Signer {
            bucket: &self.bucket,
            region: region.as_ref(),
            credentials: &credentials,
            now: SystemTime::now(),
        };
        let fields = signer.fields(permission);
        Ok(PresignedPost { key: permission.key.to_owned(), url: self.post_url().await, fields })
    }

    /// Where S3 takes forms for this bucket.
    pub async fn post_url(&self) -> String {
        let url = endpoint::of_bucket(&self.connected().await.sdk, &self.bucket);
        // A bucket that is named in the path needs no slash behind it.
        match url.strip_suffix('/') {
            Some(path) if path.ends_with(&format!("/{}", self.bucket)) => path.to_owned(),
            _ => url,
        }
    }
}

impl Signer<'_> {
    fn fields(&self, permission: Permission<'_>) -> BTreeMap<&'static str, String> {
        let now = OffsetDateTime::from(self.now);
        let date = formatted(now, format_description!("[year][month][day]"));
        let credential =
            format!("{}/{date}/{}/s3/aws4_request", self.credentials.access_key_id(), self.region);
        let mut fields = BTreeMap::from([
            ("Content-Type", permission.content_type.to_owned()),
            ("key", permission.key.to_owned()),
            ("success_action_status", "201".to_owned()),
            ("x-amz-algorithm", ALGORITHM.to_owned()),
            ("x-amz-credential", credential),
            ("x-amz-date", formatted(now, format_description!("[year][month][day]T[hour][minute][second]Z"))),
        ]);
        if let Some(token) = self.credentials.session_token() {
            fields.insert("x-amz-security-token", token.to_owned());
        }
        let policy = self.policy(now, permission.size, &fields);
        let key = generate_signing_key(self.credentials.secret_access_key(), self.now, self.region, "s3");
        fields.insert("x-amz-signature", calculate_signature(key, policy.as_bytes()));
        fields.insert("policy", policy);
        fields
    }

    /// Every field is fixed to its one value, the file to its size.
    fn policy(&self, now: OffsetDateTime, size: u64, fields: &BTreeMap<&'static str, String>) -> String {
        let expires = (now + VALID_FOR).replace_nanosecond(0).unwrap_or(now);
        let mut conditions =
            vec![json!({"bucket": self.bucket}), json!(["content-length-range", size, size])];
        conditions.extend(fields.iter().map(|(name, value)| json!(["eq", format!("${name}"), value])));
        let expiration = expires.format(&Rfc3339).unwrap_or_default();
        BASE64_STANDARD.encode(json!({"expiration": expiration, "conditions": conditions}).to_string())
    }
}

fn formatted(at: OffsetDateTime, format: &[time::format_description::BorrowedFormatItem<'_>]) -> String {
    // These formats need nothing that a date does not have.
    at.format(format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_fixes_every_field_and_the_size() {
        let credentials =
            Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", Some("token".to_owned()), None, "test");
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_764_000_000);
        let signer = Signer { bucket: "images", region: "eu-west-1", credentials: &credentials, now };
        let permission = Permission { key: "incoming/1-a/b.png", content_type: "image/png", size: 1234 };
        let fields = signer.fields(permission);
        assert_eq!(fields["x-amz-date"], "20251124T160000Z");
        assert_eq!(fields["x-amz-credential"], "AKIAIOSFODNN7EXAMPLE/20251124/eu-west-1/s3/aws4_request");
        assert!(!fields.values().any(|value| value.contains("secret")));
        assert_eq!(fields["x-amz-signature"].len(), 64);
        let policy = BASE64_STANDARD.decode(&fields["policy"]).unwrap();
        let policy: serde_json::Value = serde_json::from_slice(&policy).unwrap();
        assert_eq!(policy["expiration"], "2025-11-24T16:10:00Z");
        let conditions = policy["conditions"].as_array().unwrap();
        assert!(conditions.contains(&json!(["content-length-range", 1234, 1234])), "{conditions:?}");
        assert!(conditions.contains(&json!({"bucket": "images"})), "{conditions:?}");
        let unsigned = ["policy", "x-amz-signature"];
        for (name, value) in fields.iter().filter(|(name, _)| !unsigned.contains(name)) {
            assert!(conditions.contains(&json!(["eq", format!("${name}"), value])), "{name}");
        }
    }
}

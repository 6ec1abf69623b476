//! Where a bucket is reached.

use aws_config::SdkConfig;

use super::dns_suffix::dns_suffix;

/// The address of a bucket, with a slash at its end: a key follows.
pub fn of_bucket(sdk: &SdkConfig, bucket: &str) -> String {
    if let Some(endpoint) = own(sdk) {
        return format!("{}/{bucket}/", endpoint.trim_end_matches('/'));
    }
    let region = sdk.region().map_or("us-east-1", AsRef::as_ref);
    let suffix = dns_suffix(region);
    // S3's certificate covers one label before its own name.
    if bucket.contains('.') {
        format!("https://s3.{region}.{suffix}/{bucket}/")
    } else {
        format!("https://{bucket}.s3.{region}.{suffix}/")
    }
}

/// The endpoint of an emulator, or of a VPC's own. Emulators rarely have a DNS name for each bucket, so paths name it.
/// `SdkConfig` does not know of the variable for S3 alone.
pub fn own(sdk: &SdkConfig) -> Option<String> {
    let for_s3 = std::env::var("AWS_ENDPOINT_URL_S3").ok().filter(|url| !url.is_empty());
    for_s3.or_else(|| sdk.endpoint_url().map(str::to_owned))
}

/// Whether [`of_bucket`] is where the SDK would look for it: not where a bucket is an access point or a directory, nor where
/// endpoints of another kind are asked for.
pub fn is_plain(sdk: &SdkConfig, bucket: &str) -> bool {
    let has_own_hosts = sdk.use_fips() == Some(true) || sdk.use_dual_stack() == Some(true);
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    sdk.region().is_some() && !has_own_hosts && bucket.bytes().all(is_letter) && !bucket.contains("--")
}

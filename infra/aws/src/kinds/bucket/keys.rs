//! The keys of objects as S3 lists them, and whether XML can carry them.

use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::EncodingType;
use infra_engine::Failure;
use percent_encoding::percent_decode_str;

/// One version of an object, or a delete marker.
#[derive(Debug, PartialEq, Eq)]
pub struct Version {
    /// The object's key.
    pub key: String,
    /// The version's id, where the bucket has versions.
    pub id: Option<String>,
}

/// What a page of a bucket's list holds.
///
/// # Errors
/// When a key can't be read.
pub fn versions(page: &ListObjectVersionsOutput) -> Result<Vec<Version>, Failure> {
    let versions = page.versions().iter().map(|version| (version.key(), version.version_id()));
    let markers = page.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
    let read = |(key, id): (Option<&str>, Option<&str>)| {
        let key = decoded(key.unwrap_or_default(), page.encoding_type())?;
        Ok(Version { key, id: id.map(str::to_owned) })
    };
    versions.chain(markers).map(read).collect()
}

/// A key as it is: an answer that says so has it as in a form, with `+` for a space.
///
/// # Errors
/// When it is not UTF-8, as every key is.
pub fn decoded(key: &str, encoding: Option<&EncodingType>) -> Result<String, Failure> {
    if encoding != Some(&EncodingType::Url) {
        return Ok(key.to_owned());
    }
    let spaced = key.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    let unreadable = |error| Failure::caused_by(format!("S3 lists a key that can't be read: {key}"), error);
    decoded.map(Into::into).map_err(unreadable)
}

/// Whether XML 1.0 carries a key to its reader unchanged. Line ends and tabs are characters that it knows and may change.
pub fn fits_into_xml(key: &str) -> bool {
    !key.chars().any(|c| c.is_control() || ('\u{fffe}'..='\u{ffff}').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::types::{DeleteMarkerEntry, ObjectVersion};

    #[test]
    fn every_control_character_is_kept_out_of_xml() {
        for character in (0..=0x9f).filter_map(char::from_u32).filter(|it| it.is_control()) {
            assert!(!fits_into_xml(&format!("a{character}b")), "{}", character.escape_default());
        }
        for key in ["cat.png", "a b", "ü/😀", "<&>\"'", "..", "%01", "\u{fffd}", "\u{e000}"] {
            assert!(fits_into_xml(key), "{key}");
        }
        assert!(!fits_into_xml("\u{ffff}"));
    }

    #[test]
    fn keys_of_an_encoded_list_are_decoded_and_others_left() {
        let url = Some(&EncodingType::Url);
        assert_eq!(decoded("a+b%2Bc%01%C3%BC%25", url).unwrap(), "a b+c\u{1}ü%");
        assert_eq!(decoded("a+b%01", None).unwrap(), "a+b%01");
        assert!(decoded("%ff", url).is_err());
    }

    #[test]
    fn versions_and_delete_markers_are_both_there_to_be_deleted() {
        let page = ListObjectVersionsOutput::builder()
            .encoding_type(EncodingType::Url)
            .versions(ObjectVersion::builder().key("a%0A").version_id("1").build())
            .delete_markers(DeleteMarkerEntry::builder().key("b").build());
        let expected = [
            Version { key: "a\n".to_owned(), id: Some("1".to_owned()) },
            Version { key: "b".to_owned(), id: None },
        ];
        assert_eq!(versions(&page.build()).unwrap(), expected);
    }
}

//! The name that was probably meant.

use strsim::damerau_levenshtein;

/// The known name that is nearest to one that is not known, if one is near: a few letters away, or the same below another section.
pub(super) fn nearest<'a>(name: &str, mut known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let at_most = (name.len() / 4).max(2);
    let by_letters = known.clone().map(|it| (damerau_levenshtein(name, it), it)).min_by_key(|(far, _)| *far);
    match by_letters {
        Some((far, it)) if far <= at_most => Some(it),
        _ => known.find(|it| it.strip_suffix(name).is_some_and(|above| above.ends_with('.'))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_near_by_its_letters_or_by_its_end() {
        let known = ["logs.retention_in_days", "web.desired_count", "php.desired_count"];
        for (name, near) in [
            ("web.desired_cuont", Some("web.desired_count")),
            ("pph.desired_count", Some("php.desired_count")),
            ("desired_count", Some("web.desired_count")),
            ("log.retention_in_day", Some("logs.retention_in_days")),
            ("colour", None),
        ] {
            assert_eq!(nearest(name, known.into_iter()), near, "{name}");
        }
    }
}

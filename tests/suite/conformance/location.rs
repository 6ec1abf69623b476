//! Positions in images: kept as they are, or taken out with `STRIP_LOCATION`.

use e2e::corpus::located;
use e2e::site::{Setup, Site};

use super::{both, each};

#[test]
fn positions_are_kept_unless_it_is_wanted() {
    both(async |site| {
        for (name, _, file) in located::FILES {
            let stored = site.client.store(name, file).await;
            assert!(site.client.download(&stored).await == file, "{name}");
        }
    });
}

#[test]
fn positions_are_taken_out_and_nothing_else_changes() {
    let outcomes = each(async |app| {
        let site = Setup::of(app).set("STRIP_LOCATION", "true").start().await;
        stripped(&site).await
    });
    assert!(outcomes.windows(2).all(|two| two[0] == two[1]), "the apps differ");
}

/// What is stored of each file.
async fn stripped(site: &Site) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for (name, content_type, file) in located::FILES {
        assert!(!located::secrets_in(file).is_empty());
        let stored = site.client.store(name, file).await;
        // It is still turned as the camera was.
        assert_eq!(
            (stored.content_type.as_str(), stored.width, stored.height),
            (content_type, 80, 120),
            "{name}"
        );
        let kept = site.client.download(&stored).await;
        assert_eq!(located::secrets_in(&kept), Vec::<&str>::new(), "{name}");
        assert_eq!((kept.len(), stored.size), (file.len(), file.len() as u64), "{name}");
        assert!(located::has_the_rest(&kept), "{name}");
        all.push(kept);
    }
    all
}

//! Any file gets the same verdict in pieces as in one, and sane dimensions.

#![no_main]

use app_intake::image_format::{ImageDefect, ImageInfo, ImageProbe};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let whole = verdict(&[file]);
    assert_eq!(whole, verdict(&app_fuzz::pieces(file)));
    if let Ok(info) = whole {
        assert!(info.dimensions.width > 0 && info.dimensions.height > 0);
    }
});

fn verdict(pieces: &[&[u8]]) -> Result<ImageInfo, ImageDefect> {
    let mut probe = ImageProbe::new();
    let mut dimensions = None;
    for piece in pieces {
        probe.feed(piece)?;
        assert!(dimensions.is_none() || dimensions == probe.dimensions(), "the dimensions changed");
        dimensions = probe.dimensions();
    }
    let kind = probe.kind();
    let info = probe.finish()?;
    assert_eq!(kind, Some(info.kind));
    assert!(dimensions.is_none_or(|dimensions| dimensions == info.dimensions));
    Ok(info)
}

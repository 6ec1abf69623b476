//! Any file gets the same verdict in pieces as in one, sane dimensions, and the same bytes when positions are taken out.

#![no_main]

use app_intake::image_format::{Dimensions, ImageDefect, ImageInfo, ImageKind, ImageProbe};
use app_intake::location::Stripper;
use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let whole = verdict(&[file]);
    assert_eq!(whole, verdict(&app_fuzz::pieces(file)));
    if let Ok(info) = whole {
        assert!(info.dimensions.width > 0 && info.dimensions.height > 0);
    }
    if let Some(kind) = ImageKind::sniff(file) {
        let whole = stripped(kind, &[file]);
        assert_eq!(whole.len(), file.len());
        assert!(whole == stripped(kind, &app_fuzz::pieces(file)));
    }
});

fn verdict(pieces: &[&[u8]]) -> Result<ImageInfo, ImageDefect> {
    let mut probe = ImageProbe::new();
    let mut pixels = 0;
    for piece in pieces {
        probe.feed(piece)?;
        // The dimensions may turn out to be another item's; what counts for the limit only grows.
        let more = probe.largest().map_or(0, Dimensions::pixels);
        assert!(more >= pixels, "the largest frame shrank");
        pixels = more;
    }
    let known = (probe.kind(), probe.dimensions());
    let info = probe.finish()?;
    assert_eq!(known, (Some(info.kind), Some(info.dimensions)));
    Ok(info)
}

fn stripped(kind: ImageKind, pieces: &[&[u8]]) -> BytesMut {
    let (mut stripper, mut out) = (Stripper::new(kind), BytesMut::new());
    pieces.iter().for_each(|piece| stripper.feed(piece, &mut out));
    stripper.end(&mut out);
    out
}

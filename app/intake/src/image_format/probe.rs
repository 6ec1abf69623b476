//! The probe: fed with a file as it arrives, it refuses as soon as it can and knows at the end what the file is.

use super::walk::{Fault, Walk};
use super::{Dimensions, ImageDefect, ImageInfo, ImageKind, avif, gif, jpeg, png, webp};

/// Follows the structure of one file. It holds a few kilobytes of it at most, however large the file is.
pub struct ImageProbe {
    state: State,
}

enum State {
    /// What the file begins with, too little to decide.
    Head(Vec<u8>),
    Known(ImageKind, Walk),
    Refused(Refusal),
}

/// Why a file is refused, and its sizes as far as they had come.
#[derive(Clone, Copy)]
struct Refusal {
    defect: ImageDefect,
    dimensions: Option<Dimensions>,
    largest: Option<Dimensions>,
}

impl Default for ImageProbe {
    fn default() -> Self {
        Self::new()
    }
}

impl ImageProbe {
    /// A probe for one file.
    pub fn new() -> Self {
        Self { state: State::Head(Vec::new()) }
    }

    /// Takes the file's next bytes. After an error the file is to be refused; there is no way back.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), ImageDefect> {
        let fed = match &mut self.state {
            State::Head(head) => feed_head(head, bytes),
            State::Known(kind, walk) => follow(*kind, walk, bytes).map(|()| None),
            State::Refused(refusal) => Err(*refusal),
        };
        match fed {
            Ok(None) => {}
            Ok(Some(known)) => self.state = known,
            Err(refusal) => {
                self.state = State::Refused(refusal);
                return Err(refusal.defect);
            }
        }
        Ok(())
    }

    /// What the file is, once that is clear.
    pub fn kind(&self) -> Option<ImageKind> {
        match &self.state {
            State::Known(kind, _) => Some(*kind),
            State::Head(_) | State::Refused(_) => None,
        }
    }

    /// The dimensions that are seen, once they have come. Orientation and frames may still change them;
    /// after the last byte they are what [`Self::finish`] gives. A broken file has some, too, if they came first.
    pub fn dimensions(&self) -> Option<Dimensions> {
        match &self.state {
            State::Known(_, walk) => walk.format().dimensions(),
            State::Refused(refusal) => refusal.dimensions,
            State::Head(_) => None,
        }
    }

    /// The largest size of anything in the file so far: what a limit is for. It only grows.
    pub fn largest(&self) -> Option<Dimensions> {
        match &self.state {
            State::Known(_, walk) => walk.format().largest(),
            State::Refused(refusal) => refusal.largest,
            State::Head(_) => None,
        }
    }

    /// The least that the pixels take up once they are decoded, as far as it is known: a whole file need not be read to
    /// find that it is too costly to make another image of it.
    pub fn decoded_bytes(&self) -> Option<u64> {
        match &self.state {
            State::Known(_, walk) => walk.format().decoded_bytes(),
            State::Head(_) | State::Refused(_) => None,
        }
    }

    /// The file has ended: whether it is a whole image.
    pub fn finish(self) -> Result<ImageInfo, ImageDefect> {
        match self.state {
            State::Head(head) if head.is_empty() => Err(ImageDefect::Empty),
            State::Head(_) => Err(ImageDefect::NotAnImage),
            State::Known(kind, walk) => {
                let dimensions = walk.end().map_err(|fault| defect(kind, fault))?;
                let format = walk.format();
                Ok(ImageInfo {
                    kind,
                    dimensions,
                    largest: format.largest().unwrap_or(dimensions),
                    orientation: format.orientation(),
                    separate_scans: format.has_separate_scans(),
                    scans: format.scans(),
                })
            }
            State::Refused(refusal) => Err(refusal.defect),
        }
    }
}

/// Takes more of a file's first bytes, which say themselves how many are needed to decide what it is.
fn feed_head(head: &mut Vec<u8>, mut bytes: &[u8]) -> Result<Option<State>, Refusal> {
    loop {
        let missing = ImageKind::sniff_bytes(head).saturating_sub(head.len());
        let (beginning, rest) = bytes.split_at(bytes.len().min(missing));
        head.extend_from_slice(beginning);
        bytes = rest;
        let is_enough = head.len() >= ImageKind::sniff_bytes(head);
        if is_enough || bytes.is_empty() {
            return decide(head, is_enough, bytes);
        }
    }
}

/// The state after a file's first bytes and what came with them; none while they are too few.
fn decide(head: &[u8], is_enough: bool, rest: &[u8]) -> Result<Option<State>, Refusal> {
    let Some(kind) = ImageKind::sniff(head) else {
        let refusal = Refusal { defect: ImageDefect::NotAnImage, dimensions: None, largest: None };
        return if is_enough { Err(refusal) } else { Ok(None) };
    };
    let mut walk = match kind {
        ImageKind::Jpeg => jpeg::walk(),
        ImageKind::Png => png::walk(),
        ImageKind::Gif => gif::walk(),
        ImageKind::WebP => webp::walk(),
        ImageKind::Avif => avif::walk(),
    };
    follow(kind, &mut walk, head)?;
    follow(kind, &mut walk, rest)?;
    Ok(Some(State::Known(kind, walk)))
}

fn follow(kind: ImageKind, walk: &mut Walk, bytes: &[u8]) -> Result<(), Refusal> {
    let fed = walk.feed(bytes);
    let format = walk.format();
    fed.map_err(|fault| Refusal {
        defect: defect(kind, fault),
        dimensions: format.dimensions(),
        largest: format.largest(),
    })
}

fn defect(kind: ImageKind, fault: Fault) -> ImageDefect {
    match fault {
        Fault::Truncated => ImageDefect::Truncated { kind },
        Fault::Unended => ImageDefect::Unended { kind },
        Fault::Broken(reason) => ImageDefect::Broken { kind, reason },
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert_eq, prop_oneof, proptest};
    use proptest::sample::Index;
    use proptest::strategy::{Just, Strategy};

    use super::*;
    use crate::image_format::samples::{self, probe};

    #[test]
    fn whole_files_are_taken_with_their_size() {
        for (kind, file) in samples::all() {
            samples::taken(kind, 5, 3, &file);
        }
    }

    #[test]
    fn files_cut_anywhere_are_refused() {
        for (kind, file) in samples::all() {
            for length in 0..file.len() {
                let cut = &file[..length];
                // A GIF file without its trailer alone has all of its image.
                let is_whole = kind == ImageKind::Gif && length == file.len() - 1;
                assert_eq!(probe(cut).is_ok(), is_whole, "{kind} cut after {length} bytes");
            }
            if kind != ImageKind::Gif {
                samples::truncated(&file[..file.len() - 1]);
            }
        }
    }

    #[test]
    fn bytes_after_the_end_do_not_matter() {
        for (kind, file) in samples::all() {
            for more in ["\0", "\n", "<html><script>alert(1)</script>", "\0\0\0\x07free", &"x".repeat(100)] {
                samples::taken(kind, 5, 3, &[&file, more.as_bytes()].concat());
            }
        }
    }

    #[test]
    fn nothing_and_something_else_are_no_images() {
        assert_eq!(probe(b""), Err(ImageDefect::Empty));
        let html = "<html>".repeat(20);
        for file in ["G", "GIF88a", "hello", "%PDF-1.7", "\0\0\0\x18ftypheic\0\0\0\0mif1heic", &html] {
            assert_eq!(probe(file.as_bytes()), Err(ImageDefect::NotAnImage), "{file}");
        }
        let mut refused = ImageProbe::new();
        assert_eq!(refused.feed(&html.as_bytes()[..63]), Ok(()));
        assert_eq!(refused.feed(&html.as_bytes()[63..64]), Err(ImageDefect::NotAnImage));
        assert_eq!(refused.feed(b""), Err(ImageDefect::NotAnImage));
        assert_eq!(refused.finish(), Err(ImageDefect::NotAnImage));
    }

    #[test]
    fn kind_and_dimensions_come_before_the_end() {
        for (kind, file) in samples::all() {
            let mut probe = ImageProbe::new();
            assert_eq!((probe.kind(), probe.dimensions()), (None, None));
            probe.feed(&file[..file.len() - 1]).unwrap();
            assert_eq!(probe.kind(), Some(kind));
            assert_eq!(probe.dimensions().map(Dimensions::pixels), Some(15));
            let bytes_per_pixel = match kind {
                ImageKind::Jpeg => 1,
                ImageKind::Png | ImageKind::WebP | ImageKind::Avif => 3,
                ImageKind::Gif => 4,
            };
            assert_eq!(probe.decoded_bytes(), Some(15 * bytes_per_pixel), "{kind}");
        }
    }

    /// Feeds a file in pieces of these sizes, again and again.
    fn probe_in_pieces(mut file: &[u8], sizes: &[usize]) -> Result<ImageInfo, ImageDefect> {
        let mut probe = ImageProbe::new();
        for size in sizes.iter().cycle() {
            let (piece, rest) = file.split_at(file.len().min(*size));
            probe.feed(piece)?;
            file = rest;
            if file.is_empty() {
                break;
            }
        }
        probe.finish()
    }

    /// Whole files, some with bytes changed, and bytes that only begin like an image.
    fn files() -> impl Strategy<Value = Vec<u8>> {
        let sample = || proptest::sample::select(samples::all()).prop_map(|(_, file)| file);
        let changes = || vec((any::<Index>(), any::<u8>()), 0..4);
        let changed = (sample(), changes()).prop_map(|(mut file, changes)| {
            for (index, byte) in changes {
                let index = index.index(file.len());
                file[index] = byte;
            }
            file
        });
        let continued = (sample(), any::<Index>(), vec(any::<u8>(), 0..200))
            .prop_map(|(file, index, more)| [&file[..index.index(file.len())], &more].concat());
        prop_oneof![changed, continued, vec(any::<u8>(), 0..200), Just(Vec::new())]
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(file in files(), sizes in vec(1usize..70, 1..8)) {
            prop_assert_eq!(probe_in_pieces(&file, &sizes), probe(&file));
            prop_assert_eq!(probe_in_pieces(&file, &[1]), probe(&file));
        }
    }
}

//! Takes the positions out of an image on its way: where a photograph was taken, in Exif data and in XMP. Whatever else the
//! file has stays as it is, byte for byte and in its place, so that neither pixels nor lengths change.
//! The PHP app does the same; a change here belongs there too.

#[cfg(test)]
mod bounds;
mod budget;
mod crc;
mod exif;
mod jpeg;
mod png;
#[cfg(test)]
mod tests;
mod webp;
mod xmp;

use bytes::BytesMut;
use memchr::memchr;

use crate::image_format::ImageKind;

/// Metadata that is longer is not looked into: all of it is overwritten.
const LONGEST_METADATA: u64 = 256 * 1024;

/// What an editor wants to happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// To get so many bytes together, and perhaps change them.
    Hold(usize),
    /// So many bytes stay as they are.
    Pass(u64),
    /// All bytes up to this value stay as they are, and so does it.
    PassPast(u8),
    /// So many bytes become zeros.
    Blank(u64),
    /// The rest stays as it is.
    Rest,
}

/// Finds the metadata of one format and edits it.
trait Editor: Send + Sync {
    /// Edits what was to be held, nothing if that was another step, and says what happens next.
    fn step(&mut self, held: &mut [u8]) -> Step;

    /// Whether a position was found so far.
    fn has_removed(&self) -> bool;
}

/// One file on its way.
pub struct Stripper {
    editor: Option<Box<dyn Editor>>,
    step: Step,
    held: Vec<u8>,
}

impl Stripper {
    /// For a file of this kind. GIF has no place for positions that programs agree on, and AVIF's are left in it.
    pub fn new(kind: ImageKind) -> Self {
        let (editor, step): (Option<Box<dyn Editor>>, _) = match kind {
            ImageKind::Jpeg => (Some(Box::new(jpeg::Jpeg::default())), jpeg::FIRST),
            ImageKind::Png => (Some(Box::new(png::Png::default())), png::FIRST),
            ImageKind::WebP => (Some(Box::new(webp::WebP::default())), webp::FIRST),
            ImageKind::Gif | ImageKind::Avif => (None, Step::Rest),
        };
        Self { editor, step, held: Vec::new() }
    }

    /// Takes the file's next bytes, and gives those that are done.
    pub fn feed(&mut self, mut bytes: &[u8], out: &mut BytesMut) {
        while !bytes.is_empty() {
            let (used, is_done) = self.receive(bytes, out);
            bytes = &bytes[used..];
            if is_done {
                self.next(out);
            }
        }
    }

    /// The file has ended: what was waited for in vain stays as it is.
    pub fn end(&mut self, out: &mut BytesMut) {
        out.extend_from_slice(&self.held);
        self.held.clear();
    }

    /// Whether a position was taken out so far, or metadata that was too long to look for one.
    pub fn has_removed(&self) -> bool {
        self.editor.as_ref().is_some_and(|editor| editor.has_removed())
    }

    /// How many of the bytes belong to the step, and whether it is done with them.
    fn receive(&mut self, bytes: &[u8], out: &mut BytesMut) -> (usize, bool) {
        match &mut self.step {
            Step::Hold(wanted) => {
                let used = bytes.len().min(*wanted - self.held.len());
                self.held.extend_from_slice(&bytes[..used]);
                (used, self.held.len() == *wanted)
            }
            Step::Pass(left) | Step::Blank(left) => {
                let used = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= used as u64;
                let is_done = *left == 0;
                if matches!(self.step, Step::Pass(_)) {
                    out.extend_from_slice(&bytes[..used]);
                } else {
                    out.resize(out.len() + used, 0);
                }
                (used, is_done)
            }
            Step::PassPast(value) => {
                let found = memchr(*value, bytes);
                let used = found.map_or(bytes.len(), |index| index + 1);
                out.extend_from_slice(&bytes[..used]);
                (used, found.is_some())
            }
            Step::Rest => {
                out.extend_from_slice(bytes);
                (bytes.len(), false)
            }
        }
    }

    fn next(&mut self, out: &mut BytesMut) {
        let Some(editor) = &mut self.editor else { return };
        self.step = editor.step(&mut self.held);
        out.extend_from_slice(&self.held);
        self.held.clear();
        while matches!(self.step, Step::Hold(0) | Step::Pass(0) | Step::Blank(0)) {
            self.step = editor.step(&mut []);
        }
    }
}

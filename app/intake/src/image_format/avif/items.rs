//! Which properties AVIF's items have, entry by entry, and a track's header.

use super::{Avif, State, TRACK_SIZE_BYTES};
use crate::image_format::walk::{Fault, Want, be16, be32, byte};

/// Which properties the items have.
#[derive(Clone, Copy)]
pub(super) struct List {
    pub(super) end: Option<u64>,
    pub(super) items: u32,
    pub(super) id_bytes: u64,
    pub(super) index_bytes: u64,
}

impl Avif {
    pub(super) fn next_item(&mut self, list: List) -> Result<Want, Fault> {
        let bytes = list.id_bytes + 1;
        let Some(items) = list.items.checked_sub(1).filter(|_| self.has(list.end, bytes)) else {
            return Ok(self.skip_to(list.end, true));
        };
        self.pieces.add(bytes)?;
        Ok(self.take(bytes, State::Item { list: List { items, ..list } }))
    }

    pub(super) fn item(&mut self, list: List, taken: &[u8]) -> Result<Want, Fault> {
        let is_short = list.id_bytes == 2;
        let item = if is_short { be16(taken) } else { be32(taken) };
        let count = u64::from(byte(taken, list.id_bytes as usize));
        let bytes = count * list.index_bytes;
        if !self.has(list.end, bytes) {
            return Ok(self.skip_to(list.end, true));
        }
        if self.sizes.is_primary(item) && count > 0 {
            return Ok(self.take(list.index_bytes, State::Association { list, more: count - 1 }));
        }
        self.position = self.position.saturating_add(bytes);
        self.state = State::NextItem { list };
        Ok(Want::Skip(bytes))
    }

    /// One of the primary item's properties; the highest bit says whether it matters, which it does.
    pub(super) fn association(&mut self, list: List, more: u64, taken: &[u8]) -> Result<Want, Fault> {
        // An item may be listed again and again.
        self.pieces.add(list.index_bytes)?;
        let is_short = list.index_bytes == 1;
        let index = if is_short { u32::from(byte(taken, 0) & 0x7F) } else { be16(taken) & 0x7FFF };
        self.sizes.associate(index);
        match more.checked_sub(1) {
            Some(more) => Ok(self.take(list.index_bytes, State::Association { list, more })),
            None => self.next_item(list),
        }
    }

    /// Times and numbers come first; their length depends on the version.
    pub(super) fn track(&mut self, end: Option<u64>, version: u8) -> Want {
        let rest: u64 = if version == 0 { 72 } else { 84 };
        if !self.has(end, rest + TRACK_SIZE_BYTES) {
            return self.skip_to(end, true);
        }
        self.position = self.position.saturating_add(rest);
        self.state = State::TrackRest { end };
        Want::Skip(rest)
    }
}

//! Exif: a tree of tables of tags, one of which is the position's.

use super::budget::{Budget, ENTRY_BYTES, Spent};

/// Some programs write it before the data where it is of no use.
const MARK: &[u8] = b"Exif\0\0";
/// The tags that lead to further tables: Exif's own, that of interoperability, tables of further images.
const LEADS_ON: [u16; 3] = [0x8769, 0xA005, 0x014A];
const POSITION: u16 = 0x8825;
/// Beyond what any file has; a circle of tables ends here.
const MOST_TABLES: usize = 16;
/// Beyond what any position's table has.
const MOST_VALUES: usize = 64;
/// More positions than this in one table are overwritten, without the others moving up.
const MOST_REMOVED: usize = 4;
/// The sizes of values, by their type.
const SIZES: [usize; 14] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

/// Removes the table of the position, and what leads to it, or all of the data where that costs too much. False where
/// there was none.
pub(super) fn strip(data: &mut [u8], budget: &mut Budget) -> bool {
    let start = if data.starts_with(MARK) { MARK.len() } else { 0 };
    let data = &mut data[start..];
    let is_little_endian = data.starts_with(b"II");
    if !is_little_endian && !data.starts_with(b"MM") {
        return false;
    }
    let mut tables = Tables { data, is_little_endian, budget, has_removed: false };
    let mut open = vec![tables.long(4).unwrap_or_default()];
    for _ in 0..MOST_TABLES {
        let Some(table) = open.pop() else { break };
        if tables.visit(table, &mut open) == Err(Spent) {
            tables.data.fill(0);
            return true;
        }
    }
    tables.has_removed
}

struct Tables<'a> {
    data: &'a mut [u8],
    is_little_endian: bool,
    budget: &'a mut Budget,
    has_removed: bool,
}

impl Tables<'_> {
    /// Looks at one table; collects those that it leads to, none where it ends too early.
    fn visit(&mut self, table: usize, open: &mut Vec<usize>) -> Result<(), Spent> {
        let mut removed = 0;
        let mut index = 0;
        while self.short(table).is_some_and(|count| index < usize::from(count)) {
            self.budget.step()?;
            let entry = table + 2 + index * ENTRY_BYTES;
            let (Some(tag), Some(value)) = (self.short(entry), self.long(entry + 8)) else { return Ok(()) };
            if tag == POSITION && removed < MOST_REMOVED {
                self.wipe(value)?;
                self.remove(table, index)?;
                self.has_removed = true;
                removed += 1;
                continue;
            }
            if tag == POSITION {
                self.zero(entry, ENTRY_BYTES)?;
            }
            if LEADS_ON.contains(&tag) {
                open.push(value);
            }
            index += 1;
        }
        open.extend(self.long(table + 2 + index * ENTRY_BYTES).filter(|next| *next > 0));
        Ok(())
    }

    /// Overwrites a table with its values.
    fn wipe(&mut self, table: usize) -> Result<(), Spent> {
        let count = usize::from(self.short(table).unwrap_or_default());
        for index in 0..count.min(MOST_VALUES) {
            let entry = table + 2 + index * ENTRY_BYTES;
            let (Some(kind), Some(number), Some(value)) =
                (self.short(entry + 2), self.long(entry + 4), self.long(entry + 8))
            else {
                break;
            };
            let size = SIZES.get(usize::from(kind)).copied().unwrap_or_default().saturating_mul(number);
            if size > 4 {
                self.zero(value, size)?;
            }
        }
        self.zero(table, 2 + count * ENTRY_BYTES + 4)
    }

    /// Takes an entry out of a table: what follows in the table moves up.
    fn remove(&mut self, table: usize, index: usize) -> Result<(), Spent> {
        let count = usize::from(self.short(table).unwrap_or_default());
        let from = table + 2 + (index + 1) * ENTRY_BYTES;
        let end = (table + 2 + count * ENTRY_BYTES + 4).min(self.data.len());
        if from <= end {
            self.budget.write(end - from)?;
            self.data.copy_within(from..end, from - ENTRY_BYTES);
            self.zero(end - ENTRY_BYTES, ENTRY_BYTES)?;
        }
        let left = u16::try_from(count.saturating_sub(1)).unwrap_or_default();
        let left = if self.is_little_endian { left.to_le_bytes() } else { left.to_be_bytes() };
        if let Some(place) = self.data.get_mut(table..table + 2) {
            place.copy_from_slice(&left);
        }
        Ok(())
    }

    fn zero(&mut self, from: usize, bytes: usize) -> Result<(), Spent> {
        let length = self.data.len();
        let end = from.saturating_add(bytes).min(length);
        let place = &mut self.data[from.min(length)..end];
        self.budget.write(place.len())?;
        place.fill(0);
        Ok(())
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = self.data.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.is_little_endian { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn long(&self, at: usize) -> Option<usize> {
        let bytes = self.data.get(at..at.checked_add(4)?)?.try_into().ok()?;
        let number =
            if self.is_little_endian { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) };
        usize::try_from(number).ok()
    }
}

//! JPEG files of an exact size: noise that every decoder reads to the end, with the 0xFF escapes of a real photograph.

use bytes::Bytes;

/// Worst case of one block of 8 by 8 pixels: a byte for its mean, two for each of 63 frequencies, one of them escaped.
const BLOCK_BYTES_AT_MOST: usize = 1 + 63 * 3;
const LONGEST_COMMENT: usize = 65_537;
const SHORTEST_COMMENT: usize = 4;
const END: [u8; 2] = [0xFF, 0xD9];

/// A grey image of this many bytes, the same every time.
///
/// # Panics
/// When not even the headers and one block fit, below half a kilobyte.
pub fn image(bytes: usize) -> Bytes {
    let room = bytes - overhead() - SHORTEST_COMMENT;
    // About square: a block takes 127 bytes as a rule.
    let blocks_wide = (room / 127).isqrt().max(1);
    let (scan, blocks_high) = noise(blocks_wide, room);
    let mut file = vec![0xFF, 0xD8];
    file.extend(jfif());
    file.extend(quantisation_table());
    file.extend(frame(blocks_wide * 8, blocks_high * 8));
    // Behind the dimensions, which programs look for near the start.
    comments(&mut file, bytes - overhead() - scan.len());
    file.extend(huffman_table(0x00, 0x00));
    file.extend(huffman_table(0x10, 0x08));
    file.extend(scan_header());
    file.extend(scan);
    file.extend(END);
    file.into()
}

/// Rows of blocks until the next one might not fit, and how many they are.
fn noise(blocks_wide: usize, room: usize) -> (Vec<u8>, usize) {
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let (mut scan, mut rows) = (Vec::with_capacity(room), 0);
    while rows == 0 || scan.len() + blocks_wide * BLOCK_BYTES_AT_MOST <= room {
        for _ in 0..blocks_wide {
            // Each table has one code, eight zero bits: "mean as before" here, "a frequency of eight bits" below.
            scan.extend([0]);
            for _ in 0..63 {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let [value, ..] = random.to_le_bytes();
                let escape: &[u8] = if value == 0xFF { &[0] } else { &[] };
                scan.extend([0, value].iter().chain(escape));
            }
        }
        rows += 1;
    }
    (scan, rows)
}

fn comments(file: &mut Vec<u8>, mut left: usize) {
    while left > 0 {
        let mut length = left.min(LONGEST_COMMENT);
        if (1..SHORTEST_COMMENT).contains(&(left - length)) {
            length -= SHORTEST_COMMENT;
        }
        file.extend(segment(0xFE, &vec![b'.'; length - SHORTEST_COMMENT]));
        left -= length;
    }
}

fn overhead() -> usize {
    let tables = quantisation_table().len() + huffman_table(0, 0).len() * 2;
    2 + jfif().len() + tables + frame(8, 8).len() + scan_header().len() + END.len()
}

fn jfif() -> Vec<u8> {
    segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
}

fn quantisation_table() -> Vec<u8> {
    segment(0xDB, &[&[0][..], &[1; 64]].concat())
}

/// One grey component, eight bits deep.
fn frame(width: usize, height: usize) -> Vec<u8> {
    let [width, height] = [width, height].map(big_endian);
    segment(0xC0, &[8, height[0], height[1], width[0], width[1], 1, 1, 0x11, 0])
}

/// A table of one symbol whose code is eight bits long.
fn huffman_table(id: u8, symbol: u8) -> Vec<u8> {
    let mut codes_of_length = [0; 16];
    codes_of_length[7] = 1;
    segment(0xC4, &[&[id][..], &codes_of_length, &[symbol]].concat())
}

fn scan_header() -> Vec<u8> {
    segment(0xDA, &[1, 1, 0x00, 0, 63, 0])
}

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    [&[0xFF, marker][..], &big_endian(payload.len() + 2), payload].concat()
}

fn big_endian(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap_or(u16::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_exact() {
        for bytes in (600..900).chain([100_000, 1_000_000]) {
            assert_eq!(image(bytes).len(), bytes);
        }
    }

    #[test]
    fn a_decoder_reads_it() {
        for bytes in [600, 100_000, 1_000_000] {
            let decoded =
                image::load_from_memory_with_format(&image(bytes), image::ImageFormat::Jpeg).unwrap();
            assert!(decoded.width() * decoded.height() > u32::try_from(bytes).unwrap() / 10, "{bytes}");
        }
    }

    #[test]
    fn escapes_are_there_and_the_end_comes_once() {
        let file = image(100_000);
        let start = file.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
        let markers: Vec<_> = file[start + 2..].windows(2).filter(|pair| pair[0] == 0xFF).collect();
        assert!(markers.len() > 100);
        assert_eq!(markers.iter().filter(|pair| pair[1] != 0).collect::<Vec<_>>(), [&&[0xFF, 0xD9][..]]);
    }
}

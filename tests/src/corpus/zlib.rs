//! Just enough zlib for PNG: data as it is, and very many zeros in very few bytes.

const ADLER_BASE: u64 = 65_521;

/// The data, not compressed.
pub fn stored(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = data.chunks(0xFFFF).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out.extend(adler(data).to_be_bytes());
    out
}

/// This many zeros: one literal, then copies of 258 bytes in 13 bits each, by the fixed Huffman codes.
pub fn zeros(count: u64) -> Vec<u8> {
    let mut bits = Bits { out: vec![0x78, 0xDA], current: 0, used: 0 };
    bits.push(&[1, 1, 0]); // the last block, by the fixed codes
    let literals = 1 + (count - 1) % 258;
    for _ in 0..literals {
        bits.push(&[0, 0, 1, 1, 0, 0, 0, 0]);
    }
    for _ in 0..(count - literals) / 258 {
        bits.push(&[1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
    }
    bits.push(&[0; 7]); // the block's end
    let mut out = bits.end();
    let sum = (count % ADLER_BASE) << 16 | 1;
    out.extend((sum as u32).to_be_bytes());
    out
}

struct Bits {
    out: Vec<u8>,
    current: u8,
    used: u8,
}

impl Bits {
    fn push(&mut self, bits: &[u8]) {
        for bit in bits {
            self.current |= bit << self.used;
            self.used += 1;
            if self.used == 8 {
                self.out.push(self.current);
                (self.current, self.used) = (0, 0);
            }
        }
    }

    fn end(mut self) -> Vec<u8> {
        if self.used > 0 {
            self.out.push(self.current);
        }
        self.out
    }
}

fn adler(data: &[u8]) -> u32 {
    let (mut low, mut high) = (1, 0);
    for byte in data {
        low = (low + u64::from(*byte)) % ADLER_BASE;
        high = (high + low) % ADLER_BASE;
    }
    (high << 16 | low) as u32
}

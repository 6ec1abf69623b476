//! PNG, chunk by chunk: every colour type and depth, interlaced, animated, with HTML inside, bombs and broken ones.

use super::{Case, HTML, Whole, pattern, zlib};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const GREY: u8 = 0;
const RGB: u8 = 2;
const PALETTE: u8 = 3;
const GREY_ALPHA: u8 = 4;
const RGBA: u8 = 6;

/// What stands in the header.
#[derive(Clone, Copy)]
struct Header {
    width: u32,
    height: u32,
    depth: u8,
    colour: u8,
    interlaced: bool,
}

/// A PNG of one colour per row and its neighbours.
pub fn plain(width: u32, height: u32) -> Vec<u8> {
    Header { width, height, depth: 8, colour: RGB, interlaced: false }.file(&[])
}

/// A PNG whose header claims these dimensions; its pixels are missing, but nothing else.
pub fn header_of(width: u32, height: u32) -> Vec<u8> {
    let header = Header { width, height, depth: 8, colour: RGB, interlaced: false };
    header.with_data(&zlib::stored(&[0]), &[])
}

/// A valid PNG of exactly this many bytes: the rest is a private chunk that decoders skip.
pub fn of_size(size: usize) -> Vec<u8> {
    let header = Header { width: 20, height: 10, depth: 8, colour: RGB, interlaced: false };
    let padding = size - header.file(&[(b"zzZz", &[])]).len();
    header.file(&[(b"zzZz", &pattern(padding))])
}

/// All pixels are really there, black, in far fewer bytes: 16-bit RGBA.
pub fn bomb(width: u32, height: u32) -> Vec<u8> {
    Header { width, height, depth: 16, colour: RGBA, interlaced: false }.bomb()
}

pub(super) fn wholes() -> Vec<Whole> {
    let mut wholes = Vec::new();
    let mut add = |name: &str, width, height, bytes| {
        wholes.push(Whole::new(&format!("png-{name}"), "image/png", width, height, bytes));
    };
    for (name, colour, depths) in [
        ("grey", GREY, &[1, 2, 4, 8, 16][..]),
        ("rgb", RGB, &[8, 16]),
        ("palette", PALETTE, &[1, 2, 4, 8]),
        ("grey-alpha", GREY_ALPHA, &[8, 16]),
        ("rgba", RGBA, &[8, 16]),
    ] {
        for depth in depths {
            let header = Header { width: 37, height: 23, depth: *depth, colour, interlaced: false };
            add(&format!("{name}-{depth}"), 37, 23, header.file(&[]));
        }
    }
    let small = Header { width: 31, height: 17, depth: 8, colour: RGB, interlaced: true };
    add("interlaced", 31, 17, small.file(&[]));
    add("interlaced-palette-2", 31, 17, Header { depth: 2, colour: PALETTE, ..small }.file(&[]));
    let palette = Header { colour: PALETTE, interlaced: false, ..small };
    add("palette-transparent", 31, 17, palette.file(&[(b"tRNS", &[0, 128, 255])]));
    add("animated", 31, 17, animated(Header { interlaced: false, ..small }));
    add("exif-behind-the-image", 31, 17, with_exif(small, false));
    add("html-in-text", 31, 17, small.file(&[(b"tEXt", &[b"Comment\0", HTML].concat())]));
    add("says-iend-in-text", 31, 17, small.file(&[(b"tEXt", b"Comment\0....IEND\xAE\x42\x60\x82")]));
    add("1x1", 1, 1, plain(1, 1));
    add("1x65000", 1, 65_000, plain(1, 65_000));
    add("bomb-of-49-megapixels", 7000, 7000, one_bit(7000, 7000).bomb());
    wholes.push(Whole::new("png-exif-turned", "image/png", 31, 17, with_exif(small, true)).turned());
    wholes
}

pub(super) fn cases() -> Vec<Case> {
    let small = Header { width: 31, height: 17, depth: 8, colour: RGB, interlaced: false };
    let whole = small.file(&[]);
    let mut no_header = SIGNATURE.to_vec();
    chunk(&mut no_header, b"IDAT", &zlib::stored(&[0; 4]));
    chunk(&mut no_header, b"IEND", &[]);
    let mut endless = whole.clone();
    let data_at = SIGNATURE.len() + 12 + 13;
    endless[data_at..data_at + 4].fill(0xFF);
    let mut no_end = whole.clone();
    no_end.truncate(whole.len() - 12);
    let mut no_end_named = small.file(&[(b"tEXt", b"Comment\0....IEND\xAE\x42\x60\x82")]);
    no_end_named.truncate(no_end_named.len() - 12);
    vec![
        Case::stored("png-html-after-end", "image/png", 31, 17, [&whole, HTML].concat()),
        Case::stored("png-exactly-max-pixels", "image/png", 10_000, 5_000, one_bit(10_000, 5_000).bomb()),
        Case::too_many_pixels("png-over-max-pixels", header_of(10_000, 5_001)),
        Case::too_many_pixels("png-65000x65000", header_of(65_000, 65_000)),
        Case::too_many_pixels("png-largest-header", header_of(0x7FFF_FFFF, 0x7FFF_FFFF)),
        Case::broken("png-zero-width", "png", header_of(0, 17)),
        Case::broken("png-zero-height", "png", header_of(31, 0)),
        Case::broken("png-signature-alone", "png", SIGNATURE.to_vec()),
        Case::broken("png-without-header", "png", no_header),
        Case::broken("png-chunk-of-4-gib", "png", endless),
        Case::broken("png-without-end", "png", no_end),
        Case::broken("png-animated-beyond-its-image", "png", animated_by(small, 8000)),
        Case::tiny_pieces("png", &whole[..data_at], b"\0\0\0\0zzZz\0\0\0\0"),
        Case::broken("png-without-end-but-its-bytes", "png", no_end_named),
    ]
}

fn one_bit(width: u32, height: u32) -> Header {
    Header { width, height, depth: 1, colour: GREY, interlaced: false }
}

/// Exif data that turns the image, before or behind it.
fn with_exif(header: Header, before: bool) -> Vec<u8> {
    let exif = b"II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    if before {
        return header.file(&[(b"eXIf", exif)]);
    }
    let mut out = header.start();
    chunk(&mut out, b"IDAT", &zlib::stored(&header.rows()));
    chunk(&mut out, b"eXIf", exif);
    chunk(&mut out, b"IEND", &[]);
    out
}

/// Two frames: the image itself, and a smaller one in its corner.
fn animated(header: Header) -> Vec<u8> {
    animated_by(header, 8)
}

/// The same, with a corner that says it is so wide.
fn animated_by(header: Header, corner_width: u32) -> Vec<u8> {
    let frame = |sequence: u32, header: Header| {
        let mut control = sequence.to_be_bytes().to_vec();
        control.extend(header.width.to_be_bytes());
        control.extend(header.height.to_be_bytes());
        control.extend([0; 8]);
        control.extend([0, 1, 0, 10, 0, 0]); // a tenth of a second, left as it is, no blending
        control
    };
    let corner = Header { width: 8, height: 8, ..header };
    let mut second = 2_u32.to_be_bytes().to_vec();
    second.extend(zlib::stored(&corner.rows()));
    let mut out = header.start();
    chunk(&mut out, b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    chunk(&mut out, b"fcTL", &frame(0, header));
    chunk(&mut out, b"IDAT", &zlib::stored(&header.rows()));
    chunk(&mut out, b"fcTL", &frame(1, Header { width: corner_width, ..corner }));
    chunk(&mut out, b"fdAT", &second);
    chunk(&mut out, b"IEND", &[]);
    out
}

impl Header {
    fn file(self, before_data: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        self.with_data(&zlib::stored(&self.rows()), before_data)
    }

    fn bomb(self) -> Vec<u8> {
        let row = 1 + (u64::from(self.width) * self.bits_per_pixel()).div_ceil(8);
        self.with_data(&zlib::zeros(row * u64::from(self.height)), &[])
    }

    fn with_data(self, data: &[u8], before_data: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut out = self.start();
        for (kind, content) in before_data {
            chunk(&mut out, kind, content);
        }
        chunk(&mut out, b"IDAT", data);
        chunk(&mut out, b"IEND", &[]);
        out
    }

    fn start(self) -> Vec<u8> {
        let mut header = self.width.to_be_bytes().to_vec();
        header.extend(self.height.to_be_bytes());
        header.extend([self.depth, self.colour, 0, 0, u8::from(self.interlaced)]);
        let mut out = SIGNATURE.to_vec();
        chunk(&mut out, b"IHDR", &header);
        if self.colour == PALETTE {
            let colours = (0..1_u32 << self.depth).flat_map(|i| [i as u8, (i * 7) as u8, (i * 31) as u8]);
            chunk(&mut out, b"PLTE", &colours.collect::<Vec<_>>());
        }
        out
    }

    fn bits_per_pixel(self) -> u64 {
        let samples = match self.colour {
            RGB => 3,
            GREY_ALPHA => 2,
            RGBA => 4,
            _ => 1,
        };
        samples * u64::from(self.depth)
    }

    /// The rows of one image, or of Adam7's seven one after the other; each begins with its filter, none.
    fn rows(self) -> Vec<u8> {
        const PASSES: [[u32; 4]; 7] = [
            [0, 0, 8, 8],
            [4, 0, 8, 8],
            [0, 4, 4, 8],
            [2, 0, 4, 4],
            [0, 2, 2, 4],
            [1, 0, 2, 2],
            [0, 1, 1, 2],
        ];
        let passes = if self.interlaced { &PASSES[..] } else { &[[0, 0, 1, 1]] };
        let mut rows = Vec::new();
        for [x, y, across, down] in passes {
            let columns = self.width.saturating_sub(*x).div_ceil(*across);
            let lines = self.height.saturating_sub(*y).div_ceil(*down);
            let row = (u64::from(columns) * self.bits_per_pixel()).div_ceil(8) as usize;
            for line in 0..if columns == 0 { 0 } else { lines } {
                rows.push(0);
                rows.extend((0..row).map(|at| (at as u32 * 7 + line * 13) as u8));
            }
        }
        rows
    }
}

fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    out.extend((content.len() as u32).to_be_bytes());
    let from = out.len();
    out.extend(kind);
    out.extend(content);
    let sum = crc(&out[from..]);
    out.extend(sum.to_be_bytes());
}

fn crc(data: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    let step = |sum: u32, byte: &u8| TABLE[usize::from(sum as u8 ^ byte)] ^ (sum >> 8);
    !data.iter().fold(!0, step)
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut sum = index as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { 0xEDB8_8320 ^ (sum >> 1) } else { sum >> 1 };
            bit += 1;
        }
        table[index] = sum;
        index += 1;
    }
    table
}

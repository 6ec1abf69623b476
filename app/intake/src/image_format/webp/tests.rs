//! What chunks make a WebP file.

use crate::image_format::ImageKind::WebP;
use crate::image_format::samples::{
    broken, canvas, exif, frame, lossless, lossy, riff, riff_chunk, taken, truncated,
};

#[test]
fn all_three_ways_to_say_the_size_are_read() {
    taken(WebP, 16_383, 9, &riff(&[lossy(16_383, 9)]));
    taken(WebP, 16_384, 9, &riff(&[lossless(16_384, 9)]));
    taken(WebP, 9, 16_384, &riff(&[lossless(9, 16_384)]));
    taken(WebP, 9, 7, &riff(&[canvas(0, 9, 7), lossless(9, 7)]));
    taken(WebP, 1 << 24, 1 << 24, &riff(&[canvas(2, 1 << 24, 1 << 24), frame(9, 7)]));
    // The two bits above the size are a scale for whoever shows it.
    taken(WebP, 9, 7, &riff(&[lossy(0x4009, 0xC007)]));
}

#[test]
fn other_chunks_may_come_anywhere() {
    let (profile, alpha) = (riff_chunk(b"ICCP", b"odd"), riff_chunk(b"ALPH", &[0; 50]));
    let more = riff_chunk(b"EXIF", b"VP8X");
    taken(WebP, 9, 7, &riff(&[canvas(0x3C, 9, 7), profile, alpha, lossy(9, 7), more.clone()]));
    taken(WebP, 9, 7, &riff(&[lossy(9, 7), more]));
}

#[test]
fn a_last_chunk_without_its_padding_is_taken_where_the_file_does_not_count_it() {
    let padded = riff(&[lossless(9, 7)]);
    let odd = riff(&[riff_chunk(b"VP8L", b"\x2F\x08\x80\x01\0..")]);
    assert_eq!(odd.last(), Some(&0));
    taken(WebP, 9, 7, &odd);
    truncated(&odd[..odd.len() - 1]);
    truncated(&odd[..odd.len() - 2]);
    truncated(&padded[..padded.len() - 2]);
    // Neither written nor counted.
    let mut uncounted = odd[..odd.len() - 1].to_vec();
    uncounted[4] -= 1;
    taken(WebP, 9, 7, &uncounted);
}

#[test]
fn exif_data_that_the_canvas_announces_turns_the_image() {
    let of = |number| riff_chunk(b"EXIF", &exif(number % 2 == 0, number));
    for number in 1..=8 {
        let (width, height) = if number >= 5 { (7, 9) } else { (9, 7) };
        taken(WebP, width, height, &riff(&[canvas(8, 9, 7), lossy(9, 7), of(number)]));
    }
    let marked = riff_chunk(b"EXIF", &[b"Exif\0\0", &exif(true, 6)[..], b"odd"].concat());
    taken(WebP, 7, 9, &riff(&[canvas(8, 9, 7), lossy(9, 7), marked, of(1)]));
    taken(WebP, 9, 7, &riff(&[canvas(8, 9, 7), lossy(9, 7), of(1), of(6)]));
    taken(WebP, 9, 7, &riff(&[canvas(0, 9, 7), lossy(9, 7), of(6)]));
    taken(WebP, 9, 7, &riff(&[lossy(9, 7), of(6)]));
    taken(WebP, 9, 7, &riff(&[canvas(8, 9, 7), lossy(9, 7), riff_chunk(b"EXIF", b"II\x2A")]));
}

#[test]
fn a_frames_image_is_as_large_as_its_frame() {
    let of = |width: u32, height: u32, chunks: &[Vec<u8>]| {
        let size = [&(width - 1).to_le_bytes()[..3], &(height - 1).to_le_bytes()[..3]].concat();
        let frame = riff_chunk(b"ANMF", &[&[0; 6], &size[..], &[0; 4], &chunks.concat()].concat());
        riff(&[canvas(2, 9, 7), frame.clone(), frame])
    };
    let alpha = riff_chunk(b"ALPH", b"odd");
    taken(WebP, 9, 7, &of(4, 3, &[lossy(4, 3)]));
    taken(WebP, 9, 7, &of(4, 3, &[alpha.clone(), lossy(4, 3), alpha.clone()]));
    taken(WebP, 9, 7, &of(4, 3, &[lossless(4, 3)]));
    broken("as large as its frame", &of(4, 3, &[lossy(8000, 8000)]));
    broken("as large as its frame", &of(4, 3, &[alpha, lossless(8000, 8000)]));
    broken("begin as it should", &of(4, 3, &[riff_chunk(b"VP8 ", &[0; 10])]));
}

#[test]
fn a_file_that_is_shorter_than_it_says_ends_early() {
    let mut file = riff(&[lossy(9, 7)]);
    file[4] += 20;
    truncated(&file);
    file[7] = 0xFF;
    truncated(&file);
}

#[test]
fn broken_structures_are_refused() {
    let check = |text, chunks: &[Vec<u8>]| broken(text, &riff(chunks));
    check("no image data", &[]);
    check("no image data", &[canvas(0, 9, 7)]);
    check("no image data", &[canvas(2, 9, 7), riff_chunk(b"ANIM", &[0; 6]), lossy(9, 7)]);
    check("zero", &[lossy(0, 7)]);
    check("zero", &[lossy(9, 0x4000)]);
    check("begin as it should", &[riff_chunk(b"VP8 ", &[0; 10])]);
    check("begin as it should", &[riff_chunk(b"VP8 ", &[1, 0, 0, 0x9D, 1, 0x2A, 9, 0, 7, 0])]);
    check("begin as it should", &[riff_chunk(b"VP8L", &[0x2F, 0, 0, 0, 0xF0])]);
    check("too short", &[riff_chunk(b"VP8L", &[0x2F])]);
    check("as large as its canvas", &[canvas(0, 9, 7), lossy(900, 700)]);
    check("beyond its canvas", &[canvas(2, 9, 7), frame(9, 8)]);
    check("no animation", &[canvas(0, 9, 7), frame(9, 7)]);
    check("too late", &[lossy(9, 7), canvas(0, 9, 7)]);
    check("begin with its header", &[riff_chunk(b"EXIF", b"ab"), lossy(9, 7)]);
    broken("size is too small", b"RIFF\x03\0\0\0WEBP");
    broken("larger than the file", b"RIFF\x10\0\0\0WEBPVP8 \xFF\0\0\0");
}

//! Pictures that are nice to look at, made by code, for screenshots.

use image::{ImageFormat, Rgb, RgbImage};

const SKIES: [([f32; 3], [f32; 3]); 6] = [
    ([40.0, 70.0, 130.0], [250.0, 170.0, 110.0]),
    ([120.0, 180.0, 230.0], [230.0, 240.0, 245.0]),
    ([20.0, 20.0, 60.0], [120.0, 60.0, 120.0]),
    ([250.0, 200.0, 150.0], [255.0, 235.0, 200.0]),
    ([90.0, 140.0, 150.0], [210.0, 225.0, 215.0]),
    ([60.0, 40.0, 90.0], [240.0, 110.0, 120.0]),
];
const NEAREST: [f32; 3] = [18.0, 40.0, 38.0];
const RANGES: usize = 4;

/// Hills in front of a sky, another one for each number.
pub fn landscape(number: usize, format: ImageFormat) -> Vec<u8> {
    let (above, below) = SKIES[number % SKIES.len()];
    let phase = number as f32 * 1.7;
    let picture = RgbImage::from_fn(640, 480, |x, y| {
        let (x, y) = (x as f32 / 640.0, y as f32 / 480.0);
        let hidden_by = (0..RANGES).rev().find(|range| y > crest(*range, x, phase));
        Rgb(match hidden_by {
            Some(range) => mix(below, NEAREST, (range + 1) as f32 / RANGES as f32),
            None => mix(above, below, y * 1.3),
        })
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap_or_else(|error| panic!("no {format:?}: {error}"));
    bytes.into_inner()
}

/// How far from the top a range of hills begins.
fn crest(range: usize, x: f32, phase: f32) -> f32 {
    let range = range as f32;
    let wide = (x * (4.0 + 2.0 * range) + phase + range).sin();
    let narrow = (x * (11.0 + 3.0 * range) + phase * 2.0).sin();
    0.5 + 0.1 * range + 0.07 * wide + 0.03 * narrow
}

fn mix(from: [f32; 3], to: [f32; 3], share: f32) -> [u8; 3] {
    let share = share.clamp(0.0, 1.0);
    std::array::from_fn(|index| (from[index] * (1.0 - share) + to[index] * share) as u8)
}

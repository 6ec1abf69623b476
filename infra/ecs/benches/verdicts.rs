//! How many task definitions a second get a verdict, on one core: `cargo bench --package infra-ecs`.

use infra_ecs::verdict::answer;
use std::hint::black_box;
use std::time::{Duration, Instant};

const SOUND: &str = include_str!("verdicts/sound.json");
const WRONG: &str = include_str!("verdicts/wrong.json");
const ROUND: Duration = Duration::from_secs(2);

fn main() {
    for (name, definition) in [("sound", SOUND), ("wrong", WRONG)] {
        // One line, as `check -` reads it.
        let line = format!("{{\"id\":1,\"definition\":{}}}", definition.replace('\n', ""));
        let (began, mut count) = (Instant::now(), 0_u32);
        while began.elapsed() < ROUND {
            for _ in 0..100 {
                let _ = black_box(answer(black_box(line.as_bytes())));
            }
            count += 100;
        }
        let a_second = f64::from(count) / began.elapsed().as_secs_f64();
        println!("{name}: {a_second:.0} definitions a second, {} bytes each", line.len());
    }
}

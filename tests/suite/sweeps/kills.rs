//! Real deaths: commands are killed by SIGKILL at moments that are left to chance, again and again.

use std::time::{Duration, Instant};

use super::{Emulator, Stack, cuts};

/// So many times each command is killed; each goes on where the one before has died.
const ROUNDS: u32 = 8;
const ALL_ROUNDS: u32 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_killed_at_any_moment_many_times_is_finished_by_the_next_run_on_moto() {
    converges(&Emulator::moto().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_killed_at_any_moment_many_times_is_finished_by_the_next_run_on_ministack() {
    converges(&Emulator::ministack().await).await;
}

async fn converges(emulator: &Emulator) {
    let stack = emulator.stack("killed");
    let began = Instant::now();
    stack.deploy(&[]).await;
    let length = began.elapsed();
    let expected = stack.found().await;
    stack.run("teardown", &[]).await.ends_with(0).await;
    let mut chance = Chance(cuts::seed());
    killed_often(&stack, "deploy", length, &mut chance).await;
    stack.deploy(&[]).await;
    stack.is_as_expected(&expected, &[], None).await;
    killed_often(&stack, "teardown", length, &mut chance).await;
    stack.run("teardown", &[]).await.ends_with(0).await;
    stack.is_gone(None).await;
}

/// A run that is done before its moment has come must have gone well.
async fn killed_often(stack: &Stack<'_>, command: &str, within: Duration, chance: &mut Chance) {
    for _ in 0..if cuts::are_all_tried() { ALL_ROUNDS } else { ROUNDS } {
        let moment = within.mul_f64(chance.next());
        let ended = stack.run(command, &[]).await.killed_after(moment).await;
        assert!(matches!(ended, None | Some(0)), "{command} ended with {ended:?} within {moment:?}");
    }
}

/// Splitmix: numbers from 0 to 1, the same for the same seed.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from(u32::try_from(mixed >> 32).unwrap_or_default()) / f64::from(u32::MAX)
    }
}

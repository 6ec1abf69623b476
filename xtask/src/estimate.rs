//! How long what takes minutes will take on this machine: measured on two cores (docs/testing.md), scaled by this machine's.

use std::thread::available_parallelism;
use std::time::Duration;

/// The machine of the measurements.
const CORES_MEASURED: u64 = 2;

/// Something that takes minutes the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// Seconds on two cores.
    seconds: u64,
    /// Of these, seconds that more cores do not shorten: downloads, and the longest crate on its own.
    at_least: u64,
}

/// The programs with the AWS SDK: of them aws-sdk-ec2 alone takes 224 s.
pub const PROVIDER: Work = Work { seconds: 400, at_least: 230 };
/// The same after an edit.
pub const PROVIDER_AGAIN: Work = Work { seconds: 9, at_least: 9 };
/// Base images, where a registry answers.
pub const BASES: Work = Work { seconds: 60, at_least: 60 };
/// The image of an app or program in Rust.
pub const RUST_IMAGE: Work = Work { seconds: 277, at_least: 120 };
/// The image of the PHP app.
pub const OTHER_IMAGE: Work = Work { seconds: 60, at_least: 60 };
/// The front of the local AWS.
pub const FRONT_IMAGE: Work = Work { seconds: 120, at_least: 60 };
/// Containers start, and the stack is made in the local AWS.
pub const LOCAL_STACK: Work = Work { seconds: 45, at_least: 45 };

impl Work {
    /// How long it takes on this machine.
    pub fn time(self) -> Duration {
        let cores = available_parallelism().map_or(CORES_MEASURED, |cores| cores.get() as u64);
        self.on(cores)
    }

    fn on(self, cores: u64) -> Duration {
        Duration::from_secs((self.seconds * CORES_MEASURED / cores.max(1)).max(self.at_least))
    }
}

/// As people say it: `about 40 s`, `about 5 min`.
pub fn about(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..90 => format!("about {} s", seconds.next_multiple_of(5).max(5)),
        seconds => format!("about {} min", (seconds + 30) / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_cores_take_less_but_for_what_one_alone_does() {
        let seconds = |cores| PROVIDER.on(cores).as_secs();
        assert_eq!([1, 2, 3, 16].map(seconds), [800, 400, 266, 230]);
    }

    #[test]
    fn nobody_needs_the_second() {
        let said = |seconds| about(Duration::from_secs(seconds));
        assert_eq!(
            [0, 41, 89, 277, 400].map(said).join(", "),
            "about 5 s, about 45 s, about 90 s, about 5 min, about 7 min"
        );
    }
}

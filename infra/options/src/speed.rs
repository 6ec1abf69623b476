//! How fast a local AWS lets ECS's own waits go by.

use std::fmt;
use std::str::FromStr;

/// A factor: 60 makes a second of a minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed(f64);

/// A text that is not such a factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a speed is a number from 0.001 to 1000, such as 60: a minute is a second then")]
pub struct SpeedError;

impl Default for Speed {
    fn default() -> Self {
        Self(1.0)
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Speed {
    type Err = SpeedError;

    fn from_str(text: &str) -> Result<Self, SpeedError> {
        // NaN is in no range.
        text.parse().ok().filter(|speed| (0.001..=1000.0).contains(speed)).map(Self).ok_or(SpeedError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_written_as_it_is_typed() {
        for text in ["0.5", "1", "60", "1000"] {
            assert_eq!(text.parse::<Speed>().unwrap().to_string(), text);
        }
        assert_eq!(Speed::default().to_string(), "1");
    }

    #[test]
    fn what_no_wait_can_be_divided_by_is_refused() {
        for text in ["0", "-1", "0.0001", "1000.1", "NaN", "inf", "1e-400", "fast", ""] {
            assert_eq!(text.parse::<Speed>(), Err(SpeedError), "{text}");
        }
    }
}

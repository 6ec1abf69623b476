//! Linear and canary deployments: how much of the production traffic green gets, and when.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A percentage in tenths, which is how fine ECS shifts traffic (rule D12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent {
    tenths: u32,
}

/// A text that is no percentage in tenths.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a valid percentage with at most one decimal place, such as 10 or 2.5 (rule D12)")]
pub struct PercentError(String);

/// A moment at which traffic moves or blue ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shift {
    /// Minutes since the first traffic moved. What ECS itself needs is not counted.
    pub minute: u32,
    /// Green's part of the production traffic from now on; blue gets the rest.
    pub green_percent: Percent,
    /// Whether blue has tasks from now on, which is how long a rollback is instant.
    pub blue_running: bool,
    /// What happens.
    pub why: String,
}

/// Moves the traffic in equal steps with a wait after each but the last, then bakes.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-linear.html>.
/// What remains where the steps do not divide 100 is taken to be the last step: AWS does not document it.
pub fn linear(step: Percent, step_bake_minutes: u32, bake_minutes: u32) -> Vec<Shift> {
    let mut shifts = Vec::new();
    let mut minute: u32 = 0;
    // A step of nothing would never end.
    let step = step.max(Percent::SMALLEST);
    let mut reached = step;
    while reached < Percent::WHOLE {
        let why = format!("green gets {reached}, then {}", waits(step_bake_minutes));
        shifts.push(Shift { minute, green_percent: reached, blue_running: true, why });
        minute = minute.saturating_add(step_bake_minutes);
        reached = Percent { tenths: reached.tenths + step.tenths };
    }
    shifts.extend(whole(minute, bake_minutes));
    shifts
}

/// Moves a small part of the traffic, waits, moves the rest, then bakes.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/canary-deployment.html>
pub fn canary(percent: Percent, canary_bake_minutes: u32, bake_minutes: u32) -> Vec<Shift> {
    if percent >= Percent::WHOLE {
        return whole(0, bake_minutes).into();
    }
    let why = format!("green gets {percent} as the canary, then {}", waits(canary_bake_minutes));
    let first = Shift { minute: 0, green_percent: percent, blue_running: true, why };
    [first].into_iter().chain(whole(canary_bake_minutes, bake_minutes)).collect()
}

/// How every deployment ends: all traffic on green, bake time, no more blue.
fn whole(minute: u32, bake_minutes: u32) -> [Shift; 2] {
    let green_percent = Percent::WHOLE;
    let why = format!("green gets everything, then bakes: {} with blue still running", minutes(bake_minutes));
    let shifted = Shift { minute, green_percent, blue_running: true, why };
    let why = "blue's tasks are stopped, green is the service".to_owned();
    let ended =
        Shift { minute: minute.saturating_add(bake_minutes), green_percent, blue_running: false, why };
    [shifted, ended]
}

fn waits(count: u32) -> String {
    format!("ECS waits {}", minutes(count))
}

fn minutes(count: u32) -> String {
    format!("{count} {}", if count == 1 { "minute" } else { "minutes" })
}

impl Percent {
    /// A tenth of a percent.
    pub const SMALLEST: Self = Self { tenths: 1 };
    /// Everything.
    pub const WHOLE: Self = Self::whole(100);

    /// A whole percentage.
    pub const fn whole(percent: u32) -> Self {
        Self { tenths: percent.saturating_mul(10) }
    }
}

impl FromStr for Percent {
    type Err = PercentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(tenth) || tenth.len() > 1 {
            return Err(PercentError(text.to_owned()));
        }
        format!("{whole}{tenth}")
            .parse()
            .map(|tenths| Self { tenths })
            .map_err(|_| PercentError(text.to_owned()))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tenths % 10 {
            0 => write!(formatter, "{} %", self.tenths / 10),
            tenth => write!(formatter, "{}.{tenth} %", self.tenths / 10),
        }
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.tenths) / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// (minute, green's percentage) of every shift.
    fn timeline(shifts: &[Shift]) -> Vec<(u32, String)> {
        shifts.iter().map(|shift| (shift.minute, shift.green_percent.to_string())).collect()
    }

    fn percent(text: &str) -> Percent {
        text.parse().unwrap()
    }

    #[test]
    fn a_linear_deployment_waits_after_every_step_but_the_last() {
        let expected = [(0, "40 %"), (6, "80 %"), (12, "100 %"), (17, "100 %")];
        assert_eq!(timeline(&linear(percent("40"), 6, 5)), expected.map(|(at, part)| (at, part.to_owned())));
        assert_eq!(linear(percent("10"), 6, 5).last().unwrap().minute, 9 * 6 + 5);
    }

    #[test]
    fn a_canary_gets_a_part_then_everything() {
        let expected = [(0, "2.5 %"), (10, "100 %"), (15, "100 %")];
        assert_eq!(
            timeline(&canary(percent("2.5"), 10, 5)),
            expected.map(|(at, part)| (at, part.to_owned()))
        );
    }

    #[test]
    fn a_shift_of_everything_is_a_blue_green_one() {
        assert_eq!(timeline(&linear(Percent::WHOLE, 6, 5)), timeline(&canary(Percent::WHOLE, 6, 5)));
        assert_eq!(canary(Percent::WHOLE, 6, 5).len(), 2);
    }

    #[test]
    fn percentages_are_read_in_tenths() {
        assert_eq!(percent("5"), percent("5.0"));
        assert_eq!(percent("0.1"), Percent::SMALLEST);
        for text in ["", ".", "5.", ".5", "5.25", "-1", "+1", "5%", "1e1", "99999999999"] {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
    }

    #[test]
    fn percentages_are_numbers_in_json() {
        assert_eq!(serde_json::to_string(&percent("2.5")).unwrap(), "2.5");
    }

    proptest! {
        #[test]
        fn traffic_only_grows_and_blue_ends_last(
            tenths in 0..=1200_u32,
            wait in 0..=1440_u32,
            bake in 0..=1440_u32,
        ) {
            for shifts in [linear(Percent { tenths }, wait, bake), canary(Percent { tenths }, wait, bake)] {
                prop_assert!(shifts.is_sorted_by_key(|shift| (shift.minute, shift.green_percent)));
                let (end, before) = shifts.split_last().unwrap();
                prop_assert!(!end.blue_running && before.iter().all(|shift| shift.blue_running));
                prop_assert_eq!(before.last().unwrap().green_percent, Percent::WHOLE);
                prop_assert_eq!(end.minute - before.last().unwrap().minute, bake);
            }
        }
    }
}

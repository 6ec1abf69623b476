//! Amounts of money as whole numbers: what is printed adds up.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// US dollars, in whole cents.
///
/// In JSON it is text (`"61.32"`), as it is in what Cost Explorer answers.
///
/// AWS: "MetricValue", AWS Cost Explorer API Reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money {
    cents: i64,
}

/// What one unit costs, in millionths of a dollar: the price list has as many digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnitPrice {
    micro_dollars: u64,
}

const MICRO_DIGITS: usize = 6;
const MICRO_DOLLARS_PER_CENT: u128 = 10_000;

impl Money {
    /// So many cents.
    pub const fn from_cents(cents: i64) -> Self {
        Self { cents }
    }

    /// The amount in cents.
    pub const fn cents(self) -> i64 {
        self.cents
    }
}

impl UnitPrice {
    /// What `amount / parts` units cost, rounded to a cent.
    pub(super) fn times(self, amount: u128, parts: u128) -> Money {
        let divisor = parts.saturating_mul(MICRO_DOLLARS_PER_CENT).max(1);
        let micro_dollars = u128::from(self.micro_dollars).saturating_mul(amount);
        let cents = micro_dollars.saturating_add(divisor / 2) / divisor;
        Money { cents: i64::try_from(cents).unwrap_or(i64::MAX) }
    }

    /// Reads `0.04048`. More than six decimals are not read, so that nothing is rounded unseen.
    fn read(text: &str) -> Option<Self> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let is_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || decimals.len() > MICRO_DIGITS || !is_digits(whole) || !is_digits(decimals) {
            return None;
        }
        let micro_dollars = format!("{whole}{decimals:0<MICRO_DIGITS$}").parse().ok()?;
        Some(Self { micro_dollars })
    }
}

impl<'de> Deserialize<'de> for UnitPrice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text)
            .ok_or_else(|| de::Error::custom(format!("`{text}` is not a valid price such as 0.04048")))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.cents < 0 { "-" } else { "" };
        let cents = self.cents.unsigned_abs();
        write!(formatter, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { cents: self.cents.saturating_add(other.cents) }
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { cents: self.cents.saturating_sub(other.cents) }
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Self::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_two_decimals() {
        let words = |cents| Money::from_cents(cents).to_string();
        assert_eq!([words(6132), words(5), words(-1250), words(0)], ["61.32", "0.05", "-12.50", "0.00"]);
        assert_eq!(serde_json::to_string(&Money::from_cents(6132)).unwrap(), r#""61.32""#);
    }

    #[test]
    fn prices_are_read_to_six_decimals() {
        let micro_dollars = |text| UnitPrice::read(text).map(|price| price.micro_dollars);
        assert_eq!(micro_dollars("0.04048"), Some(40_480));
        assert_eq!(micro_dollars("12"), Some(12_000_000));
        assert_eq!(micro_dollars("0.000001"), Some(1));
        for wrong in ["", ".5", "0.0000001", "-1", "1,5", "1.2.3", "+1", "1.+2"] {
            assert_eq!(micro_dollars(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_amount_is_rounded_to_the_nearest_cent() {
        let price = UnitPrice { micro_dollars: 4_999 };
        assert_eq!(price.times(1, 1), Money::from_cents(0));
        assert_eq!(UnitPrice { micro_dollars: 5_000 }.times(1, 1), Money::from_cents(1));
        assert_eq!(UnitPrice { micro_dollars: 10_000 }.times(512, 1024), Money::from_cents(1));
        assert_eq!(price.times(u128::MAX, 1).cents(), i64::MAX, "too much for a number, but no overflow");
    }
}

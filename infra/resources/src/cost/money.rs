//! Amounts of money in whole cents: what is printed adds up.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

const CENTS: u32 = 2;

/// US dollars, in whole cents.
///
/// In JSON it is text (`"61.32"`), as it is in what Cost Explorer answers.
///
/// AWS: <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_MetricValue.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(Decimal);

/// What one unit costs: the price list has more digits than cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnitPrice(Decimal);

impl Money {
    /// So many cents.
    pub fn from_cents(cents: i64) -> Self {
        Self(Decimal::new(cents, CENTS))
    }
}

impl UnitPrice {
    /// What `amount / parts` units cost, rounded to a cent.
    pub(super) fn times(self, amount: u128, parts: u128) -> Money {
        let price = self.0.saturating_mul(decimal(amount)) / decimal(parts.max(1));
        Money(price.round_dp_with_strategy(CENTS, RoundingStrategy::MidpointAwayFromZero))
    }
}

fn decimal(number: u128) -> Decimal {
    let number = i128::try_from(number).ok();
    number.and_then(|number| Decimal::try_from_i128_with_scale(number, 0).ok()).unwrap_or(Decimal::MAX)
}

impl<'de> Deserialize<'de> for UnitPrice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let price = Decimal::from_str_exact(&text).ok().filter(Decimal::is_sign_positive);
        let wrong = || de::Error::custom(format!("`{text}` is not a valid price such as 0.04048"));
        price.map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.2}", self.0)
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
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
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

    fn price(text: &str) -> Option<UnitPrice> {
        serde_json::from_str(&format!("\"{text}\"")).ok()
    }

    #[test]
    fn money_has_two_decimals() {
        let words = |cents| Money::from_cents(cents).to_string();
        assert_eq!([words(6132), words(5), words(-1250), words(0)], ["61.32", "0.05", "-12.50", "0.00"]);
        assert_eq!(Money::default().to_string(), "0.00");
        assert_eq!(serde_json::to_string(&Money::from_cents(6132)).unwrap(), r#""61.32""#);
    }

    #[test]
    fn a_price_is_a_decimal_number() {
        assert_eq!(price("0.04048").unwrap().times(100_000, 1), Money::from_cents(404_800));
        assert_eq!(price("12").unwrap().times(1, 1), Money::from_cents(1200));
        for wrong in ["", "-1", "1,5", "1.2.3", "1.+2", "free"] {
            assert_eq!(price(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_amount_is_rounded_to_the_nearest_cent() {
        assert_eq!(price("0.004999").unwrap().times(1, 1), Money::from_cents(0));
        assert_eq!(price("0.005").unwrap().times(1, 1), Money::from_cents(1));
        assert_eq!(price("0.01").unwrap().times(512, 1024), Money::from_cents(1));
        assert!(price("1000000").unwrap().times(u128::MAX, 1) > Money::from_cents(i64::MAX), "no overflow");
    }
}

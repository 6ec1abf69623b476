//! The ways in which a task's CPU and memory can be written: T13, X02.

/// A size as ECS reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// CPU units, or MiB.
    pub amount: u64,
    /// Whether the sources disagree about this spelling.
    pub odd: bool,
}

/// CPU: `1024` or `1 vCPU`, `.5 vCPU`.
pub fn cpu(text: &str) -> Option<Size> {
    read(text, |number, unit| {
        let known = unit.eq_ignore_ascii_case("vcpu") || unit.eq_ignore_ascii_case("vcpus");
        // `0.25 vCPU` is written `.25 vCPU` in AWS's tables.
        known.then(|| !matches!(unit, "vCPU" | "vcpu") || number.starts_with("0."))
    })
}

/// Memory: `2048` or `2 GB`, `2GB`, `0.5GB`, and `.5 gb` as the page about ECS Exec has it.
pub fn memory(text: &str) -> Option<Size> {
    read(text, |_, unit| unit.eq_ignore_ascii_case("gb").then_some(!matches!(unit, "GB" | "gb")))
}

/// A whole number of the smallest unit, or a decimal one of the large unit, which is 1024 of them. `is_odd` knows the
/// large unit and says whether it is written in an odd way.
fn read(text: &str, is_odd: impl Fn(&str, &str) -> Option<bool>) -> Option<Size> {
    let trimmed = text.trim();
    let odd_blanks = trimmed.len() != text.len();
    if let Some(amount) = units(trimmed) {
        return Some(Size { amount, odd: odd_blanks });
    }
    let (number, unit) = trimmed.split_at(trimmed.find(|c: char| c.is_ascii_alphabetic())?);
    let odd = is_odd(number, unit)? || odd_blanks || gap(number) > 1;
    Some(Size { amount: times(number.trim_end(), 1024)?, odd })
}

fn units(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// How many blanks stand between the number and its unit.
fn gap(number: &str) -> usize {
    number.len() - number.trim_end().len()
}

/// A decimal number times `unit`, rounded down.
fn times(number: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction == "0") || fraction.is_empty() {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let scale = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let fraction = fraction.parse::<u64>().ok()?.checked_mul(unit)?;
    let parts = whole.checked_mul(unit)?.checked_mul(scale)?.checked_add(fraction)?;
    Some(parts / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(size: Option<Size>) -> Option<(u64, bool)> {
        size.map(|size| (size.amount, size.odd))
    }

    #[test]
    fn cpu_is_written_in_units_or_in_vcpus() {
        for (text, units) in [
            ("1024", 1024),
            ("1 vCPU", 1024),
            ("1vcpu", 1024),
            (".25 vCPU", 256),
            (".25 vcpu", 256),
            ("1.5 vCPU", 1536),
        ] {
            assert_eq!(amount(cpu(text)), Some((units, false)), "{text}");
        }
    }

    #[test]
    fn memory_is_written_in_mib_or_in_gb() {
        for (text, mib) in [("2048", 2048), ("2GB", 2048), ("2 GB", 2048), ("0.5GB", 512), (".5 gb", 512)] {
            assert_eq!(amount(memory(text)), Some((mib, false)), "{text}");
        }
    }

    #[test]
    fn odd_spellings_are_read_and_marked() {
        for text in ["0.25 vCPU", "1 vCPUs", " 256", "1 VCPU", "1  vCPU"] {
            assert!(cpu(text).is_some_and(|size| size.odd), "{text}");
        }
        for text in ["2 Gb", "2  GB", "2048 "] {
            assert!(memory(text).is_some_and(|size| size.odd), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_none() {
        for text in
            ["", "abc", "-1", "1,024", "1e3", "vCPU", "1 GB", "1.2.3 vCPU", ". vCPU", "99999999999999999999"]
        {
            assert_eq!(cpu(text), None, "{text}");
        }
        for text in ["", "512MB", "512 MiB", "GB", "-1", "1 vCPU", "¼ GB"] {
            assert_eq!(memory(text), None, "{text}");
        }
    }
}

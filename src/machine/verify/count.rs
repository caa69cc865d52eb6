//! How many combinations there are: numbers that no machine word holds.

use std::fmt;

/// A number from 0 up: exact while 128 bits hold it, to some 12 digits beyond.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Count {
    exact: Option<u128>,
    log10: f64,
}

/// Greater numbers are shown as `2.1e23`.
const SHOWN_WHOLE: u128 = 1_000_000;

impl Count {
    pub const ONE: Self = Self { exact: Some(1), log10: 0.0 };

    pub fn new(number: u128) -> Self {
        Self { exact: Some(number), log10: (number as f64).log10() }
    }

    /// The number itself, where it is known to the last digit.
    pub fn exact(self) -> Option<u128> {
        self.exact
    }

    pub fn times(self, other: Self) -> Self {
        let exact = self.exact.zip(other.exact).and_then(|(left, right)| left.checked_mul(right));
        Self { exact, log10: self.log10 + other.log10 }
    }

    pub fn max(self, other: Self) -> Self {
        std::cmp::max_by(self, other, |left, right| left.log10.total_cmp(&right.log10))
    }

    pub fn power(self, exponent: u32) -> Self {
        let exact = self.exact.and_then(|number| number.checked_pow(exponent));
        Self { exact, log10: if exponent == 0 { 0.0 } else { self.log10 * f64::from(exponent) } }
    }

    /// All lists of at most `1 + limit` ends in which each but the last is one of `again` ends that are tried again, and the last
    /// one of `last` ends that are not, or at the limit any.
    pub(super) fn sequences(last: u32, again: u32, limit: u32) -> Self {
        let (last, again) = (u128::from(last), u128::from(again));
        let exact = || match again {
            0 => Some(last),
            1 => last.checked_mul(u128::from(limit) + 1)?.checked_add(1),
            _ => {
                let power = again.checked_pow(limit)?;
                let before = last.checked_mul((power - 1) / (again - 1))?;
                power.checked_mul(again + last)?.checked_add(before)
            }
        };
        exact().map_or_else(
            || {
                let (last, again) = (last as f64, again as f64);
                Self { exact: None, log10: f64::from(limit) * again.log10() + (last / (again - 1.0) + again + last).log10() }
            },
            Self::new,
        )
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exact {
            Some(number) if number < SHOWN_WHOLE => write!(f, "{number}"),
            _ => {
                let exponent = self.log10.floor();
                let digits = format!("{:.1}", 10f64.powf(self.log10 - exponent));
                // 9.96 is shown as 10.0.
                if digits == "10.0" { write!(f, "1.0e{}", exponent + 1.0) } else { write!(f, "{digits}e{exponent}") }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counted one by one.
    fn counted(last: u32, again: u32, limit: u32) -> u128 {
        if limit == 0 {
            return u128::from(last + again);
        }
        u128::from(last) + u128::from(again) * counted(last, again, limit - 1)
    }

    #[test]
    fn sequences_are_as_many_as_there_are() {
        for (last, again) in [(5, 0), (0, 1), (4, 1), (3, 2), (0, 3), (7, 5)] {
            for limit in 0..6 {
                assert_eq!(
                    Count::sequences(last, again, limit).exact,
                    Some(counted(last, again, limit)),
                    "{last} {again} {limit}"
                );
            }
        }
    }

    #[test]
    fn large_numbers_keep_their_size() {
        assert_eq!(Count::new(999_999).to_string(), "999999");
        assert_eq!(Count::new(21).power(30).to_string(), "4.6e39");
        assert_eq!(Count::new(9_999_999).to_string(), "1.0e7");
        assert_eq!(Count::new(1_000_000).to_string(), "1.0e6");
        assert_eq!(Count::sequences(3, 2, 500).to_string(), "2.6e151");
        assert_eq!(Count::sequences(200, 3, 500).to_string(), "1.1e241");
        assert_eq!(Count::new(21).power(30).times(Count::new(1_000)).to_string(), "4.6e42");
        assert_eq!(Count::new(3).max(Count::new(5)), Count::new(5).max(Count::new(3)));
        assert_eq!(Count::new(5).max(Count::new(3)).exact, Some(5));
        assert_eq!(Count::ONE.times(Count::new(12)).exact, Some(12));
    }
}

//! Chance by seed: the same question always has the same answer, in whatever order questions are asked.

/// A source of numbers. It is a value: asking leaves it as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(mixed(seed))
    }

    /// Another source, by a number.
    pub(super) fn at(self, number: u64) -> Self {
        Self(mixed(self.0 ^ mixed(number.wrapping_add(0x9E37_79B9_7F4A_7C15))))
    }

    /// From 0 to 1, both excluded.
    pub(super) fn uniform(self) -> f64 {
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// With the mean 1.
    pub(super) fn exponential(self) -> f64 {
        -self.uniform().ln()
    }

    /// A positive factor with the mean 1, of a log-normal distribution; `spread` is its standard deviation.
    pub(super) fn factor(self, spread: f64) -> f64 {
        let variance = (spread * spread).ln_1p();
        let (radius, angle) = (self.at(0).exponential(), self.at(1).uniform());
        let normal = (2.0 * radius).sqrt() * (std::f64::consts::TAU * angle).cos();
        (variance.sqrt() * normal - variance / 2.0).exp()
    }
}

/// The finaliser of SplitMix64.
fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ bits >> 31
}

#[cfg(test)]
mod tests {
    use super::Chance;

    fn mean(draw: impl Fn(Chance) -> f64) -> f64 {
        (0..100_000).map(|number| draw(Chance::new(7).at(number))).sum::<f64>() / 100_000.0
    }

    #[test]
    fn means_are_what_they_should_be() {
        assert!((mean(Chance::uniform) - 0.5).abs() < 0.005);
        assert!((mean(Chance::exponential) - 1.0).abs() < 0.02);
        assert!((mean(|chance| chance.factor(0.5)) - 1.0).abs() < 0.01);
        assert!((mean(|chance| (chance.factor(0.5) - 1.0).powi(2)).sqrt() - 0.5).abs() < 0.02);
        assert_eq!(Chance::new(1).factor(0.0), 1.0);
    }
}

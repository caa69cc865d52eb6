//! How many of something there are over time, on average in each step.

pub(super) struct Areas {
    step: i64,
    /// What covers only a part of a step, in milliseconds.
    parts: Vec<i64>,
    /// By how much each step has more than the one before that covers it whole.
    rises: Vec<i64>,
}

impl Areas {
    pub(super) fn new(step: i64, count: usize) -> Self {
        Self { step, parts: vec![0; count], rises: vec![0; count + 1] }
    }

    /// So many are there from one time to another; both are not negative.
    pub(super) fn add(&mut self, from: i64, to: i64, weight: u32) {
        let end = self.step.saturating_mul(self.parts.len() as i64);
        let (from, to, weight) = (from.min(end), to.min(end), i64::from(weight));
        if to <= from {
            return;
        }
        let (first, last) = (from / self.step, to / self.step);
        if first == last {
            self.parts[first as usize] += (to - from) * weight;
            return;
        }
        self.parts[first as usize] += ((first + 1) * self.step - from) * weight;
        if let Some(part) = self.parts.get_mut(last as usize) {
            *part += (to - last * self.step) * weight;
        }
        self.rises[first as usize + 1] += weight;
        self.rises[last as usize] -= weight;
    }

    pub(super) fn means(&self) -> Vec<f64> {
        let mut whole = 0;
        let steps = self.parts.iter().zip(&self.rises).map(|(part, rise)| {
            whole += rise;
            whole as f64 + *part as f64 / self.step as f64
        });
        steps.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Areas;

    #[test]
    fn a_mean_is_the_time_that_is_covered() {
        let mut areas = Areas::new(10, 4);
        areas.add(5, 25, 2);
        areas.add(12, 14, 1);
        areas.add(30, 90, 1);
        areas.add(90, 95, 1);
        assert_eq!(areas.means(), [1.0, 2.2, 1.0, 1.0]);
    }
}

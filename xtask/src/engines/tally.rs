//! What an engine found.

/// Counts cases; an engine that accepted nothing, or refused nothing, has proved nothing.
#[derive(Default)]
pub struct Tally {
    accepted: usize,
    refused: usize,
    failures: Vec<String>,
}

impl Tally {
    /// A case that must be accepted.
    pub fn accepts(&mut self, case: &str, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.accepted += 1,
            Err(why) => self.fail(case, &why),
        }
    }

    /// A broken case, that must be refused.
    pub fn refuses(&mut self, case: &str, outcome: Result<(), String>) {
        match outcome {
            Err(_) => self.refused += 1,
            Ok(()) => self.fail(case, "is broken, and was accepted all the same"),
        }
    }

    pub fn fail(&mut self, case: &str, why: &str) {
        self.failures.push(format!("{case}: {}", why.trim()));
    }

    /// To be called when the engine is through.
    pub fn close(&mut self) {
        if self.accepted == 0 {
            self.fail("accepted", "not one case");
        }
        if self.refused == 0 {
            self.fail("refused", "not one broken case: does it look at all?");
        }
    }

    pub fn passed(&self) -> usize {
        self.accepted + self.refused
    }

    pub fn failures(&self) -> &[String] {
        &self.failures
    }
}

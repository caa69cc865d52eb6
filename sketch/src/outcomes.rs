//! What becomes of each attempt of a pipeline, were nothing to cut it short.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Outcomes by `stage/substage` of the plan (a shard by its own name). What is not in it succeeds in a second.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcomes {
    pub substages: BTreeMap<String, SubstageOutcomes>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SubstageOutcomes {
    /// The cache has it: it does not run.
    pub cached: bool,
    /// For each copy its attempts; the last of them repeats, and so does the last copy.
    pub replicas: Vec<Vec<Attempt>>,
}

/// One attempt. What takes longer than its timeout is timed out, whatever its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub end: End,
    pub takes: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Exit(u8),
    /// Runs into its timeout; without one, ends so after its time.
    TimedOut,
    Lost,
}

impl Attempt {
    pub const SUCCESS: Self = Self { end: End::Exit(0), takes: Duration::from_secs(1) };
}

impl Outcomes {
    pub fn is_cached(&self, path: &str) -> bool {
        self.substages.get(path).is_some_and(|substage| substage.cached)
    }

    /// An attempt of a replica, both counted from 1.
    pub fn attempt(&self, path: &str, replica: u32, attempt: u32) -> Attempt {
        self.substages.get(path).map_or(Attempt::SUCCESS, |substage| substage.attempt(replica, attempt))
    }
}

impl SubstageOutcomes {
    /// An attempt of a replica, both counted from 1.
    pub fn attempt(&self, replica: u32, attempt: u32) -> Attempt {
        let attempts = at_or_last(&self.replicas, replica);
        *attempts.and_then(|attempts| at_or_last(attempts, attempt)).unwrap_or(&Attempt::SUCCESS)
    }
}

/// Counted from 1.
fn at_or_last<T>(list: &[T], number: u32) -> Option<&T> {
    list.get((number as usize).saturating_sub(1)).or(list.last())
}

/// As comments, a line for each replica.
impl fmt::Display for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, substage) in &self.substages {
            if substage.cached {
                writeln!(f, "// {path}: cached")?;
                continue;
            }
            for (index, attempts) in substage.replicas.iter().enumerate() {
                let shown: Vec<String> = attempts.iter().map(Attempt::to_string).collect();
                writeln!(f, "// {path}#{}: {}", index + 1, shown.join(", then "))?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.end {
            End::Exit(code) => write!(f, "exit {code}")?,
            End::TimedOut => f.write_str("timed_out")?,
            End::Lost => f.write_str("lost")?,
        }
        write!(f, " after {:?}", self.takes)
    }
}

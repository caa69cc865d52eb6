//! How one step becomes one build, whatever happens to Jenkins or to us meanwhile.
//!
//! A build is known by a parameter, the [`Key`], of which there is never but one: before anything is started we look for it, and
//! after a start of which we do not know whether it arrived we look again. Jenkins itself takes two equal entries of its queue for
//! one; and should two builds of one key begin all the same, the later gives way and says to which (`docs/guide`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::client::{Actions, Build, Client, Item, Number, Trouble};
use crate::cli::output::say;

/// The parameters that tell a build what it is.
const KEY: &str = "O11N_KEY";
const STEP: &str = "O11N_STEP";

/// How often something must be missing before it is gone: what moves from the queue to a build may be in neither for a moment.
const MISSES: u32 = 3;
/// Builds that a search looks at; more where the build may have begun long ago.
const RECENT: usize = 100;
const MANY: usize = 1_000;
/// The longest wait between two questions while Jenkins is out of reach.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What tells a build from all others.
pub(super) struct Key {
    pub(super) run: String,
    pub(super) step: String,
    pub(super) attempt: u32,
}

impl Key {
    fn text(&self) -> String {
        format!("{}{}", self.stem(), self.attempt)
    }

    /// What all attempts have in common.
    fn stem(&self) -> String {
        format!("{}/{}@", self.run, self.step)
    }

    /// Whether a key is that of an attempt before this one.
    fn is_earlier(&self, other: &str) -> bool {
        let attempt = other.strip_prefix(&self.stem()).and_then(|attempt| attempt.parse::<u32>().ok());
        attempt.is_some_and(|attempt| attempt < self.attempt)
    }
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Exit(u8),
    TimedOut,
    /// We were told to stop.
    Stopped,
    Lost(String),
}

pub(super) struct Follower {
    pub(super) client: Client,
    pub(super) key: Key,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) poll: Duration,
    pub(super) patience: Duration,
    pub(super) grace: Duration,
    /// Set when we are told to stop.
    pub(super) stop: Arc<AtomicBool>,
}

/// Where the build is, as far as we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Nowhere: to be started.
    Nowhere,
    /// Perhaps somewhere, and not found so often.
    Unknown(u32),
    Queued(Item),
    Building(Number),
}

/// What is to be remembered from one question to the next.
struct State {
    place: Place,
    /// Bytes of the log that are printed.
    logged: u64,
    /// What was last said, so that it is said once.
    said: String,
    /// Since when Jenkins does not answer, and how often it did not.
    trouble: Option<(Instant, u32)>,
    /// How often the build was missing.
    misses: u32,
    /// The build is known to have our key.
    is_checked: bool,
}

impl Follower {
    /// Starts the build, or finds it, and stays until it has ended.
    pub(super) fn follow(&self) -> Ended {
        let mut state =
            State { place: Place::Nowhere, logged: 0, said: String::new(), trouble: None, misses: 0, is_checked: false };
        loop {
            if self.is_stopped() {
                return self.give_up(&mut state);
            }
            let wait = match self.step(&mut state) {
                Ok(Some(ended)) => return ended,
                Ok(None) => {
                    state.trouble = None;
                    self.poll
                }
                Err(Trouble::Refused(why)) => return Ended::Lost(why),
                Err(Trouble::Missing) => {
                    return Ended::Lost("Jenkins knows no such job, or does not show it to the user".to_owned());
                }
                Err(Trouble::Passing(why)) => {
                    let (since, count) = *state.trouble.get_or_insert((Instant::now(), 0));
                    if since.elapsed() > self.patience {
                        return Ended::Lost(format!("Jenkins is out of reach: {why}"));
                    }
                    state.tell(format!("Jenkins is out of reach, asking again: {why}"));
                    state.trouble = Some((since, count + 1));
                    (self.poll * 2_u32.pow(count.min(6))).min(LONGEST_WAIT.max(self.poll))
                }
            };
            self.sleep(wait);
        }
    }

    /// One question, and what follows from its answer.
    fn step(&self, state: &mut State) -> Result<Option<Ended>, Trouble> {
        match state.place {
            Place::Nowhere => {
                state.place = self.start(state)?;
                Ok(None)
            }
            Place::Unknown(misses) => {
                state.place = self.look_again(misses)?;
                Ok(None)
            }
            Place::Queued(item) => {
                let queued = match self.client.queued(item) {
                    // Jenkins forgets what has left the queue after some minutes, or began anew without it.
                    Err(Trouble::Missing) => {
                        state.place = Place::Unknown(0);
                        return Ok(None);
                    }
                    other => other?,
                };
                if queued.cancelled {
                    return Ok(Some(Ended::Exit(CANCELLED)));
                }
                if let Some(executable) = queued.executable {
                    state.place = Place::Building(executable.number);
                } else if let Some(why) = queued.why {
                    state.tell(format!("waiting in the queue of Jenkins: {why}"));
                }
                Ok(None)
            }
            Place::Building(number) => self.watch(state, number),
        }
    }

    /// Starts a build if there is none.
    fn start(&self, state: &mut State) -> Result<Place, Trouble> {
        if let Some(place) = self.find(if self.key.attempt > 1 { MANY } else { RECENT })? {
            return Ok(place);
        }
        if !self.are_earlier_over()? {
            state.tell("waiting for an earlier attempt to end".to_owned());
            return Ok(Place::Nowhere);
        }
        let key = self.key.text();
        let own = [(KEY, key.as_str()), (STEP, self.key.step.as_str())];
        let given = self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let parameters: Vec<(&str, &str)> = own.into_iter().chain(given).collect();
        // Whatever becomes of this, it may have arrived.
        state.place = Place::Unknown(0);
        let item = self.client.start(&parameters)?;
        Ok(item.map_or(Place::Unknown(0), Place::Queued))
    }

    /// Looks for what was started, or perhaps was not.
    fn look_again(&self, misses: u32) -> Result<Place, Trouble> {
        let missing = if misses + 1 < MISSES { Place::Unknown(misses + 1) } else { Place::Nowhere };
        Ok(self.find(MANY)?.unwrap_or(missing))
    }

    /// The build of our key, wherever it is, among so many. First the queue, then the builds: that is the way things go.
    fn find(&self, among: usize) -> Result<Option<Place>, Trouble> {
        let key = self.key.text();
        let is_ours = |actions: &Actions| actions.parameter(KEY) == Some(&key);
        if let Some(queued) = self.client.queue()?.iter().find(|queued| is_ours(&queued.actions)) {
            return Ok(Some(Place::Queued(queued.id)));
        }
        let builds = self.client.builds(among)?;
        // The first of several is the one that the others give way to.
        let first = builds.iter().filter(|build| is_ours(&build.actions)).min_by_key(|build| build.number.0);
        Ok(first.map(|build| Place::Building(build.number)))
    }

    /// Stops what is left of attempts before this one, whose bridge was lost; true if there is nothing.
    fn are_earlier_over(&self) -> Result<bool, Trouble> {
        if self.key.attempt == 1 {
            return Ok(true);
        }
        let is_earlier = |actions: &Actions| actions.parameter(KEY).is_some_and(|key| self.key.is_earlier(key));
        let mut are_over = true;
        for queued in self.client.queue()?.iter().filter(|queued| is_earlier(&queued.actions)) {
            self.client.cancel(queued.id)?;
            are_over = false;
        }
        for build in self.client.builds(MANY)?.iter().filter(|build| build.building && is_earlier(&build.actions)) {
            self.client.stop(build.number)?;
            are_over = false;
        }
        Ok(are_over)
    }

    fn watch(&self, state: &mut State, number: Number) -> Result<Option<Ended>, Trouble> {
        let build = match self.client.build(number) {
            // What has begun is not begun again by us: whether it is, the retries of the step say.
            Err(Trouble::Missing) if state.misses + 1 >= MISSES => {
                return Ok(Some(Ended::Lost(format!("build {} is gone", number.0))));
            }
            Err(Trouble::Missing) => {
                state.misses += 1;
                return Ok(None);
            }
            other => other?,
        };
        state.misses = 0;
        if !state.is_checked {
            if build.actions.parameter(KEY) != Some(&self.key.text()) {
                self.client.stop(number)?;
                let why = format!("the job does not take the parameter {KEY}, or the build {} is not ours", number.0);
                return Ok(Some(Ended::Lost(format!("{why}: is the job made from the Jenkinsfile that was compiled?"))));
            }
            state.is_checked = true;
            state.tell(format!("building: {}", self.client.address(number)));
        }
        // The log is asked for after the build: so what ended has logged everything.
        match self.client.print_log(number, state.logged) {
            Ok(next) => state.logged = next,
            Err(Trouble::Missing) => {}
            Err(trouble) => return Err(trouble),
        }
        if build.building || build.result.is_none() {
            return Ok(None);
        }
        match ended(&build) {
            End::Ended(ended) => Ok(Some(ended)),
            End::GaveWay(first) => {
                state.place = Place::Building(first);
                Ok(None)
            }
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Stops the build, if there is one, and sees to it that it is over.
    fn give_up(&self, state: &mut State) -> Ended {
        let until = Instant::now() + self.grace;
        state.tell("told to stop: stopping the build".to_owned());
        while Instant::now() < until {
            if matches!(self.undo(state), Ok(true) | Err(Trouble::Refused(_))) {
                break;
            }
            thread::sleep(self.poll.min(Duration::from_secs(1)));
        }
        Ended::Stopped
    }

    /// One attempt to stop the build; true if it is over.
    fn undo(&self, state: &mut State) -> Result<bool, Trouble> {
        match state.place {
            Place::Nowhere => return Ok(true),
            Place::Unknown(misses) => {
                state.place = self.look_again(misses)?;
            }
            Place::Queued(item) => {
                match self.client.cancel(item) {
                    Ok(()) | Err(Trouble::Missing) => {}
                    Err(trouble) => return Err(trouble),
                }
                match self.client.queued(item) {
                    Ok(queued) if queued.cancelled => return Ok(true),
                    Ok(queued) => state.place = queued.executable.map_or(state.place, |found| Place::Building(found.number)),
                    Err(Trouble::Missing) => state.place = Place::Unknown(0),
                    Err(trouble) => return Err(trouble),
                }
            }
            Place::Building(number) => match self.client.build(number) {
                Ok(build) if build.building => self.client.stop(number)?,
                Ok(_) | Err(Trouble::Missing) => return Ok(true),
                Err(trouble) => return Err(trouble),
            },
        }
        Ok(false)
    }

    fn sleep(&self, time: Duration) {
        /// Nobody waits longer for us to stop.
        const SLICE: Duration = Duration::from_millis(50);
        let until = Instant::now() + time;
        while !self.is_stopped() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(SLICE));
        }
    }
}

impl State {
    /// Says something on standard error, if it was not the last thing that was said.
    fn tell(&mut self, text: String) {
        if self.said != text {
            say(&format!("o11n bridge: {text}\n"));
            self.said = text;
        }
    }
}

/// As a shell has it for what somebody interrupted.
const CANCELLED: u8 = 130;
/// Of a build that is unstable and names no exit code.
const UNSTABLE: u8 = 80;

enum End {
    Ended(Ended),
    /// To an earlier build of the same key.
    GaveWay(Number),
}

/// How a build ended: by what it says of itself, else by its result.
fn ended(build: &Build) -> End {
    let said = build.description.as_deref().and_then(|description| description.trim().strip_prefix("o11n: "));
    let words: Vec<&str> = said.unwrap_or_default().split(' ').collect();
    let by_result = || match build.result.as_deref() {
        Some("SUCCESS") => Ended::Exit(0),
        Some("UNSTABLE") => Ended::Exit(UNSTABLE),
        Some("FAILURE") => Ended::Exit(1),
        Some("ABORTED") => Ended::Exit(CANCELLED),
        other => Ended::Lost(format!("the build ended as {}", other.unwrap_or("nothing"))),
    };
    let ended = match words[..] {
        ["exit", code] => code.parse().map_or_else(|_| by_result(), Ended::Exit),
        ["timed", "out"] => Ended::TimedOut,
        ["lost"] => Ended::Lost("the agent of the build was lost".to_owned()),
        ["duplicate", "of", number] => match number.parse() {
            // Only an earlier one, so that this comes to an end.
            Ok(first) if first < build.number.0 => return End::GaveWay(Number(first)),
            _ => by_result(),
        },
        _ => by_result(),
    };
    End::Ended(ended)
}

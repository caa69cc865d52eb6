//! `o11n bridge`: a step of one engine that runs as a build of another, so that boards can stay where they are.

mod client;
mod follow;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use self::client::{Client, Credentials};
use self::follow::{Ended, Follower, Key};
use super::output::{Exit, say, usage};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    remote: Remote,
}

#[derive(Debug, clap::Subcommand)]
enum Remote {
    /// Run as a build of a Jenkins job, and end as it ends
    Jenkins(Jenkins),
}

/// What it prints on standard output is the build's log. It ends with the exit code of the build's step; with 0, 80, 1 or 130 for a
/// build that names none and is SUCCESS, UNSTABLE, FAILURE or ABORTED; with 143 if it was itself told to stop, and has stopped the
/// build.
#[derive(Debug, clap::Args)]
struct Jenkins {
    /// Where Jenkins answers
    #[arg(long, value_name = "URL", env = "JENKINS_URL")]
    url: String,
    /// The job, with its folders: `ci/regression-boards`
    #[arg(long, value_name = "NAME")]
    job: String,
    /// What no other step of any run is called: builds are found again by it. A number in parentheses at its end, by which Argo
    /// tells attempts apart, does not count
    #[arg(long, value_name = "NAME", env = "O11N_RUN")]
    run: String,
    /// The step that the build shall run
    #[arg(long, value_name = "STAGE/SUBSTAGE", env = "O11N_STEP")]
    step: String,
    /// Which attempt this is; builds of earlier ones are stopped first
    #[arg(long, value_name = "NUMBER", default_value_t = 1, env = "O11N_ATTEMPT")]
    attempt: u32,
    /// A parameter of the build
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    parameters: Vec<(String, String)>,
    /// A variable that is handed on as a parameter of its name, if it is set
    #[arg(long, value_name = "VARIABLE")]
    pass: Vec<String>,
    /// The user, whose API token is in JENKINS_TOKEN
    #[arg(long, value_name = "NAME", env = "JENKINS_USER")]
    user: Option<String>,
    /// Certificates to trust instead of the public ones, in PEM
    #[arg(long, value_name = "FILE", env = "SSL_CERT_FILE")]
    ca_file: Option<std::path::PathBuf>,
    /// Time between two questions
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = time, env = "O11N_POLL")]
    poll: Duration,
    /// Time that Jenkins may be out of reach
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = time)]
    patience: Duration,
    /// Time to stop the build in, when told to stop
    #[arg(long, value_name = "TIME", default_value = "50s", value_parser = time)]
    grace: Duration,
    /// Exit code for a build that took too long
    #[arg(long, value_name = "CODE", default_value_t = 124)]
    timed_out: u8,
    /// Exit code for a build that was lost: by its agent, or with Jenkins
    #[arg(long, value_name = "CODE", default_value_t = 75)]
    lost: u8,
    /// Exit code for a build whose own is one of these two
    #[arg(long, value_name = "CODE", default_value_t = 1)]
    instead: u8,
}

/// `a(2)` is `a`.
fn without_number(name: &str) -> &str {
    let stem = name.strip_suffix(')').map(|rest| rest.trim_end_matches(|c: char| c.is_ascii_digit()));
    stem.and_then(|stem| stem.strip_suffix('(')).unwrap_or(name)
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn time(text: &str) -> Result<Duration, String> {
    let time = crate::base::Duration::parse(text).ok_or("write a time, such as `30s` or `5m`")?;
    Ok(Duration::from_millis(u64::try_from(time.0).unwrap_or(0)))
}

pub(super) fn run(args: &Args) -> Exit {
    let Remote::Jenkins(args) = &args.remote;
    let token = std::env::var("JENKINS_TOKEN").ok().filter(|token| !token.is_empty());
    let credentials = match (&args.user, token) {
        (Some(user), Some(token)) => Some(Credentials { user: user.clone(), token }),
        (None, None) => None,
        _ => return usage("a user (`--user`) and a token (`JENKINS_TOKEN`) go together\n  help: set both, or neither"),
    };
    let client = match Client::new(&args.url, &args.job, credentials, args.ca_file.as_deref()) {
        Ok(client) => client,
        Err(reason) => return usage(&reason),
    };
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        if let Err(error) = signal_hook::flag::register(signal, Arc::clone(&stop)) {
            say(&format!("error: cannot listen for signals: {error}\n"));
            return Exit::Io;
        }
    }
    let mut parameters = args.parameters.clone();
    parameters.extend(args.pass.iter().filter_map(|name| Some((name.clone(), std::env::var(name).ok()?))));
    let key = Key { run: without_number(&args.run).to_owned(), step: args.step.clone(), attempt: args.attempt };
    let follower = Follower { client, key, parameters, poll: args.poll, patience: args.patience, grace: args.grace, stop };
    match follower.follow() {
        Ended::Exit(code) if code == args.timed_out || code == args.lost => Exit::Of(args.instead),
        Ended::Exit(code) => Exit::Of(code),
        Ended::TimedOut => Exit::Of(args.timed_out),
        Ended::Stopped => Exit::Of(143),
        Ended::Lost(why) => {
            say(&format!("error: {why}\n"));
            Exit::Of(args.lost)
        }
    }
}

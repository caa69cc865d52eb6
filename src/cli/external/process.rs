//! One question to a program, one answer: in bounded time and memory, whatever the program does.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use crate::cli::disk::reason;

/// Bytes of an answer.
const MOST_ANSWER: u64 = 64 << 20;
/// Bytes of standard error that are kept.
const MOST_SAID: u64 = 16 << 10;
/// How often it is looked whether the user has had enough.
const LOOK: Duration = Duration::from_millis(50);

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Failure {
    /// Follows the program's name: `ended with status 3`.
    pub(super) what: String,
    /// What it said on standard error, the end of it.
    pub(super) said: String,
}

/// Runs a program with this on its standard input; what it writes on its standard output, if it succeeds within the time.
pub(super) fn ask(program: &Path, question: Vec<u8>, limit: Duration) -> Result<Vec<u8>, Failure> {
    let interrupt = interrupt();
    let mut command = Command::new(program);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    own_group(&mut command);
    interrupt.is_default.store(false, Ordering::SeqCst);
    let asked = command.spawn().map_err(|error| format!("cannot be run: {}", reason(&error)));
    let asked = asked.map_err(|what| Failure { what, said: String::new() }).and_then(|mut child| {
        let answered = converse(&mut child, question, Instant::now() + limit, limit, &interrupt.is_wanted);
        if answered.is_err() {
            // With all that it has started; what is gone already cannot be killed.
            kill_group(&child);
            let _ = child.kill();
        }
        let _ = child.wait();
        answered
    });
    interrupt.is_default.store(true, Ordering::SeqCst);
    asked
}

fn converse(
    child: &mut Child,
    question: Vec<u8>,
    end: Instant,
    limit: Duration,
    is_interrupted: &AtomicBool,
) -> Result<Vec<u8>, Failure> {
    if let Some(mut stdin) = child.stdin.take() {
        // One that does not care for the question may still have the answer.
        thread::spawn(move || stdin.write_all(&question));
    }
    let stdout = child.stdout.take().map(|stdout| read(stdout, MOST_ANSWER + 1));
    let stderr = child.stderr.take().map(|stderr| read(stderr, MOST_SAID));
    let said = || {
        let bytes = stderr.as_ref().and_then(|stderr| stderr.recv_timeout(LOOK).ok()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).trim().to_owned()
    };
    let too_late = || format!("did not answer within {}s", limit.as_secs());
    let interrupted = || is_interrupted.load(Ordering::SeqCst).then(|| "was interrupted".to_owned());
    let fail = |what: String, said: String| Err(Failure { what, said });
    let answer = loop {
        match stdout.as_ref().map(|stdout| stdout.recv_timeout(LOOK.min(end.saturating_duration_since(Instant::now())))) {
            Some(Ok(answer)) => break answer,
            Some(Err(RecvTimeoutError::Disconnected)) | None => break Vec::new(),
            Some(Err(RecvTimeoutError::Timeout)) if Instant::now() >= end => return fail(too_late(), String::new()),
            Some(Err(RecvTimeoutError::Timeout)) => {}
        }
        if let Some(what) = interrupted() {
            return fail(what, String::new());
        }
    };
    if answer.len() as u64 > MOST_ANSWER {
        return fail(format!("answers with more than {} MiB", MOST_ANSWER >> 20), String::new());
    }
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(answer),
            Ok(Some(status)) => {
                let what = status.code().map_or("was killed".to_owned(), |code| format!("ended with status {code}"));
                return fail(what, said());
            }
            Ok(None) if Instant::now() >= end => return fail(too_late(), String::new()),
            Ok(None) => thread::sleep(Duration::from_millis(1)),
            Err(error) => return fail(format!("cannot be waited for: {}", reason(&error)), String::new()),
        }
        if let Some(what) = interrupted() {
            return fail(what, String::new());
        }
    }
}

/// The first bytes of a stream, once it has ended or has more. The rest is read and forgotten if it is standard error's, so that
/// nobody waits for ever; a program that answers too much is killed.
fn read(stream: impl Read + Send + 'static, most: u64) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut stream = stream.take(most);
        let mut bytes = Vec::new();
        // What could be read counts.
        let _ = stream.read_to_end(&mut bytes);
        let _ = sender.send(bytes);
        if most == MOST_SAID {
            let _ = std::io::copy(&mut stream.into_inner(), &mut std::io::sink());
        }
    });
    receiver
}

/// What an interrupt of the user does: while a program is asked, it is killed first.
struct Interrupt {
    is_wanted: Arc<AtomicBool>,
    is_default: Arc<AtomicBool>,
}

fn interrupt() -> &'static Interrupt {
    static INTERRUPT: OnceLock<Interrupt> = OnceLock::new();
    INTERRUPT.get_or_init(|| {
        let interrupt = Interrupt { is_wanted: Arc::new(AtomicBool::new(false)), is_default: Arc::new(AtomicBool::new(true)) };
        for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
            // Where that fails, an interrupt ends this program alone.
            let _ = signal_hook::flag::register_conditional_default(signal, Arc::clone(&interrupt.is_default));
            let _ = signal_hook::flag::register(signal, Arc::clone(&interrupt.is_wanted));
        }
        interrupt
    })
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(unix)]
fn kill_group(child: &Child) {
    let group = rustix::process::Pid::from_child(child);
    let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

#[cfg(not(unix))]
fn kill_group(_: &Child) {}

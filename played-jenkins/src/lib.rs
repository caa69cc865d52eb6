//! The part of Jenkins' HTTP API that `o11n bridge` needs, played: a queue, builds with parameters, and the troubles of real ones.
//!
//! Every name in the folder `ci` is a job. What builds do is what the compiled Jenkinsfile would: each has a key, and a build whose key an earlier
//! build has gives way to it. The ledger tells what really ran.

mod http;
mod jenkins;
mod tls;

use jenkins::State;
pub use jenkins::{Build, Plan};
use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;
use tls::Identity;

/// How a request goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The answer takes long.
    Slow(Duration),
    /// The connection ends before anything has happened.
    Dropped,
    /// It ends when it has happened.
    DroppedAfter,
    /// An error before anything has happened.
    Error(u16),
    /// A proxy gives up; what was asked for happens all the same, later.
    Late(Duration),
    /// Jenkins dies with it and begins anew. What was in the queue is kept or not; what was building goes on.
    Restart { away: Duration, keeps_queue: bool },
}

/// A Jenkins on the loopback interface; it ends when it is dropped.
pub struct Jenkins {
    address: SocketAddr,
    /// In PEM: whom to trust; none without TLS.
    certificate: Option<String>,
    state: Arc<Mutex<State>>,
    is_over: Arc<AtomicBool>,
}

pub type Parameters = BTreeMap<String, String>;
pub(crate) type Plans = Box<dyn Fn(&str, &Parameters) -> Plan + Send>;

/// Which requests go wrong: asked with their number, from 0.
pub type Faults = Box<dyn FnMut(usize) -> Option<Fault> + Send>;

impl Jenkins {
    /// Starts it. `plan` says what a build does, by its job and its parameters.
    pub fn start(
        plan: impl Fn(&str, &Parameters) -> Plan + Send + 'static,
        faults: impl FnMut(usize) -> Option<Fault> + Send + 'static,
    ) -> io::Result<Self> {
        Self::serve(plan, faults, None)
    }

    /// The same behind TLS, with a certificate of its own.
    pub fn start_with_tls(plan: impl Fn(&str, &Parameters) -> Plan + Send + 'static) -> io::Result<Self> {
        Self::serve(plan, |_| None, Some(Identity::new()))
    }

    fn serve(
        plan: impl Fn(&str, &Parameters) -> Plan + Send + 'static,
        faults: impl FnMut(usize) -> Option<Fault> + Send + 'static,
        identity: Option<Identity>,
    ) -> io::Result<Self> {
        let certificate = identity.as_ref().map(|identity| identity.certificate.clone());
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::new(Box::new(plan), Box::new(faults))));
        let is_over = Arc::new(AtomicBool::new(false));
        let (shared, over) = (Arc::clone(&state), Arc::clone(&is_over));
        thread::spawn(move || {
            for connection in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (shared, identity) = (Arc::clone(&shared), identity.clone());
                if let Ok(stream) = connection {
                    thread::spawn(move || match identity {
                        Some(identity) => http::serve(identity.wrap(stream), &shared),
                        None => http::serve(stream, &shared),
                    });
                }
            }
        });
        Ok(Self { address, certificate, state, is_over })
    }

    pub fn url(&self) -> String {
        match self.certificate {
            Some(_) => format!("https://localhost:{}", self.address.port()),
            None => format!("http://{}", self.address),
        }
    }

    /// The certificate to trust, in PEM; empty without TLS.
    pub fn certificate(&self) -> &str {
        self.certificate.as_deref().unwrap_or_default()
    }

    /// All builds there ever were, in the order of their starts.
    pub fn builds(&self) -> Vec<Build> {
        lock(&self.state).builds_now()
    }

    /// How many wait in the queue.
    pub fn queued(&self) -> usize {
        lock(&self.state).queue_length()
    }

    /// Somebody takes all that waits out of the queue.
    pub fn cancel_queue(&self) {
        lock(&self.state).cancel_all();
    }

    /// Jobs take no parameters that they do not know, and they do not know the key.
    pub fn forget_key(&self) {
        lock(&self.state).takes_key = false;
    }

    /// Nothing that waits is started before this is taken back.
    pub fn hold(&self, is_held: bool) {
        lock(&self.state).is_held = is_held;
    }

    /// What requests must have in their header `Authorization`.
    pub fn require(&self, authorization: &str) {
        lock(&self.state).authorization = Some(authorization.to_owned());
    }

    /// How many requests there were.
    pub fn requests(&self) -> usize {
        lock(&self.state).requests
    }
}

impl Drop for Jenkins {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes the one who listens.
        let _ = std::net::TcpStream::connect(self.address);
    }
}

/// A thread that panicked has said so already.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

//! The queue, the builds, and what may be asked of them.

use super::http::Request;
use super::{Fault, Faults, Plans};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What a build does.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Time in the queue.
    pub waits: Duration,
    pub takes: Duration,
    /// Jenkins' own word for how it ends.
    pub result: &'static str,
    /// What it says of itself in the end, such as `o11n: exit 7`; empty: nothing.
    pub description: String,
}

/// A build as it is now.
#[derive(Clone, Debug)]
pub struct Build {
    /// With its folders, such as `ci/boards`.
    pub job: String,
    pub number: u64,
    pub parameters: BTreeMap<String, String>,
    start: Instant,
    plan: Plan,
    /// When it was stopped, if it was.
    stopped: Option<Instant>,
    /// The build of the same key before it.
    gave_way: Option<u64>,
}

impl Build {
    pub fn key(&self) -> &str {
        self.parameters.get("O11N_KEY").map_or("", String::as_str)
    }

    /// Whether it did anything, or found that another one does.
    pub fn has_run(&self) -> bool {
        self.gave_way.is_none()
    }

    pub fn is_building(&self) -> bool {
        self.has_run() && self.stopped.is_none() && self.start.elapsed() < self.plan.takes
    }

    pub fn was_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    fn result(&self) -> Option<&'static str> {
        match () {
            () if self.is_building() => None,
            () if self.gave_way.is_some() => Some("NOT_BUILT"),
            () if self.was_stopped() => Some("ABORTED"),
            () => Some(self.plan.result),
        }
    }

    fn description(&self) -> Option<String> {
        let own = (!self.is_building() && !self.was_stopped()).then(|| self.plan.description.clone());
        let gave_way = self.gave_way.map(|first| format!("o11n: duplicate of {first}"));
        gave_way.or(own).filter(|text| !text.is_empty())
    }

    /// A line at its start, one at its end.
    fn log(&self) -> String {
        let step = self.parameters.get("O11N_STEP").map_or("", String::as_str);
        let end = if self.is_building() { String::new() } else { format!("end of {step}\n") };
        format!("begin of {step}\n{end}")
    }

    fn json(&self) -> Value {
        json!({
            "number": self.number, "building": self.is_building(), "result": self.result(), "description": self.description(),
            "actions": actions(&self.parameters),
        })
    }
}

fn actions(parameters: &BTreeMap<String, String>) -> Value {
    let parameters: Vec<Value> = parameters.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    // Jenkins has actions that show nothing, and writes them as nothing.
    json!([{}, null, { "parameters": parameters }])
}

struct Item {
    id: u64,
    job: String,
    parameters: BTreeMap<String, String>,
    since: Instant,
    end: ItemEnd,
}

#[derive(Clone, Copy, PartialEq)]
enum ItemEnd {
    Waiting,
    Cancelled,
    Left(u64),
}

pub(crate) struct State {
    plan: Plans,
    faults: Faults,
    pub(crate) requests: usize,
    pub(crate) takes_key: bool,
    pub(crate) is_held: bool,
    pub(crate) authorization: Option<String>,
    items: Vec<Item>,
    next_item: u64,
    builds: Vec<Build>,
    away_until: Option<Instant>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    fn json(value: &Value) -> Self {
        Self { status: 200, headers: vec![("Content-Type", "application/json".into())], body: value.to_string() }
    }
}

impl State {
    pub(crate) fn new(plan: Plans, faults: Faults) -> Self {
        Self {
            plan,
            faults,
            requests: 0,
            takes_key: true,
            is_held: false,
            authorization: None,
            items: Vec::new(),
            next_item: 100,
            builds: Vec::new(),
            away_until: None,
        }
    }

    pub(crate) fn next_fault(&mut self) -> Option<Fault> {
        self.requests += 1;
        if self.away_until.is_some_and(|until| Instant::now() < until) {
            return Some(Fault::Error(503));
        }
        (self.faults)(self.requests - 1)
    }

    pub(crate) fn restart(&mut self, away: Duration, keeps_queue: bool) {
        self.advance();
        self.away_until = Some(Instant::now() + away);
        // What has left the queue is forgotten either way.
        self.items.retain(|item| item.end == ItemEnd::Waiting && keeps_queue);
    }

    pub(crate) fn builds_now(&mut self) -> Vec<Build> {
        self.advance();
        self.builds.clone()
    }

    pub(crate) fn queue_length(&mut self) -> usize {
        self.advance();
        self.items.iter().filter(|item| item.end == ItemEnd::Waiting).count()
    }

    pub(crate) fn cancel_all(&mut self) {
        for item in self.items.iter_mut().filter(|item| item.end == ItemEnd::Waiting) {
            item.end = ItemEnd::Cancelled;
        }
    }

    /// Starts what has waited long enough.
    fn advance(&mut self) {
        for item in self.items.iter_mut().filter(|item| item.end == ItemEnd::Waiting && !self.is_held) {
            let plan = (self.plan)(&item.job, &item.parameters);
            if item.since.elapsed() < plan.waits {
                continue;
            }
            let of_job = || self.builds.iter().filter(|build| build.job == item.job);
            let number = of_job().count() as u64 + 1;
            let key = item.parameters.get("O11N_KEY");
            let first = of_job().find(|build| key.is_some() && build.parameters.get("O11N_KEY") == key);
            let gave_way = first.map(|first| first.number);
            let (job, parameters) = (item.job.clone(), item.parameters.clone());
            self.builds.push(Build { job, number, parameters, start: Instant::now(), plan, stopped: None, gave_way });
            item.end = ItemEnd::Left(number);
        }
    }

    pub(crate) fn answer(&mut self, request: &Request) -> Answer {
        self.advance();
        if self.authorization.is_some() && self.authorization != request.authorization {
            return Answer::empty(401);
        }
        let words: Vec<&str> = request.path.split('/').filter(|word| !word.is_empty()).collect();
        match (request.is_post, words.as_slice()) {
            (false, ["queue", "api", "json"]) => {
                let waiting = self.items.iter().filter(|item| item.end == ItemEnd::Waiting);
                Answer::json(&json!({ "items": waiting.map(item_json).collect::<Vec<_>>() }))
            }
            (false, ["queue", "item", id, "api", "json"]) => {
                let found = self.items.iter().find(|item| item.id.to_string() == **id);
                found.map_or_else(|| Answer::empty(404), |item| Answer::json(&item_json(item)))
            }
            (true, ["queue", "cancelItem"]) => self.cancel(request),
            (is_post, ["job", "ci", "job", name, rest @ ..]) => self.of_job(is_post, &format!("ci/{name}"), rest, request),
            _ => Answer::empty(404),
        }
    }

    fn cancel(&mut self, request: &Request) -> Answer {
        let id = request.fields.get("id").cloned().unwrap_or_default();
        match self.items.iter_mut().find(|item| item.id.to_string() == id && item.end == ItemEnd::Waiting) {
            Some(item) => {
                item.end = ItemEnd::Cancelled;
                Answer::empty(204)
            }
            None => Answer::empty(404),
        }
    }

    fn of_job(&mut self, is_post: bool, job: &str, rest: &[&str], request: &Request) -> Answer {
        match (is_post, rest) {
            (true, ["buildWithParameters"]) => self.start(job, request),
            (false, ["api", "json"]) => {
                let count =
                    request.fields.get("tree").and_then(|tree| tree.rsplit_once("{0,")?.1.trim_end_matches('}').parse().ok());
                let builds = self.builds.iter().rev().filter(|build| build.job == job).take(count.unwrap_or(100));
                Answer::json(&json!({ "allBuilds": builds.map(Build::json).collect::<Vec<_>>() }))
            }
            (_, [number, rest @ ..]) => {
                let Some(build) = self.builds.iter_mut().find(|build| build.job == job && build.number.to_string() == **number)
                else {
                    return Answer::empty(404);
                };
                match (is_post, rest) {
                    (false, ["api", "json"]) => Answer::json(&build.json()),
                    (false, ["logText", "progressiveText"]) => {
                        let log = build.log();
                        let start = request.fields.get("start").and_then(|start| start.parse().ok()).unwrap_or(0);
                        let headers = vec![("X-Text-Size", log.len().to_string())];
                        Answer { status: 200, headers, body: log[log.len().min(start)..].to_owned() }
                    }
                    (true, ["stop"]) => {
                        if build.is_building() {
                            build.stopped = Some(Instant::now());
                        }
                        Answer { status: 302, headers: vec![("Location", "/".into())], body: String::new() }
                    }
                    _ => Answer::empty(404),
                }
            }
            _ => Answer::empty(404),
        }
    }

    /// Puts a build into the queue, unless one with the same parameters waits there.
    fn start(&mut self, job: &str, request: &Request) -> Answer {
        let mut parameters = request.fields.clone();
        if !self.takes_key {
            parameters.remove("O11N_KEY");
        }
        let waits = |item: &&Item| item.end == ItemEnd::Waiting && item.job == job && item.parameters == parameters;
        let id = match self.items.iter().find(waits) {
            Some(item) => item.id,
            None => {
                self.next_item += 1;
                let id = self.next_item;
                self.items.push(Item { id, job: job.to_owned(), parameters, since: Instant::now(), end: ItemEnd::Waiting });
                id
            }
        };
        // Jenkins tells the address that it thinks it has.
        let place = format!("http://jenkins.example/queue/item/{id}/");
        Answer { status: 201, headers: vec![("Location", place)], body: String::new() }
    }
}

fn item_json(item: &Item) -> Value {
    let mut value = json!({ "id": item.id, "why": null, "actions": actions(&item.parameters) });
    match item.end {
        ItemEnd::Waiting => value["why"] = "Waiting for next available executor on ‘板卡’".into(),
        ItemEnd::Cancelled => value["cancelled"] = true.into(),
        ItemEnd::Left(number) => value["executable"] = json!({ "number": number }),
    }
    value
}

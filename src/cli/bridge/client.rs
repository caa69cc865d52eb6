//! What the bridge asks of Jenkins, over its HTTP API.

use std::path::Path;
use std::time::Duration;
use std::{fs, io};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::http::{Response, header};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use crate::cli::output;

/// One answer may take so long.
const ANSWER: Duration = Duration::from_secs(60);
/// Bytes of an answer: lists of builds are the longest.
const LONGEST: u64 = 64 << 20;

pub(super) struct Credentials {
    pub(super) user: String,
    /// Its API token.
    pub(super) token: String,
}

/// One job of one Jenkins.
pub(super) struct Client {
    agent: Agent,
    /// Without a slash at the end.
    root: String,
    /// The job's own path below it.
    job: String,
    authorization: Option<String>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It may pass: nobody is there, or nobody well.
    Passing(String),
    /// Jenkins refuses, and will again.
    Refused(String),
    Missing,
}

/// A place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Item(pub(super) u64);

/// A build of the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Number(pub(super) u64);

#[derive(Debug, Deserialize)]
pub(super) struct Queued {
    pub(super) id: Item,
    #[serde(default)]
    pub(super) cancelled: bool,
    /// What it waits for.
    pub(super) why: Option<String>,
    pub(super) executable: Option<Executable>,
    #[serde(default)]
    pub(super) actions: Actions,
}

#[derive(Debug, Deserialize)]
pub(super) struct Executable {
    pub(super) number: Number,
}

#[derive(Debug, Deserialize)]
pub(super) struct Build {
    pub(super) number: Number,
    #[serde(default)]
    pub(super) building: bool,
    pub(super) result: Option<String>,
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) actions: Actions,
}

/// What it was started with, among other things.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Actions(Vec<Option<Action>>);

#[derive(Debug, Deserialize)]
struct Action {
    #[serde(default)]
    parameters: Vec<Parameter>,
}

#[derive(Debug, Deserialize)]
struct Parameter {
    name: String,
    #[serde(default)]
    value: serde_json::Value,
}

impl Actions {
    /// The value of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let mut parameters = self.0.iter().flatten().flat_map(|action| &action.parameters);
        parameters.find(|parameter| parameter.name == name).and_then(|parameter| parameter.value.as_str())
    }
}

const PARAMETERS: &str = "actions[parameters[name,value]]";

impl Client {
    /// Fails with what is wrong with the address or the certificates.
    pub(super) fn new(
        root: &str,
        job: &str,
        credentials: Option<Credentials>,
        certificates: Option<&Path>,
    ) -> Result<Self, String> {
        if !root.starts_with("http://") && !root.starts_with("https://") {
            return Err(format!("`{root}` is no address of a Jenkins\n  help: write `https://…`"));
        }
        let names: Vec<&str> = job.split('/').filter(|name| !name.is_empty()).collect();
        if names.is_empty() {
            return Err("the job needs a name".to_owned());
        }
        let mut tls = TlsConfig::builder();
        if let Some(path) = certificates {
            tls = tls.root_certs(trusted(path)?);
        }
        let config = Agent::config_builder().tls_config(tls.build()).timeout_global(Some(ANSWER)).http_status_as_error(false);
        let authorization =
            credentials.map(|Credentials { user, token }| format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{token}"))));
        Ok(Self {
            agent: config.build().into(),
            root: root.trim_end_matches('/').to_owned(),
            job: names.iter().map(|name| format!("/job/{}", utf8_percent_encode(name, NON_ALPHANUMERIC))).collect(),
            authorization,
        })
    }

    /// Where people look at a build.
    pub(super) fn address(&self, build: Number) -> String {
        format!("{}{}/{}/", self.root, self.job, build.0)
    }

    /// Starts a build: its place in the queue, if Jenkins tells it.
    pub(super) fn start(&self, parameters: &[(&str, &str)]) -> Result<Option<Item>, Trouble> {
        let answer = self.post(&format!("{}/buildWithParameters", self.job), parameters)?;
        let place = answer.headers().get(header::LOCATION).and_then(|place| place.to_str().ok());
        let number = place.and_then(|place| place.trim_end_matches('/').rsplit('/').next()?.parse().ok());
        Ok(number.map(Item))
    }

    /// All that waits for an executor.
    pub(super) fn queue(&self) -> Result<Vec<Queued>, Trouble> {
        #[derive(Deserialize)]
        struct Queue {
            items: Vec<Queued>,
        }
        Ok(self.json::<Queue>("/queue/api/json", &format!("items[id,why,{PARAMETERS}]"))?.items)
    }

    pub(super) fn queued(&self, item: Item) -> Result<Queued, Trouble> {
        self.json(&format!("/queue/item/{}/api/json", item.0), &format!("id,cancelled,why,executable[number],{PARAMETERS}"))
    }

    /// The newest builds, so many at most.
    pub(super) fn builds(&self, count: usize) -> Result<Vec<Build>, Trouble> {
        #[derive(Deserialize)]
        struct Job {
            #[serde(rename = "allBuilds")]
            builds: Vec<Build>,
        }
        let tree = format!("allBuilds[number,building,result,description,{PARAMETERS}]{{0,{count}}}");
        Ok(self.json::<Job>(&format!("{}/api/json", self.job), &tree)?.builds)
    }

    pub(super) fn build(&self, number: Number) -> Result<Build, Trouble> {
        let tree = format!("number,building,result,description,{PARAMETERS}");
        self.json(&format!("{}/{}/api/json", self.job, number.0), &tree)
    }

    /// Prints what a build has logged from a place on, and returns the next place.
    pub(super) fn print_log(&self, number: Number, from: u64) -> Result<u64, Trouble> {
        let path = format!("{}/{}/logText/progressiveText", self.job, number.0);
        let answer = self.get(&path, &[("start", &from.to_string())])?;
        let next = answer.headers().get("X-Text-Size").and_then(|size| size.to_str().ok()?.parse().ok());
        output::copy(&mut answer.into_body().into_reader()).map_err(|error| Trouble::Passing(error.to_string()))?;
        Ok(next.unwrap_or(from))
    }

    pub(super) fn cancel(&self, item: Item) -> Result<(), Trouble> {
        self.post("/queue/cancelItem", &[("id", &item.0.to_string())]).map(drop)
    }

    pub(super) fn stop(&self, number: Number) -> Result<(), Trouble> {
        self.post(&format!("{}/{}/stop", self.job, number.0), &[]).map(drop)
    }

    fn json<T: DeserializeOwned>(&self, path: &str, tree: &str) -> Result<T, Trouble> {
        let mut answer = self.get(path, &[("tree", tree)])?;
        let read = answer.body_mut().with_config().limit(LONGEST).read_to_vec();
        let bytes = read.map_err(|error| Trouble::Passing(error.to_string()))?;
        // A page of a proxy before it, for one.
        serde_json::from_slice(&bytes).map_err(|error| Trouble::Passing(format!("{path} is not what Jenkins answers: {error}")))
    }

    fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Response<Body>, Trouble> {
        let mut request = self.agent.get(format!("{}{path}", self.root)).query_pairs(query.iter().copied());
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        judged(path, request.call())
    }

    fn post(&self, path: &str, form: &[(&str, &str)]) -> Result<Response<Body>, Trouble> {
        // What Jenkins redirects to is a page for people.
        let mut request = self.agent.post(format!("{}{path}", self.root)).config().max_redirects(0).build();
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        judged(path, request.send_form(form.iter().copied()))
    }
}

fn judged(path: &str, answer: Result<Response<Body>, ureq::Error>) -> Result<Response<Body>, Trouble> {
    let answer = answer.map_err(|error| Trouble::Passing(error.to_string()))?;
    let status = answer.status();
    let said = || format!("Jenkins answers {status} to {path}");
    match status.as_u16() {
        404 => Err(Trouble::Missing),
        401 | 403 => Err(Trouble::Refused(format!("{}: are user and token right, and may the user build the job?", said()))),
        400 | 405 => Err(Trouble::Refused(format!("{}: has the job run once, so that it knows its parameters?", said()))),
        200..400 => Ok(answer),
        _ => Err(Trouble::Passing(said())),
    }
}

/// The certificates of a file.
fn trusted(path: &Path) -> Result<RootCerts, String> {
    let bytes = fs::read(path).map_err(|error: io::Error| format!("cannot read `{}`: {error}", path.display()))?;
    let own = parse_pem(&bytes).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate.to_owned()),
        _ => None,
    });
    let own: Vec<Certificate<'static>> = own.collect();
    if own.is_empty() {
        return Err(format!("`{}` holds no certificate in PEM", path.display()));
    }
    Ok(RootCerts::new_with_certs(&own))
}

//! As much of HTTP as a test needs: one request a connection.

use super::jenkins::{Answer, State};
use super::{Fault, lock};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::sync::Mutex;
use std::thread;

pub(crate) struct Request {
    pub(crate) is_post: bool,
    /// Decoded.
    pub(crate) path: String,
    /// Of the query and of the form.
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) authorization: Option<String>,
}

/// Answers one connection, or fails to as the faults have it.
pub(crate) fn serve(mut stream: impl Read + Write, state: &Mutex<State>) {
    // A client that went away is what this is about.
    let Some(request) = read(&mut stream) else { return };
    let fault = lock(state).next_fault();
    let answer = match fault {
        Some(Fault::Dropped) => return,
        Some(Fault::Error(status)) => Answer::empty(status),
        Some(Fault::Slow(time)) => {
            thread::sleep(time);
            lock(state).answer(&request)
        }
        Some(Fault::DroppedAfter) => {
            lock(state).answer(&request);
            return;
        }
        Some(Fault::Late(time)) => {
            write(&mut stream, &Answer::empty(504));
            drop(stream);
            thread::sleep(time);
            lock(state).answer(&request);
            return;
        }
        Some(Fault::Restart { away, keeps_queue }) => {
            lock(state).restart(away, keeps_queue);
            return;
        }
        None => lock(state).answer(&request),
    };
    write(&mut stream, &answer);
}

fn read(stream: &mut impl Read) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut authorization) = (0, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "authorization" => authorization = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let form = String::from_utf8(body).ok()?;
    let pairs = query.split('&').chain(form.split('&')).filter_map(|pair| pair.split_once('='));
    let fields = pairs.map(|(name, value)| (decoded(name), decoded(&value.replace('+', " ")))).collect();
    Some(Request { is_post: method == "POST", path: decoded(path), fields, authorization })
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok());
        bytes.push(if byte == b'%' { digit().unwrap_or(0) << 4 | digit().unwrap_or(0) } else { byte });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn write(stream: &mut impl Write, answer: &Answer) {
    let headers: String = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let (status, length) = (answer.status, answer.body.len());
    let head = format!("HTTP/1.1 {status} Played\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n");
    let _ =
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(answer.body.as_bytes())).and_then(|()| stream.flush());
}

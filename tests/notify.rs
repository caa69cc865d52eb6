//! The messages of `std/notify`, as the services would receive them: each is made by a real shell and a `curl` that only notes
//! what it is given.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use o11n::base::{MemoryWorld, RootPath};
use o11n::plan::{self, Body, Inputs};
use o11n::sema;
use o11n::sema::hir::PipelineId;
use serde_json::Value;

/// What would break a message that is put together carelessly.
const HOSTILE: [&str; 6] = [
    "回归测试 😀",
    "\"quoted\" \\ and 'quoted'",
    "$(touch canary) `touch canary` ${HOME} $HOME",
    "line one\nline two\ttab\rreturn\u{7}bell",
    "{\"a\": 1}, %s %d %% \\n \\u0041 \\0101",
    "<b> & </b> --flag",
];

/// A service: the template, its argument for the address, what it answers, where the title and the text are in its JSON.
const SERVICES: [(&str, &str, &str, &[&str]); 5] = [
    ("dingtalk", "webhook", r#"{"errcode":0,"errmsg":"ok"}"#, &["/markdown/text"]),
    ("wecom", "webhook", r#"{"errcode": 0, "errmsg": "ok"}"#, &["/markdown/content"]),
    ("feishu", "webhook", r#"{"code":0,"msg":"success"}"#, &["/content/text"]),
    ("slack", "webhook", "ok", &["/text"]),
    ("webhook", "url", "anything", &["/title", "/text"]),
];

/// The script of a service's substage, for a title and a text.
fn script(service: &str, argument: &str, title: &str, text: &str) -> String {
    let source = format!(
        "import \"std/notify\" as notify\n\
         pipeline p {{\n  param title: string\n  param text: string\n  stage report {{\n    when = always\n    \
         use notify.{service}({argument} = secret(\"HOOK\"), title = title, text = text)\n  }}\n}}\n"
    );
    let mut world = MemoryWorld::default();
    world.files.insert("p.o11n".into(), source.into_bytes());
    let mut analysis = sema::analyze(&world, &RootPath::resolve(None, "p.o11n").unwrap(), &[]);
    let inputs = Inputs { flags: vec![("title".into(), title.into()), ("text".into(), text.into())], ..Inputs::default() };
    let plan::Built { plan, diagnostics, .. } =
        plan::build(&analysis.program, PipelineId(0), &inputs, &world, &mut analysis.sources);
    assert!(analysis.diagnostics.is_empty() && diagnostics.is_empty(), "{:?} {diagnostics:?}", analysis.diagnostics);
    match &plan.unwrap().stages[0].substages[0].body {
        Body::Run(script) => script.text().to_string(),
        Body::Command(_) => panic!("the message is a script"),
    }
}

/// Runs a script with a `curl` that answers so. Gives what happened, and the folder where `curl` left its notes.
fn run(name: &str, script: &str, answer: &str) -> (Output, PathBuf) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("notify-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("bin")).unwrap();
    let curl = folder.join("bin/curl");
    fs::write(&curl, "#!/bin/sh\nfor last; do :; done\nprintf '%s' \"$last\" > body\nprintf '%s\\n' \"$@\" > arguments\ncat > config\nprintf '%s' \"$ANSWER\"\n").unwrap();
    fs::set_permissions(&curl, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.join("bin").display(), std::env::var("PATH").unwrap());
    let environment: BTreeMap<&str, &str> = [
        ("PATH", path.as_str()),
        ("ANSWER", answer),
        ("WEBHOOK", "https://hook.example.com/send?key=s3cret"),
        ("O11N_VERDICT", "failed"),
        ("O11N_PIPELINE", "p"),
        ("JOB_NAME", "nightly"),
        ("BUILD_ID", "7"),
    ]
    .into();
    let output =
        Command::new("sh").args(["-eu", "-c", script]).current_dir(&folder).env_clear().envs(environment).output().unwrap();
    (output, folder)
}

#[test]
fn every_text_arrives_as_it_is() {
    for (service, argument, answer, places) in SERVICES {
        for (index, hostile) in HOSTILE.iter().enumerate() {
            let (output, folder) = run(&format!("{service}-{index}"), &script(service, argument, hostile, hostile), answer);
            assert!(output.status.success(), "{service}: {}", String::from_utf8_lossy(&output.stderr));
            let body = fs::read_to_string(folder.join("body")).unwrap();
            let message: Value = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{service}: {error} in {body}"));
            let wanted = match service {
                "slack" => hostile.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
                _ => (*hostile).to_owned(),
            };
            for place in places {
                let sent = message.pointer(place).and_then(Value::as_str).unwrap_or_else(|| panic!("{service}: no {place}"));
                let times = if places.len() == 1 { 2 } else { 1 };
                assert_eq!(sent.matches(&wanted).count(), times, "{service} {place}: {sent}");
            }
            assert!(body.contains("failed"), "{service} says the verdict");
            assert!(!folder.join("canary").exists(), "{service} ran a command");
        }
    }
}

#[test]
fn the_address_is_on_no_command_line() {
    for (service, argument, answer, _) in SERVICES {
        let (_, folder) = run(&format!("{service}-address"), &script(service, argument, "t", ""), answer);
        assert!(fs::read_to_string(folder.join("config")).unwrap().contains("s3cret"), "{service}");
        assert!(!fs::read_to_string(folder.join("arguments")).unwrap().contains("s3cret"), "{service}");
    }
}

#[test]
fn a_refusal_is_a_failure() {
    for (service, argument, _, _) in &SERVICES[..4] {
        let refusal = r#"{"errcode":310000,"code":19024,"errmsg":"keywords not in content"}"#;
        let (output, _) = run(&format!("{service}-refused"), &script(service, argument, "t", ""), refusal);
        assert!(!output.status.success(), "{service}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("keywords not in content"), "{service}");
    }
}

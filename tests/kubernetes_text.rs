//! User text on Kubernetes: what hostile strings become in the files that pods get, and in their variables and words.

use o11n::base::{MemoryWorld, RootPath};
use o11n::cli::driver;
use o11n::plan::{Body, EnvValue, Inputs, Plan, Script, ScriptPart};
use o11n::target::{self, Options, yaml};
use serde_json::Value;
use std::sync::Arc;

const SOURCE: &str =
    "pipeline p { stage s { substage a { env { X = \"x\" } run = \"true\" } substage b { command = [\"x\", \"y\"] } } }";

/// A plan with two substages for each text, in which everything that a user can write is that text.
fn plan_with(texts: &[&String]) -> Plan {
    let mut world = MemoryWorld::default();
    world.files.insert("main.o11n".into(), SOURCE.as_bytes().to_vec());
    let main = RootPath::resolve(None, "main.o11n").unwrap();
    let mut plan = driver::plan(&world, &main, None, &Inputs::default()).plan.unwrap();
    let substages = std::mem::take(&mut plan.stages[0].substages);
    for (number, text) in texts.iter().enumerate() {
        let [mut script, mut command] = [substages[0].clone(), substages[1].clone()];
        script.name = format!("a{number}").into();
        script.body = Body::Run(Script { parts: vec![ScriptPart::Text(text.as_str().into())] });
        script.env = Arc::new([("X".into(), EnvValue::Text(text.as_str().into()))].into_iter().collect());
        command.name = format!("b{number}").into();
        command.body = Body::Command(vec!["echo".into(), text.as_str().into()]);
        plan.stages[0].substages.extend([script, command]);
    }
    plan
}

/// The objects of a file, read as any reader would.
fn objects(text: &str) -> Vec<Value> {
    let mut documents: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        match documents.last_mut() {
            Some(document) if line != "---\n" => document.push_str(line),
            _ => documents.push(String::new()),
        }
    }
    documents.iter().map(|document| yaml::parse(document).unwrap()).collect()
}

/// What Kubernetes makes of a word: `$$` is `$`, and `$(NAME)` a variable.
fn expanded(word: &str) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        assert!(!rest.starts_with("$("), "Kubernetes would look for a variable in {word:?}");
        out.push('$');
        rest = rest.strip_prefix("$$").unwrap_or(&rest[1..]);
    }
    out + rest
}

#[test]
fn hostile_text_arrives_as_it_was_written() {
    let strings: Vec<String> = serde_json::from_str(include_str!("emit/nasty.json")).unwrap();
    let others = ["echo 'it is long' $(date) {{x}} 你好 🎉\n".repeat(2_500), "$(HOME) $$HOME $".to_owned()];
    let texts: Vec<&String> = strings.iter().chain(&others).collect();
    let plan = plan_with(&texts);
    for driver in ["job", "none"] {
        let options = Options { given: vec![("driver".into(), driver.into())], ..Options::default() };
        let emitted = target::emit(target::by_name("kubernetes").unwrap(), &plan, &options);
        assert!(!emitted.artifacts.is_empty(), "{:?}", emitted.diagnostics);
        let objects = objects(&emitted.artifacts[0].text);
        let file = |key: &str| objects.iter().find_map(|object| object["data"][key].as_str());
        let scripts: Vec<&str> = objects
            .iter()
            .filter_map(|object| object["data"].as_object())
            .flatten()
            .filter_map(|(_, text)| text.as_str())
            .collect();
        for (number, text) in texts.iter().enumerate() {
            let ended = if text.is_empty() || text.ends_with('\n') { (*text).clone() } else { format!("{text}\n") };
            assert!(scripts.contains(&ended.as_str()), "the script {text:?}");
            let container = |name: String| match file(&format!("s-{name}.yaml")) {
                Some(manifest) => yaml::parse(manifest).unwrap()["spec"]["template"]["spec"]["containers"][0].clone(),
                None => {
                    let is_it = |object: &&Value| object["metadata"]["labels"]["o11n.dev/substage"] == name.as_str();
                    objects.iter().find(is_it).unwrap()["spec"]["template"]["spec"]["containers"][0].clone()
                }
            };
            let env = container(format!("a{number}"))["env"]
                .as_array()
                .unwrap()
                .iter()
                .find(|variable| variable["name"] == "X")
                .cloned();
            assert_eq!(&expanded(env.unwrap()["value"].as_str().unwrap()), *text, "the variable");
            assert_eq!(&expanded(container(format!("b{number}"))["command"][1].as_str().unwrap()), *text, "the word");
        }
    }
}

//! `o11n simulate`: figures for people and for tools, and what is said of a load or a cluster that cannot be.

use super::Workspace;
use super::guide::Guide;

fn workspace() -> Workspace {
    let guide = Guide::read("simulate.md");
    Workspace::of(&[("regression.o11n", guide.blocks("o11n")[0]), ("week.toml", guide.blocks("toml")[0])])
}

const COMMAND: [&str; 4] = ["simulate", "regression.o11n", "--load", "week.toml"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    COMMAND.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn the_guide_shows_what_is_printed() {
    Guide::read("simulate.md").shows_what_is_printed(&workspace(), 0);
    Guide::read("simulate.md").shows_what_is_printed_by(1, &workspace(), 0);
}

#[test]
fn the_guide_has_every_word_of_a_policy() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guide/simulate.md")).unwrap();
    for (word, meaning) in o11n::simulate::Policy::words() {
        assert!(page.contains(&format!("| `{word}` | {meaning} |")), "{word}");
    }
}

#[test]
fn a_seed_is_a_week() {
    let workspace = workspace();
    let week = |seed| workspace.run(&with(&["--seed", seed, "--policy", "jenkins", "--format", "json"])).ends(0).json();
    assert_eq!(week("1"), week("1"));
    assert_ne!(week("1"), week("2"));
}

#[test]
fn weeks_are_told_as_one() {
    let workspace = workspace();
    workspace.write("week.toml", "length = \"1d\"\nruns.a.per_hour = 2\n");
    let document = workspace.run(&with(&["--seeds", "3", "--policy", "fifo", "--format", "json"])).ends(0).json();
    assert_eq!((&document["seeds"], &document["policies"][0]["weeks"]), (&3.into(), &3.into()));
    let human = workspace.run(&with(&["--seeds", "3", "--seed", "5", "--policy", "fifo"])).ends(0).stdout;
    assert!(human.contains("in each of 3 weeks, seeds 5 to 7"), "{human}");
    let said = workspace.run(&with(&["--seeds", "0"])).ends(2).stderr;
    assert!(said.contains("0 is not in 1..=10000"), "{said}");
}

#[test]
fn figures_are_lines_for_a_spreadsheet() {
    let workspace = workspace();
    workspace.write("week.toml", "length = \"1d\"\nruns.\"a,b\".per_hour = 2\n");
    let csv = workspace.run(&with(&["--policy", "jenkins", "--format", "csv"])).ends(0).stdout;
    let document = workspace.run(&with(&["--policy", "jenkins", "--format", "json"])).ends(0).json();
    let figures = &document["policies"][0];
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "policy,table,name,figure,value,half_width");
    let p95 = &figures["groups"][0]["wait_p95"];
    assert!(lines.contains(&&*format!("jenkins,groups,all,wait_p95,{p95},")), "{csv}");
    assert!(lines.contains(&&*format!("jenkins,all,,cost,{},", figures["cost"])), "{csv}");
    assert!(lines.contains(&&*format!("jenkins,runs,\"a,b\",ended,{},", figures["runs"][0]["ended"])), "{csv}");
    let mean = &figures["groups"][0]["wait"];
    let half_width = if mean["half_width"].is_null() { String::new() } else { mean["half_width"].to_string() };
    assert!(lines.contains(&&*format!("jenkins,groups,all,wait,{},{half_width}", mean["mean"])), "{csv}");
}

#[test]
fn tables_fit_a_terminal() {
    let human = workspace().run(&with(&["--seeds", "2", "--policy", "jenkins,jenkins+nodelay"])).ends(0).stdout;
    for line in human.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn the_smallest_cluster_is_found() {
    let workspace = workspace();
    workspace.write("week.toml", "length = \"1d\"\nruns.a.per_hour = 2\n[takes]\n\"test/accuracy\" = \"40m\"\n");
    let sweep = |range, goal| with(&["--policy", "fifo", "--sweep", range, "--until", goal]);
    let goal = "p95(wait, mode=gpu) < 10m";
    let human = workspace.run(&sweep("gpu=1..16", goal)).ends(0).stdout;
    assert!(human.starts_with("regression on research: how many of `gpu`? 1d, seed 0\n"), "{human}");
    let json = workspace.run(&[&sweep("gpu=1..16", goal)[..], &["--format", "json"]].concat()).ends(0).json();
    let found = &json["policies"][0];
    let smallest = found["smallest"].as_u64().unwrap();
    assert!(human.contains(&format!("fifo: {smallest} of `gpu`, at a cost of ")), "{human}");
    // What the tries say of a number is what a cluster with that number says.
    for tried in found["tried"].as_array().unwrap() {
        let machines = tried["machines"].as_u64().unwrap();
        let p95 = tried["values"][0].as_f64().unwrap();
        assert_eq!((tried["reached"] == true, machines >= smallest), (p95 < 600.0, p95 < 600.0), "{tried}");
        if machines == smallest {
            let pipeline = workspace
                .read("regression.o11n")
                .replace("count = 3  label = \"gpu\"", &format!("count = {machines}  label = \"gpu\""));
            workspace.write("resized.o11n", pipeline);
            let resized = ["simulate", "resized.o11n", "--load", "week.toml", "--policy", "fifo", "--format", "json"];
            let resized = workspace.run(&resized).ends(0).json();
            let gpu =
                resized["policies"][0]["modes"].as_array().unwrap().iter().find(|mode| mode["group"] == "gpu").unwrap().clone();
            assert_eq!(gpu["wait_p95"].as_f64(), Some(p95));
        }
    }
    let csv = workspace.run(&[&sweep("gpu=1..2", goal)[..], &["--format", "csv"]].concat()).ends(0).stdout;
    assert!(csv.starts_with("policy,machines,\"p95(wait, mode=gpu) < 10m\",unfinished,utilization,cost,reached\nfifo,"), "{csv}");
    let none = workspace.run(&sweep("burst=1..2", "cost < 0")).ends(0).stdout;
    assert!(none.contains("fifo: no number that was tried reaches it, up to 2 of `burst`"), "{none}");
    let few = workspace.run(&sweep("gpu=1..64", "busy > 14 %")).ends(0).stdout;
    assert!(few.contains("fifo: 2 of `gpu`") && few.contains("note: more machines once missed what fewer reach"), "{few}");
    for (range, goal, status, why) in [
        ("gpus=1..2", "cost < 5", 1, "has no agent or cloud `gpus`: there are cpu, gpu, burst; did you mean `gpu`?"),
        ("gpu=1..2", "p95(wait, mode=gpuu) < 5m", 1, "`gpuu` is no hardware mode"),
        ("gpu=1..2", "p95(run, source=push) < 5m", 1, "`push` is no source of runs: there are a"),
        ("gpu=1..2", "p96(wait) < 5m", 2, "`p96` is no measure"),
        ("gpu=2..1", "cost < 5", 2, "begins behind its end"),
    ] {
        let said = workspace.run(&sweep(range, goal)).ends(status).stderr;
        assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(why), "{said}");
    }
    assert!(workspace.run(&with(&["--sweep", "gpu=1..2"])).ends(2).stderr.contains("--until"));
}

#[test]
fn a_log_stands_beside_the_load() {
    let workspace = workspace();
    workspace.write("loads/log.csv", "submit,duration,user\n0,60,\u{5f20}\n30,60,\u{674e}\noops,1,x\n60,8m,\u{5f20}\n");
    let load = "[trace]\nfile = \"log.csv\"\nformat = \"csv\"\nmode = \"cpu\"\n";
    workspace.write("loads/log.toml", load);
    let command = ["simulate", "regression.o11n", "--load", "loads/log.toml", "--policy", "fifo"];
    let human = workspace.run(&command).ends(0).stdout;
    assert!(human.starts_with("regression on research: 3 jobs of log.csv arrive in 1m"), "{human}");
    let note =
        "log.csv: 1 rows cannot be read and are left out, the first in line 4: `submit` is `oops`: write seconds, or a time";
    assert!(human.contains(note), "{human}");
    let strict = workspace.run(&[&command[..], &["--strict"]].concat()).ends(1).stderr;
    let strict = strict.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(strict.contains("cannot be played: one row cannot be read, and `--strict` wants all"), "{strict}");
    assert!(strict.contains("line 4: `submit` is `oops`"), "{strict}");
    // What is made by chance and what was recorded are told apart.
    workspace.write("loads/log.toml", format!("length = \"1d\"\nruns.push.per_hour = 1\n{load}"));
    let human = workspace.run(&command).ends(0).stdout;
    assert!(human.contains(" runs, made by chance, and 3 jobs of log.csv arrive in 1d"), "{human}");
    std::fs::remove_file(workspace.file("loads/log.csv")).unwrap();
    let said = workspace.run(&command).ends(3).stderr;
    assert!(said.contains("cannot read `loads/log.csv`"), "{said}");
}

#[test]
fn the_guide_has_every_format_of_a_log() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guide/simulate.md")).unwrap();
    for (name, meaning) in o11n::simulate::Format::all() {
        assert!(page.contains(&format!("| `{name}` | {meaning}")), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_tells_what_is_known() {
    let workspace = workspace();
    let child = workspace
        .command(&with(&["--seeds", "9999", "--policy", "fifo"]))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // Long enough to have begun, on a slow machine too; a week takes less.
    std::thread::sleep(std::time::Duration::from_secs(4));
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{text}");
    assert!(text.contains("interrupted: the figures of fifo are those of "), "{text}");
    // Nobody looks at a terminal.
    assert!(!String::from_utf8(output.stderr).unwrap().contains("to go"));
}

#[test]
fn the_load_is_the_same_under_every_policy() {
    let document = workspace().run(&with(&["--policy", "jenkins,fifo,jenkins+burst", "--format", "json"])).ends(0).json();
    assert_eq!(document["schema"], "o11n/simulation/1");
    let policies = document["policies"].as_array().unwrap();
    // What fails by chance does so under each, and so the same builds are made.
    let builds = |at: usize| (&policies[at]["groups"][0]["builds"], &policies[at]["runs"]);
    for at in [1, 2] {
        assert_eq!(builds(0).0, builds(at).0);
        assert_eq!(builds(0).1[1]["failed"], builds(at).1[1]["failed"]);
    }
    let ended: u64 = policies[0]["runs"].as_array().unwrap().iter().map(|runs| runs["ended"].as_u64().unwrap()).sum();
    assert_eq!(document["runs"], ended);
}

/// What waits until its run is out of time waits for longer than anything that the figures know of.
#[test]
fn a_sweep_is_not_fooled_by_what_gave_up_waiting() {
    let pipeline = r#"
hardware cpu { label = "cpu" }
cluster lab { agent "cpu" { count = 1  label = "cpu" } }
pipeline p { hardware = cpu  deadline = 20m  stage a { substage x { shards = 4  run = "./x" } } }
"#;
    let load = "length = \"1d\"\n[takes]\n\"a/x*\" = \"15m\"\n[runs.r]\ndaily = [\"01:00\", \"02:00\"]\n";
    let workspace = Workspace::of(&[("p.o11n", pipeline), ("load.toml", load)]);
    let sweep = |goal| ["simulate", "p.o11n", "--load", "load.toml", "--policy", "fifo", "--sweep", "cpu=1..8", "--until", goal];
    let json = workspace.run(&[&sweep("longest(wait) < 1m")[..], &["--format", "json"]].concat()).ends(0).json();
    let found = &json["policies"][0];
    // The second has its machine after a quarter of an hour and is cut short, which is a wait of its own.
    assert_eq!((&found["smallest"], &found["tried"][0]["unfinished"]), (&4.into(), &4.into()), "{json:#}");
    let all =
        workspace.run(&["simulate", "p.o11n", "--load", "load.toml", "--policy", "fifo", "--format", "json"]).ends(0).json();
    let given_up = |group: &serde_json::Value| group["out_of_time"].as_u64().unwrap();
    let figures = &all["policies"][0];
    assert_eq!((given_up(&figures["groups"][0]), given_up(&figures["groups"][1]), given_up(&figures["modes"][0])), (4, 4, 4));
    let human = workspace.run(&sweep("p50(wait) < 1m")).ends(0).stdout;
    assert!(human.contains("no: not all ended") && human.contains("fifo: 2 of `cpu`"), "{human}");
}

#[test]
fn a_sweep_reads_its_log_once() {
    let workspace = workspace();
    workspace.write("week.toml", "[trace]\nfile = \"/dev/stdin\"\nformat = \"csv\"\nmode = \"gpu\"\n");
    let command = with(&["--policy", "fifo,jenkins", "--sweep", "gpu=1..4", "--until", "longest(wait, mode=gpu) < 1m"]);
    let human = workspace.run_with_stdin(&command, b"submit,duration\n0,600\n10,600\n20,600\n").ends(0).stdout;
    assert!(human.contains("fifo: 3 of `gpu`") && human.contains("jenkins: 3 of `gpu`"), "{human}");
}

#[test]
fn seeds_do_not_begin_again() {
    let workspace = workspace();
    let last = u64::MAX.to_string();
    let said = workspace.run(&with(&["--seed", &last, "--seeds", "3"])).ends(2).stderr;
    assert!(said.contains("there are no 3 seeds from 18446744073709551615 on"), "{said}");
    let human = workspace.run(&with(&["--seed", &last, "--policy", "fifo"])).ends(0).stdout;
    assert!(human.contains("seed 18446744073709551615"), "{human}");
}

#[test]
fn what_others_write_does_nothing_to_a_terminal() {
    let workspace = workspace();
    let hostile = "\u{1b}[31m\u{202e}夜间\u{7}";
    let escaped = "\\u{1b}[31m\\u{202e}夜间\\u{7}";
    let quoted = "\\u001b[31m\\u202e夜间\\u0007";
    workspace.write(hostile, "submit,duration\n0,60\n");
    let load = format!(
        "length = \"1h\"\n[runs.\"{quoted}\"]\ndaily = [\"00:00\"]\n[policy.\"{quoted}\"]\nis = \"fifo\"\n\
         [trace]\nfile = \"{quoted}\"\nformat = \"csv\"\nmode = \"cpu\"\n"
    );
    workspace.write("week.toml", load);
    let build = format!("{hostile}#1/test/unit-1of6");
    for more in [&[][..], &["--sweep", "gpu=1..2", "--until", "cost < 5"], &["--explain", &build]] {
        let human = workspace.run(&with(&[&["--policy", hostile], more].concat())).ends(0).stdout;
        assert!(!human.contains(['\u{1b}', '\u{202e}', '\u{7}']) && human.contains(escaped), "{human}");
    }
    let human = workspace.run(&with(&["--policy", hostile])).ends(0).stdout;
    let rows: Vec<&str> = human.lines().filter(|line| line.contains(" all ")).collect();
    let column = |line: &str| line.split(" all ").next().unwrap().chars().count();
    assert!(rows.iter().all(|line| column(line) == column(rows[0])), "{human}");
}

#[test]
fn a_load_in_which_nothing_arrives_says_so() {
    let workspace = workspace();
    workspace.write("week.toml", "length = \"1h\"\n[runs.a]\nper_hour = 0.0000001\n");
    let human = workspace.run(&COMMAND).ends(0).stdout;
    assert!(human.starts_with("regression on research: no runs arrive in 1h, seed 0\n"), "{human}");
}

#[test]
fn a_wrong_load_is_pointed_at() {
    let workspace = workspace();
    let good = "length = \"1d\"\n[runs.a]\nper_hour = 1\n";
    let many = |count: usize, more: &str| -> String {
        std::iter::once("length = \"1d\"\n".to_owned())
            .chain((0..count).map(|at| format!("[runs.a{at}]\nper_hour = 1\n{more}\n")))
            .collect()
    };
    let cases = [
        (&*many(1_001, ""), "there are 1001 tables `[runs.NAME]`; write at most 1000"),
        (&*many(2, "users = 600000"), "all `users` together are 1200000; write at most 1000000"),
        ("length = 7\n", "in line 1: "),
        ("length = \"1d\"\nlenght = 1\n[runs.a]\nper_hour = 1\n", "in line 2: unknown field `lenght`"),
        (&good.replace("1d", "900d"), "`length` of the load is wrong: write for how long runs arrive"),
        (
            &good.replace("per_hour = 1", "per_hour = [1, 2]"),
            "`per_hour` has 2 numbers: write one, 24 for a day, or 168 for a week",
        ),
        (&good.replace("per_hour = 1", "per_hour = nan"), "`per_hour` has a rate outside 0 to 1000000"),
        (&good.replace("per_hour = 1", "per_hour = 0"), "no run ever arrives"),
        (&good.replace("per_hour = 1", "daily = [\"25:00\"]"), "times of day such as \"02:00\""),
        (&good.replace("per_hour = 1", "per_hour = 1000000").replace("1d", "300d"), "more than 1000000 runs arrive"),
        (&format!("{good}priority = \"hihg\"\n"), "did you mean `high`?"),
        (&format!("{good}[takes]\n\"test/x\" = \"5m\"\n"), "the plan has no `test/x`"),
        (&format!("{good}[takes]\n\"test/unit\" = \"5\"\n"), "`5` is no duration"),
        (&format!("{good}[flakes]\n\"test/unit\" = {{ lost = 1.5 }}\n"), "lies outside 0 to 1"),
        (&format!("{good}[flakes]\n\"test/unit\" = {{ gone = 0.5 }}\n"), "write `failed`, `lost`, `timed_out` or an exit code"),
    ];
    for (load, expected) in cases {
        workspace.write("week.toml", load);
        // Paths and odds are a matter of the command line, as they are for other commands.
        let status = if ["the plan has no", "lies outside"].iter().any(|start| expected.starts_with(start)) { 2 } else { 1 };
        let said = workspace.run(&COMMAND).ends(status).stderr;
        assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(expected), "{load:.99}\n{said}");
        // What only the runs show is no line of the file.
        assert!(said.contains("in `week.toml`") || expected.ends_with("runs arrive"), "{load}\n{said}");
    }
}

#[test]
fn a_load_without_end_is_not_read() {
    let workspace = workspace();
    std::fs::File::create(workspace.file("week.toml")).unwrap().set_len((64 << 20) + 1).unwrap();
    let said = workspace.run(&COMMAND).ends(3).stderr;
    assert!(said.contains("cannot read `week.toml`: it has more than 67108864 bytes"), "{said}");
}

#[test]
fn a_cluster_is_chosen_by_name() {
    let workspace = workspace();
    let said = workspace.run(&with(&["--cluster", "reserch"])).ends(1).stderr;
    assert!(said.contains("the pipeline sees no cluster `reserch`") && said.contains("did you mean `research`?"), "{said}");
    workspace.write("regression.o11n", super::GOOD);
    workspace.write("week.toml", "length = \"1d\"\nruns.a.per_hour = 1\n");
    let said = workspace.run(&COMMAND).ends(1).stderr;
    assert!(said.contains("the pipeline sees no cluster"), "{said}");
}

#[test]
fn a_policy_that_is_none_is_refused_with_all_that_are() {
    let said = workspace().run(&with(&["--policy", "jenkins+fast"])).ends(2).stderr;
    assert!(said.contains("`fast` is no policy: there are jenkins, fifo, priority"), "{said}");
    let said = workspace().run(&with(&["--policy", "jenknis"])).ends(2).stderr;
    assert!(said.contains("did you mean `jenkins`?"), "{said}");
}

#[test]
fn a_policy_that_says_two_things_at_once_is_refused() {
    for (policy, word) in
        [("jenkins+fifo", "fifo"), ("fq+jenkins+wfq", "wfq"), ("nodelay+eager", "eager"), ("burst+burst", "burst")]
    {
        let said = workspace().run(&with(&["--policy", policy])).ends(2).stderr;
        assert!(said.contains(&format!("`{policy}` sets one thing twice, the second time by `{word}`")), "{said}");
    }
}

#[test]
fn a_load_names_policies_of_its_own() {
    let workspace = workspace();
    let week = std::fs::read_to_string(workspace.file("week.toml")).unwrap();
    let ours = |table: &str| workspace.write("week.toml", format!("{week}\n[policy.ours]\n{table}"));
    ours("is = \"fifo+fair\"\nweights = { hotfix = 4 }\n");
    let document = workspace.run(&with(&["--policy", "ours,fifo+fair", "--format", "json"])).ends(0).json();
    let [ours_figures, plain] = [0, 1].map(|at| &document["policies"][at]);
    assert_eq!(ours_figures["policy"], "ours");
    let hotfix = |figures: &serde_json::Value| figures["groups"][3]["wait"]["mean"].as_f64().unwrap();
    assert!(hotfix(ours_figures) < hotfix(plain), "{document:#}");
    for (table, expected) in [
        ("is = \"fast\"\n", "`fast` is no policy"),
        (
            "is = \"fifo\"\nweights = { hotfixes = 4 }\n",
            "`weights` has `hotfixes`, of which no runs arrive; did you mean `hotfix`?",
        ),
        ("is = \"fifo\"\nweights = { hotfix = 0 }\n", "the weight of `hotfix` is a number above 0"),
        ("is = \"fifo\"\nhalf_life = \"soon\"\n", "`half_life` is a duration above 0"),
        ("is = \"jenkins+pack\"\n", "Jenkins counts executors"),
        (
            "is = \"kueue\"\nquotas.pushes.nominal.executors = 1\n",
            "`quotas` has `pushes`, of which no runs arrive; did you mean `push`?",
        ),
        ("is = \"kueue\"\nquotas.push.nominal.memory = \"many\"\n", "`many` is no size"),
    ] {
        ours(table);
        let said = workspace.run(&with(&["--policy", "ours"])).ends(1).stderr;
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("`policy.ours` of the load is wrong") && said.contains(expected), "{said}");
    }
    workspace.write("week.toml", format!("{week}\n[policy.fifo]\nis = \"fair\"\n"));
    let said = workspace.run(&COMMAND).ends(1).stderr;
    assert!(said.contains("the name is a word of its own"), "{said}");
}

/// A board of which there is one, on which two substages of each run work for ten minutes.
const BOARDS: &str = r#"
hardware board { label = "board"  lock = ["bench"] }
cluster lab { agent "board" { count = 4  label = "board" } }
pipeline night {
  hardware = board
  stage flash { substage one { run = "./flash" } substage two { run = "./flash" } }
  stage probe { substage bus { run = "./probe" } }
}
"#;

const BOARDS_LOAD: &str = "length = \"1h\"\n[takes]\n\"*/*\" = \"10m\"\n[runs.night]\ndaily = [\"00:00\", \"00:00\"]\n";

#[test]
fn a_lock_is_held_by_one_run_at_a_time() {
    let workspace = Workspace::of(&[("night.o11n", BOARDS), ("load.toml", BOARDS_LOAD)]);
    let command = ["simulate", "night.o11n", "--load", "load.toml", "--policy", "fifo", "--format", "json"];
    let document = workspace.run(&command).ends(0).json();
    let figures = &document["policies"][0];
    // Six times ten minutes, one after the other: there is one board, whatever machines there are.
    assert_eq!(figures["until"], 3_600.0);
    assert_eq!(figures["groups"][0]["wait_longest"], 0.0);
    let lock = &figures["locks"][0];
    assert_eq!((&lock["lock"], &lock["holders"], &lock["held"]), (&"bench".into(), &6.into(), &1.0.into()));
    // The first of one run, then of the other, in turns.
    assert_eq!((&lock["wait_p50"], &lock["wait_longest"]), (&600.0.into(), &600.0.into()));
    let shown = workspace.run(&command[..6]).ends(0).stdout;
    assert!(shown.contains("locks         holders  held     wait p50  p95  longest"), "{shown}");
}

#[test]
fn runs_that_are_alone_wait_for_each_other_and_may_be_folded() {
    let good = BOARDS.replace("  lock = [\"bench\"]", "");
    let workspace = Workspace::of(&[("night.o11n", &good), ("load.toml", BOARDS_LOAD)]);
    let figures = |more: &str| {
        workspace.write("load.toml", format!("{BOARDS_LOAD}{more}"));
        let command = ["simulate", "night.o11n", "--load", "load.toml", "--policy", "jenkins+burst", "--format", "json"];
        let figures = workspace.run(&command).ends(0).json()["policies"][0].clone();
        (figures["until"].as_f64().unwrap(), figures["runs"][0]["ended"].clone(), figures["runs"][0]["folded"].clone())
    };
    assert_eq!(figures(""), (1_205.0, 2.into(), 0.into()));
    assert_eq!(figures("alone = true\n"), (2_405.0, 2.into(), 0.into()));
    assert_eq!(figures("folds = true\n"), (1_205.0, 1.into(), 1.into()));
    let shown = workspace.run(&["simulate", "night.o11n", "--load", "load.toml"]).ends(0).stdout;
    assert!(shown.contains("runs of `night` that arrived while another waited, and were taken for that one: 1"), "{shown}");
}

/// Builds that lose their executors begin anew, and their runs end as they would have.
#[test]
fn runs_outlive_what_is_taken_from_them() {
    let workspace = workspace();
    let week = std::fs::read_to_string(workspace.file("week.toml")).unwrap();
    // Nothing but hotfixes has a quota, so that they take what they need from the others.
    let quotas =
        "quotas.hotfix.nominal.executors = 40\nquotas.push.nominal.executors = 0\nquotas.nightly.nominal.executors = 0\n";
    workspace.write("week.toml", format!("{week}\n[policy.ours]\nis = \"kueue\"\n{quotas}"));
    let document = workspace.run(&with(&["--policy", "ours,fifo", "--format", "json"])).ends(0).json();
    let [ours, plain] = [0, 1].map(|at| &document["policies"][at]);
    for source in 0..3 {
        for count in ["ended", "failed"] {
            assert_eq!(ours["runs"][source][count], plain["runs"][source][count], "{document:#}");
        }
    }
    let longest = |figures: &serde_json::Value| figures["runs"][0]["duration_p95"].as_f64().unwrap();
    assert!(longest(ours) < longest(plain) / 2.0, "{document:#}");
}

#[test]
fn a_page_shows_why_jenkins_waits() {
    let page = workspace().run(&with(&["--policy", "jenkins,fifo,fifo+priority", "--format", "html"])).ends(0).stdout;
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert!(page.contains("= <strong>40 samples</strong> until it is below; here it took 40."), "{page}");
    for title in ["Policies beside each other", "Waits over time", "How many wait", "What machines do", "Policy against policy"] {
        assert!(page.contains(&format!("<h2>{title}</h2>")), "{title}");
    }
    assert!(page.contains("title=\"nightly#") || page.contains("title=\"push#"));
    // It needs nothing beside it.
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://") && !page.contains("url("));
}

#[test]
fn why_a_build_waited_is_told() {
    let workspace = workspace();
    let pipeline = r#"
hardware cpu { label = "cpu" }
cluster lab { agent "cpu" { count = 1  label = "cpu" } }
pipeline p { hardware = cpu  stage a { substage x { run = "./x" } } }
"#;
    workspace.write("regression.o11n", pipeline);
    let load = "length = \"1d\"\n[takes]\n\"a/x\" = \"1h\"\n[runs.push]\ndaily = [\"05:00\", \"05:10\", \"05:20\"]\n";
    workspace.write("week.toml", load);
    let ran = |build, more: &[&'static str]| {
        let asked = ["--policy", "fifo", "--explain", build];
        workspace.run(&with(&[&asked, more].concat()))
    };
    let human = ran("push#3/a/x", &[]).ends(0).stdout;
    assert_eq!(
        human.lines().skip(2).map(str::trim).collect::<Vec<_>>(),
        [
            "fifo: waits 1h40m, asked for on day 1, 05:20:00, for a machine of `cpu`",
            "+0s     one other waits for such a machine; no executor is free",
            "+40m    push#2/a/x, which waited before, starts on cpu",
            "+1h40m  push#2/a/x ends on cpu",
            "+1h40m  it starts on cpu",
            "+2h40m  it ends",
        ]
    );
    let json = ran("push#3/a/x", &["--format", "json"]).ends(0).json();
    let attempt = &json["policies"][0]["attempts"][0];
    assert_eq!((&json["schema"], &attempt["wait"]), (&"o11n/explanation/1".into(), &6000.0.into()));
    assert_eq!(attempt["moments"][2]["build"], "push#2/a/x");
    for (build, more, status, why) in [
        ("push#3/a/y", &[][..], 1, "did you mean `push#3/a/x`?"),
        ("nightly", &[], 1, "write one such as `push#1/a/x`, of the runs of `push`"),
        ("push#3/a/x", &["--format", "html"], 2, "`--explain` answers in words or as `--format json`"),
        ("push#3/a/x", &["--seeds", "3"], 2, "--seeds"),
    ] {
        let said = ran(build, more).ends(status).stderr;
        assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(why), "{said}");
    }
}

#[test]
fn why_something_begins_anew_is_told() {
    let pipeline = r#"
hardware cpu { label = "cpu" }
cluster lab { agent "cpu" { count = 2  label = "cpu" } }
pipeline p { hardware = cpu  stage a { substage x { run = "./x" } } }
"#;
    let load = "length = \"3h\"\n[takes]\n\"a/x\" = \"20m\"\n[runs.hot]\ndaily = [\"00:50\"]\n[trace]\nfile = \"log\"\nformat = \"csv\"\n\
        per_executor = 1\n[policy.ours]\nis = \"kueue\"\nquotas.hot.nominal.executors = 2\nquotas.trace.nominal.executors = 0\n";
    let log = "submit,duration,width\n0,3600,2\n9000,60,3\n";
    let workspace = Workspace::of(&[("p.o11n", pipeline), ("load.toml", load), ("log", log)]);
    let ran = workspace.run(&["simulate", "p.o11n", "--load", "load.toml", "--policy", "ours", "--explain", "job #1"]).ends(0);
    assert_eq!(
        ran.stdout.lines().skip(2).map(str::trim).collect::<Vec<_>>(),
        [
            "ours: attempt 1 waits 0s, asked for on day 1, 00:00:00, for a machine of `cpu`",
            "+0s   it starts on cpu-1 and another machine",
            "+50m  it loses its executors to another, and what it had done",
            "",
            "attempt 2 waits 20m, asked for on day 1, 00:50:00, for a machine of `cpu`",
            "+0s     no other waits for such a machine; one executor is free, and it takes 2 at once",
            "+20m    hot#1/a/x ends on cpu-1",
            "+20m    it starts on cpu-1 and another machine",
            "+1h20m  it ends",
        ]
    );
    let command = ["simulate", "p.o11n", "--load", "load.toml", "--policy", "ours"];
    let wide = workspace.run(&[&command[..], &["--explain", "job #2"]].concat()).ends(0).stdout;
    assert!(wide.contains("+0s  it takes 3 executors at once, and there can never be as many\n"), "{wide}");
    let human = workspace.run(&command).ends(0).stdout;
    assert!(human.contains("ours: 1 of those take more executors at once than the cluster can have for them"), "{human}");
}

#[test]
fn a_sweep_has_no_page() {
    let said = workspace().run(&with(&["--sweep", "gpu=1..4", "--until", "p95(wait) < 5m", "--format", "html"])).ends(2).stderr;
    assert!(said.contains("`--format html` shows one comparison over time: leave it or `--sweep` out"), "{said}");
}

#[test]
fn a_page_stays_small_and_says_what_it_leaves_out() {
    let policies = ["jenkins"; 10].join(",");
    let page = workspace().run(&with(&["--policy", &policies, "--format", "html"])).ends(0).stdout;
    assert!(page.len() < 2_000_000, "{}", page.len());
    assert!(page.contains("Policies that are not drawn: 2."));
}

#[test]
fn what_users_write_stays_text_on_a_page() {
    let workspace = workspace();
    let hostile = "</title><script>alert('1')</script>\\\"&<img src=x onerror=alert(1)> 夜间回归";
    let source = std::fs::read_to_string(workspace.file("regression.o11n")).unwrap();
    workspace.write("regression.o11n", source.replace("agent \"cpu\"", &format!("agent \"{hostile}\"")));
    let week = std::fs::read_to_string(workspace.file("week.toml")).unwrap();
    let week = week.replace("[runs.push]", &format!("[runs.\"{hostile}\"]")).replace("7d", "1d");
    workspace.write("week.toml", format!("{week}\n[policy.\"{hostile}\"]\nis = \"jenkins\"\n"));
    let page = workspace.run(&with(&["--policy", &hostile.replace('\\', ""), "--format", "html"])).ends(0).stdout;
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("alert('"));
    let escaped =
        "&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;&lt;img src=x onerror=alert(1)&gt; 夜间回归";
    let around = |before: &str, after: &str| page.contains(&format!("{before}{escaped}{after}"));
    assert!(around("<strong><bdi>", "</bdi>") || around("<summary><bdi>", "</bdi>"), "the policy");
    assert!(around("<th scope=\"row\"><bdi>", "</bdi>"), "the policy and the runs in tables");
    assert!(around("<h3><bdi>", "</bdi>"), "the machines");
}

//! Logs as loads: the same jobs in every format, what is left out of them, and bytes that mean no good.

use crate::pipeline::planned;
use o11n::simulate::{Document, Format, Policy, Study, read_load};

const PIPELINE: &str = r#"
hardware cpu { label = "cpu" }
hardware gpu { label = "gpu"  gpu = 1 }
cluster lab {
  agent "cpu" { count = 1  label = "cpu"  executors = 2 }
  agent "gpu" { count = 1  label = "gpu"  executors = 2  gpu = 2 }
}
pipeline p {
  stage test {
    substage unit { hardware = cpu  run = "x" }
    substage accuracy { hardware = gpu  run = "y" }
  }
}
"#;

/// What no log says: two jobs for `cpu`, three for `gpu` of which the last waits for five minutes; one failed, and one never ran.
const LOGS: &[(&str, &str)] = &[
    (
        "csv",
        "submit,job,user,mode,duration,outcome\n\
         1000,lint,ann,cpu,300,passed\n1060,lint,bob,cpu,10m,failed\n1100,train,ann,gpu,400,passed\n1100,train,ann,gpu,500,\n\
         1200,train,bob,gpu,60,passed\n1300,train,bob,gpu,60,withdrawn\n",
    ),
    (
        "jsonl",
        "{\"submit\":1000,\"job\":\"lint\",\"user\":\"ann\",\"mode\":\"cpu\",\"duration\":300}\n\n\
         {\"submit\":1060,\"job\":\"lint\",\"user\":\"bob\",\"mode\":\"cpu\",\"duration\":\"10m\",\"outcome\":\"timed_out\"}\n\
         {\"submit\":\"1970-01-01T00:18:20Z\",\"user\":\"ann\",\"mode\":\"gpu\",\"duration\":400}\n\
         {\"submit\":1100,\"user\":\"ann\",\"mode\":\"gpu\",\"duration\":500}\n{\"submit\":1200,\"user\":\"bob\",\"mode\":\"gpu\",\"duration\":60}\n\
         {\"submit\":1300,\"duration\":0,\"outcome\":\"withdrawn\"}\n",
    ),
    (
        "swf",
        "; Computer: none\n;Queue: 1 cpu\n\
         1 1000 5 300 1 -1 -1 1 -1 -1 1 1 1 -1 1 -1 -1 -1\n  2 1060 0 600.0 4 -1 -1 4 -1 -1 0 2 1 -1 1 -1 -1 -1 77 88\n\
         3 1100 0 400 1 -1 -1 1 -1 -1 1 1 1 -1 2 -1 -1 -1\n4 1100 0 500 1 -1 -1 1 -1 -1 1 1 1 -1 -1 2 -1 -1\n\
         4 1100 0 250 1 -1 -1 1 -1 -1 2 1 1 -1 2 -1 -1 -1\n5 1200 0 60 1 -1 -1 1 -1 -1 1 2 1 -1 2 -1 -1 -1\n\
         6 1300 -1 -1 1 -1 -1 1 -1 -1 5 2 1 -1 2 -1 -1 -1\n",
    ),
    (
        "philly",
        r#"[{"status": "Pass", "vc": "1", "jobid": "a", "attempts": [{"start_time": "2017-10-07 00:20:00", "end_time": "2017-10-07 00:25:00", "detail": []}], "submitted_time": "2017-10-07 00:16:40", "user": "ann"},
            {"status": "Failed", "vc": "1", "jobid": "}\"{", "attempts": [
               {"start_time": "2017-10-07 00:20:00", "end_time": "2017-10-07 00:25:00", "detail": [{"ip": "m1", "gpus": []}]},
               {"start_time": "2017-10-07 01:20:00", "end_time": "2017-10-07 01:25:00"}], "submitted_time": "2017-10-07 00:17:40", "user": "bob"},
            {"status": "Pass", "vc": "2", "jobid": "c", "attempts": [{"start_time": "2017-10-07 00:20:00", "end_time": "2017-10-07 00:26:40", "detail": [{"ip": "m", "gpus": ["gpu0"]}]}], "submitted_time": "2017-10-07 00:18:20", "user": "ann"},
            {"status": "Pass", "vc": "2", "jobid": "d", "attempts": [{"start_time": "2017-10-07 00:20:00", "end_time": "2017-10-07 00:28:20", "detail": [{"ip": "m", "gpus": ["gpu0"]}]}], "submitted_time": "2017-10-07 00:18:20", "user": "ann"},
            {"status": "Pass", "vc": "2", "jobid": "e", "attempts": [{"start_time": "2017-10-07 00:20:00", "end_time": "2017-10-07 00:21:00", "detail": [{"ip": "m", "gpus": ["gpu0"]}]}], "submitted_time": "2017-10-07 00:20:00", "user": "bob"},
            {"status": "Killed", "vc": "2", "jobid": "f", "attempts": [{"start_time": null, "end_time": "None"}], "submitted_time": "2017-10-07 00:21:40", "user": "bob"}]"#,
    ),
    (
        "helios",
        "job_id,user,vc,gpu_num,cpu_num,node_num,state,submit_time,start_time,end_time,duration,queue\n\
         1,ann,vca,0,4,1,COMPLETED,2020-04-01 00:16:40,x,x,300,3\n2,bob,vca,0,4,1,FAILED,2020-04-01 00:17:40,x,x,600.0,3\n\
         3,ann,vcb,1,4,1,COMPLETED,2020-04-01 00:18:20,x,x,400,3\n4,ann,vcb,1,4,1,COMPLETED,2020-04-01 00:18:20,x,x,500,3\n\
         5,bob,vcb,1,4,1,COMPLETED,2020-04-01 00:20:00,x,x,60,3\n6,bob,vcb,1,4,1,CANCELLED,2020-04-01 00:21:40,,,,3\n",
    ),
    (
        "alibaba-2020",
        "a,tensorflow,1.0,Terminated,1000.0,1300.0,600.0,29.2,,\nb,worker,1.0,Failed,1060.0,1660.0,600.0,29.2,,\n\
         c,worker,1.0,Terminated,1100.0,1500.0,600.0,29.2,50.0,V100\nd,worker,1.0,Terminated,1100.0,1600.0,600.0,29.2,50.0,V100\n\
         e,worker,1.0,Terminated,1200.0,1260.0,600.0,29.2,50.0,T4\nf,worker,1.0,Running,1300.0,,600.0,29.2,50.0,T4\n",
    ),
    (
        "alibaba-2023",
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n\
         p0,4000,100,0,0,,BE,Succeeded,1000,1300,1000.0\np1,4000,100,0,0,,BE,Failed,1060,1670,1070.0\n\
         p2,4000,100,1,1000,,LS,Succeeded,1100,1500,1100.0\np3,4000,100,1,500,,LS,Running,1100,1601,1101.0\n\
         p4,4000,100,1,500,,LS,Running,1200,1261,1201.0\np5,4000,100,1,500,,LS,Pending,1300,12537496,\n",
    ),
];

/// What becomes of a log, with these lines more under `[trace]`.
fn play(format: &str, log: &[u8], more: &str, policy: &str) -> Result<Document, String> {
    play_with(&format!("[trace]\nfile = \"log\"\nformat = \"{format}\"\n{more}"), log, policy, 1)
}

fn play_with(load: &str, log: &[u8], policy: &str, seeds: u64) -> Result<Document, String> {
    let planned = planned(PIPELINE);
    let plan = planned.plan.as_ref().unwrap();
    let load = read_load(load, plan).map_err(|problems| problems[0].message.to_string())?;
    let mut study = Study::new(plan, &planned.clusters[0], load)?;
    study.read_log(&mut &*log)?;
    let policy = Policy::parse(policy).unwrap();
    let weeks = (0..seeds).map(|seed| study.play(&policy, seed, &|_| true).unwrap()).collect();
    Ok(study.document(seeds, vec![weeks]))
}

const BY_QUEUE: &str = "mode = \"cpu\"\ngpu_mode = \"gpu\"\nmodes = { \"1\" = \"cpu\", \"2\" = \"gpu\" }\n";

#[test]
fn the_same_jobs_are_the_same_load_in_every_format() {
    for (format, log) in LOGS {
        let document = play(format, log.as_bytes(), BY_QUEUE, "fifo").unwrap_or_else(|why| panic!("{format}: {why}"));
        let trace = document.trace.as_ref().unwrap();
        assert_eq!((trace.jobs, trace.never_ran, trace.bad, trace.outside), (5, 1, 0, 0), "{format}: {:?}", trace.first_bad);
        let figures = &document.policies[0];
        let modes: Vec<(&str, usize, f64)> =
            figures.modes.iter().map(|mode| (&*mode.group, mode.builds, mode.wait_longest)).collect();
        // The third job for two executors comes at 100 s of 400 s, and takes the one that is free first.
        assert_eq!(modes, [("cpu", 2, 0.0), ("gpu", 3, 300.0)], "{format}");
        let runs = &figures.runs[0];
        assert_eq!((&*runs.source, runs.ended, runs.failed, runs.unended), ("trace", 5, 1, 0), "{format}");
        assert_eq!(figures.makespan, 660.0, "{format}");
        assert_eq!(document.length, 200.001, "{format}");
    }
    let tiresias =
        "job_id,num_gpu,submit_time,iterations,model_name,duration,interval\n0,1,0,606,net,164,30\n1,8,30,133,net,147,23\n";
    let document = play("tiresias", tiresias.as_bytes(), BY_QUEUE, "fifo").unwrap();
    assert_eq!((document.policies[0].modes[1].builds, document.trace.unwrap().wide), (2, 1));
    let tested: Vec<&str> = LOGS.iter().map(|(format, _)| *format).chain(["tiresias"]).collect();
    assert_eq!(Format::all().map(|(name, _)| name).collect::<Vec<_>>(), tested);
}

#[test]
fn a_row_that_says_nothing_sensible_is_told_by_its_line_and_left_out() {
    let head = "submit,duration,mode,priority,outcome,queue\n";
    for (row, why) in [
        ("nan,1,cpu,,,", "`submit` is `nan`: write seconds, or a time such as"),
        ("inf,1,cpu,,,", "`submit` is `inf`"),
        ("1e300,1,cpu,,,", "`submit` is `1e300`"),
        ("-1,1,cpu,,,", "`submit` is `-1`"),
        (",1,cpu,,,", "`submit` is empty"),
        ("5,-3,cpu,,,", "`duration` is `-3`: write seconds from 0 on"),
        ("5,1e10,cpu,,,", "it takes longer than a year"),
        ("5,x\u{7}y,cpu,,,", "`duration` is `x\\u{7}y`"),
        ("5,1,gpus,,,", "has the hardware mode `gpus`; did you mean `gpu`?"),
        ("5,1,cpu,soon,,", "`priority` is `soon`: write low, normal, high or urgent"),
        ("5,1,cpu,,maybe,", "`outcome` is `maybe`: write passed"),
        ("5,1,,,,night", "nothing says the hardware mode of `night`: write it under `[trace.modes]`"),
        ("5,1,,,,", "nothing says its hardware mode: write `mode` under `[trace]`"),
        ("5", "`duration` is empty"),
        ("5,1,cpu,01,,", "`priority` is `01`"),
        ("2026-02-30 00:00:00,1,cpu,,,", "`submit` is `2026-02-30 00:00:00`"),
    ] {
        let log = format!("{head}0,1,cpu,,,\n{row}\n9,1,cpu,,,\n");
        let trace = play("csv", log.as_bytes(), "", "fifo").unwrap().trace.unwrap();
        assert_eq!((trace.jobs, trace.bad, trace.first_bad[0].line), (2, 1, 3), "{row}");
        assert!(trace.first_bad[0].why.contains(why), "{row}: {}", trace.first_bad[0].why);
    }
    let swf = "1 0 0 9 1\n; comment\n1 0 0 9 1 -1 -1 1 -1 -1 1 1 1 -1 1 -1 -1 -1\n";
    let trace = play("swf", swf.as_bytes(), "mode = \"cpu\"", "fifo").unwrap().trace.unwrap();
    assert_eq!((trace.jobs, trace.bad, trace.first_bad[0].line), (1, 1, 1));
    assert_eq!(trace.first_bad[0].why, "it has 5 columns, and a job has 18");
    let philly = "[{\"status\": 1},\n\n{\"status\"";
    let said = play("philly", philly.as_bytes(), "mode = \"cpu\"", "fifo").unwrap_err();
    assert!(
        said.contains("no job to play: 0 never ran") && said.contains("2 rows cannot be read, the first in line 1"),
        "{said}"
    );
    let said = play("helios", b"user,vc\na,b\n", "mode = \"cpu\"", "fifo").unwrap_err();
    assert!(said.contains("names no column `submit_time`; it needs submit_time, duration, state"), "{said}");
}

#[test]
fn a_json_row_may_have_numbers_for_texts() {
    let row = |more: &str| format!("{{\"submit\":5,\"duration\":60,{more}}}\n");
    let log = [r#""priority":1,"user":17,"job":null,"gpus":"2""#, r#""user":["ann"]"#, r#""job":true"#].map(row).concat();
    let log = log + &row(&format!("\"outcome\":\"{}\"", "x".repeat(999))) + "[" + &"7".repeat(999) + "\n";
    let document = play("jsonl", log.as_bytes(), "mode = \"cpu\"\ngpu_mode = \"gpu\"", "fifo").unwrap();
    let trace = document.trace.unwrap();
    let bad: Vec<(u64, &str)> = trace.first_bad.iter().map(|bad| (bad.line, &*bad.why)).collect();
    assert_eq!((trace.jobs, bad.len()), (1, 4));
    assert_eq!(bad[..2], [(2, "`user` is neither a text nor a number"), (3, "`job` is neither a text nor a number")]);
    assert!(bad.iter().all(|(_, why)| why.chars().count() <= 200), "{bad:?}");
    let figures = &document.policies[0];
    assert_eq!((figures.modes[1].builds, figures.groups[3].builds), (1, 1), "{figures:#?}");
}

#[test]
fn what_a_row_repeats_is_cut() {
    let philly = format!(
        "[{{\"status\": \"Pass\", \"vc\": \"a\", \"user\": \"b\", \"submitted_time\": \"0\", \"attempts\": \"{}\"}}]",
        "x".repeat(9_000)
    );
    let said = play("philly", philly.as_bytes(), "mode = \"cpu\"", "fifo");
    assert!(said.as_ref().is_err_and(|said| said.contains("invalid type") && said.chars().count() < 400), "{said:?}");
}

#[test]
fn what_comes_after_a_year_is_counted_apart() {
    let log = b"submit,duration\n0,60\n86400,60\n31536000,60\n40000000,60\n";
    let trace = |more: &str| play("csv", log, &format!("mode = \"cpu\"\n{more}"), "fifo").unwrap().trace.unwrap();
    let counts = |more: &str| {
        let trace = trace(more);
        (trace.jobs, trace.outside, trace.too_late)
    };
    assert_eq!((counts(""), counts("from = \"1d\""), counts("to = \"365d\"")), ((3, 0, 1), (2, 1, 1), (2, 2, 0)));
}

#[test]
fn only_the_chosen_time_is_played_and_denser_if_wanted() {
    let log: String = (0..10).rev().map(|at| format!("{},60\n", 5_000 + at * 3_600)).collect();
    let log = format!("submit,duration\n{log}");
    let of = |more: &str| play("csv", log.as_bytes(), &format!("mode = \"cpu\"\n{more}"), "fifo").unwrap();
    let document = of("from = \"2h\"\nto = \"5h\"\nscale = 0.5");
    let trace = document.trace.unwrap();
    assert_eq!((trace.jobs, trace.outside), (3, 7));
    // Those of 2, 3 and 4 o'clock, an hour and a half apart.
    assert_eq!((document.policies[0].makespan, document.length), (3_660.0, 3_600.001));
    assert_eq!(of("").policies[0].makespan, 9.0 * 3_600.0 + 60.0);
    let load = "length = \"3h\"\n[trace]\nfile = \"log\"\nformat = \"csv\"\nmode = \"cpu\"";
    assert_eq!(play_with(load, log.as_bytes(), "fifo", 1).unwrap().trace.unwrap().jobs, 3);
    assert!(play("csv", log.as_bytes(), "from = \"2d\"\nmode = \"cpu\"", "fifo").unwrap_err().contains("10 lie outside"));
}

#[test]
fn a_job_with_the_path_of_a_substage_is_that_substage() {
    let log = b"submit,job,duration,priority\n0,test/accuracy,60,urgent\n0,test/unit,60,\n0,other,60,4\n";
    let figures = play("csv", log, "mode = \"cpu\"", "jenkins").unwrap().policies.remove(0);
    assert_eq!(figures.modes.iter().map(|mode| mode.builds).collect::<Vec<_>>(), [2, 1]);
    // A job of its own waits out Jenkins' quiet period; a step of a run that goes on does not.
    assert_eq!(figures.modes.iter().map(|mode| mode.wait_longest).collect::<Vec<_>>(), [5.0, 0.0]);
    let urgent = figures.groups.iter().find(|group| group.group == "urgent").unwrap();
    assert_eq!(urgent.builds, 1);
}

#[test]
fn wide_jobs_take_several_executors_if_wanted() {
    let log = b"submit,width,duration\n0,4,60\n1,1,60\n2,64,60\n";
    let of = |more: &str| play("csv", log, &format!("mode = \"cpu\"\n{more}"), "fifo").unwrap();
    let narrow = of("");
    assert_eq!((narrow.trace.unwrap().wide, narrow.policies[0].groups[0].wait_longest), (2, 58.0));
    let wide = of("per_executor = 2");
    // The first has both executors, and the last wants more than there are.
    assert_eq!((wide.trace.unwrap().wide, wide.policies[0].groups[0].wait_longest), (0, 59.0));
    assert_eq!((wide.policies[0].unstarted, wide.policies[0].too_wide, wide.policies[0].runs[0].unended), (1, 1, 1));
}

#[test]
fn a_log_is_the_same_every_week_unless_it_is_shaken() {
    let log: String = (0..50).map(|at| format!("{},600\n", at * 200)).collect();
    let log = format!("submit,duration\n{log}");
    let of = |more: &str| {
        let load = format!("[trace]\nfile = \"log\"\nformat = \"csv\"\nmode = \"cpu\"\n{more}");
        play_with(&load, log.as_bytes(), "fifo", 4).unwrap().policies.remove(0).groups[0].wait
    };
    assert_eq!(of("").half_width, Some(0.0));
    assert!(of("shake = \"5m\"").half_width.unwrap() > 1.0);
    assert_eq!(of("shake = \"5m\""), of("shake = \"5m\""));
    // All arrive and end; half of them would come before the beginning, and do not come at once.
    let load = "[trace]\nfile = \"log\"\nformat = \"csv\"\nmode = \"cpu\"\nshake = \"366d\"";
    let figures = play_with(load, log.as_bytes(), "fifo", 1).unwrap().policies.remove(0);
    assert_eq!((figures.runs[0].ended, figures.runs[0].unended), (50, 0));
    assert!(figures.groups[0].wait_longest < 3_600.0, "{}", figures.groups[0].wait_longest);
}

#[test]
fn runs_and_a_log_share_the_cluster() {
    let load = "length = \"1d\"\n[takes]\n\"*/*\" = \"10m\"\n[runs.r]\nper_hour = 6\n[trace]\nfile = \"log\"\nformat = \"csv\"\nmode = \"gpu\"";
    let log: String = (0..100).map(|at| format!("{},1200\n", at * 600)).collect();
    let log = format!("submit,duration\n{log}");
    let both = play_with(load, log.as_bytes(), "fifo", 1).unwrap();
    let figures = &both.policies[0];
    assert_eq!(
        figures.runs.iter().map(|runs| (&*runs.source, runs.ended)).collect::<Vec<_>>(),
        [("r", both.runs), ("trace", 100)]
    );
    assert_eq!(figures.groups[0].builds, 2 * both.runs + 100);
    assert_eq!(figures.fairness.users, 2);
    // The log's jobs alone keep both executors for `gpu` busy.
    assert!(figures.modes[1].wait.mean > 10.0 * figures.modes[0].wait.mean, "{:?}", figures.modes);
}

#[test]
fn what_is_wrong_with_a_trace_table_is_told() {
    let log = b"submit,duration\n0,1\n";
    for (more, why) in [
        ("format = \"sfw\"", "`sfw` is no format of a log: there are csv, jsonl, swf"),
        ("format = \"sfw\"", "did you mean `swf`?"),
        ("format = \"csv\"\nscale = 0", "`scale` is a number from 0.001 to 1000"),
        ("format = \"csv\"\nscale = nan", "`scale` is a number"),
        ("format = \"csv\"\nfrom = \"2h\"\nto = \"1h\"", "`to` does not lie behind `from`"),
        ("format = \"csv\"\nshake = \"much\"", "`shake` is `much`: write a duration"),
        ("format = \"csv\"\nshake = \"9999999999d\"", "write at most 366d"),
        ("format = \"csv\"\nper_executor = 0", "at least 1"),
        ("format = \"csv\"\nmode = \"gpuu\"", "has the hardware mode `gpuu`; did you mean `gpu`?"),
        ("format = \"csv\"\nmodes = { a = \"x\" }", "has the hardware mode `x`; there are `cpu`, `gpu`"),
        ("format = \"csv\"\n[runs.trace]\nper_hour = 1", "are called `trace` already"),
    ] {
        let load = format!("length = \"1d\"\n[trace]\nfile = \"log\"\n{more}");
        let said = play_with(&load, log, "fifo", 1).unwrap_err();
        assert!(said.contains(why), "{more}: {said}");
    }
    assert!(play_with("", log, "fifo", 1).unwrap_err().contains("nothing arrives: write a table `[runs.NAME]`, or a `[trace]`"));
}

/// Whatever the bytes are: jobs, or a sentence. Never a panic, and never more than the rows that there are.
#[test]
fn any_bytes_are_read() {
    let mut rng = fastrand::Rng::with_seed(11);
    let noise = b"0123456789-+.e,;\"{}[]:\n\r\t \\nulNa\xff\x00\xe6\xb5\x8b";
    for round in 0..500 {
        let (format, log) = LOGS[round % LOGS.len()];
        let mut bytes = log.as_bytes().to_vec();
        for _ in 0..rng.usize(1..8) {
            if bytes.is_empty() {
                break;
            }
            let at = rng.usize(0..bytes.len());
            match rng.u8(0..4) {
                0 => bytes[at] = noise[rng.usize(0..noise.len())],
                1 => bytes.insert(at, noise[rng.usize(0..noise.len())]),
                2 => drop(bytes.remove(at)),
                _ => bytes.truncate(at + 1),
            }
        }
        if let Ok(document) = play(format, &bytes, BY_QUEUE, "fifo") {
            assert!(document.trace.unwrap().jobs <= bytes.len());
        }
    }
}

#[test]
fn a_line_without_end_is_one_bad_row() {
    let good = "1 0 0 9 1 -1 -1 1 -1 -1 1 1 1 -1 1 -1 -1 -1";
    for (format, head, good) in [
        ("csv", "submit,duration", "1,2"),
        ("swf", "; Computer: none", good),
        ("helios", "submit_time,duration,state", "2020-04-01 00:16:40,2,COMPLETED"),
        ("jsonl", "", "{\"submit\":1,\"duration\":2}"),
    ] {
        let mut log = format!("{head}\n").into_bytes();
        log.resize(8 << 20, b'7');
        log.extend(format!("\n{good}\n").bytes());
        let trace = play(format, &log, BY_QUEUE, "fifo").unwrap().trace.unwrap();
        let first = &trace.first_bad[0];
        assert_eq!((trace.jobs, trace.bad, first.line, &*first.why), (1, 1, 2, "the line has more than 65536 bytes"), "{format}");
    }
    let mut log = b"[{\"status\": \"".to_vec();
    log.resize(8 << 20, b'7');
    log.extend(b"\"}]");
    assert!(play("philly", &log, BY_QUEUE, "fifo").unwrap_err().contains("the job has more than 1048576 bytes"));
}

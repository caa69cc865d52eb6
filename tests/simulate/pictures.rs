//! What a page shows over time follows from what happened, and is as large as it is whatever the load.

use crate::pipeline;
use o11n::cli::driver::Planned;
use o11n::simulate::{Bar, Event, Explained, LeftOut, Picture, Pictures, Policy, Reel, Study, read_load};

fn planned(agents: u32, shards: u32) -> Planned {
    pipeline::planned(&format!(
        r#"
hardware cpu {{ label = "cpu" }}
cluster lab {{
  agent "cpu" {{ count = {agents}  label = "cpu" }}
  cloud "burst" {{ provides = [cpu]  max = 50  startup = 90s  idle = 10m }}
}}
pipeline p {{ hardware = cpu  stage a {{ substage x {{ shards = {shards}  run = "./x" }} }} }}
"#
    ))
}

fn pictures(planned: &Planned, load: &str, policies: &[&str]) -> Pictures {
    filmed(planned, load, None, policies, |study, reels| study.pictures(reels))
}

/// What is made of a week on film, perhaps with a log.
fn filmed<T>(planned: &Planned, load: &str, log: Option<&str>, policies: &[&str], then: impl Fn(&Study<'_>, &[Reel]) -> T) -> T {
    let plan = planned.plan.as_ref().unwrap();
    let load = read_load(load, plan).unwrap();
    let policies: Vec<Policy> = policies.iter().map(|name| load.policy(name).unwrap()).collect();
    let mut study = Study::new(plan, &planned.clusters[0], load).unwrap();
    if let Some(log) = log {
        study.read_log(&mut log.as_bytes()).unwrap();
    }
    let film = |policy: &Policy| study.film(policy, 0, &|_| true).unwrap().take_reel().unwrap();
    then(&study, &policies.iter().map(film).collect::<Vec<_>>())
}

/// So many agents with so many executors each; what the pipeline runs itself is one build.
fn agents(count: u32, executors: u32) -> Planned {
    pipeline::planned(&format!(
        r#"
hardware cpu {{ label = "cpu" }}
cluster lab {{ agent "cpu" {{ count = {count}  label = "cpu"  executors = {executors} }} }}
pipeline p {{ hardware = cpu  stage a {{ substage x {{ run = "./x" }} }} }}
"#
    ))
}

/// Under each line of a picture, hours.
fn hours(picture: &Picture, step: i64) -> (f64, f64) {
    let hours = |curve: &[f64]| (curve.iter().sum::<f64>() * step as f64 / 3_600.0).round() / 1_000.0;
    (hours(&picture.queue), picture.kinds.iter().map(|kind| hours(&kind.busy)).sum())
}

fn moments(explained: &Explained, attempt: usize) -> Vec<(f64, &Event)> {
    explained.attempts[attempt].moments.iter().map(|moment| (moment.at, &moment.event)).collect()
}

/// A queue lends its executor and takes it back fifty minutes later, for twenty.
const TAKEN_BACK: &str = "length = \"3h\"\n[takes]\n\"a/x\" = \"20m\"\n[runs.hot]\ndaily = [\"00:50\"]\n\
    [trace]\nfile = \"log\"\nformat = \"csv\"\n[policy.ours]\nis = \"kueue\"\n\
    quotas.hot.nominal.executors = 1\nquotas.trace.nominal.executors = 0\n";

#[test]
fn what_loses_its_executors_is_on_film() {
    let log = "submit,duration\n0,7200\n";
    filmed(&agents(1, 1), TAKEN_BACK, Some(log), &["ours"], |study, reels| {
        let pictures = study.pictures(reels);
        // It waits for the other's twenty minutes and then works for two hours, beside the fifty minutes that were lost.
        let picture = &pictures.policies[0];
        assert_eq!(hours(picture, pictures.step), (0.333, 3.167));
        let bars: Vec<_> = picture.lanes[0].lanes.iter().flatten().collect();
        let minutes = |bar: &&Bar| (bar.name.clone(), bar.started / 60_000, bar.ended / 60_000, bar.is_stopped);
        assert_eq!(
            bars.iter().map(minutes).collect::<Vec<_>>(),
            [("job #1".to_owned(), 0, 50, true), ("hot#1/a/x".to_owned(), 50, 70, false)]
        );
        let explanation = study.explain("job #1", reels).unwrap();
        let waits: Vec<f64> = explanation.policies[0].attempts.iter().map(|attempt| attempt.wait).collect();
        assert_eq!(waits, [0.0, 1_200.0]);
        assert_eq!(moments(&explanation.policies[0], 0).last(), Some(&(3_000.0, &Event::Lost)));
        let [asked, queued, .., ended] = &moments(&explanation.policies[0], 1)[..] else { panic!("{explanation:#?}") };
        assert_eq!((asked, ended), (&(3_000.0, &Event::Asked), &(11_400.0, &Event::Ended)));
        assert!(matches!(queued.1, Event::Queued { waiting: 0, free: 0, needs: 1, .. }), "{queued:?}");
        let explanation = study.explain("hot#1/a/x", reels).unwrap();
        let freed = moments(&explanation.policies[0], 0).into_iter().find(|(_, event)| matches!(event, Event::Freed { .. }));
        // It did not wait.
        assert_eq!(freed, None);
        let unknown = study.explain("job 1", reels).unwrap_err();
        assert!(unknown.ends_with("write one such as `job #1`, of the runs of `hot` and the jobs of the log"), "{unknown}");
    });
}

#[test]
fn what_has_several_executors_has_them_all_on_film() {
    let load = "[trace]\nfile = \"log\"\nformat = \"csv\"\nper_executor = 1\n";
    let log = "submit,duration,width\n0,1800,3\n60,600,4\n120,60,1\n";
    filmed(&agents(2, 2), load, Some(log), &["fifo", "jenkins+burst"], |study, reels| {
        let pictures = study.pictures(reels);
        let picture = &pictures.policies[0];
        let busy = (3.0 * 1_800.0 + 4.0 * 600.0 + 60.0) / 3_600.0;
        assert!((hours(picture, pictures.step).1 - busy).abs() < 0.001, "{:?}", hours(picture, pictures.step));
        let bars = |name: &str| {
            picture.lanes.iter().flat_map(|machine| machine.lanes.iter().flatten()).filter(|bar| bar.name == name).count()
        };
        assert_eq!(["job #1", "job #2", "job #3"].map(bars), [3, 4, 1]);
        let explanation = study.explain("job #2", reels).unwrap();
        let moments = moments(&explanation.policies[0], 0);
        assert_eq!(
            moments[1].1,
            &Event::Queued { needs: 4, waiting: 0, free: 1, starting: 0, had_their_start: false },
            "{moments:#?}"
        );
        let started = moments.iter().find(|(_, event)| matches!(event, Event::Started { .. })).unwrap();
        assert!(matches!(started, (1_800.0, Event::Started { others: 1, .. })), "{started:?}");
        assert!(
            moments.iter().any(|(_, event)| matches!(event, Event::Freed { build, .. } if build == "job #1")),
            "{moments:#?}"
        );
    });
}

/// One by one, and then all others together.
#[test]
fn all_machines_that_are_asked_for_are_told_of() {
    let cloud = r#"
hardware cpu { label = "cpu" }
cluster lab { cloud "pod" { provides = [cpu]  max = 50  startup = 10m } }
pipeline p { hardware = cpu  stage a { substage x { run = "./x" } } }
"#;
    let load = "[trace]\nfile = \"log\"\nformat = \"csv\"\n";
    let log: String = (0..30).map(|at| format!("{},60\n", at * 10)).collect();
    filmed(&pipeline::planned(cloud), load, Some(&format!("submit,duration\n{log}")), &["fifo"], |study, reels| {
        let explanation = study.explain("job #1", reels).unwrap();
        let asked = |event: &Event| match event {
            Event::Requested { machines } | Event::MoreRequested { machines } => Some(*machines),
            _ => None,
        };
        let asked: Vec<usize> = explanation.policies[0].attempts[0].moments.iter().filter_map(|one| asked(&one.event)).collect();
        assert_eq!(asked, [[1; 10].as_slice(), &[20]].concat());
    });
}

#[test]
fn kinds_that_are_not_drawn_are_counted() {
    let agents: String = (0..15).map(|at| format!("  agent \"a{at}\" {{ label = \"cpu\" }}\n")).collect();
    let text = format!(
        "hardware cpu {{ label = \"cpu\" }}\ncluster lab {{\n{agents}}}\n\
         pipeline p {{ hardware = cpu  stage a {{ substage x {{ shards = 15  run = \"./x\" }} }} }}\n"
    );
    let pictures = pictures(&pipeline::planned(&text), MORNING, &["fifo"]);
    assert_eq!((pictures.kinds_left_out, pictures.policies[0].kinds.len()), (3, 12));
}

#[test]
fn what_an_hour_has_no_room_for_is_counted() {
    let load = "[trace]\nfile = \"log\"\nformat = \"csv\"\n";
    let log = |count: usize, each: usize| -> String {
        std::iter::once("submit,duration\n".to_owned()).chain((0..count).map(|at| format!("{},1\n", at * each / 10))).collect()
    };
    let left_out = |planned: &Planned, log: &str| {
        filmed(planned, load, Some(log), &["fifo"], |study, reels| study.pictures(reels).policies[0].left_out)
    };
    assert_eq!(left_out(&agents(1, 4), &log(4_810, 7)), LeftOut { builds: 10, ..LeftOut::default() });
    let pods = r#"
hardware cpu { label = "cpu" }
cluster lab { cloud "pod" { provides = [cpu]  max = 1  startup = 5s } }
pipeline p { hardware = cpu  stage a { substage x { run = "./x" } } }
"#;
    assert_eq!(left_out(&pipeline::planned(pods), &log(100, 300)), LeftOut { starts: 40, ..LeftOut::default() });
}

const MORNING: &str = "length = \"1d\"\n[takes]\n\"a/*\" = \"1h\"\n[runs.morning]\ndaily = [\"05:00\"]\n";

#[test]
fn jenkins_asks_for_nothing_while_the_average_of_free_executors_falls() {
    // The table of the guide: after n idle executors fill up.
    for (idle, samples) in [(1, 22), (2, 29), (5, 38), (10, 44), (20, 51)] {
        let pictures = pictures(&planned(idle, idle + 4), MORNING, &["jenkins+burst", "fifo"]);
        let stretch = pictures.stretch.unwrap();
        assert!((stretch.average - idle as f32).abs() < 0.01, "{idle}: {}", stretch.average);
        assert_eq!((stretch.predicted(), stretch.samples), (Some(samples), Some(samples)), "{idle}");
        // The run is noticed five seconds after five; the last sample falls on a multiple of ten seconds.
        assert_eq!((stretch.from, stretch.until - stretch.from), (18_005_000, i64::from(samples) * 10_000 - 5_000), "{idle}");
        let [jenkins, fifo] = &stretch.lines[..] else { panic!("{stretch:#?}") };
        assert_eq!(
            (jenkins.queue.iter().map(|(_, queue)| *queue).max(), jenkins.requests.first()),
            (Some(4), Some(&stretch.until))
        );
        assert_eq!((fifo.policy.as_str(), fifo.requests.first()), ("fifo", Some(&18_000_000)));
    }
}

/// What the other policy asks for at another time is the same build, and what it asks for in that time may be none of them.
#[test]
fn the_same_builds_are_beside_each_other() {
    let text = r#"
hardware cpu { label = "cpu" }
cluster lab { agent "cpu" { count = 5  label = "cpu" }  cloud "burst" { provides = [cpu]  max = 50  startup = 90s  idle = 10m } }
pipeline p {
  hardware = cpu
  stage a { substage x { shards = 9  run = "./x" } }
  stage b { substage y { shards = 30  run = "./y" } }
}
"#;
    let load = "length = \"1d\"\n[takes]\n\"a/*\" = \"1h\"\n\"b/*\" = \"10m\"\n[runs.morning]\ndaily = [\"05:00\"]\n";
    let stretch = pictures(&pipeline::planned(text), load, &["jenkins+burst", "fifo"]).stretch.unwrap();
    let [jenkins, fifo] = &stretch.lines[..] else { panic!("{stretch:#?}") };
    assert!(jenkins.builds > 0);
    assert_eq!(jenkins.builds, fifo.builds, "{stretch:#?}");
    assert!(fifo.wait < jenkins.wait, "{} {}", fifo.wait, jenkins.wait);
}

#[test]
fn curves_have_the_area_of_what_happened() {
    let Pictures { step, count, window, policies, .. } = pictures(&planned(3, 8), MORNING, &["jenkins", "fifo"]);
    assert_eq!(window, (18_000_000, 21_600_000));
    for picture in policies {
        let hours = |curve: &[f64]| curve.iter().sum::<f64>() * step as f64 / 3_600_000.0;
        let busy: f64 = picture.kinds.iter().map(|kind| hours(&kind.busy)).sum();
        assert!((busy - 8.0).abs() < 1e-9, "{busy}");
        let waited = picture.waits[0].1.iter().chain(&picture.waits[1].1).flatten().sum::<f64>() * 8.0 / 3_600_000.0;
        // Jenkins' five seconds before the queue is looked at are no time in it.
        let queued = hours(&picture.queue);
        assert!(queued <= waited + 1e-9 && waited - queued <= 8.0 * 5.0 / 3_600.0 + 1e-9, "{queued} {waited}");
        assert_eq!(picture.waits.iter().map(|(_, waits)| waits.len()).collect::<Vec<_>>(), [count; 3]);
        let bars: Vec<_> = picture.lanes.iter().flat_map(|machine| machine.lanes.iter().flatten()).collect();
        assert_eq!(bars.len(), 8, "all start in the hour");
        assert!(bars.iter().any(|bar| bar.name == "morning#1/a/x-3of8"), "{bars:#?}");
    }
}

#[test]
fn policies_are_compared_build_by_build() {
    let against = &pictures(&planned(3, 8), MORNING, &["jenkins", "fifo", "jenkins"]).policies;
    let counts = |policy: usize| -> (usize, usize, usize) {
        let sum = |count: fn(&o11n::simulate::Against) -> usize| against[policy].against.iter().map(count).sum();
        (sum(|one| one.shorter), sum(|one| one.same), sum(|one| one.longer))
    };
    assert_eq!((counts(0), counts(2)), ((0, 0, 0), (0, 8, 0)));
    assert_eq!(counts(1).0 + counts(1).1, 8, "none waits longer");
    assert!(counts(1).0 >= 5, "{:?}", counts(1));
}

#[test]
fn a_long_load_makes_no_longer_curves() {
    let load = |days: u32| MORNING.replace("1d", &format!("{days}d"));
    for days in [1, 30, 360] {
        let Pictures { count, policies, .. } = pictures(&planned(2, 3), &load(days), &["fifo"]);
        assert!((60..=240).contains(&count) || days == 1, "{days}: {count}");
        assert_eq!(policies[0].queue.len(), count);
    }
}

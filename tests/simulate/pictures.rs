//! What a page shows over time follows from what happened, and is as large as it is whatever the load.

use crate::pipeline;
use o11n::cli::driver::Planned;
use o11n::simulate::{Pictures, Policy, Study, read_load};

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
    let plan = planned.plan.as_ref().unwrap();
    let study = Study::new(plan, &planned.clusters[0], read_load(load, plan).unwrap()).unwrap();
    let film = |name: &&str| study.film(&Policy::parse(name).unwrap(), 0, &|_| true).unwrap().take_reel().unwrap();
    study.pictures(&policies.iter().map(film).collect::<Vec<_>>())
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

//! How long things are taken to last, by what they took before.

use crate::pipeline::planned;
use o11n::machine::Outcome::{self, Cancelled, Failed, Succeeded, TimedOut, Unstable};
use o11n::simulate::{History, Predicts, Study, read_load};

/// What is thought after attempts one after the other.
fn after(predicts: Predicts, attempts: &[(i64, Outcome)]) -> i64 {
    let mut history = History::new(predicts);
    for (took, outcome) in attempts {
        history.begin(7);
        history.end(7, *took, *outcome);
    }
    history.estimate()
}

#[test]
fn the_last_two_are_averaged() {
    let of = |count: usize| after(Predicts::LastTwo, &[(10, Succeeded), (20, Failed), (40, Succeeded)][..count]);
    assert_eq!([0, 1, 2, 3].map(of), [0, 10, 15, 30]);
}

/// What Jenkins' estimate goes by: up to three builds.
pub(crate) fn jenkins() -> [i64; 6] {
    let of = |attempts: &[(i64, Outcome)]| after(Predicts::Jenkins, attempts);
    let failed = [(10, Failed); 6];
    [
        of(&[]),
        // The newest that passed, the other that did, and the one that failed as there are no three.
        of(&[(60, Succeeded), (10, Failed), (90, Unstable)]),
        // Three that passed leave the one that failed out.
        of(&[(30, Succeeded), (60, Succeeded), (10, Failed), (90, Succeeded)]),
        // The newest that passed counts however old it is, and others only among the last six.
        of(&[&[(400, Succeeded), (100, Succeeded)][..], &failed].concat()),
        of(&[&[(400, Succeeded), (100, Succeeded)][..], &failed[..4]].concat()),
        // What was cut short does not count.
        of(&[(100, Succeeded), (5, Cancelled), (7, TimedOut)]),
    ]
}

#[test]
fn jenkins_averages_three_builds() {
    assert_eq!(jenkins(), [0, 53, 60, 40, 170, 100]);
    let mut history = History::new(Predicts::Jenkins);
    history.begin(1);
    history.begin(2);
    history.end(2, 40, Succeeded);
    history.end(1, 100, Succeeded);
    // Six that run since then leave only the newest that passed, which is the one that began last.
    assert_eq!(history.estimate(), 70);
    (3..9).for_each(|ticket| history.begin(ticket));
    assert_eq!(history.estimate(), 40);
    // One that began anew is over as the later one.
    history.begin(3);
    history.end(3, 20, Succeeded);
    assert_eq!(history.estimate(), 20);
}

#[test]
fn a_quantile_is_of_the_last_hundred() {
    let of =
        |share: f64, count: i64| after(Predicts::Quantile(share), &(1..=count).map(|took| (took, Succeeded)).collect::<Vec<_>>());
    assert_eq!([of(0.9, 0), of(0.9, 1), of(0.9, 10), of(0.5, 10), of(0.9, 200)], [0, 1, 9, 5, 190]);
}

/// Two jobs wait for the third to end; who of them is first is a matter of how long they are thought to take.
#[test]
fn a_policy_says_how_it_predicts() {
    let text = "hardware cpu { label = \"cpu\" }\ncluster c { agent \"a\" { label = \"cpu\" } }\n\
                pipeline p { hardware = cpu  stage s { substage x { run = \"x\" } } }";
    let planned = planned(text);
    let plan = planned.plan.as_ref().unwrap();
    let log = "submit,job,duration\n0,a,10\n100,a,100\n300,a,100\n500,b,80\n1000,c,500\n1001,a,30\n1002,b,40\n";
    let waits = |predicts: &str| {
        let load = format!(
            "[trace]\nfile = \"log.csv\"\nformat = \"csv\"\nmode = \"cpu\"\n[policy.mine]\nis = \"shortest\"\npredicts = \"{predicts}\""
        );
        let load = read_load(&load, plan).map_err(|problems| problems[0].message.clone())?;
        let policy = load.policy("mine").unwrap();
        let mut study = Study::new(plan, &planned.clusters[0], load).unwrap();
        study.read_log(&mut log.as_bytes()).unwrap();
        let week = study.play(&policy, 0, &|_| true).unwrap();
        let figures = study.document(1, vec![vec![week]]).policies.swap_remove(0);
        Ok::<i64, String>((figures.groups[0].wait.mean * 7.0).round() as i64)
    };
    // `a` is thought to take 100, 70, 10 or 100 seconds, and `b` 80.
    let [a_first, b_first] = [499 + 528, 498 + 539];
    let found = ["last-two", "jenkins", "p20", "p50"].map(|predicts| waits(predicts).unwrap());
    assert_eq!(found, [b_first, a_first, a_first, b_first]);
    for wrong in ["mean", "p0", "p100", "p", "90"] {
        let why = waits(wrong).unwrap_err();
        assert!(why.contains(&format!("a quantile such as `p90`, not `{wrong}`")), "{why}");
    }
}

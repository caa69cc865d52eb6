//! The smallest cluster that reaches a goal: goals as they are written, and the search.

use o11n::simulate::{Figures, Goal, GroupFigures, PolicySweep, Range, Try, search};

#[test]
fn a_goal_that_is_none_is_told_what_would_be_one() {
    for goal in [
        "p95(wait, class=small) < 5m",
        " p95( wait , class = small )<5m and mean(slowdown) <= 1.5 and cost<100",
        "longest(wait) < 1h30m",
        "p50(wait, mode=gpu) >= 0s",
        "p99(run, source=push) < 2h",
        "busy > 60 %",
        "wasted < 0.5",
    ] {
        assert!(Goal::parse(goal).is_ok(), "{goal}: {:?}", Goal::parse(goal));
    }
    for (goal, why) in [
        ("", "`` compares nothing: write a goal such as `p95(wait, class=small) < 5m`"),
        ("p95(wait)", "compares nothing"),
        ("p95(wait) < 5", "`5` of `p95(wait) < 5` is not a duration such as `5m`"),
        ("mean(slowdown) < 5m", "`5m` of `mean(slowdown) < 5m` is not a number"),
        ("cost < nan", "is not a number"),
        ("busy > lots", "is not a part such as `60 %`"),
        ("p96(wait) < 5m", "`p96` is no measure: there are mean, p50, p95, p99, longest"),
        ("p95(wiat) < 5m", "`wiat` is no figure of many: there are wait, slowdown, run; did you mean `wait`?"),
        ("p95(wait, class=smal) < 5m", "`smal` is no class of builds: there are all, small, big, urgent; did you mean `small`?"),
        ("p95(wait, clas=small) < 5m", "`clas` is no key: there are class, mode; did you mean `class`?"),
        ("p95(wait, small) < 5m", "`small` is no `KEY=VALUE`"),
        ("p95(wait, class=small, mode=gpu) < 5m", "of one `class` or of one `mode`, not of both"),
        ("p95(wait < 5m", "`p95(wait` lacks its `)`"),
        ("p95(run) < 5m", "does not say whose runs: write `p95(run, source=NAME)`"),
        ("longest(run, source=a) < 5m", "of runs there are mean, p50, p95 and p99"),
        ("p95(slowdown) < 5", "of slowdowns there is only the mean"),
        ("costs < 5", "`costs` is no figure: there are cost, busy, wasted; did you mean `cost`?"),
        ("cost < 5 and", "`5 and` of `cost < 5 and` is not a number"),
    ] {
        let said = Goal::parse(goal);
        assert!(said.as_ref().is_err_and(|said| said.contains(why)), "{goal}: {said:?}");
    }
}

#[test]
fn a_range_that_is_none_is_refused() {
    assert_eq!(Range::parse("gpu=4..64"), Ok(Range { name: "gpu".into(), from: 4, to: 64 }));
    for text in ["gpu", "gpu=4", "gpu=4..", "gpu=0..4", "gpu=1..99999999999", "gpu=a..b", ""] {
        assert!(Range::parse(text).unwrap_err().contains("write one such as `gpu=4..64`"), "{text}");
    }
    assert!(Range::parse("gpu=5..4").unwrap_err().contains("begins behind its end"));
}

/// Searches from 1 to 64, and asks for nothing twice.
fn searched(reaches: impl Fn(u32) -> bool) -> PolicySweep {
    let mut asked = Vec::new();
    let range = Range { name: "gpu".into(), from: 1, to: 64 };
    let attempt = |machines| -> Result<Option<Try>, ()> {
        assert!(!asked.contains(&machines), "{machines} again");
        assert!((1..=64).contains(&machines));
        asked.push(machines);
        Ok(Some(Try { machines, values: vec![], unfinished: 0, cost: 0.0, utilization: 0.0, reached: reaches(machines) }))
    };
    search("fifo", &range, attempt).unwrap()
}

#[test]
fn the_search_finds_the_smallest_of_all() {
    for least in 1..=64 {
        let found = searched(|machines| machines >= least);
        assert_eq!((found.smallest, found.is_uneven), (Some(least), false), "{least}");
        assert!(found.tried.len() <= 12, "{} tries for {least}", found.tried.len());
        assert!(found.tried.is_sorted_by_key(|one| one.machines));
    }
    let none = searched(|_| false);
    assert_eq!((none.smallest, none.tried.len()), (None, 7));
}

/// A goal such as `cost < 50` is reached by few machines, and one of several conditions by no more than some.
#[test]
fn what_only_few_machines_reach_is_found() {
    for most in 1..64 {
        let found = searched(|machines| machines <= most);
        assert_eq!((found.smallest, found.is_uneven), (Some(1), true), "{most}");
    }
    for least in 2..=32 {
        let found = searched(|machines| (least..2 * least).contains(&machines));
        assert_eq!((found.smallest, found.is_uneven), (Some(least), true), "{least}");
    }
}

/// Those that gave up waiting are nobody's wait. Few of them change little, but for the longest.
#[test]
fn what_gave_up_waiting_is_tolerated_in_thousandths() {
    let group =
        |group: &str, builds, out_of_time| GroupFigures { group: group.into(), builds, out_of_time, ..GroupFigures::default() };
    let figures = Figures {
        groups: vec![group("all", 12_999, 12), group("small", 2_999, 3), group("urgent", 0, 0)],
        modes: vec![group("gpu", 0, 9)],
        ..Figures::default()
    };
    let unfinished = |goal: &str| Try::of(1, &figures, &Goal::parse(goal).unwrap()).unwrap().unfinished;
    for (goal, expected) in [
        ("p95(wait) < 1m", 0),
        ("mean(slowdown) < 2 and cost < 5", 0),
        ("longest(wait) < 1m", 12),
        ("p50(wait, class=small) < 1m", 3),
        ("p50(wait, class=urgent) < 1m and cost < 5", 0),
        ("p50(wait, mode=gpu) < 1m", 9),
    ] {
        assert_eq!(unfinished(goal), expected, "{goal}");
    }
}

#[test]
fn an_uneven_answer_is_told() {
    // Whatever lies right below the one that just misses, or right above the one that just reaches it, is looked at.
    let found = searched(|machines| machines >= 20 || machines == 18);
    assert_eq!((found.smallest, found.is_uneven), (Some(18), true));
    let found = searched(|machines| machines >= 20 && machines != 21);
    assert_eq!((found.smallest, found.is_uneven), (Some(20), true));
}

#[test]
fn an_interrupted_search_tells_what_it_has() {
    let range = Range { name: "gpu".into(), from: 1, to: 64 };
    let attempt = |machines| -> Result<Option<Try>, ()> {
        let tried = Try { machines, values: vec![], unfinished: 0, cost: 0.0, utilization: 0.0, reached: machines > 10 };
        Ok((machines > 30 || machines == 1).then_some(tried))
    };
    let found = search("fifo", &range, attempt).unwrap();
    assert_eq!((found.smallest, found.tried.len()), (Some(32), 3));
}

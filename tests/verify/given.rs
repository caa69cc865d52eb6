//! What a property gives is so in every run, and the rest is free.

use o11n::sema::hir::FakeOutcome::{Exit, Lost, Succeeded, TimedOut};

use super::claims::{Given, broken_by_given, holds, holds_given, laws};

#[test]
fn a_list_is_followed_attempt_by_attempt() {
    let body = "stage s { substage a { retry { limit = 3 on = [lost, failed] } run = \"x\" } }";
    let lists: [(&[_], u32); 6] = [
        (&[Succeeded], 1),
        (&[Lost, Succeeded], 2),
        (&[Lost, Lost, TimedOut, Succeeded], 3),
        (&[Lost, Lost, Exit(1)], 4),
        (&[Exit(1)], 4),
        (&[Exit(1), Exit(2), Lost, Exit(1), Succeeded], 4),
    ];
    for (list, attempts) in lists {
        holds_given(body, &[("s/a", list)], &format!("\"s/a\" attempts = {attempts}"));
        broken_by_given(body, &[("s/a", list)], &format!("\"s/a\" attempts = {}", attempts + 1), &[]);
    }
}

#[test]
fn replicas_that_are_not_given_are_free() {
    let body = |copies: u32, need: u32| {
        format!("stage s {{ substage f {{ retry = 1 dispatch {{ copies = {copies} need = {need} }} run = \"x\" }} }}")
    };
    let passes: &[Given<'_>] = &[("s/f#1", &[Succeeded])];
    // One will do.
    holds_given(&body(2, 1), passes, "\"s/f\" = succeeded");
    broken_by_given(&body(2, 2), passes, "\"s/f\" = succeeded", &["s/f = exit(1)"]);
    // The others make up for what it does not do.
    broken_by_given(&body(2, 2), passes, "\"s/f\" attempts = 2 when succeeded(\"s\")", &["s/f = exit(1), succeeded"]);
    broken_by_given(&body(3, 3), passes, "\"s/f\" attempts = 3 when succeeded(\"s\")", &["s/f#2 = exit(1), succeeded"]);
}

#[test]
fn a_dispatch_is_unstable_only_where_a_replica_can_be() {
    let body = "stage s { substage f { dispatch { copies = 3 need = 2 } run = \"x\" } }";
    holds(body, "\"s/f\" = succeeded when succeeded(\"s\")");
}

#[test]
fn what_is_never_tried_again_keeps_the_law() {
    let body = "stage s { substage a { retry { limit = 0 on = [exit(0)] } run = \"x\" } }";
    assert!(laws(body, &[]).breaches.is_empty());
}

//! The machine keeps the ten rules: each test is named after a sentence of docs/reference/semantics.md.

mod play;

#[test]
fn a_run_shows_all_kinds_of_ends() {
    play::check(
        r#"
        stage build { parallel = 1
            substage a { run = "x" retry { limit = 1 delay = 30s } }
            substage b { run = "x" needs = ["build/a"] }
            substage d { run = "x" priority = high dispatch { copies = 3 need = 2 } }
        }
        stage test { substage t { run = "x" } }
        stage tell { when = always  substage m { run = "x" } }
        "#,
        "build/a = 1; build/d#1 = 3:10s; build/d#2=0:2m",
        r#"
        failed 5m30s
        build failed 0s..4m30s
          a failed Exit(1) | 2m..3m failed(1) 3m30s..4m30s failed(1)
          b skipped Need(SubstageRef { stage: 0, substage: 0 })
          d succeeded | failed: 0s..10s failed(3) | succeeded: 0s..2m succeeded(0) | succeeded: 0s..1m succeeded(0)
        test skipped
          t skipped When
        tell succeeded 4m30s..5m30s
          m succeeded | 4m30s..5m30s succeeded(0)
        "#,
    );
}

//! Moving averages, to the last bit: the values are those of Jenkins' own classes.

use o11n::simulate::jenkins::{MultiStage, TimeSeries, margin};

#[test]
fn a_constant_is_approached_by_a_tenth_of_what_is_left() {
    let expected: [(usize, f32); 7] =
        [(1, 0.100000024), (2, 0.19000004), (3, 0.27100006), (7, 0.52170324), (22, 0.901523), (50, 0.9948463), (100, 0.9999735)];
    for (updates, value) in expected {
        let mut series = TimeSeries::new(0.0, 0.9, 100);
        (0..updates).for_each(|_| series.update(1.0));
        assert_eq!(series.latest(), value, "after {updates} updates");
        // The hundredth update finds a hundred values and the first; the oldest goes.
        assert_eq!(series.history().len(), (updates + 1).min(100), "after {updates} updates");
    }
}

#[test]
fn the_latest_comes_first_and_the_oldest_goes() {
    let mut series = TimeSeries::new(10.0, 0.9, 3);
    let mut after = |sample| {
        series.update(sample);
        series.history().collect::<Vec<f32>>()
    };
    assert_eq!(after(100.0), [19.000002, 10.0]);
    after(0.0);
    assert_eq!(after(0.0), [15.39, 17.1, 19.000002]);
    assert_eq!(after(5.0), [14.351, 15.39, 17.1]);
}

#[test]
fn coarse_averages_take_every_sixth_and_every_360th_sample() {
    let mut series = MultiStage::new(0.0);
    (0..3000).for_each(|_| series.update(1.0));
    let lengths = [&series.seconds, &series.minutes, &series.hours].map(|stage| stage.history().len());
    assert_eq!(lengths, [2160, 501, 9]);
    assert_eq!(series.hours.latest(), 0.56953293);
}

#[test]
fn the_margin_shrinks_with_the_executors_online() {
    let expected: [(i32, f32); 8] =
        [(0, 0.5), (1, 0.3), (2, 0.2), (3, 0.15), (4, 0.125), (5, 0.112500004), (10, 0.10039063), (100, 0.1)];
    for (online, value) in expected {
        assert_eq!(margin(online), value, "{online} online");
    }
}

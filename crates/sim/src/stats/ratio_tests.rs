use super::*;

fn near(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-6 * b.abs().max(1.0), "{a} {b}");
}

#[test]
fn one_stratum_is_a_ratio_of_shares() {
    let mut strata = Strata::default();
    strata.add((30, 100), (10, 200));
    let Some(ratio) = strata.ratio() else { return assert_eq!(1, 0) };
    near(ratio.estimate, 6.0);
    // Both ends solve (A - r B)^2 = z^2 r D.
    let (a, b) = (30.0 * 200.0 / 300.0, 10.0 * 100.0 / 300.0);
    let d = (40.0 * 100.0 * 200.0 - 30.0 * 10.0 * 300.0) / 90_000.0;
    for end in [ratio.low, ratio.high] {
        near((a - end * b) * (a - end * b), Z_975 * Z_975 * end * d);
    }
    // Pearson's chi-square but for the n - 1 of Mantel's variance.
    near(strata.z(), two_shares_z((30, 100), (10, 200)) * (299.0_f64 / 300.0).sqrt());
}

#[test]
fn strata_that_say_nothing_change_nothing() {
    let mut strata = Strata::default();
    assert_eq!((strata.ratio(), strata.z()), (None, 0.0));
    for (with, without) in [((0, 5), (0, 9)), ((3, 5), (0, 0)), ((0, 0), (2, 2))] {
        strata.add(with, without);
    }
    assert_eq!(strata, Strata::default());
}

#[test]
fn nobody_on_one_side_still_bounds_the_ratio() {
    let mut none_without = Strata::default();
    none_without.add((9, 50), (0, 50));
    let mut none_with = Strata::default();
    none_with.add((0, 50), (9, 50));
    let (Some(up), Some(down)) = (none_without.ratio(), none_with.ratio()) else { return assert_eq!(1, 0) };
    assert_eq!((up.estimate, up.high, down.estimate, down.low), (f64::INFINITY, f64::INFINITY, 0.0, 0.0));
    assert!(up.low > 2.0 && up.low.is_finite(), "{up:?}");
    near(down.high, 1.0 / up.low);
}

#[test]
fn everybody_with_the_mark_still_leaves_the_ratio_open() {
    // Greenland and Robins' variance is nearly 0 here, and gives [1.91, 2.29]. The ends are Koopman's (1984) but for the
    // n / (n - 1) of Miettinen and Nurminen: found by minimising and bisecting, without their formula.
    let mut all = Strata::default();
    all.add((5, 5), (237, 495));
    let Some(ratio) = all.ratio() else { return assert_eq!(1, 0) };
    near(ratio.estimate, 495.0 / 237.0);
    assert!((ratio.low - 1.174_555).abs() < 1e-5 && (ratio.high - 2.298_480).abs() < 1e-5, "{ratio:?}");
    // It is symmetric in the two sides.
    let mut turned = Strata::default();
    turned.add((237, 495), (5, 5));
    let Some(turned) = turned.ratio() else { return assert_eq!(1, 0) };
    near(turned.low, 1.0 / ratio.high);
    near(turned.high, 1.0 / ratio.low);
    // Nobody on one side, and few.
    let mut none = Strata::default();
    none.add((0, 3), (40, 90));
    let Some(none) = none.ratio() else { return assert_eq!(1, 0) };
    assert!(none.low == 0.0 && none.high > 1.0 && none.high < 2.0, "{none:?}");
    let mut only = Strata::default();
    only.add((40, 90), (0, 3));
    let Some(only) = only.ratio() else { return assert_eq!(1, 0) };
    assert!(only.estimate.is_infinite() && only.high.is_infinite(), "{only:?}");
    near(only.low, 1.0 / none.high);
}

#[test]
fn rare_strata_have_exact_p_values() {
    // One of a thousand got there, and it is one of two with the mark: the normal distribution has 1e-110.
    let mut one = Strata::default();
    one.add((1, 2), (0, 998));
    near(one.p(), 0.002);
    assert!(two_sided(one.z()) < 1e-50);
    assert_eq!(compared_odds((1, 2), (0, 998)).1, one.p());
    let mut tea = Strata::default();
    tea.add((3, 4), (1, 4));
    near(tea.p(), 34.0 / 70.0);
    // Where many are expected it is Mantel's test, and both agree where they meet.
    let mut many = Strata::default();
    many.add((270, 500), (200, 500));
    assert!(many.variance < EXACT_BELOW && many.exact_p() == many.p(), "{many:?}");
    let mut more = Strata::default();
    more.add((540, 1000), (480, 1000));
    assert_eq!(more.p(), two_sided(more.z()));
    let ratio = more.exact_p() / more.p();
    assert!((0.8..1.25).contains(&ratio), "{ratio}");
    assert_eq!((Strata::default().p(), compared_odds((0, 5), (0, 9))), (1.0, (None, 1.0)));
}

/// Neither is without the other: below 0.05 is the p-value where 1 lies outside the interval, and there alone.
#[test]
fn intervals_and_p_values_do_not_contradict_each_other() {
    for (n1, n0) in [(1, 30), (5, 60), (20, 30), (90, 100)] {
        for a in 0..=n1 {
            for b in 0..=n0 {
                let (odds, p) = compared_odds((a, n1), (b, n0));
                assert!(
                    odds.is_none_or(|ratio| ratio.holds_one() == (p >= CHANCE)),
                    "{a} {n1} {b} {n0} {odds:?} {p}"
                );
                let mut strata = Strata::default();
                strata.add((a, n1), (b, n0));
                let (ratio, p) = strata.compared();
                assert!(
                    ratio.is_none_or(|r| r.holds_one() == (p >= CHANCE)),
                    "{a} {n1} {b} {n0} {ratio:?} {p}"
                );
                assert!(ratio.is_none_or(|r| r.low <= r.estimate && r.estimate <= r.high), "{ratio:?}");
            }
        }
    }
}

#[test]
fn odds_ratio_of_a_known_table() {
    // D. G. Altman's kind of example, by R: the ends of the score interval reject at exactly 1.96.
    let Some(ratio) = odds_ratio((30, 100), (10, 100)) else { return assert_eq!(1, 0) };
    near(ratio.estimate, (30.0 * 90.0) / (70.0 * 10.0));
    assert!(ratio.low > 1.7 && ratio.low < 1.9 && ratio.high > 8.0 && ratio.high < 8.5, "{ratio:?}");
    // Turned about it is the reciprocal.
    let Some(turned) = odds_ratio((10, 100), (30, 100)) else { return assert_eq!(1, 0) };
    near(turned.low, 1.0 / ratio.high);
    near(turned.high, 1.0 / ratio.low);
    let Some(never) = odds_ratio((0, 20), (5, 20)) else { return assert_eq!(1, 0) };
    assert!(never.estimate == 0.0 && never.low == 0.0 && never.high > 0.5 && never.high < 1.0, "{never:?}");
    let Some(only) = odds_ratio((5, 20), (0, 20)) else { return assert_eq!(1, 0) };
    assert_eq!((only.estimate, only.high), (f64::INFINITY, f64::INFINITY));
    near(only.low, 1.0 / never.high);
    assert_eq!(odds_ratio((0, 5), (0, 9)), None);
    assert_eq!(odds_ratio((5, 5), (9, 9)), None);
    assert_eq!(odds_ratio((0, 0), (3, 9)), None);
}

#[test]
fn the_interval_of_odds_holds_one_where_the_test_does_not_reject() {
    for a in 0..=20_u64 {
        for b in 0..=30_u64 {
            let Some(ratio) = odds_ratio((a, 20), (b, 30)) else { continue };
            let z = two_shares_z((a, 20), (b, 30)).abs();
            assert_eq!(ratio.holds_one(), z <= Z_975, "{a} {b} {z} {ratio:?}");
        }
    }
}

#[test]
fn holm_of_a_known_example() {
    // R's p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm").
    let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
    for (found, expected) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
        near(*found, expected);
    }
    assert_eq!(holm(&[]), Vec::<f64>::new());
    assert_eq!(holm(&[0.9, 0.8]), vec![1.0, 1.0]);
    near(two_sided(1.959_963_984_540_054), 0.05);
}

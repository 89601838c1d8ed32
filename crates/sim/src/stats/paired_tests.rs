use super::{PairedMoments, PairedTable, mean_interval, newcombe, student_975, tango, tango_statistic};
use crate::stats::Moments;
use crate::stats::interval::Z_975;

/// The log-likelihood of a table of pairs, up to a constant.
fn likelihood(b: f64, c: f64, n: f64, to_yes: f64, to_no: f64) -> f64 {
    let term = |count: f64, p: f64| if count == 0.0 { 0.0 } else { count * p.ln() };
    term(b, to_yes) + term(c, to_no) + term(n - b - c, 1.0 - to_yes - to_no)
}

/// The score statistic by the most likely table that a search finds.
fn searched(b: f64, c: f64, n: f64, difference: f64) -> f64 {
    let (mut low, mut high) = ((-difference).max(0.0), (1.0 - difference) / 2.0);
    for _ in 0..200 {
        let (x, y) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        let at = |to_no: f64| likelihood(b, c, n, to_no + difference, to_no);
        if at(x) < at(y) { low = x } else { high = y }
    }
    let to_no = 0.5 * (low + high);
    (b - c - n * difference) / (n * (2.0 * to_no + difference - difference * difference)).sqrt()
}

#[test]
fn both_ends_lie_1_96_from_the_most_likely_table() {
    for (b, c, n) in [
        (7, 1, 21),
        (1, 7, 21),
        (60, 1812, 10_000),
        (3, 0, 40),
        (0, 2, 1000),
        (12, 12, 50),
        (30, 19, 49),
        (1, 0, 1),
    ] {
        let ends = tango(b, c, n).map(|d| (d.low, d.high)).unwrap_or_default();
        let (x, y, pairs) = (b as f64, c as f64, n as f64);
        for (end, expected) in [(ends.0, Z_975), (ends.1, -Z_975)] {
            if end.abs() == 1.0 {
                continue;
            }
            let (by_formula, by_search) = (tango_statistic(x, y, pairs, end), searched(x, y, pairs, end));
            assert!((by_formula - expected).abs() < 1e-9, "{b} {c} {n}: {end} gives {by_formula}");
            assert!((by_search - expected).abs() < 1e-5, "{b} {c} {n}: {end} gives {by_search}");
        }
        let mirrored = tango(c, b, n).map(|d| (-d.high, -d.low)).unwrap_or_default();
        assert!((mirrored.0 - ends.0).abs() < 1e-15 && (mirrored.1 - ends.1).abs() < 1e-15);
    }
}

#[test]
fn tango_agrees_with_what_is_published_and_with_its_closed_form() {
    // Airway hyper-responsiveness before and after transplantation: M. W. Fagerland, S. Lydersen and P. Laake (2014),
    // "Recommended tests and confidence intervals for paired binomial proportions".
    let ends = tango(1, 7, 21).map(|d| (d.low, d.high)).unwrap_or_default();
    assert_eq!((format!("{:.3}", ends.0), format!("{:.3}", ends.1)), ("-0.517".into(), "-0.026".into()));
    // Where no pair flips: z^2 / (n + z^2) to either side.
    for n in [1, 64, 10_000, 1 << 40] {
        let z2 = Z_975 * Z_975;
        let ends = tango(0, 0, n).map(|d| (d.low, d.high)).unwrap_or_default();
        let expected = z2 / (n as f64 + z2);
        assert!((ends.1 / expected - 1.0).abs() < 1e-6 && (ends.0 + ends.1).abs() < 1e-15, "{n} {ends:?}");
    }
    assert_eq!(tango(0, 0, 0), None);
    assert_eq!(tango(5, 0, 5).map(|d| (d.estimate, d.high, d.low > 0.0)), Some((1.0, 1.0, true)));
    assert_eq!(tango(0, 5, 5).map(|d| (d.estimate, d.low, d.high < 0.0)), Some((-1.0, -1.0, true)));
}

#[test]
fn newcombe_agrees_with_what_is_published() {
    // R. G. Newcombe (1998), table II, case (a): 56/70 - 48/80, method 10.
    let ends = newcombe((48, 80), (56, 70)).map(|d| (d.low, d.high)).unwrap_or_default();
    assert_eq!((format!("{:.4}", ends.0), format!("{:.4}", ends.1)), ("0.0524".into(), "0.3339".into()));
    assert_eq!(newcombe((0, 0), (1, 2)), None);
}

#[test]
fn student_has_his_quantiles() {
    // With one and two degrees of freedom there are closed forms.
    assert!((student_975(1.0) - (std::f64::consts::PI * 0.475).tan()).abs() < 1e-9);
    assert!((student_975(2.0) - 0.95 * (2.0_f64 / (1.0 - 0.95 * 0.95)).sqrt()).abs() < 1e-12);
    assert!((student_975(10.0) - 2.228_138_852).abs() < 1e-9);
    assert!((student_975(30.0) - 2.042_272_456).abs() < 1e-9);
    for freedom in [1e4_f64, 1e6, 1e9, 1e12] {
        let near = Z_975 + (Z_975.powi(3) + Z_975) / (4.0 * freedom);
        assert!((student_975(freedom) - near).abs() < 1e-7, "{freedom}");
    }
}

#[test]
fn a_table_counts_by_both_answers() {
    let mut table = PairedTable::new();
    // Eight lanes, of which seven are live; where they count, and where yes.
    table.add_lanes(0b0111_1111, (0b0011_1111, 0b0000_0111), (0b1111_1110, 0b0010_1010));
    assert_eq!(table.baseline(), (3, 6));
    assert_eq!(table.variant(), (3, 6));
    assert_eq!((table.in_both(), table.flipped_to_yes(), table.flipped_to_no()), (5, 2, 1));
    let mut one_by_one = PairedTable::new();
    for (b, v) in [
        (Some(true), None),
        (Some(true), Some(true)),
        (Some(true), Some(false)),
        (Some(false), Some(true)),
        (Some(false), Some(false)),
        (Some(false), Some(true)),
        (None, Some(false)),
    ] {
        one_by_one.add(b, v, 1);
    }
    assert_eq!(table, one_by_one);
    let mut twice = table;
    twice.merge(&table);
    assert_eq!(twice.baseline(), (6, 12));
}

#[test]
fn conditional_shares_have_a_width_and_stay_in_range() {
    let mut table = PairedTable::new();
    table.add(None, None, 900);
    table.add(None, Some(false), 1);
    table.add(Some(false), Some(false), 99);
    let difference = table.difference();
    assert!(difference.is_some_and(|d| d.estimate == 0.0 && d.low < 0.0 && d.high > 0.0), "{difference:?}");
    let mut table = PairedTable::new();
    table.add(Some(true), None, 2);
    table.add(None, Some(false), 2);
    assert_eq!(table.difference().map(|d| (d.estimate, d.low)), Some((-1.0, -1.0)));
    let mut table = PairedTable::new();
    table.add(Some(true), None, 2);
    assert_eq!(table.difference(), None);
    assert_eq!(PairedTable::new().difference(), None);
}

#[test]
fn merged_means_have_the_same_bits() {
    let values = |i: u32| f64::from(i.wrapping_mul(2_654_435_761) >> 8) / 1e5;
    let (mut all, mut parts) = (PairedMoments::new(), [PairedMoments::new(), PairedMoments::new()]);
    for i in 0..500 {
        let (b, v) = ((i % 7 != 0).then(|| values(i)), (i % 5 != 0).then(|| values(i) + values(i + 9)));
        all.add(b, v);
        parts[(i % 3 == 0) as usize].add(b, v);
    }
    let [mut merged, other] = parts;
    merged.merge(&other);
    assert_eq!(merged, all);
    assert_eq!(merged.difference(), all.difference());
    assert!(all.difference().is_some_and(|d| d.low < d.estimate && d.estimate < d.high));
}

/// The variance by the sum over trials of the linear terms that the formula stands for.
#[test]
fn the_variance_of_ratios_is_that_of_their_linear_terms() {
    let pair = |i: u32| {
        let (x, y) = (f64::from(i * 37 % 101), f64::from(i * 53 % 89));
        ((i % 3 == 1).then_some(x), (i % 4 != 2).then_some(x + 0.5 * y))
    };
    let (mut moments, mut arms) = (PairedMoments::new(), [Moments::new(), Moments::new()]);
    for (b, v) in (0..300).map(pair) {
        moments.add(b, v);
        b.iter().for_each(|&b| arms[0].add(b));
        v.iter().for_each(|&v| arms[1].add(v));
    }
    let [b, v] = &arms;
    let term =
        |value: Option<f64>, arm: &Moments| value.map_or(0.0, |x| (x - arm.mean()) / arm.count() as f64);
    let variance: f64 = (0..300).map(pair).map(|(x, y)| (term(y, v) - term(x, b)).powi(2)).sum();
    let least = b.count().min(v.count()) as f64;
    let half = student_975(least - 1.0) * (variance * least / (least - 1.0)).sqrt();
    let found = moments.difference().map(|d| (d.estimate, 0.5 * d.width())).unwrap_or_default();
    assert!((found.0 - (v.mean() - b.mean())).abs() < 1e-12);
    assert!((found.1 / half - 1.0).abs() < 1e-12, "{} {half}", found.1);
}

/// Where one run alone has trials that the other does not count, the means of all that count are compared.
#[test]
fn trials_that_one_run_alone_counts_are_in_its_mean() {
    let mut moments = PairedMoments::new();
    for (baseline, variant) in [(Some(0.0), Some(1.0)), (Some(2.0), Some(5.0)), (Some(10.0), None)] {
        moments.add(baseline, variant);
    }
    assert_eq!(moments.difference().map(|difference| difference.estimate), Some(3.0 - 4.0));
}

#[test]
fn one_trial_has_no_interval() {
    let mut moments = PairedMoments::new();
    moments.add(Some(1.0), Some(2.0));
    assert_eq!((moments.difference(), mean_interval(&moments.baseline())), (None, None));
    moments.add(Some(2.0), Some(3.0));
    // Two that are alike say nothing of what is rare.
    let alike = moments.difference().map(|d| (d.estimate, d.ends(), d.width(), d.holds_zero()));
    assert_eq!(alike, Some((1.0, None, f64::INFINITY, true)));
    moments.add(Some(2.0), Some(3.5));
    assert!(moments.difference().is_some_and(|d| d.ends() == Some((d.low, d.high)) && d.width() < 2.0));
    assert_eq!((moments.higher(), moments.lower()), (3, 0));
}

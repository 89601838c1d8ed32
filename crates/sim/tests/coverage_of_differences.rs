//! The intervals of a comparison hold the truth as often as they say, and those of a wrong method do not.
//!
//! Seeded: every figure is the same in every run. A coverage of 4,000 samples has a standard error of 0.34 points.

use cordiale_sim::random::Stream;
use cordiale_sim::stats::{
    Difference, Moments, PairedMoments, PairedTable, mean_interval, newcombe, tango, wilson,
};

const SAMPLES: u32 = 4000;

/// Uniform draws for one sample.
fn uniforms(stream: &Stream, sample: u32, count: usize) -> Vec<f64> {
    let mut words = [0; 64];
    let mut uniforms = Vec::with_capacity(count + 64);
    for block in 0..count.div_ceil(64) {
        stream.fill_words(sample, 64 * block as u64, &mut words);
        uniforms.extend(words.iter().map(|&word| (f64::from(word) + 0.5) / 4_294_967_296.0));
    }
    uniforms.truncate(count);
    uniforms
}

/// Answers of baseline and variant, with their chance.
type Cell = (f64, Option<bool>, Option<bool>);

fn table(uniforms: &[f64], cells: &[Cell]) -> PairedTable {
    let mut table = PairedTable::new();
    for &u in uniforms {
        let mut below = 0.0;
        let cell = cells.iter().find(|(chance, ..)| {
            below += chance;
            u < below
        });
        if let Some((_, b, v)) = cell.or(cells.last()) {
            table.add(*b, *v, 1);
        }
    }
    table
}

/// In what share of samples an interval holds the truth.
fn coverage(truth: f64, interval: impl Fn(u32) -> Option<Difference>) -> f64 {
    let held =
        (0..SAMPLES).filter(|&sample| interval(sample).is_some_and(|d| d.low <= truth && truth <= d.high));
    held.count() as f64 / f64::from(SAMPLES)
}

fn keeps_its_level(what: &str, coverage: f64) {
    assert!((0.93..=0.97).contains(&coverage), "{what}: {coverage}");
}

fn misses_its_level(what: &str, coverage: f64) {
    assert!(!(0.93..=0.97).contains(&coverage), "{what}: {coverage}");
}

fn pairs(to_yes: f64, to_no: f64, yes: f64) -> [Cell; 4] {
    [
        (to_yes, Some(false), Some(true)),
        (to_no, Some(true), Some(false)),
        (yes, Some(true), Some(true)),
        (1.0 - to_yes - to_no - yes, Some(false), Some(false)),
    ]
}

/// McNemar's interval, without a score: the estimate and 1.96 of its standard errors.
fn wald(table: &PairedTable) -> Option<Difference> {
    let n = table.in_both() as f64;
    let (b, c) = (table.flipped_to_yes() as f64, table.flipped_to_no() as f64);
    let (estimate, se) = ((b - c) / n, (b + c - (b - c) * (b - c) / n).sqrt() / n);
    Some(Difference { estimate, low: estimate - 1.96 * se, high: estimate + 1.96 * se, level: 0.95 })
}

#[test]
fn of_paired_shares() {
    let stream = Stream::new(1, "pairs");
    for (n, to_yes, to_no, yes) in [
        (100, 0.1, 0.05, 0.3),
        (500, 0.3, 0.25, 0.2),
        (1000, 0.01, 0.004, 0.4),
        (1000, 0.003, 0.0, 0.5),
        (50, 0.2, 0.2, 0.3),
        (300, 0.5, 0.02, 0.1),
    ] {
        let cells = pairs(to_yes, to_no, yes);
        let of = |interval: fn(&PairedTable) -> Option<Difference>| {
            coverage(to_yes - to_no, |s| interval(&table(&uniforms(&stream, s, n), &cells)))
        };
        let what = format!("{n} {to_yes} {to_no}");
        keeps_its_level(&what, of(PairedTable::difference));
        // As if the two runs had nothing in common: far too wide where few answers flip.
        if to_yes < 0.2 {
            misses_its_level(&what, of(|table| newcombe(table.baseline(), table.variant())));
        }
        // Without a score: too narrow where few flips are expected.
        if to_yes * (n as f64) < 4.0 {
            misses_its_level(&what, of(wald));
        }
    }
}

/// The most cautious use: next to nothing flips. The level is kept, if from above.
#[test]
fn of_paired_shares_that_hardly_ever_flip() {
    let stream = Stream::new(2, "pairs");
    for (n, to_yes, to_no) in [(1000, 0.001, 0.0), (1000, 0.001, 0.001), (200, 0.0, 0.01)] {
        let cells = pairs(to_yes, to_no, 0.3);
        let held = coverage(to_yes - to_no, |s| {
            let table = table(&uniforms(&stream, s, n), &cells);
            tango(table.flipped_to_yes(), table.flipped_to_no(), table.in_both())
        });
        assert!(held >= 0.93, "{n} {to_yes} {to_no}: {held}");
        // Without a score the interval is often [0, 0], which only "no difference" forgives.
        if to_yes != to_no {
            let wald = coverage(to_yes - to_no, |s| wald(&table(&uniforms(&stream, s, n), &cells)));
            assert!(wald < 0.9, "{n} {to_yes} {to_no}: {wald}");
        }
    }
}

/// As if the trials that count in both were all that count.
fn among_both(table: &PairedTable) -> Option<Difference> {
    tango(table.flipped_to_yes(), table.flipped_to_no(), table.in_both())
}

#[test]
fn of_conditional_shares() {
    let (yes, no) = (Some(true), Some(false));
    let stream = Stream::new(3, "conditional");
    let settings: [(usize, [Cell; 8]); 3] = [
        // The variant reaches the condition more often, and then mostly in trials that answer no.
        (
            600,
            [
                (0.2, yes, yes),
                (0.05, yes, no),
                (0.02, no, yes),
                (0.2, no, no),
                (0.02, yes, None),
                (0.03, None, yes),
                (0.2, None, no),
                (0.28, None, None),
            ],
        ),
        // Few trials count, and hardly any flips.
        (
            1000,
            [
                (0.02, yes, yes),
                (0.001, yes, no),
                (0.002, no, yes),
                (0.05, no, no),
                (0.002, no, None),
                (0.002, None, yes),
                (0.003, None, no),
                (0.92, None, None),
            ],
        ),
        // Two conditions that shut each other out: nothing is shared.
        (
            300,
            [
                (0.0, yes, yes),
                (0.0, yes, no),
                (0.0, no, yes),
                (0.0, no, no),
                (0.1, yes, None),
                (0.2, None, yes),
                (0.3, no, None),
                (0.4, None, no),
            ],
        ),
    ];
    for (place, (n, cells)) in settings.iter().enumerate() {
        let sum = |f: &dyn Fn(Option<bool>, Option<bool>) -> bool| -> f64 {
            cells.iter().filter(|(_, b, v)| f(*b, *v)).map(|(chance, ..)| chance).sum()
        };
        let truth = sum(&|_, v| v == yes) / sum(&|_, v| v.is_some())
            - sum(&|b, _| b == yes) / sum(&|b, _| b.is_some());
        let of = |interval: fn(&PairedTable) -> Option<Difference>| {
            coverage(truth, |s| interval(&table(&uniforms(&stream, s, *n), cells)))
        };
        keeps_its_level(&format!("setting {place}"), of(PairedTable::difference));
        let unpaired = of(|table| newcombe(table.baseline(), table.variant()));
        match place {
            0 => {
                misses_its_level("what is shared is forgotten", unpaired);
                misses_its_level("the trials of both alone", of(among_both));
            }
            1 => misses_its_level("what is shared is forgotten", unpaired),
            _ => keeps_its_level("nothing is shared", unpaired),
        }
    }
}

/// Two values that share most of their chance: a skewed one, and it with something added.
fn values(uniforms: &[f64]) -> (f64, f64) {
    let shared = -uniforms[0].ln();
    (shared, 1.1 * shared + 0.3 * uniforms[1])
}

/// The means of [`values`].
const MEANS: (f64, f64) = (1.0, 1.25);

#[test]
fn of_paired_means() {
    let stream = Stream::new(4, "means");
    for n in [8, 50, 400] {
        let sample = |s: u32| {
            let mut moments = PairedMoments::new();
            for pair in uniforms(&stream, s, 2 * n).chunks_exact(2) {
                let (b, v) = values(pair);
                moments.add(Some(b), Some(v));
            }
            moments
        };
        let truth = MEANS.1 - MEANS.0;
        // Eight skewed values are few for Student: a little below.
        let held = coverage(truth, |s| sample(s).difference());
        assert!((if n == 8 { 0.91 } else { 0.93 }..=0.97).contains(&held), "{n}: {held}");
        let unpaired = |moments: &PairedMoments| {
            let (d, width) = (moments.difference()?, moments.unpaired_width()?);
            Some(Difference { low: d.estimate - 0.5 * width, high: d.estimate + 0.5 * width, ..d })
        };
        misses_its_level("unpaired", coverage(truth, |s| unpaired(&sample(s))));
        if n == 8 {
            // The normal's 1.96 in place of Student's 2.36.
            let narrow = |d: Difference| Difference {
                low: d.estimate - (d.estimate - d.low) * 1.96 / 2.364_624,
                high: d.estimate + (d.high - d.estimate) * 1.96 / 2.364_624,
                ..d
            };
            let held = coverage(truth, |s| sample(s).difference().map(narrow));
            assert!(held < 0.9, "{held}");
        }
    }
}

#[test]
fn of_conditional_means() {
    let stream = Stream::new(5, "conditional means");
    // The baseline counts below 0.5 of a third draw, the variant from 0.1 to 0.8 of it, and values grow with it.
    let pair = |u: &[f64]| {
        let (b, v) = values(u);
        let value = |x: f64, counts: bool| counts.then_some(x + 2.0 * u[2]);
        (value(b, u[2] < 0.5), value(v, (0.1..0.8).contains(&u[2])))
    };
    let truth = (MEANS.1 + 0.9) - (MEANS.0 + 0.5);
    for n in [100, 500] {
        let sample = |s: u32| {
            let mut moments = PairedMoments::new();
            for u in uniforms(&stream, s, 3 * n).chunks_exact(3) {
                let (b, v) = pair(u);
                moments.add(b, v);
            }
            moments
        };
        keeps_its_level(&format!("{n}"), coverage(truth, |s| sample(s).difference()));
        // The pairs that count in both alone.
        let both = |s: u32| {
            let mut difference = Moments::new();
            for u in uniforms(&stream, s, 3 * n).chunks_exact(3) {
                if let (Some(b), Some(v)) = pair(u) {
                    difference.add(v - b);
                }
            }
            mean_interval(&difference)
        };
        misses_its_level("the pairs of both alone", coverage(truth, both));
        let unpaired = |s: u32| {
            let moments = sample(s);
            let (d, width) = (moments.difference()?, moments.unpaired_width()?);
            Some(Difference { low: d.estimate - 0.5 * width, high: d.estimate + 0.5 * width, ..d })
        };
        misses_its_level("unpaired", coverage(truth, unpaired));
    }
}

#[test]
fn of_each_run_by_itself() {
    let stream = Stream::new(6, "arms");
    let share = |s: u32| {
        let yes = uniforms(&stream, s, 200).iter().filter(|&&u| u < 0.08).count();
        wilson(yes as u64, 200).map(|p| Difference {
            estimate: p.estimate,
            low: p.low,
            high: p.high,
            level: p.level,
        })
    };
    keeps_its_level("share", coverage(0.08, share));
    let mean = |s: u32| {
        let mut moments = Moments::new();
        uniforms(&stream, s, 20).iter().for_each(|&u| moments.add(u));
        mean_interval(&moments)
    };
    keeps_its_level("mean", coverage(0.5, mean));
}

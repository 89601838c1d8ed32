use super::*;

fn near(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-9 * b.abs().max(1e-300), "{a} {b}");
}

fn of(tables: &[(u64, u64, u64)]) -> Counts {
    let mut counts = Counts::none();
    tables.iter().for_each(|&(n1, n0, got)| counts.add(n1, n0, got));
    counts
}

#[test]
fn p_values_of_known_tables() {
    // R. A. Fisher's (1935) lady tasting tea: of 70 ways 1, 16, 36, 16 and 1 have 0 to 4 right.
    let tea = of(&[(4, 4, 4)]);
    for (right, ways) in [(0, 2.0), (1, 34.0), (2, 70.0), (3, 34.0), (4, 2.0)] {
        near(tea.p(right), ways / 70.0);
    }
    // One of 1,000 that got there has the mark, which 2 of them have: 2 / 1,000.
    near(of(&[(2, 998, 1)]).p(1), 0.002);
    assert_eq!(of(&[(2, 998, 1)]).p(0), 1.0);
    // Nothing can be otherwise.
    assert_eq!(of(&[(3, 5, 0), (3, 0, 2), (0, 7, 4), (4, 4, 8)]).p(6), 1.0);
}

#[test]
fn p_value_of_strata() {
    // Penicillin and rabbits (R's `Rabbits`; N. Mantel 1963), as `mantelhaen.test(Rabbits, exact = TRUE)` has it.
    let rabbits = of(&[(0, 11, 6), (3, 9, 6), (8, 4, 6), (11, 1, 6), (7, 0, 2)]);
    near(rabbits.p(16), 0.039_944_903_581_267_22);
    // By hand: 1/2 and 1/2; 1/6, 4/6 and 1/6; 3/4 and 1/4. So all have 1/48, none has 3/48, and the others have more.
    let three = of(&[(1, 1, 1), (2, 2, 2), (1, 3, 1)]);
    near(three.p(4), 1.0 / 48.0);
    near(three.p(0), 4.0 / 48.0);
}

#[test]
fn it_has_the_moments_of_the_hypergeometric_distribution() {
    for (n1, n0, got) in [(50, 950, 40), (3, 100_000, 90_000), (400, 300, 650), (1_000_000, 2, 500_000)] {
        let counts = of(&[(n1, n0, got)]);
        let values = (counts.first..).zip(&counts.chances);
        let (mut mean, mut square) = (0.0, 0.0);
        for (value, chance) in values {
            mean += value as f64 * chance;
        }
        for (value, chance) in (counts.first..).zip(&counts.chances) {
            square += (value as f64 - mean) * (value as f64 - mean) * chance;
        }
        let [n1, n0, got] = [n1, n0, got].map(|count| count as f64);
        let all = n1 + n0;
        near(mean, n1 * got / all);
        assert!((square / (n1 * n0 * got * (all - got) / (all * all * (all - 1.0))) - 1.0).abs() < 1e-6);
    }
}

/// The chance of a p-value of at most `level` is at most that, in every family of margins.
#[test]
fn p_values_are_at_most_their_size() {
    for tables in [
        vec![(2, 998, 5)],
        vec![(30, 470, 12)],
        vec![(500, 500, 7), (3, 9, 6), (1, 800, 400)],
        (0..300).map(|date| (date / 30, 1000 - date, 1)).collect(),
    ] {
        let counts = of(&tables);
        let ps: Vec<f64> = (counts.first..).take(counts.chances.len()).map(|count| counts.p(count)).collect();
        for level in [0.5, 0.05, 0.01, 1e-3, 1e-4, 1e-6] {
            let size: f64 =
                ps.iter().zip(&counts.chances).filter(|(p, _)| **p <= level).map(|(_, c)| c).sum();
            assert!(size <= level * (1.0 + 1e-9), "{tables:?} {level} {size}");
        }
    }
}

#[test]
fn far_tails_neither_overflow_nor_break() {
    let counts = of(&[(100_000, 100_000, 300)]);
    assert!(counts.p(150) > 0.999 && counts.p(250) < 1e-25 && counts.p(0) < 1e-88 && counts.p(0) > 0.0);
    let many = of(&vec![(10, 9_990, 10); 5_000]);
    assert!(many.p(50) > 0.9 && many.p(100) < 1e-8 && many.p(50_000) == 0.0);
}

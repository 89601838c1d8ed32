use super::{exp, ln, logistic, pow, powi};
use reference::{EXP, LN};

#[path = "math_reference.rs"]
mod reference;

/// Half the distance between the doubles about `y`, doubled: one unit in its last place.
fn ulp(y: f64) -> f64 {
    y.abs().next_up() - y.abs()
}

/// The largest error in ulps of `f` over a table.
fn worst(f: fn(f64) -> f64, table: &[(f64, f64, f64)]) -> f64 {
    let errors = table.iter().map(|&(x, y, rest)| ((f(x) - y) - rest).abs() / ulp(y));
    errors.fold(0.0, f64::max)
}

#[test]
fn errors_stay_below_the_stated_ulps() {
    let (e, l) = (worst(exp, &EXP), worst(ln, &LN));
    assert!(e < 0.7, "{e}");
    assert!(l < 0.7, "{l}");
}

#[test]
fn exp_at_its_ends() {
    assert_eq!(exp(0.0), 1.0);
    assert_eq!(exp(-0.0), 1.0);
    assert_eq!(exp(1.0), std::f64::consts::E);
    assert_eq!(exp(f64::INFINITY), f64::INFINITY);
    assert_eq!(exp(f64::NEG_INFINITY), 0.0);
    assert!(exp(f64::NAN).is_nan() && exp(-f64::NAN).is_nan());
    assert!(exp(709.782_712_893_384).is_finite());
    assert_eq!(exp(709.782_712_893_384_1), f64::INFINITY);
    assert_eq!(exp(f64::MAX), f64::INFINITY);
    assert_eq!(exp(f64::MIN), 0.0);
    assert_eq!(exp(-745.133_219_101_941_2), 0.0);
    // Subnormal results.
    let subnormal = [
        (-708.5, 2.006_132_305_331_306e-308),
        (-720.25, 1.582_702_940_3e-313),
        (-740.0, 4.2e-322),
        (-744.4, 5e-324),
        (-745.13, 5e-324),
    ];
    for (x, y) in subnormal {
        assert_eq!(exp(x), y, "{x}");
    }
}

#[test]
fn ln_at_its_ends() {
    assert_eq!(ln(1.0).to_bits(), 0.0_f64.to_bits());
    assert_eq!(ln(0.0), f64::NEG_INFINITY);
    assert_eq!(ln(-0.0), f64::NEG_INFINITY);
    assert_eq!(ln(f64::INFINITY), f64::INFINITY);
    for x in [-1.0, -5e-324, f64::MIN, f64::NEG_INFINITY, f64::NAN, -f64::NAN] {
        assert!(ln(x).is_nan(), "{x}");
    }
}

#[test]
fn logistic_rises_from_0_to_1() {
    assert_eq!(logistic(0.0), 0.5);
    assert_eq!(logistic(f64::NEG_INFINITY), 0.0);
    assert_eq!(logistic(f64::INFINITY), 1.0);
    assert_eq!(logistic(-800.0), 0.0);
    assert_eq!(logistic(800.0), 1.0);
    let mut last = 0.0;
    for i in -400_000..400_000 {
        let y = logistic(f64::from(i) * 1e-4);
        assert!(y >= last, "{i}");
        last = y;
    }
}

#[test]
fn exp_and_ln_undo_each_other() {
    for i in 1..20_000 {
        let x = f64::from(i) * 0.03 - 300.0;
        assert!((ln(exp(x)) - x).abs() <= 3e-16 * x.abs().max(1.0), "{x}");
    }
}

#[test]
fn whole_powers_are_products() {
    assert_eq!(powi(f64::NAN, 0), 1.0);
    assert_eq!(powi(-3.0, 1), -3.0);
    let x = 1.1;
    assert_eq!(powi(x, 5).to_bits(), (x * x * x * x * x).to_bits());
    assert_eq!(powi(2.0, 16), 65_536.0);
    assert_eq!(powi(2.0, 100), pow(2.0, 100.0));
    assert_eq!(powi(2.0, u32::MAX), f64::INFINITY);
}

#[test]
fn powers_keep_the_special_cases() {
    assert_eq!(pow(2.0, 0.5), std::f64::consts::SQRT_2);
    assert_eq!(pow(0.0, 0.0), 1.0);
    assert_eq!(pow(0.0, -1.0), f64::INFINITY);
    assert!(pow(-8.0, 1.0 / 3.0).is_nan());
}

#[test]
fn bits_are_held() {
    let sum = |f: fn(f64) -> f64, table: &[(f64, f64, f64)]| {
        table.iter().fold(0_u64, |sum, &(x, _, _)| sum.wrapping_mul(31).wrapping_add(f(x).to_bits()))
    };
    assert_eq!((sum(exp, &EXP), sum(ln, &LN)), (EXP_BITS, LN_BITS));
}

const EXP_BITS: u64 = 4_447_444_285_538_269_661;
const LN_BITS: u64 = 15_929_223_361_871_418_809;

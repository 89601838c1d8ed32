use cordiale_core::diagnostic::Code;
use cordiale_core::{NoFiles, Scenario};

use super::{
    ArgumentError, Family, Quantile, TOGETHER, check_args, discrete, interval_90, intervals_90, normals,
    quantile,
};
use crate::random::{LANES, Stream};
use crate::simd::{Aligned, Job, Kernel, Lanes, VectorWidth, dispatch};

const ALL: [(Family, [f64; 3]); 9] = [
    (Family::Uniform, [-2.5, 7.0, 0.0]),
    (Family::Normal, [1.5, 0.25, 0.0]),
    (Family::Lognormal, [3.0, 0.7, 0.0]),
    (Family::Beta, [2.0, 5.0, 0.0]),
    (Family::Triangular, [0.5, 1.5, 3.0]),
    (Family::Exponential, [4.0, 0.0, 0.0]),
    (Family::Gamma, [2.0, 1.0, 0.0]),
    (Family::Poisson, [7.5, 0.0, 0.0]),
    (Family::Bernoulli, [0.3, 0.0, 0.0]),
];

#[test]
fn every_family_is_here() {
    assert_eq!(Family::all().collect::<Vec<_>>(), ALL.map(|(family, _)| family));
}

#[test]
fn quantiles_agree_with_exact_ones() {
    #[rustfmt::skip]
    let exact: [(Family, [f64; 3], f64, f64); 90] = [
        (Family::Uniform, [-2.5, 7.0, 0.0], 1.0e-9, -2.499_999_990_5),
        (Family::Uniform, [-2.5, 7.0, 0.0], 0.013, -2.3765),
        (Family::Uniform, [-2.5, 7.0, 0.0], 0.27, 0.065_000_000_000_000_17),
        (Family::Uniform, [-2.5, 7.0, 0.0], 0.5, 2.25),
        (Family::Uniform, [-2.5, 7.0, 0.0], 0.81, 5.195),
        (Family::Uniform, [-2.5, 7.0, 0.0], 0.9987, 6.987_65),
        (Family::Normal, [1.5, 0.25, 0.0], 1.0e-9, 0.000_548_246_248_078_284_6),
        (Family::Normal, [1.5, 0.25, 0.0], 0.013, 0.943_447_057_670_706_2),
        (Family::Normal, [1.5, 0.25, 0.0], 0.27, 1.346_796_752_245_843_3),
        (Family::Normal, [1.5, 0.25, 0.0], 0.5, 1.5),
        (Family::Normal, [1.5, 0.25, 0.0], 0.81, 1.719_474_073_762_807_1),
        (Family::Normal, [1.5, 0.25, 0.0], 0.9987, 2.252_863_439_624_948),
        (Family::Lognormal, [3.0, 0.7, 0.0], 1.0e-9, 0.045_055_842_151_504_63),
        (Family::Lognormal, [3.0, 0.7, 0.0], 0.013, 0.631_450_358_055_012_3),
        (Family::Lognormal, [3.0, 0.7, 0.0], 0.27, 1.953_540_163_285_709),
        (Family::Lognormal, [3.0, 0.7, 0.0], 0.5, 3.0),
        (Family::Lognormal, [3.0, 0.7, 0.0], 0.81, 5.546_348_011_383_984),
        (Family::Lognormal, [3.0, 0.7, 0.0], 0.9987, 24.695_719_267_793_16),
        (Family::Triangular, [0.5, 1.5, 3.0], 1.0e-9, 0.500_05),
        (Family::Triangular, [0.5, 1.5, 3.0], 0.013, 0.680_277_563_773_199_5),
        (Family::Triangular, [0.5, 1.5, 3.0], 0.27, 1.321_583_836_257_749_2),
        (Family::Triangular, [0.5, 1.5, 3.0], 0.5, 1.630_693_606_237_084_7),
        (Family::Triangular, [0.5, 1.5, 3.0], 0.81, 2.155_902_849_193_293_7),
        (Family::Triangular, [0.5, 1.5, 3.0], 0.9987, 2.930_178_799_781_156),
        (Family::Exponential, [4.0, 0.0, 0.0], 1.0e-9, 4.000_000_002_000_000_5e-9),
        (Family::Exponential, [4.0, 0.0, 0.0], 0.013, 0.052_340_958_194_621_874),
        (Family::Exponential, [4.0, 0.0, 0.0], 0.27, 1.258_842_979_358_801),
        (Family::Exponential, [4.0, 0.0, 0.0], 0.5, 2.772_588_722_239_781),
        (Family::Exponential, [4.0, 0.0, 0.0], 0.81, 6.642_924_827_286_604),
        (Family::Exponential, [4.0, 0.0, 0.0], 0.9987, 26.581_564_058_058_68),
        (Family::Gamma, [2.0, 1.0, 0.0], 1.0e-9, 0.006_238_876_562_091_526),
        (Family::Gamma, [2.0, 1.0, 0.0], 0.013, 0.445_305_611_178_371_3),
        (Family::Gamma, [2.0, 1.0, 0.0], 0.27, 1.313_763_896_815_836_7),
        (Family::Gamma, [2.0, 1.0, 0.0], 0.5, 1.836_030_374_425_448),
        (Family::Gamma, [2.0, 1.0, 0.0], 0.81, 2.802_879_141_541_124_5),
        (Family::Gamma, [2.0, 1.0, 0.0], 0.9987, 6.364_317_708_468_521),
        (Family::Gamma, [1.0, 2.0, 0.0], 1.0e-9, 2.699_879_157_244_692_8e-36),
        (Family::Gamma, [1.0, 2.0, 0.0], 0.013, 7.711_124_979_929_459e-8),
        (Family::Gamma, [1.0, 2.0, 0.0], 0.27, 0.014_389_590_927_535_138),
        (Family::Gamma, [1.0, 2.0, 0.0], 0.5, 0.174_695_209_411_493_63),
        (Family::Gamma, [1.0, 2.0, 0.0], 0.81, 1.553_646_633_738_953),
        (Family::Gamma, [1.0, 2.0, 0.0], 0.9987, 16.592_618_935_701_36),
        (Family::Poisson, [0.3, 0.0, 0.0], 1.0e-9, 0.0),
        (Family::Poisson, [0.3, 0.0, 0.0], 0.013, 0.0),
        (Family::Poisson, [0.3, 0.0, 0.0], 0.27, 0.0),
        (Family::Poisson, [0.3, 0.0, 0.0], 0.5, 0.0),
        (Family::Poisson, [0.3, 0.0, 0.0], 0.81, 1.0),
        (Family::Poisson, [0.3, 0.0, 0.0], 0.9987, 3.0),
        (Family::Poisson, [1.0, 0.0, 0.0], 1.0e-9, 0.0),
        (Family::Poisson, [1.0, 0.0, 0.0], 0.013, 0.0),
        (Family::Poisson, [1.0, 0.0, 0.0], 0.27, 0.0),
        (Family::Poisson, [1.0, 0.0, 0.0], 0.5, 1.0),
        (Family::Poisson, [1.0, 0.0, 0.0], 0.81, 2.0),
        (Family::Poisson, [1.0, 0.0, 0.0], 0.9987, 5.0),
        (Family::Poisson, [7.5, 0.0, 0.0], 1.0e-9, 0.0),
        (Family::Poisson, [7.5, 0.0, 0.0], 0.013, 2.0),
        (Family::Poisson, [7.5, 0.0, 0.0], 0.27, 6.0),
        (Family::Poisson, [7.5, 0.0, 0.0], 0.5, 7.0),
        (Family::Poisson, [7.5, 0.0, 0.0], 0.81, 10.0),
        (Family::Poisson, [7.5, 0.0, 0.0], 0.9987, 17.0),
        (Family::Poisson, [80.0, 0.0, 0.0], 1.0e-9, 33.0),
        (Family::Poisson, [80.0, 0.0, 0.0], 0.013, 61.0),
        (Family::Poisson, [80.0, 0.0, 0.0], 0.27, 74.0),
        (Family::Poisson, [80.0, 0.0, 0.0], 0.5, 80.0),
        (Family::Poisson, [80.0, 0.0, 0.0], 0.81, 88.0),
        (Family::Poisson, [80.0, 0.0, 0.0], 0.9987, 108.0),
        (Family::Poisson, [1234.5, 0.0, 0.0], 1.0e-9, 1030.0),
        (Family::Poisson, [1234.5, 0.0, 0.0], 0.013, 1157.0),
        (Family::Poisson, [1234.5, 0.0, 0.0], 0.27, 1213.0),
        (Family::Poisson, [1234.5, 0.0, 0.0], 0.5, 1234.0),
        (Family::Poisson, [1234.5, 0.0, 0.0], 0.81, 1265.0),
        (Family::Poisson, [1234.5, 0.0, 0.0], 0.9987, 1342.0),
        (Family::Poisson, [1_000_000.0, 0.0, 0.0], 1.0e-9, 994_008.0),
        (Family::Poisson, [1_000_000.0, 0.0, 0.0], 0.013, 997_774.0),
        (Family::Poisson, [1_000_000.0, 0.0, 0.0], 0.27, 999_387.0),
        (Family::Poisson, [1_000_000.0, 0.0, 0.0], 0.5, 1_000_000.0),
        (Family::Poisson, [1_000_000.0, 0.0, 0.0], 0.81, 1_000_878.0),
        (Family::Poisson, [1_000_000.0, 0.0, 0.0], 0.9987, 1_003_013.0),
        (Family::Poisson, [1_000_000_000.0, 0.0, 0.0], 1.0e-9, 999_810_339.0),
        (Family::Poisson, [1_000_000_000.0, 0.0, 0.0], 0.013, 999_929_602.0),
        (Family::Poisson, [1_000_000_000.0, 0.0, 0.0], 0.27, 999_980_621.0),
        (Family::Poisson, [1_000_000_000.0, 0.0, 0.0], 0.5, 1_000_000_000.0),
        (Family::Poisson, [1_000_000_000.0, 0.0, 0.0], 0.81, 1_000_027_761.0),
        (Family::Poisson, [1_000_000_000.0, 0.0, 0.0], 0.9987, 1_000_095_232.0),
        (Family::Bernoulli, [0.3, 0.0, 0.0], 1.0e-9, 0.0),
        (Family::Bernoulli, [0.3, 0.0, 0.0], 0.013, 0.0),
        (Family::Bernoulli, [0.3, 0.0, 0.0], 0.27, 0.0),
        (Family::Bernoulli, [0.3, 0.0, 0.0], 0.5, 0.0),
        (Family::Bernoulli, [0.3, 0.0, 0.0], 0.81, 1.0),
        (Family::Bernoulli, [0.3, 0.0, 0.0], 0.9987, 1.0),
    ];
    for (family, args, u, x) in exact {
        let got = quantile(family, &args, u).unwrap_or(f64::NAN);
        assert!(
            (got - x).abs() <= 1e-13 * x.abs() + 1e-15 * args[0].abs(),
            "{family:?} {args:?} {u}: {got} {x}"
        );
    }
}

#[test]
fn bits_are_held() {
    let bits = ALL.map(|(family, args)| {
        (1..100).fold(0_u64, |sum, i| {
            let x = quantile(family, &args, f64::from(i) * 0.01).unwrap_or(f64::NAN);
            sum.wrapping_mul(31).wrapping_add(x.to_bits())
        })
    });
    assert_eq!(bits, HELD);
}

/// By family, in the order of [`ALL`].
#[rustfmt::skip]
const HELD: [u64; 9] = [
    11_779_669_929_949_787_021,
    14_390_617_253_865_417_021,
    16_995_208_526_953_698_123,
    2_649_820_177_407_750_590,
    8_945_822_651_325_459_289,
    3_845_127_370_622_436_591,
    1_421_879_229_254_878_269,
    10_040_775_369_222_520_832,
    7_061_644_215_716_937_728,
];

/// Mean and variance by the midpoint rule over u.
fn moments(family: Family, args: &[f64; 3], n: u32) -> (f64, f64) {
    let (mut sum, mut squares) = (0.0, 0.0);
    for i in 0..n {
        let x = quantile(family, args, (f64::from(i) + 0.5) / f64::from(n)).unwrap_or(f64::NAN);
        sum += x;
        squares += x * x;
    }
    let mean = sum / f64::from(n);
    (mean, squares / f64::from(n) - mean * mean)
}

#[test]
fn moments_are_those_of_the_parametrisation() {
    let spread: f64 = 0.7 * 0.7;
    let lognormal = (3.0 * super::exp(0.5 * spread), 9.0 * super::exp(spread) * (super::exp(spread) - 1.0));
    let expected = [
        (2.25, 9.5 * 9.5 / 12.0),
        (1.5, 0.0625),
        lognormal,
        (2.0 / 7.0, 10.0 / (49.0 * 8.0)),
        (5.0 / 3.0, (0.25 + 2.25 + 9.0 - 0.75 - 1.5 - 4.5) / 18.0),
        (4.0, 16.0),
        (2.0, 1.0),
        (7.5, 7.5),
        (0.3, 0.21),
    ];
    for ((family, args), (mean, variance)) in ALL.into_iter().zip(expected) {
        let got = moments(family, &args, 20_000);
        assert!((got.0 - mean).abs() < 1e-3 * mean, "{family:?} {got:?} {mean}");
        assert!((got.1 - variance).abs() < 5e-3 * variance, "{family:?} {got:?} {variance}");
    }
}

#[test]
fn quantiles_do_not_fall() {
    let more = [
        (Family::Poisson, [1e9, 0.0, 0.0]),
        (Family::Poisson, [0.01, 0.0, 0.0]),
        (Family::Triangular, [0.0, 0.0, 1.0]),
        (Family::Triangular, [0.0, 1.0, 1.0]),
        (Family::Triangular, [0.1, 0.100_000_01, 0.3]),
        (Family::Gamma, [1.0, 30.0, 0.0]),
    ];
    for (family, args) in ALL.into_iter().chain(more) {
        let mut last = f64::NEG_INFINITY;
        for i in 1..3000 {
            let x = quantile(family, &args, f64::from(i) / 3000.0).unwrap_or(f64::NAN);
            assert!(x >= last, "{family:?} {args:?} {i}");
            last = x;
        }
    }
}

#[test]
fn degenerate_arguments_are_points() {
    for u in [1e-12, 0.4, 1.0 - 1e-12] {
        assert_eq!(quantile(Family::Uniform, &[2.0, 2.0, 0.0], u), Ok(2.0));
        assert_eq!(quantile(Family::Normal, &[2.0, 0.0, 0.0], u), Ok(2.0));
        assert_eq!(quantile(Family::Lognormal, &[2.0, 0.0, 0.0], u), Ok(2.0));
        assert_eq!(quantile(Family::Triangular, &[2.0, 2.0, 2.0], u), Ok(2.0));
        assert_eq!(quantile(Family::Poisson, &[0.0, 0.0, 0.0], u), Ok(0.0));
        assert_eq!(quantile(Family::Bernoulli, &[0.0, 0.0, 0.0], u), Ok(0.0));
        assert_eq!(quantile(Family::Bernoulli, &[1.0, 0.0, 0.0], u), Ok(1.0));
    }
}

#[test]
fn extreme_arguments_stay_in_range() {
    let wide = [-1.7e308, 1.7e308, 0.0];
    assert_eq!(quantile(Family::Uniform, &wide, 0.5), Ok(0.0));
    assert_eq!(quantile(Family::Triangular, &[-1.7e308, 0.0, 1.7e308], 0.5), Ok(0.0));
    for (mean, sd) in
        [(1e-300, 1e300), (1e300, 1e-300), (1.0, 1e-9), (1.0, 1e-20), (1e-9, 1.0), (1e150, 1e-4)]
    {
        let x = quantile(Family::Gamma, &[mean, sd, 0.0], 0.3).unwrap_or(f64::NAN);
        assert!(x >= 0.0, "{mean} {sd} {x}");
    }
    for mean in [5e-324, 1e-9, 1e12, 1e15, 1e20, 1e300] {
        for u in [1e-300, 0.3, 1.0 - 1e-16] {
            let x = quantile(Family::Poisson, &[mean, 0.0, 0.0], u).unwrap_or(f64::NAN);
            assert!((x - mean).abs() <= 40.0 * mean.sqrt() + 3.0, "{mean} {u} {x}");
        }
    }
}

#[test]
fn bernoulli_is_1_above_its_complement() {
    let args = [0.25, 0.0, 0.0];
    assert_eq!(quantile(Family::Bernoulli, &args, 0.75), Ok(0.0));
    assert_eq!(quantile(Family::Bernoulli, &args, 0.75_f64.next_up()), Ok(1.0));
}

#[test]
fn arguments_out_of_range_are_named() {
    let bad = [
        (Family::Uniform, [1.0, 0.0, 0.0], 1),
        (Family::Normal, [0.0, -1.0, 0.0], 1),
        (Family::Lognormal, [0.0, 1.0, 0.0], 0),
        (Family::Lognormal, [1.0, -0.5, 0.0], 1),
        (Family::Beta, [0.0, 1.0, 0.0], 0),
        (Family::Beta, [1.0, -1.0, 0.0], 1),
        (Family::Triangular, [1.0, 0.5, 2.0], 1),
        (Family::Triangular, [1.0, 1.5, 1.2], 2),
        (Family::Exponential, [0.0, 0.0, 0.0], 0),
        (Family::Gamma, [1.0, 0.0, 0.0], 1),
        (Family::Gamma, [-1.0, 1.0, 0.0], 0),
        (Family::Poisson, [-0.1, 0.0, 0.0], 0),
        (Family::Bernoulli, [1.1, 0.0, 0.0], 0),
        (Family::Normal, [f64::NAN, 1.0, 0.0], 0),
        (Family::Triangular, [0.0, 1.0, f64::INFINITY], 2),
    ];
    for (family, args, argument) in bad {
        let found = check_args(family, &args).err();
        let at = found.map(|e: ArgumentError| (e.family, e.argument));
        assert_eq!(at, Some((family, argument)), "{args:?}");
        assert!(quantile(family, &args, 0.5).is_err());
    }
    for family in Family::all() {
        assert!(bad.iter().any(|(of, ..)| *of == family), "{family:?} takes whatever comes");
    }
    let message = check_args(Family::Normal, &[0.0, -1.0, 0.0]).err().map(|e| e.to_string());
    assert_eq!(message.as_deref(), Some("sd of normal is -1, but must be at least 0"));
    // What a family does not take is not looked at.
    assert_eq!(check_args(Family::Poisson, &[1.0, f64::NAN, f64::INFINITY]), Ok(()));
}

/// What the checks refuse where it is fixed is what a run refuses where it is computed.
#[test]
fn fixed_and_computed_arguments_have_the_same_limits() {
    let numbers = ["-1", "0", "0.5", "1", "2", "1e308 * 10"];
    let values = [-1.0, 0.0, 0.5, 1.0, 2.0, f64::INFINITY];
    for family in Family::all() {
        let count = family.arguments().len();
        for combination in 0..numbers.len().pow(count as u32) {
            let place = |argument: usize| combination / numbers.len().pow(argument as u32) % numbers.len();
            let written: Vec<&str> = (0..count).map(|argument| numbers[place(argument)]).collect();
            let args =
                std::array::from_fn(|argument| if argument < count { values[place(argument)] } else { 0.0 });
            let draw = format!("{}({})", family.name(), written.join(", "));
            let text = format!(
                "[scenario]\nstart = 2020-01-01\nhorizon = 1\n[parameters.p]\nvalue = \"{draw}\"\n[outcomes.o]\nvalue = \"p\"\n"
            );
            let refused = match Scenario::from_toml(&text, "draw.toml", &NoFiles) {
                Ok(_) => Vec::new(),
                Err(report) => report.diagnostics().iter().map(|found| found.code).collect(),
            };
            let expected =
                if check_args(family, &args).is_err() { vec![Code::BadDistribution] } else { vec![] };
            assert_eq!(refused, expected, "{draw}");
        }
    }
}

#[test]
fn ninety_per_cent_lie_within_the_interval() {
    for (lo, hi) in [(-1.0, 1.0), (0.0, 5.0), (2.0, 50.0), (1e-200, 1e-190), (1e300, 1e307)] {
        let (at_lo, at_hi) = (interval_90(lo, hi, 0.05), interval_90(lo, hi, 0.95));
        let width: f64 = hi - lo;
        assert!((at_lo - lo).abs() <= 1e-13 * width && (at_hi - hi).abs() <= 1e-13 * width, "{lo} {hi}");
    }
    assert_eq!(interval_90(-1.0, 3.0, 0.5), 1.0);
    assert!((interval_90(2.0, 50.0, 0.5) - 10.0).abs() < 1e-14);
    assert_eq!(interval_90(4.0, 4.0, 0.1), 4.0);
    assert_eq!(interval_90(-4.0, -4.0, 0.1), -4.0);
}

#[test]
fn discrete_picks_by_cumulated_weight() {
    let pairs = [(7.0, 0.0), (1.0, 1.0), (8.0, 0.0), (-2.0, 2.0), (3.0, 1.0), (9.0, 0.0)];
    for (u, value) in [(1e-300, 1.0), (0.249, 1.0), (0.25, -2.0), (0.749, -2.0), (0.75, 3.0), (1.0, 3.0)] {
        assert_eq!(discrete(&pairs, u), value, "{u}");
    }
    assert!(discrete(&[], 0.5).is_nan());
    assert!(discrete(&[(1.0, 0.0), (2.0, -1.0), (3.0, f64::NAN)], 0.5).is_nan());
    assert_eq!(discrete(&[(1.0, f64::MAX), (2.0, f64::MAX)], 0.999), 2.0);
}

/// The quantiles at some uniforms, together and one by one.
struct AtAll<'a>(&'a Quantile, &'a [f64; TOGETHER]);

impl Job for AtAll<'_> {
    type Output = [Option<[f64; TOGETHER]>; 2];

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        let mut one_by_one = *self.1;
        for u in &mut one_by_one {
            *u = self.0.at_all(kernel, &[*u]).map_or(f64::NAN, |[value]| value);
        }
        [self.0.at_all(kernel, self.1), Some(one_by_one)]
    }
}

/// What is solved for together is what is solved for one by one, with any vector instructions.
#[test]
fn together_quantiles_are_the_same_with_all_vector_widths() {
    let stream = Stream::new(4, "together");
    let sizes = [0.01, 0.3, 1.0, 2.42, 17.0, 300.0, 5000.0];
    let mut number = 0;
    for family in [Family::Beta, Family::Gamma, Family::Poisson] {
        for first in sizes {
            for second in sizes {
                let quantile = Quantile::new(family, &[first, second, 0.0]);
                assert!(quantile.is_ok(), "{family:?} of {first}, {second}");
                let Ok(quantile) = quantile else { continue };
                number += 1;
                let mut u: [f64; TOGETHER] = std::array::from_fn(|i| stream.uniform(number, i as u64));
                u[0] = [1e-300, 1.0 - f64::EPSILON / 2.0, 0.5][number as usize % 3];
                let one_by_one = u.map(|u| quantile.at(u).to_bits());
                for width in VectorWidth::ALL {
                    let found = dispatch(width, AtAll(&quantile, &u)).map(|x| x.map(|x| x.map(f64::to_bits)));
                    assert_eq!(found, [Some(one_by_one); 2], "{family:?} of {first}, {second}, {width}");
                }
            }
        }
    }
}

/// What is made of normals in all lanes: an interval, or a family with an argument of each lane.
enum InAllLanes<'a> {
    Interval(f64, f64, &'a [f64; LANES]),
    Family(Family, [&'a Lanes; 3], &'a [f64; LANES]),
}

impl Job for InAllLanes<'_> {
    type Output = Lanes;

    fn run<K: Kernel>(self, kernel: K) -> Lanes {
        let mut out = Aligned([0.0; LANES]);
        match self {
            Self::Interval(lo, hi, uniforms) => intervals_90(kernel, (lo, hi), uniforms, &mut out),
            Self::Family(family, arguments, uniforms) => {
                normals(kernel, family, arguments, uniforms, &mut out);
            }
        }
        out
    }
}

/// Those of all lanes are the ones of one by one, be their arguments what they may.
#[test]
fn normals_in_all_lanes_are_the_same_with_all_vector_widths() {
    let stream = Stream::new(9, "normals");
    let extremes = [1e-300, 1.0 - f64::EPSILON / 2.0, 0.5, 0.075, 0.925, 1e-12];
    let uniforms = std::array::from_fn(|lane| match extremes.get(lane) {
        Some(u) => *u,
        None => stream.uniform(0, lane as u64),
    });
    let bits = |values: Lanes| values.map(f64::to_bits);
    for (lo, hi) in [(1.0, 4.0), (-1.0, 2.0), (0.0, 0.5), (3.0, 3.0), (5e-324, 1.7e308), (-1.7e308, 1.7e308)]
    {
        let one_by_one = uniforms.map(|u| interval_90(lo, hi, u).to_bits());
        for width in VectorWidth::ALL {
            let found = dispatch(width, InAllLanes::Interval(lo, hi, &uniforms));
            assert_eq!(bits(found), one_by_one, "{lo} to {hi}, {width}");
        }
    }
    let odd = [0.0, -0.0, 1.0, -2.0, 1e300, 5e-324, f64::INFINITY, f64::NAN];
    let first = Aligned(std::array::from_fn(|lane| odd[lane % 8]));
    let second = Aligned(std::array::from_fn(|lane| odd[lane / 8]));
    for family in [Family::Normal, Family::Lognormal] {
        let of = |lane: usize| quantile(family, &[first[lane], second[lane], 0.0], uniforms[lane]);
        let one_by_one: [u64; LANES] = std::array::from_fn(|lane| of(lane).unwrap_or(f64::NAN).to_bits());
        for width in VectorWidth::ALL {
            let found = dispatch(width, InAllLanes::Family(family, [&first, &second, &first], &uniforms));
            assert_eq!(bits(found), one_by_one, "{family:?}, {width}");
        }
    }
}

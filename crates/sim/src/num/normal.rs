//! Standard normal quantiles: in double precision for parameters, in single precision for drifts.

use super::math::ln;

/// The quantile function of the standard normal distribution, relative error about 1e-15.
///
/// `p` is a probability in (0, 1). 0 gives `-inf`, 1 gives `inf`, anything outside [0, 1] gives NaN.
/// Method: the rational approximations PPND16 of M. J. Wichura 1988 (Algorithm AS 241, Applied Statistics 37).
#[must_use]
pub(crate) fn normal_quantile(p: f64) -> f64 {
    let [quantile] = normal_quantiles(&[p]);
    quantile
}

/// The same of several probabilities; how many there are changes none by a bit. Many take less time than one by one, above all
/// in code for vector instructions, into which this is inlined.
#[inline(always)]
pub(crate) fn normal_quantiles<const N: usize>(p: &[f64; N]) -> [f64; N] {
    let (mut quantiles, mut is_central) = ([0.0; N], [true; N]);
    for i in 0..N {
        let centred = p[i] - 0.5;
        is_central[i] = (-0.425..=0.425).contains(&centred);
        quantiles[i] = centred * ratio(&CENTRE, 0.180_625 - centred * centred);
    }
    if is_central == [true; N] {
        return quantiles;
    }
    let (mut tails, mut roots, mut magnitudes, mut any_far) = ([0.0; N], [0.0; N], [0.0; N], false);
    for i in 0..N {
        tails[i] = if p[i] < 0.5 { p[i] } else { 1.0 - p[i] };
        roots[i] = (-ln(tails[i])).sqrt();
        magnitudes[i] = ratio(&MIDDLE, roots[i] - 1.6);
        any_far |= roots[i] > 5.0;
    }
    if any_far {
        for i in 0..N {
            let far = ratio(&FAR, roots[i] - 5.0);
            magnitudes[i] = if roots[i] > 5.0 { far } else { magnitudes[i] };
        }
    }
    for i in 0..N {
        let magnitude = if tails[i] == 0.0 { f64::INFINITY } else { magnitudes[i] };
        let quantile = if p[i] < 0.5 { -magnitude } else { magnitude };
        let quantile = if (0.0..=1.0).contains(&p[i]) { quantile } else { f64::NAN };
        quantiles[i] = if is_central[i] { quantiles[i] } else { quantile };
    }
    quantiles
}

/// Numerator over denominator, each of degree 7 by Horner's rule.
#[inline(always)]
fn ratio([above, below]: &[[f64; 8]; 2], r: f64) -> f64 {
    horner(above, r) / horner(below, r)
}

#[inline(always)]
fn horner(coefficients: &[f64; 8], r: f64) -> f64 {
    let mut sum = 0.0;
    for coefficient in coefficients.iter().rev() {
        sum = sum * r + coefficient;
    }
    sum
}

/// AS 241 for |p - 1/2| <= 0.425.
const CENTRE: [[f64; 8]; 2] = [
    [
        3.387_132_872_796_366_5,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_4e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_6e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_854e3,
    ],
];
/// AS 241 for the tail, sqrt(-ln p) up to 5.
const MIDDLE: [[f64; 8]; 2] = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_5e-2,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_7e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_8e-9,
    ],
];
/// AS 241 for the far tail.
const FAR: [[f64; 8]; 2] = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_9e-1,
        2.653_218_952_657_612_3e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_7e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];

/// One 32-bit word to a standard normal in single precision, within 1e-6 of the exact quantile.
///
/// The word w stands for the probability (w + 1/2) / 2^32: the result is its quantile, so that it never
/// decreases in w by more than the error, and `drift_normal(!w)` is exactly `-drift_normal(w)`. It spans
/// -6.338 to 6.338. Part of the value contract, as is the table.
///
/// The top bit is the sign: clear, the result is negative. m is the low 31 bits, complemented where the top
/// bit is set; x = m as f32 + 0.5 (both rounded to single precision), so that x / 2^32 is the probability
/// of the tail, in (0, 1/2]. With x = 2^o (1 + t), the magnitude is a polynomial of degree 6 in t by
/// Horner's rule in single precision, with the coefficients of octave o, -1 to 31.
///
/// The table was fitted in double precision against SciPy's `ndtri`: in each octave weighted least squares
/// over 400 Chebyshev points, the weights iterated towards the least maximum (C. L. Lawson 1961), and each
/// coefficient in turn, from the constant up, rounded to single precision before the rest were fitted
/// again. Over all 2^32 words the error is 6.84e-7 at most, and between neighbours the result falls by 2.4e-7
/// at most. In octave 31 only t = 0 occurs, the median.
#[inline]
#[must_use]
pub(crate) fn drift_normal(word: u32) -> f32 {
    // All ones where the top bit is set.
    let upper = (word >> 31).wrapping_neg();
    let m = (word ^ upper) & 0x7fff_ffff;
    // At most 31 bits, so the signed conversion (one instruction in every vector set) is exact in sign.
    let x = m.cast_signed() as f32 + 0.5;
    let bits = x.to_bits();
    // x is in [0.5, 2^31], whose exponent fields are 126 to 158; the mask keeps the index in the table.
    let octave = ((bits >> 23).wrapping_sub(126) & 63) as usize;
    let t = f32::from_bits((bits & 0x007f_ffff) | 0x3f80_0000) - 1.0;
    let c = &TABLE;
    let mut z = c[6][octave];
    z = z * t + c[5][octave];
    z = z * t + c[4][octave];
    z = z * t + c[3][octave];
    z = z * t + c[2][octave];
    z = z * t + c[1][octave];
    z = z * t + c[0][octave];
    f32::from_bits(z.to_bits() ^ (!upper & 0x8000_0000))
}

/// [`OCTAVES`] by coefficient and padded with zeros to 64 octaves, so that no lookup needs a check.
pub(crate) static TABLE: [[f32; 64]; 7] = by_coefficient();

const fn by_coefficient() -> [[f32; 64]; 7] {
    let mut lanes = [[0.0; 64]; 7];
    let mut octave = 0;
    while octave < OCTAVES.len() {
        let mut k = 0;
        while k < 7 {
            lanes[k][octave] = OCTAVES[octave][k];
            k += 1;
        }
        octave += 1;
    }
    lanes
}

/// Coefficients of the tail's quantile in t by octave of x, -1 to 31, from the constant up.
#[rustfmt::skip]
pub(crate) static OCTAVES: [[f32; 7]; 33] = [
    [6.337_957_4, -0.154_081_5, 0.074_782_67, -0.046_668_034, 0.027_539_657, -0.011_663_942, 0.002_394_007],
    [6.230_26, -0.156_631_74, 0.076_034_77, -0.047_661_75, 0.028_419_875, -0.012_204_648, 0.002_540_006],
    [6.120_756, -0.159_307_94, 0.077_329_23, -0.048_675_977, 0.029_362_556, -0.012_838_146, 0.002_727_891_3],
    [6.009_353, -0.162_103_38, 0.078_481_816, -0.048_927_63, 0.028_861_62, -0.012_223_594, 0.002_509_345_5],
    [5.895_951, -0.165_063_4, 0.079_827_08, -0.049_704_116, 0.029_252_553, -0.012_350_011, 0.002_526_531_5],
    [5.780_439, -0.168_190_91, 0.081_263_036, -0.050_597_14, 0.029_800_497, -0.012_597_811, 0.002_581_161_4],
    [5.662_697_3, -0.171_506_5, 0.082_837_29, -0.051_755_615, 0.030_750_902, -0.013_161_908, 0.002_732_708_4],
    [5.542_594, -0.175_025_22, 0.084_536_11, -0.053_134_445, 0.032_063_67, -0.014_038_734, 0.002_988_062],
    [5.419_983, -0.178_747_09, 0.086_154_96, -0.053_884_994, 0.032_154_96, -0.013_853_195, 0.002_896_696_3],
    [5.294_704, -0.182_726_98, 0.088_015_3, -0.055_246_495, 0.033_300_05, -0.014_564_609, 0.003_097_118_8],
    [5.166_578, -0.186_963_38, 0.089_834_12, -0.056_058_064, 0.033_344_768, -0.014_309_177, 0.002_980_050_6],
    [5.035_405_6, -0.191_510_63, 0.091_845_27, -0.057_190_18, 0.033_862_095, -0.014_425_281, 0.002_977_426_2],
    [4.900_964, -0.196_395_81, 0.093_964_95, -0.058_306_694, 0.034_295_592, -0.014_483_956, 0.002_963_287_8],
    [4.763_001, -0.201_691_14, 0.096_482_35, -0.060_442_932, 0.036_449_57, -0.015_971_411, 0.003_403_851],
    [4.621_230_6, -0.207_390_76, 0.098_825_31, -0.061_291_527, 0.036_102_7, -0.015_279_368, 0.003_131_568_2],
    [4.475_328, -0.213_606_03, 0.101_504_79, -0.062_820_36, 0.036_901_854, -0.015_574_416, 0.003_185_359_3],
    [4.324_918_7, -0.220_415_79, 0.104_564_26, -0.065_074_39, 0.038_844_81, -0.016_801_018, 0.003_532_932],
    [4.169_569, -0.227_888_12, 0.107_760_05, -0.066_983_08, 0.039_962_426, -0.017_281_67, 0.003_634_210_4],
    [4.008_772_4, -0.236_157, 0.111_300_67, -0.069_234_25, 0.041_485_92, -0.018_065_31, 0.003_828_56],
    [3.841_930_4, -0.245_358_7, 0.115_123_48, -0.071_428_806, 0.042_659_46, -0.018_500_011, 0.003_903_737_8],
    [3.668_329, -0.255_693_26, 0.119_389_5, -0.073_990_7, 0.044_218_168, -0.019_212_604, 0.004_064_292],
    [3.487_103_7, -0.267_394_6, 0.124_040_894, -0.076_427_005, 0.045_186_676, -0.019_340_709, 0.004_024_613],
    [3.297_193, -0.280_815_75, 0.129_440_7, -0.079_887_226, 0.047_651_205, -0.020_687_709, 0.004_375_125_3],
    [3.097_268_8, -0.296_381_77, 0.135_459_56, -0.083_416_83, 0.049_738_467, -0.021_606_75, 0.004_573_748_4],
    [2.885_634_7, -0.314_727_04, 0.142_318_17, -0.087_384_61, 0.052_042_5, -0.022_600_06, 0.004_784_191],
    [2.660_067, -0.336_762_28, 0.150_176_67, -0.091_759_92, 0.054_378_68, -0.023_485_256, 0.004_944_364_5],
    [2.417_558_7, -0.363_889_75, 0.159_387_38, -0.097_066_16, 0.057_521_608, -0.024_892_63, 0.005_255_951],
    [2.153_874_4, -0.398_337_36, 0.170_182_45, -0.103_219_576, 0.061_085_507, -0.026_440_5, 0.005_587_354],
    [1.862_731_5, -0.443_963_2, 0.182_811_36, -0.110_343_03, 0.065_024_845, -0.028_052_855, 0.005_912_382_6],
    [1.534_120_1, -0.508_147_24, 0.197_236_33, -0.118_933_02, 0.069_782_43, -0.030_022_3, 0.006_313_533_5],
    [1.150_348_9, -0.607_175_9, 0.211_157_02, -0.129_755_35, 0.075_604_714, -0.032_529_74, 0.006_840_567_6],
    [0.674_489_2, -0.786_657_6, 0.207_694_98, -0.147_973_94, 0.080_760_75, -0.035_414_726, 0.007_101_832],
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
];

#[cfg(test)]
#[path = "normal_tests.rs"]
mod tests;

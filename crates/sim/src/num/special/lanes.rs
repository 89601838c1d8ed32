//! Functions of several numbers at a time: loops that are compiled to vectors where they are inlined into code for them.

/// A function of each number.
#[inline(always)]
pub(super) fn map<const N: usize>(a: &[f64; N], f: impl Fn(f64) -> f64) -> [f64; N] {
    let mut out = [0.0; N];
    for (out, a) in out.iter_mut().zip(a) {
        *out = f(*a);
    }
    out
}

/// A function of each two numbers.
#[inline(always)]
pub(super) fn zip<const N: usize>(a: &[f64; N], b: &[f64; N], f: impl Fn(f64, f64) -> f64) -> [f64; N] {
    let mut out = [0.0; N];
    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
        *out = f(*a, *b);
    }
    out
}

/// The first number where the mask is set, the second elsewhere.
#[inline(always)]
pub(super) fn select<const N: usize>(mask: &[bool; N], a: &[f64; N], b: &[f64; N]) -> [f64; N] {
    let mut out = [0.0; N];
    for i in 0..N {
        out[i] = if mask[i] { a[i] } else { b[i] };
    }
    out
}

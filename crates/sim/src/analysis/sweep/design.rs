//! Which points are run: a grid, or a sample that fills the space evenly.

use super::axis::Axis;
use crate::analysis::latin::Coordinate;
use crate::random::Stream;

/// How the points of a sweep are laid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Design {
    /// Every value of every axis with every other, the last axis running fastest.
    Grid,
    /// So many points of a Sobol sequence (I. M. Sobol 1967) in Owen's scrambling (B. Burley 2020), up to 2^16. Evenest
    /// where their number is a power of two.
    Sobol(u64),
    /// A Latin hypercube (McKay, Beckman and Conover 1979) of so many points, up to 2^20: each axis is cut into as many
    /// slices, and each slice holds one point.
    LatinHypercube(u64),
}

/// The most points of a Sobol sequence.
const MOST_SOBOL: u64 = 1 << 16;
/// The most points of a Latin hypercube.
const MOST_LATIN: u64 = 1 << 20;
/// The most axes of a Sobol sequence.
const MOST_AXES: usize = 256;
/// The most points of a sweep.
pub(super) const MOST_POINTS: u64 = 100_000_000;

/// The points of a design, for given axes and seed.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    kind: Kind,
    /// How many points there are.
    pub(super) count: u64,
}

#[derive(Clone, Debug)]
enum Kind {
    Grid,
    Sobol {
        seed: u32,
    },
    /// By axis.
    Latin(Vec<Coordinate>),
}

impl Design {
    /// As results spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Sobol(_) => "sobol",
            Self::LatinHypercube(_) => "latin_hypercube",
        }
    }

    pub(super) fn layout(self, axes: &[Axis], seed: u64) -> Result<Layout, String> {
        axes.iter().try_for_each(Axis::check)?;
        match self {
            Self::Grid => {
                let mut count = 1_u64;
                for axis in axes {
                    let len = axis.len().ok_or_else(|| {
                        format!(
                            "a grid needs to know how many values `{name}` takes: write {name}=lo..hi:n, or take a sample of the range",
                            name = axis.name()
                        )
                    })?;
                    count = count.saturating_mul(len);
                }
                if count > MOST_POINTS {
                    return Err(format!(
                        "the grid has more than {MOST_POINTS} points; take fewer values, or a sample in place of the grid"
                    ));
                }
                Ok(Layout { kind: Kind::Grid, count })
            }
            Self::Sobol(count) => {
                check_sample(axes, count, MOST_SOBOL)?;
                if axes.len() > MOST_AXES {
                    return Err(format!(
                        "a Sobol sequence has up to {MOST_AXES} axes; take a Latin hypercube"
                    ));
                }
                let seed = Stream::new(seed, "sweep/sobol").word(0, 0);
                Ok(Layout { kind: Kind::Sobol { seed }, count })
            }
            Self::LatinHypercube(count) => {
                check_sample(axes, count, MOST_LATIN)?;
                let points = usize::try_from(count).unwrap_or(usize::MAX);
                let coordinate = |axis: usize| {
                    let stream = Stream::new(seed, &format!("sweep/latin/{axis}"));
                    Coordinate::new(points, &stream, stream.clone(), 1)
                };
                Ok(Layout { kind: Kind::Latin((0..axes.len()).map(coordinate).collect()), count })
            }
        }
    }
}

fn check_sample(axes: &[Axis], count: u64, most: u64) -> Result<(), String> {
    if axes.is_empty() {
        return Err("there is nothing to sample from; add an axis with a range".to_owned());
    }
    if !(1..=most).contains(&count) {
        return Err(format!("a sample of this design has 1 to {most} points, not {count}"));
    }
    let counted = |axis: &&Axis| matches!(axis.values(), super::Values::Range { count: Some(_), .. });
    match axes.iter().find(counted) {
        None => Ok(()),
        Some(axis) => Err(format!(
            "a sample takes its own values: write {name}=lo..hi without a number of values, or leave the sample out for a grid",
            name = axis.name()
        )),
    }
}

impl Layout {
    /// The values of a point, in the order of the axes.
    pub(super) fn point(&self, axes: &[Axis], index: u64) -> Vec<String> {
        match &self.kind {
            Kind::Grid => {
                let mut rest = index;
                let mut values: Vec<String> = axes
                    .iter()
                    .rev()
                    .map(|axis| {
                        let len = axis.len().unwrap_or(1).max(1);
                        let place = rest % len;
                        rest /= len;
                        axis.at(place)
                    })
                    .collect();
                values.reverse();
                values
            }
            Kind::Sobol { seed } => {
                let index = u32::try_from(index).unwrap_or(0).min(0xffff);
                let share = |dimension: u32| f64::from(sobol_burley::sample(index, dimension, *seed));
                axes.iter().zip(0..).map(|(axis, dimension)| axis.at_share(share(dimension))).collect()
            }
            Kind::Latin(coordinates) => {
                let point = usize::try_from(index).unwrap_or(usize::MAX);
                axes.iter().zip(coordinates).map(|(axis, of)| axis.at_share(of.at(point))).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(design: Design, axes: &[Axis]) -> Vec<Vec<f64>> {
        let layout = design.layout(axes, 7).unwrap_or(Layout { kind: Kind::Grid, count: 0 });
        let number = |text: &String| text.parse().unwrap_or(f64::NAN);
        (0..layout.count).map(|i| layout.point(axes, i).iter().map(number).collect()).collect()
    }

    #[test]
    fn every_slice_of_a_latin_hypercube_holds_one_point_on_every_axis() {
        let axes = [Axis::range("a", 0.0, 50.0), Axis::range("b", -1.0, 1.0), Axis::range("c", 0.0, 1.0)];
        let points = values(Design::LatinHypercube(50), &axes);
        for (axis, (low, width)) in [(0.0, 50.0), (-1.0, 2.0), (0.0, 1.0)].into_iter().enumerate() {
            #[expect(clippy::cast_possible_truncation, reason = "0 to 49")]
            let mut slices: Vec<i64> =
                points.iter().map(|p| ((p[axis] - low) / width * 50.0).floor() as i64).collect();
            slices.sort_unstable();
            assert_eq!(slices, (0..50).collect::<Vec<_>>(), "axis {axis}");
        }
        // The axes are shuffled apart.
        assert_ne!(
            points.iter().map(|p| p[0] / 50.0).collect::<Vec<_>>(),
            points.iter().map(|p| p[2]).collect::<Vec<_>>()
        );
    }

    /// The mean of a product over [0, 1]^2 is 1/4; 256 random points would miss it by 0.014 on average.
    #[test]
    fn a_sobol_sample_integrates_far_better_than_chance() {
        let axes = [Axis::range("a", 0.0, 1.0), Axis::range("b", 0.0, 1.0)];
        let points = values(Design::Sobol(256), &axes);
        let mean = points.iter().map(|p| p[0] * p[1]).sum::<f64>() / 256.0;
        assert!((mean - 0.25).abs() < 0.002, "{mean}");
    }

    #[test]
    fn lists_are_met_equally_often_in_a_sample() {
        let axes = [Axis::list("a", [1, 2, 4, 8]), Axis::range("b", 0.0, 1.0)];
        for design in [Design::Sobol(64), Design::LatinHypercube(64)] {
            let points = values(design, &axes);
            for value in [1.0, 2.0, 4.0, 8.0] {
                assert_eq!(points.iter().filter(|p| p[0] == value).count(), 16, "{design:?} {value}");
            }
        }
    }

    #[test]
    fn what_cannot_be_laid_says_what_to_do() {
        let range = Axis::range("a", 0.0, 1.0);
        let grid = Axis::grid("a", 0.0, 1.0, 100_000);
        for (design, axes, expected) in [
            (Design::Grid, vec![range.clone()], "write a=lo..hi:n"),
            (Design::Grid, vec![grid.clone(), grid.clone()], "take fewer values"),
            (Design::Sobol(16), vec![grid], "without a number of values"),
            (Design::Sobol(1 << 17), vec![range.clone()], "1 to 65536 points"),
            (Design::Sobol(0), vec![range], "1 to 65536 points"),
            (Design::LatinHypercube(5), vec![], "nothing to sample from"),
        ] {
            let said = design.layout(&axes, 7).err().unwrap_or_default();
            assert!(said.contains(expected), "{said}");
        }
    }
}

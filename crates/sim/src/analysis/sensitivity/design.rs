//! Points of the unit cube.

use serde::Serialize;

use crate::analysis::latin::Coordinate;
use crate::random::Stream;

/// How points are spread over the unit cube.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Design {
    /// A Sobol sequence, scrambled by the seed (Owen 1995, in the hash-based form of Burley 2020; directions of Joe and Kuo
    /// 2008): up to 65,536 points, best a power of two of them. Beyond 256 coordinates another scrambling of the first ones
    /// stands for those that the sequence lacks.
    #[default]
    Sobol,
    /// A Latin hypercube (McKay, Beckman and Conover 1979): each coordinate has one point in each of as many slices as
    /// there are points.
    #[serde(rename = "lhs")]
    LatinHypercube,
}

/// The most points of a [`Design::Sobol`].
pub(super) const MOST_SOBOL: usize = 1 << 16;

impl Design {
    /// As the command line spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sobol => "sobol",
            Self::LatinHypercube => "lhs",
        }
    }

    /// Points in (0, 1), by coordinate.
    pub(super) fn points(self, seed: u64, points: usize, coordinates: usize) -> Vec<Vec<f64>> {
        match self {
            Self::Sobol => sobol(seed, points, coordinates),
            Self::LatinHypercube => {
                (0..coordinates).map(|coordinate| latin(seed, points, coordinate)).collect()
            }
        }
    }
}

fn sobol(seed: u64, points: usize, coordinates: usize) -> Vec<Vec<f64>> {
    let stream = Stream::new(seed, "sensitivity/sobol");
    let most = sobol_burley::NUM_DIMENSIONS as usize;
    let coordinate = |coordinate: usize| {
        // Beyond the sequence's dimensions another scrambling of the first ones.
        let (round, dimension) = (coordinate / most, coordinate % most);
        let scramble = stream.word(0, round as u64);
        let at = |point: usize| {
            // Multiples of 2^-23 from 0; the middle of each step keeps to the open interval.
            f64::from(sobol_burley::sample(point as u32, dimension as u32, scramble)) + 0.5 / 8_388_608.0
        };
        (0..points).map(at).collect()
    };
    (0..coordinates).map(coordinate).collect()
}

fn latin(seed: u64, points: usize, coordinate: usize) -> Vec<f64> {
    let stream = |of: &str| Stream::new(seed, &format!("sensitivity/lhs/{coordinate}/{of}"));
    let coordinate = Coordinate::new(points, &stream("order"), stream("within"), 0);
    (0..points).map(|point| coordinate.at(point)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both designs have one point in each slice of each coordinate.
    #[test]
    fn points_are_spread() {
        for design in [Design::Sobol, Design::LatinHypercube] {
            for (place, coordinate) in design.points(7, 256, 300).into_iter().enumerate() {
                let mut slices: Vec<u32> = coordinate.iter().map(|u| (u * 256.0) as u32).collect();
                assert!(coordinate.iter().all(|u| *u > 0.0 && *u < 1.0));
                slices.sort_unstable();
                assert_eq!(slices, (0..256).collect::<Vec<u32>>(), "{design:?} {place}");
            }
        }
    }

    /// Two coordinates of a Sobol sequence fill a grid of boxes evenly, a hypercube's do not.
    #[test]
    fn pairs_of_a_sobol_sequence_are_spread() {
        let points = Design::Sobol.points(3, 256, 2);
        let mut boxes = [0; 256];
        for (x, y) in points[0].iter().zip(&points[1]) {
            boxes[(x * 16.0) as usize * 16 + (y * 16.0) as usize] += 1;
        }
        assert!(boxes.iter().all(|count| *count == 1), "{boxes:?}");
    }
}

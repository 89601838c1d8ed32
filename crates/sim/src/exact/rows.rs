//! What follows each core, kept for the steps that go alike.

use super::chain::{Chain, Note};
use super::error::ExactError;

/// Rows of the transition matrix, by what decides how a step goes.
#[derive(Default)]
pub(super) struct Store {
    matrices: Vec<(Vec<u64>, Matrix)>,
    /// Whether there was no room for them: then each row is made when it is needed.
    full: bool,
}

/// The rows of a step.
#[derive(Default)]
pub(super) struct Matrix {
    row_of: Vec<u32>,
    /// Where each row begins in `cores` and in `notes`, and where the last ends.
    starts: Vec<(usize, usize)>,
    cores: Vec<u32>,
    probabilities: Vec<f64>,
    notes: Vec<Note>,
}

/// What follows a core.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) cores: &'a [u32],
    pub(super) probabilities: &'a [f64],
    pub(super) notes: &'a [Note],
}

const NO_ROW: u32 = u32::MAX;

impl Store {
    /// The matrix of a step, with the rows that are known.
    pub(super) fn matrix(&mut self, signature: &[u64]) -> &mut Matrix {
        let found = self.matrices.iter().position(|(known, _)| known == signature);
        let place = found.unwrap_or_else(|| {
            self.matrices.push((signature.to_vec(), Matrix::default()));
            self.matrices.len() - 1
        });
        &mut self.matrices[place].1
    }

    /// Makes room; from now on no row is kept.
    pub(super) fn give_up(&mut self) {
        self.matrices.clear();
        self.full = true;
    }

    /// Forgets what no later step needs.
    pub(super) fn clear(&mut self) {
        self.matrices.clear();
    }

    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    pub(super) fn bytes(&self) -> usize {
        self.matrices.iter().map(|(_, matrix)| matrix.bytes()).sum()
    }
}

impl Matrix {
    /// The row of a core, made if it is not there; without `keep` it is the only one.
    pub(super) fn row(
        &mut self,
        chain: &mut Chain<'_>,
        core: u32,
        step: u32,
        keep: bool,
    ) -> Result<Row<'_>, ExactError> {
        let known = self.row_of.get(core as usize).copied().unwrap_or(NO_ROW);
        let row = if known != NO_ROW {
            known as usize
        } else {
            chain.expand(core, step)?;
            if keep {
                if self.row_of.len() <= core as usize {
                    self.row_of.resize((core as usize + 1).next_power_of_two(), NO_ROW);
                }
                self.row_of[core as usize] = self.starts.len().saturating_sub(1) as u32;
            } else {
                self.starts.clear();
                self.cores.clear();
                self.probabilities.clear();
                self.notes.clear();
            }
            self.push(chain)
        };
        let ((from, notes_from), (to, notes_to)) = (self.starts[row], self.starts[row + 1]);
        Ok(Row {
            cores: &self.cores[from..to],
            probabilities: &self.probabilities[from..to],
            notes: &self.notes[notes_from..notes_to],
        })
    }

    fn push(&mut self, chain: &Chain<'_>) -> usize {
        if self.starts.is_empty() {
            self.starts.push((0, 0));
        }
        self.cores.extend(chain.successors.iter().map(|(core, _)| core));
        self.probabilities.extend(chain.successors.iter().map(|(_, probability)| probability));
        self.notes.extend_from_slice(&chain.notes);
        self.starts.push((self.cores.len(), self.notes.len()));
        self.starts.len() - 2
    }

    fn bytes(&self) -> usize {
        4 * self.row_of.capacity()
            + 16 * self.starts.capacity()
            + 4 * self.cores.capacity()
            + 8 * self.probabilities.capacity()
            + size_of::<Note>() * self.notes.capacity()
    }
}

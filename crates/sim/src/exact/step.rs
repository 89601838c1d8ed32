//! A step from one core: every rule against the snapshot, and what the firings come to together.
//!
//! Rules fire independently of each other, given the snapshot. So those that change no word in common are worked out apart,
//! and the next core is any combination of what they come to. Within such a part the rules are applied one after the other:
//! after each there are the different values so far with their probabilities, and firings that come to the same are never told
//! apart. The subsets of rules that may fire are not gone through.

use std::collections::HashMap;

use cordiale_core::model::{EffectKind, Model};

use super::plan::{Acting, Changes, Plan};
use super::space::Space;

/// A rule that may fire from a core.
pub(super) struct Active<'a> {
    pub(super) acting: &'a Acting,
    pub(super) chance: f64,
    pub(super) alternatives: Vec<Alternative>,
}

/// What a firing may be: with this probability it takes a branch and changes these words of the moving values.
pub(super) struct Alternative {
    pub(super) probability: f64,
    pub(super) branch: Option<usize>,
    pub(super) changes: Vec<(usize, EffectKind, f64)>,
}

/// Rules that change words in common, and what these words may be after the step.
#[derive(Default)]
pub(super) struct Part {
    pub(super) words: Vec<usize>,
    /// The values of the words, one row a combination.
    pub(super) values: Vec<u64>,
    pub(super) mass: Vec<f64>,
}

/// Room that is used again from core to core.
#[derive(Default)]
pub(super) struct Workshop {
    from: Space,
    mass: Vec<f64>,
    to: Space,
    to_mass: Vec<f64>,
    row: Vec<u64>,
    /// Of each word of a core, its place in the part in hand.
    local: Vec<usize>,
    /// Of each word, the last active rule that changes it.
    owner: Vec<usize>,
    parent: Vec<usize>,
    sums: Sums,
}

const NO_ONE: usize = usize::MAX;

/// The rules in parts: places in `active`, each part ascending, parts in the order of their first rule.
fn groups(active: &[Active<'_>], shop: &mut Workshop, width: usize) -> Vec<Vec<usize>> {
    fn root(parent: &[usize], mut of: usize) -> usize {
        while parent[of] != of {
            of = parent[of];
        }
        of
    }
    shop.owner.clear();
    shop.owner.resize(width, NO_ONE);
    shop.parent.clear();
    shop.parent.extend(0..active.len());
    for (place, rule) in active.iter().enumerate() {
        for word in rule.words() {
            let owner = std::mem::replace(&mut shop.owner[word], place);
            if owner != NO_ONE {
                let (a, b) = (root(&shop.parent, owner), root(&shop.parent, place));
                shop.parent[a.max(b)] = a.min(b);
            }
        }
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of = vec![NO_ONE; active.len()];
    for place in 0..active.len() {
        let root = root(&shop.parent, place);
        if group_of[root] == NO_ONE {
            group_of[root] = groups.len();
            groups.push(Vec::new());
        }
        groups[group_of[root]].push(place);
    }
    groups
}

impl Active<'_> {
    /// The words of a core that its firing may change.
    fn words(&self) -> impl Iterator<Item = usize> {
        let changed = self.alternatives.iter().flat_map(|a| a.changes.iter().map(|(word, _, _)| *word));
        self.acting.memories.iter().map(|(word, _)| *word).chain(changed)
    }

    /// Whether a firing changes nothing that is kept.
    pub(super) fn changes_nothing(&self) -> bool {
        self.words().next().is_none()
    }
}

/// What the active rules come to, in parts; `core` is the snapshot with its memories rested. Where a value leaves the numbers,
/// the slot and the value.
pub(super) fn parts(
    model: &Model,
    plan: &Plan,
    core: &[u64],
    active: &[Active<'_>],
    shop: &mut Workshop,
) -> Result<Vec<Part>, (usize, f64)> {
    let groups = groups(active, shop, plan.core_width);
    groups.iter().map(|group| part(model, plan, core, active, group, shop)).collect()
}

fn part(
    model: &Model,
    plan: &Plan,
    core: &[u64],
    active: &[Active<'_>],
    group: &[usize],
    shop: &mut Workshop,
) -> Result<Part, (usize, f64)> {
    let mut words: Vec<usize> = group.iter().flat_map(|place| active[*place].words()).collect();
    words.sort_unstable();
    words.dedup();
    shop.begin(&words, core);
    for place in group {
        let rule = &active[*place];
        for number in 0..shop.from.len() as u32 {
            let mass = shop.mass[number as usize];
            if rule.chance < 1.0 {
                shop.take(number);
                shop.put(mass * (1.0 - rule.chance));
            }
            for alternative in &rule.alternatives {
                shop.take(number);
                for (word, branch) in &rule.acting.memories {
                    if branch.is_none_or(|branch| alternative.branch == Some(branch)) {
                        let (memory, _) = plan.memories[word - plan.memory_words().start];
                        let word = &mut shop.row[shop.local[*word]];
                        *word = memory.fire(*word);
                    }
                }
                for change in &alternative.changes {
                    shop.change(plan, words.len(), *change, rule.acting.rank);
                }
                shop.put(mass * rule.chance * alternative.probability);
            }
        }
        shop.turn();
    }
    shop.settle(model, plan, words)
}

impl Workshop {
    /// The values before the first rule: three words each, the value, the rank of its assignment, what is added to it.
    fn begin(&mut self, words: &[usize], core: &[u64]) {
        self.local.resize(core.len(), 0);
        let width = 3 * words.len();
        self.row.clear();
        self.row.resize(width, 0);
        for (place, word) in words.iter().enumerate() {
            self.local[*word] = place;
            self.row[place] = core[*word];
        }
        self.sums.clear();
        self.from.reset(width);
        self.to.reset(width);
        self.to_mass.clear();
        self.put(1.0);
        self.turn();
    }

    fn take(&mut self, number: u32) {
        self.row.clear();
        self.row.extend_from_slice(self.from.key(number));
    }

    fn put(&mut self, probability: f64) {
        let number = self.to.number_of(&self.row) as usize;
        if number == self.to_mass.len() {
            self.to_mass.push(0.0);
        }
        self.to_mass[number] += probability;
    }

    fn turn(&mut self) {
        std::mem::swap(&mut self.from, &mut self.to);
        std::mem::swap(&mut self.mass, &mut self.to_mass);
        self.to.reset(self.row.len());
        self.to_mass.clear();
    }

    fn change(
        &mut self,
        plan: &Plan,
        words: usize,
        (word, kind, value): (usize, EffectKind, f64),
        rank: u64,
    ) {
        let place = self.local[word];
        match (plan.changes[word], kind) {
            (Changes::Added, _) => {
                self.row[place] = (f64::from_bits(self.row[place]) + value).to_bits();
            }
            (Changes::Assigned, EffectKind::Add) => {
                let list = &mut self.row[2 * words + place];
                *list = self.sums.with(*list, value);
            }
            (Changes::Assigned, EffectKind::Assign) => {
                // 0 is no assignment yet; between equals the first, by full name, stays.
                if rank > self.row[words + place] {
                    self.row[words + place] = rank;
                    self.row[place] = value.to_bits();
                }
            }
        }
    }

    /// Additions after assignments, and the clamp.
    fn settle(&mut self, model: &Model, plan: &Plan, words: Vec<usize>) -> Result<Part, (usize, f64)> {
        let count = words.len();
        self.to.reset(count);
        self.to_mass.clear();
        for number in 0..self.from.len() as u32 {
            let key = self.from.key(number);
            self.row.clear();
            for (place, word) in words.iter().enumerate() {
                let Some(&slot) = plan.moving.get(*word) else {
                    self.row.push(key[place]);
                    continue;
                };
                let value = self.sums.added_to(f64::from_bits(key[place]), key[2 * count + place]);
                let value = crate::reference::clamp(value, model.slots[slot].range);
                if !value.is_finite() {
                    return Err((slot, value));
                }
                self.row.push(value.to_bits());
            }
            self.put(self.mass[number as usize]);
        }
        let mut part = Part { words, values: Vec::new(), mass: self.to_mass.clone() };
        for number in 0..self.to.len() as u32 {
            part.values.extend_from_slice(self.to.key(number));
        }
        Ok(part)
    }
}

/// Lists of numbers that are added in order, each list by a number; 0 is the empty one.
#[derive(Default)]
struct Sums {
    lists: Vec<(u64, f64)>,
    table: HashMap<(u64, u64), u64>,
}

impl Sums {
    fn clear(&mut self) {
        self.lists.clear();
        self.table.clear();
    }

    fn with(&mut self, list: u64, term: f64) -> u64 {
        let lists = &mut self.lists;
        *self.table.entry((list, term.to_bits())).or_insert_with(|| {
            lists.push((list, term));
            lists.len() as u64
        })
    }

    fn added_to(&self, base: f64, mut list: u64) -> f64 {
        let mut terms = Vec::new();
        while let Some(place) = list.checked_sub(1) {
            let (before, term) = self.lists[place as usize];
            terms.push(term);
            list = before;
        }
        terms.iter().rev().fold(base, |sum, term| sum + term)
    }
}

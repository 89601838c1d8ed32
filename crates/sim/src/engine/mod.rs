//! The engine: blocks of 64 trials, a lane each, through a [`Program`].
//!
//! Trials are blocked by their absolute numbers, so that the random words of a block stand together whatever trials a
//! run begins and ends with; lanes that were not asked for are computed along and left out.
//!
//! What can fail is noted in `failed`, lane by lane, and the block goes on: a later lane may fail earlier in its trial,
//! and only the end of the block tells which failing trial has the lowest number. What that trial's error is, the
//! reference interpreter says.

mod block;
mod candidates;
mod comparisons;
mod drift;
mod effects;
mod forms;
mod given;
mod lanes;
mod list;
mod memos;
mod observe;
mod once;
mod rules;
mod standings;
mod tape;
mod thresholds;
mod watch;
mod words;

use crate::program::{Bound, InstancePlan, Instruction, Program, Reg, Tape, TriggerPlan};
use crate::random::{LANES, Stream};
use crate::record::Clamps;
use crate::simd::{Aligned, Draws, Inlined, Kernel, Key};
use candidates::Candidates;
use comparisons::Comparisons;
use drift::{Course, Drift};
use effects::Changes;
use memos::Memos;
use rules::{Branches, Brief, InstanceState, Look};
use tape::Bank;
use thresholds::Thresholds;
use words::{DrawPlace, Sources};

pub(crate) use block::{BlockRecord, EntryClamps, NO_STEP, OutcomeColumns};
pub(crate) use given::GivenUniforms;
pub(crate) use lanes::bits;
pub(crate) use once::{Once, Remembered};

/// 2^32.
const TWO_32: f64 = 4_294_967_296.0;

/// What one thread needs to run blocks of a program, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Engine<'p, K> {
    kernel: K,
    program: &'p Program,
    streams: Vec<Stream>,
    /// The keys of the streams.
    keys: Vec<Key>,
    drifts: Vec<Drift>,
    /// The streams of the drifts with noise, in their order.
    noisy: Vec<u32>,
    /// By slot.
    courses: Vec<Course>,
    thresholds: Thresholds,
    memos: Memos,
    comparisons: Comparisons,
    /// What else is evaluated at every observation.
    common: Vec<Instruction>,
    bank: Bank,
    briefs: Vec<Brief>,
    changes: Changes,
    instances: Vec<InstanceState>,
    branches: Branches,
    /// Room for a step's looks.
    looks: Vec<Look>,
    candidates: Candidates,
    sources: Sources,
    /// The draws of some streams.
    words: Vec<Draws>,
    /// The draws of those looks of a step that wait for a tape.
    kept: Vec<Draws>,
    pending: effects::Pending,
    events: Vec<observe::EventState>,
    block: BlockRecord,
    /// The lanes whose trial has failed.
    failed: u64,
    /// What is looked at once, beside the outcomes.
    watch: Option<watch::Watch>,
}

impl<'p, K: Kernel> Engine<'p, K> {
    pub(crate) fn new(kernel: K, program: &'p Program, seed: u64) -> Self {
        let streams: Vec<Stream> = program.streams.iter().map(|name| Stream::new(seed, name)).collect();
        let keys: Vec<Key> = streams.iter().map(Stream::key_words).collect();
        let drifts = drift::drifts(program);
        let noise = |drift: &Drift| program.slots[drift.slot as usize].noise;
        let (mut candidates, mut changes) = (Candidates::default(), Changes::default());
        let brief = |plan: &InstancePlan| Brief::new(plan, program, &mut candidates, &mut changes);
        let (comparisons, common) = Comparisons::of(program);
        Self {
            kernel,
            program,
            memos: Memos::new(program),
            comparisons,
            common,
            briefs: program.instances.iter().map(brief).collect(),
            changes,
            candidates,
            keys,
            streams,
            noisy: drifts.iter().filter_map(noise).map(|noise| noise.stream).collect(),
            courses: Course::all(&drifts),
            pending: effects::Pending::new(program, &drifts),
            drifts,
            thresholds: Thresholds::new(program),
            bank: Bank::new(program),
            instances: program.instances.iter().map(|plan| InstanceState::new(plan, program.steps)).collect(),
            branches: Branches::default(),
            looks: vec![Look::NONE; program.instances.len()],
            sources: Sources::new(),
            words: vec![Draws::ZERO; words::SOME],
            kept: Vec::new(),
            events: vec![observe::EventState::default(); program.outcomes.len()],
            block: observe::empty_block(program),
            failed: 0,
            watch: None,
        }
    }

    /// Runs the live lanes of a block: trials `64 block` to `64 block + 63`.
    ///
    /// # Errors
    /// The lowest number of a trial that fails.
    pub(crate) fn run_block(&mut self, block: u64, live: u64, once: Once<'_>) -> Result<&BlockRecord, u64> {
        self.begin(block, live, once);
        self.kernel.vectorize(Steps(&mut *self));
        self.finish_events();
        match self.failed & live {
            0 => Ok(&self.block),
            failed => Err(self.block.first_trial + u64::from(failed.trailing_zeros())),
        }
    }

    /// Parameters, starts, and everything else that is the same in all steps.
    fn begin(&mut self, block: u64, live: u64, once: Once<'_>) {
        let program = self.program;
        self.failed = 0;
        self.block.first_trial = block * LANES as u64;
        self.block.live = live;
        self.block.firings.reset();
        self.block.clamps.fill(EntryClamps::default());
        self.events.fill(observe::EventState::default());
        self.memos.reset();
        for (state, plan) in self.instances.iter_mut().zip(&program.instances) {
            state.reset(plan);
        }
        let place = DrawPlace { once, ..self.place(0) };
        let code = &program.code[program.trial.clone()];
        tape::run(self.kernel, program, &self.keys, &mut self.bank, code, place);
        for &check in &program.trial_checks {
            self.failed |= live & self.bank.mask(check);
        }
        for slot in &program.slots {
            self.bank.numbers[slot.state as usize] = *self.bank.number(slot.start);
        }
        for history in &program.histories {
            if let Some(fired) = history.fired {
                self.bank.masks[fired as usize] = 0;
            }
            if let Some(count) = history.count {
                self.bank.numbers[count as usize] = Aligned([0.0; LANES]);
            }
            if let Some(last) = history.last {
                self.bank.numbers[last as usize] = Aligned([f64::NEG_INFINITY; LANES]);
            }
        }
        for (instance, plan) in program.instances.iter().enumerate() {
            let bound = self.bound(plan);
            self.briefs[instance].bind(bound);
        }
    }

    /// The greatest draw with which an instance can fire; none where its chance must be looked at anyway.
    fn bound(&self, plan: &InstancePlan) -> Option<u32> {
        let most = match (plan.bound, plan.trigger) {
            (Bound::Number(most), _) => most,
            (Bound::OfTrial, TriggerPlan::Number { x, outside, fast, chance: Some(chance), .. }) => {
                let live = self.block.live;
                if [x.bad, outside, fast].iter().any(|&lanes| self.bank.lanes(lanes) & live != 0) {
                    return None;
                }
                let chance = self.bank.number(chance);
                lanes::bits(live).fold(0.0, |most: f64, lane| most.max(chance[lane]))
            }
            _ => return None,
        };
        // Beyond the range of words the conversion gives the nearest end.
        Some((most * TWO_32).floor() as u32)
    }

    /// Where the draws of a step are made, for all live lanes.
    fn place(&self, step: u32) -> DrawPlace<'static> {
        DrawPlace {
            step,
            first_trial: self.block.first_trial,
            once: Once::default(),
            active: self.block.live,
        }
    }

    /// Runs a tape of a step, with draws in the lanes of `active`.
    #[inline(always)]
    fn run(&mut self, tape: &Tape, step: u32, active: u64) {
        if !tape.is_empty() {
            let place = DrawPlace { active, ..self.place(step) };
            let code = &self.program.code[tape.clone()];
            tape::run(self.kernel, self.program, &self.keys, &mut self.bank, code, place);
        }
    }

    /// Notes the lanes of `active` in which a value that they use is an error.
    fn fail(&mut self, active: u64, bad: Option<Reg>) {
        self.failed |= active & self.bank.lanes(bad);
    }
}

/// All steps of a block.
struct Steps<'e, 'p, K>(&'e mut Engine<'p, K>);

impl<K: Kernel> Inlined for Steps<'_, '_, K> {
    #[inline(always)]
    fn run(self) {
        let engine = self.0;
        for step in 0..engine.program.steps {
            engine.observe(step);
            engine.look_at_rules(step);
            engine.settle(step);
        }
        engine.observe(engine.program.steps);
    }
}

/// Notes one clamp a lane.
fn note(clamps: &mut Clamps, mask: u64, worst: impl Fn(usize) -> f64) {
    for lane in lanes::bits(mask) {
        clamps.add(worst(lane));
    }
}

#[cfg(test)]
#[expect(clippy::panic, reason = "tests")]
mod tests {
    use cordiale_core::Scenario;
    use cordiale_core::scenario::NoFiles;

    use super::{Engine, GivenUniforms, Once, OutcomeColumns, Remembered, bits};
    use crate::lower::lower;
    use crate::random::LANES;
    use crate::record::Track;
    use crate::reference::{TrialNumber, run_at, run_trial};
    use crate::simd::Portable;

    const TEXT: &str = "[scenario]\ntitle = \"T\"\nstart = 2013-09-01\nstep = \"month\"\nhorizon = 9\n
[parameters.p]\nvalue = \"beta(2, 3)\"\n[variables.x]\ninitial = \"normal(0, 1)\"\nvolatility = 0.1\n
[rules.r]\nchance = \"p\"\neffects = [\"x += uniform(0, p)\"]\n[outcomes.o]\nvalue = \"x\"\n";

    /// Many chances for one set of parameters: parameters and starts are those of another trial.
    #[test]
    fn parameters_and_starts_may_be_those_of_other_trials() -> Result<(), crate::RunError> {
        let scenario = match Scenario::from_toml(TEXT, "test.toml", &NoFiles) {
            Ok(scenario) => scenario,
            Err(report) => panic!("{report}"),
        };
        let program = lower(scenario.model());
        let mut engine = Engine::new(Portable, &program, 3);
        let outer: [u64; LANES] = std::array::from_fn(|lane| 1000 + lane as u64 / 7);
        let live = u64::MAX << 5;
        let block = match engine.run_block(2, live, Once { outer: Some(&outer), ..Once::default() }) {
            Ok(block) => block,
            Err(trial) => panic!("trial {trial} fails"),
        };
        let OutcomeColumns::Value(values) = &block.outcomes[0] else { panic!("not a value") };
        for lane in 5..LANES {
            let number = TrialNumber { outer: outer[lane], inner: 128 + lane as u64 };
            let expected = run_trial(&scenario, 3, number)?;
            let found = values.iter().map(|values| values[lane]).collect();
            assert_eq!(expected.outcomes[0], Track::Value(found));
        }
        Ok(())
    }

    /// Uniforms of a design stand in the place of those drawn, lane by lane, and all else is drawn as ever.
    #[test]
    fn parameters_may_be_at_points_of_a_design() -> Result<(), crate::RunError> {
        let scenario = match Scenario::from_toml(TEXT, "test.toml", &NoFiles) {
            Ok(scenario) => scenario,
            Err(report) => panic!("{report}"),
        };
        let program = lower(scenario.model());
        let mut engine = Engine::new(Portable, &program, 3);
        let mut given = GivenUniforms::new(&program, ["start/x/0", "nothing"].into_iter());
        given.uniforms[0] = std::array::from_fn(|lane| (lane as f64 + 0.5) / LANES as f64);
        let block = match engine.run_block(2, u64::MAX, Once { given: Some(&given), ..Once::default() }) {
            Ok(block) => block,
            Err(trial) => panic!("trial {trial} fails"),
        };
        let OutcomeColumns::Value(values) = &block.outcomes[0] else { panic!("not a value") };
        for lane in 0..LANES {
            let uniforms = [("start/x/0", given.uniforms[0][lane])];
            let expected = run_at(&scenario, 3, (128 + lane as u64).into(), &uniforms)?;
            let found = values.iter().map(|values| values[lane]).collect();
            assert_eq!(expected.outcomes[0], Track::Value(found));
        }
        Ok(())
    }

    /// Engines that share what they remember of draws: of other blocks, lanes, arguments and families, none is taken.
    #[test]
    fn what_is_remembered_of_draws_is_what_they_come_to() {
        let program = |distribution: &str| {
            let text = TEXT.replace("beta(2, 3)", distribution);
            match Scenario::from_toml(&text, "test.toml", &NoFiles) {
                Ok(scenario) => lower(scenario.model()),
                Err(report) => panic!("{report}"),
            }
        };
        let programs =
            ["beta(2, 3)", "beta(2, 4)", "triangular(0, 0.2, 1)", "0.1 to 0.3", "0.1 to 0.4"].map(program);
        let engines = || programs.iter().map(|program| Engine::new(Portable, program, 3));
        let values = |engine: &mut Engine<'_, Portable>, block, live, once: Once<'_>| -> Vec<Vec<f64>> {
            match engine.run_block(block, live, once).map(|record| &record.outcomes[0]) {
                Ok(OutcomeColumns::Value(values)) => {
                    values.iter().map(|values| bits(live).map(|lane| values[lane]).collect()).collect()
                }
                _ => panic!("no values"),
            }
        };
        let remembered = Remembered::default();
        for (mut alone, mut sharing) in engines().zip(engines()) {
            // A block again, fewer lanes of another, more of it, and where the next engine begins.
            for (block, live) in [(0, u64::MAX), (0, u64::MAX), (1, 0xff), (1, u64::MAX), (0, u64::MAX)] {
                let expected = values(&mut alone, block, live, Once::default());
                let found = values(&mut sharing, block, live, Once::remembering(&remembered));
                assert_eq!(found, expected);
            }
        }
    }
}

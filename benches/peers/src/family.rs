//! Measuring a synthetic model.

use std::path::Path;

use cordiale_core::{NoFiles, Scenario};
use cordiale_models::{Model, STEPS, Spec, shares};
use cordiale_sim::RunResult;

use crate::Effort;
use crate::outcome::Outcome;
use crate::peer::{Entry, LOOKS, Peer, Row, cordiale, measure as measure_all};
use crate::process::{Program, compile, folder, write};
use crate::source;

const MESA_LOOKS: u64 = 600_000;
/// Trials that numpy has in hand at once, and in a run: as many as are fastest. A big model's run takes seconds.
const NUMPY_TRIALS: [(u64, usize); 2] = [(16_384, 3), (8_192, 1)];

/// Runs everything on one model.
pub(crate) fn measure(spec: &Spec, python: Option<&Path>, effort: Effort) -> Result<Row, String> {
    let name = spec.name();
    eprintln!("{name}");
    let model = Model::generate(spec).map_err(|e| e.to_string())?;
    let text = model.to_toml();
    let files = folder()?.join(&name);
    write(&files.join("scenario.toml"), &text)?;
    let scenario = Scenario::from_toml(&text, &name, &NoFiles).map_err(|e| e.to_string())?;
    let source = files.join("scalar.rs");
    write(&source, &source::rust(&model))?;
    let hand_written = compile(&source, &files.join("scalar"))?;

    let a_trial = (STEPS * spec.rules) as u64;
    let repeats = effort.repeats;
    let mut entries = vec![program(Peer::HandWritten, effort.trials(LOOKS, a_trial), repeats, hand_written)];
    entries.extend(cordiale(&scenario, a_trial, effort, read));
    if let Some(python) = python {
        let script = files.join("with_numpy.py");
        let big = spec.rules > 100;
        let (trials, often) = NUMPY_TRIALS[usize::from(big)];
        write(&script, &source::numpy(&model, trials))?;
        entries.push(program(Peer::Numpy, trials, repeats.min(often), Program::python(python, &script)));
        if !big {
            let script = files.join("with_mesa.py");
            write(&script, &source::mesa(&model))?;
            let trials = effort.trials(MESA_LOOKS, a_trial);
            entries.push(program(Peer::Mesa, trials, repeats.min(2), Program::python(python, &script)));
        }
    }
    let mut row = measure_all(&name, a_trial as f64, &mut entries)?;
    let found = shares(&model, 200, 1);
    row.shares = Some((found.guard, found.fired));
    Ok(row)
}

fn program<'a>(peer: Peer, trials: u64, repeats: usize, program: Program) -> Entry<'a> {
    Entry { peer, trials, repeats, run: Box::new(move |trials, seed| program.run(trials, seed)) }
}

/// What a synthetic model's result says of what is compared.
fn read(result: &RunResult) -> Outcome {
    let trials = result.run.trials as f64;
    let level = result.value("level").ok().and_then(|value| value.at_end.as_ref());
    let (mean, sd) = level.map_or((f64::NAN, f64::NAN), |end| (end.mean, end.sd));
    Outcome {
        seconds: 0.0,
        elapsed: 0.0,
        trials,
        reached: result.event("event").map_or(f64::NAN, |event| event.reached as f64),
        level: mean * trials,
        level_squares: (sd * sd + mean * mean) * trials,
        fires: result.rules.iter().filter_map(|(_, rule)| rule.mean_fires).sum::<f64>() * trials,
        fires_squares: 0.0,
    }
}

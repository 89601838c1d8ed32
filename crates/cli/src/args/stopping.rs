//! The arguments that end a run when a question is settled.

use clap::Args;
use cordiale::stopping::{MOST_TRIALS, Question};

use super::trials;
use crate::exit::Failure;

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Until a question is settled")]
pub(crate) struct StoppingArguments {
    /// Run until every event outcome is known within W to either side: 0.005 is half a percentage point. With --outcome
    /// until that one is; of a value it is the mean, in its own unit
    #[arg(long, value_name = "W", group = "question", conflicts_with = "trials", value_parser = share)]
    pub(crate) precision: Option<f64>,
    /// Run until it is settled whether an event outcome is more likely than P
    #[arg(long, value_name = "P", group = "question", conflicts_with = "trials", value_parser = share)]
    pub(crate) above: Option<f64>,
    /// Run until it is settled whether an event outcome is less likely than P
    #[arg(long, value_name = "P", group = "question", conflicts_with = "trials", value_parser = share)]
    pub(crate) below: Option<f64>,
    /// The outcome that is asked for; with --precision it may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) outcome: Vec<String>,
    /// Give up after this many trials; default: 1,000,000
    #[arg(long, value_name = "N", value_parser = trials)]
    pub(crate) max_trials: Option<u64>,
    /// Look after N trials and whenever they have doubled, as `submit` does, from the file's trials on unless N is given; default of others: every 1,024 or sixteenth more
    #[arg(long, value_name = "N", value_parser = trials)]
    pub(crate) first_look: Option<u64>,
}

impl StoppingArguments {
    /// Fails where something is said about a question, and none is asked.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.precision.or(self.above).or(self.below).is_some() {
            return Ok(());
        }
        let asks = "a run that ends by itself: --precision, --above or --below";
        match self.outcome.first() {
            Some(outcome) => Err(Failure::new(format!(
                "--outcome says what is asked of {asks}; a run tells all outcomes, and `cordiale explain FILE --outcome {outcome}` what lies behind one"
            ))),
            None if self.max_trials.is_some() => {
                Err(Failure::new(format!("--max-trials is the most of {asks}; of any other write --trials")))
            }
            None if self.first_look.is_some() => Err(Failure::new(format!("--first-look is for {asks}"))),
            None => Ok(()),
        }
    }

    /// The question, if there is one.
    pub(crate) fn question(&self) -> Option<Question> {
        let precision = self.precision.map(Question::precision);
        let above = self.above.map(Question::above);
        let below = self.below.map(Question::below);
        let mut question = precision.or(above).or(below)?.max_trials(self.max_trials.unwrap_or(MOST_TRIALS));
        if let Some(first) = self.first_look {
            question = question.first_look(first);
        }
        for outcome in &self.outcome {
            question = question.outcome(outcome);
        }
        Some(question)
    }

    /// The same as flags, with this first look.
    pub(crate) fn flags(&self, first_look: Option<u64>) -> Vec<String> {
        let goals = [("precision", self.precision), ("above", self.above), ("below", self.below)];
        let goal = goals.into_iter().filter_map(|(name, number)| Some(format!("--{name}={}", number?)));
        let outcomes = self.outcome.iter().map(|name| format!("--outcome={name}"));
        let most = self.max_trials.map(|most| format!("--max-trials={most}"));
        let first = first_look.map(|first| format!("--first-look={first}"));
        goal.chain(outcomes).chain(most).chain(first).collect()
    }
}

/// A number, or a percentage.
fn share(text: &str) -> Result<f64, String> {
    let (number, unit) = match text.strip_suffix('%') {
        Some(number) => (number, 100.0),
        None => (text, 1.0),
    };
    let number: f64 =
        number.trim().parse().map_err(|_| "write a number, such as 0.005 or 0.5%".to_owned())?;
    Ok(number / unit)
}

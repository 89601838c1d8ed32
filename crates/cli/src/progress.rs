//! Progress on a terminal, and what signals do.

use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use cordiale::Progress;
use cordiale::exact::ExactProgress;
use cordiale::sweep::PointProgress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Signals that follow each other faster are one: what ends a program often sends it to its whole group as well.
const TOGETHER: Duration = Duration::from_millis(500);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C asks the run to stop, and a second one ends the program at once. So do the signals by which batch systems
/// and closing terminals end programs.
pub(crate) fn catch_interrupts() {
    let first = OnceLock::new();
    on_interrupt(move || {
        INTERRUPTED.store(true, Ordering::SeqCst);
        if first.get_or_init(Instant::now).elapsed() > TOGETHER {
            std::process::exit(130);
        }
    });
}

/// Where no handler can be set, a signal ends the program, as it would without one.
#[cfg(unix)]
fn on_interrupt(stop: impl Fn() + Send + 'static) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let mut caught = vec![SIGINT, SIGTERM];
    if !is_ignored(SIGHUP) {
        caught.push(SIGHUP);
    }
    if let Ok(mut signals) = Signals::new(caught) {
        let _ = std::thread::Builder::new().spawn(move || signals.forever().for_each(|_| stop()));
    }
}

#[cfg(not(unix))]
fn on_interrupt(stop: impl Fn() + Send + 'static) {
    let _ = ctrlc::set_handler(stop);
}

/// Whether whoever started the program has it ignore a signal, as `nohup` does; so too where that cannot be told.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_none_or(|mask| mask >> (signal - 1) & 1 == 1)
}

/// From now on a file that grows beyond what is allowed (`ulimit -f`) is an error of writing, and does not end the program.
pub(crate) fn survive_file_limits() {
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
}

/// Whether Ctrl-C was pressed.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// A bar with a live estimate on a terminal, once the run has taken over a second; cleared when it is done.
pub(crate) struct Bar {
    shown: bool,
    begun: Instant,
    bar: Arc<OnceLock<ProgressBar>>,
}

impl Bar {
    pub(crate) fn new(quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        Self { shown, begun: Instant::now(), bar: Arc::default() }
    }

    /// A callback for a run, or for what is left of one after some trials. It stops the run where Ctrl-C was pressed,
    /// and at a time.
    pub(crate) fn follow(
        &self,
        before: u64,
        until: Option<Instant>,
    ) -> impl Fn(&Progress) -> ControlFlow<()> + Send + Sync + use<> {
        let (shown, begun, cell) = (self.shown, self.begun, self.bar.clone());
        move |progress: &Progress| {
            if interrupted() || until.is_some_and(|until| Instant::now() >= until) {
                return ControlFlow::Break(());
            }
            if shown && begun.elapsed() > PATIENCE {
                let bar = cell.get_or_init(|| new_bar(before + progress.total, TRIALS));
                bar.set_position(before + progress.trials);
                if let Some(event) = progress.event.as_ref().filter(|e| e.trials > 0) {
                    #[expect(clippy::cast_precision_loss, reason = "shown to one decimal")]
                    let share = 100.0 * event.reached as f64 / event.trials as f64;
                    bar.set_message(format!("{} {share:.1}%", event.name));
                }
            }
            ControlFlow::Continue(())
        }
    }

    /// A callback for a run at many points. It stops the run where Ctrl-C was pressed.
    pub(crate) fn follow_points(&self) -> impl Fn(&PointProgress) -> ControlFlow<()> + Send + Sync + use<> {
        let (shown, begun, cell) = (self.shown, self.begun, self.bar.clone());
        move |progress: &PointProgress| {
            if interrupted() {
                return ControlFlow::Break(());
            }
            if shown && begun.elapsed() > PATIENCE {
                let bar = cell.get_or_init(|| new_bar(progress.points, POINTS));
                // Points that run side by side tell by turns.
                bar.set_position(bar.position().max(progress.point));
                bar.set_message(format!("{} of {} trials", progress.run.trials, progress.run.total));
            }
            ControlFlow::Continue(())
        }
    }

    /// A callback for an exact run. It stops the run where Ctrl-C was pressed.
    pub(crate) fn follow_steps(&self) -> impl Fn(&ExactProgress) -> ControlFlow<()> + Send + Sync + use<> {
        let (shown, begun, cell) = (self.shown, self.begun, self.bar.clone());
        move |progress: &ExactProgress| {
            if interrupted() {
                return ControlFlow::Break(());
            }
            if shown && begun.elapsed() > PATIENCE {
                let bar = cell.get_or_init(|| new_bar(u64::from(progress.steps), STEPS));
                bar.set_position(u64::from(progress.step));
                bar.set_message(format!("{} states", progress.states));
            }
            ControlFlow::Continue(())
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

const TRIALS: &str = "{bar:30} {human_pos} of {human_len} trials, {eta} to go  {msg}";
const POINTS: &str = "{bar:30} point {pos} of {len}, {eta} to go  {msg}";
const STEPS: &str = "{bar:30} step {pos} of {len}  {msg}";

fn new_bar(total: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

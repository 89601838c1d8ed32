//! Progress on a terminal, and stopping on Ctrl-C.

use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use cordiale::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_secs(1);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C asks the run to stop, and a second one ends the program at once.
pub(crate) fn catch_interrupts() {
    // Where no handler can be set, Ctrl-C ends the program, as it would without one.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    });
}

/// Whether Ctrl-C was pressed.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// A callback for a run: a bar with a live estimate on a terminal, once the run has taken over a second.
pub(crate) fn follow(quiet: bool) -> (impl Fn(&Progress) -> ControlFlow<()> + Send + Sync + 'static, Bar) {
    let shown = !quiet && std::io::stderr().is_terminal();
    let bar = Bar::default();
    let (begun, cell) = (Instant::now(), bar.0.clone());
    let callback = move |progress: &Progress| {
        if interrupted() {
            return ControlFlow::Break(());
        }
        if shown && begun.elapsed() > PATIENCE {
            let bar = cell.get_or_init(|| new_bar(progress.total));
            bar.set_position(progress.trials);
            if let Some(event) = progress.event.as_ref().filter(|e| e.trials > 0) {
                #[expect(clippy::cast_precision_loss, reason = "shown to one decimal")]
                let share = 100.0 * event.reached as f64 / event.trials as f64;
                bar.set_message(format!("{} {share:.1}%", event.name));
            }
        }
        ControlFlow::Continue(())
    };
    (callback, bar)
}

/// The bar, to be cleared once the run is done.
#[derive(Default)]
pub(crate) struct Bar(Arc<OnceLock<ProgressBar>>);

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = self.0.get() {
            bar.finish_and_clear();
        }
    }
}

fn new_bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let template = "{bar:30} {human_pos} of {human_len} trials, {eta} to go  {msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

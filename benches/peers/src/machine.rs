//! Where and when it was measured.

use std::fs::read_to_string;
use std::process::Command;

/// The machine, and how busy it was at the start.
pub(crate) struct Machine {
    load: Option<String>,
}

impl Machine {
    pub(crate) fn at_start() -> Self {
        Self { load: load() }
    }

    /// A line on the machine, its tools and what else it had to do.
    pub(crate) fn told(&self) -> String {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let mut parts = vec![format!("{processors} processors, {}", model())];
        let rustc = Command::new("rustc").arg("--version").output();
        parts.extend(rustc.ok().map(|found| String::from_utf8_lossy(&found.stdout).trim().to_owned()));
        if let (Some(start), Some(end)) = (&self.load, load()) {
            parts.push(format!("load average {start} at the start and {end} at the end"));
        }
        format!("{}.\n", parts.join("; "))
    }
}

fn model() -> String {
    let text = read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("model name"));
    line.and_then(|line| line.split_once(": ")).map_or(std::env::consts::ARCH, |(_, name)| name).to_owned()
}

/// Programs that ran or waited to run in the last minute, on average.
fn load() -> Option<String> {
    read_to_string("/proc/loadavg").ok()?.split(' ').next().map(str::to_owned)
}

//! The manual: every code block runs, every page is listed, every link leads somewhere. Unix alone, for its shell.
//!
//! What a block is for stands behind its fence; CONTRIBUTING lists it. To write what commands print into the
//! pages anew: `UPDATE_MANUAL=1 cargo test -p cordiale-cli --test cli manual`, then read `git diff`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use super::{folder, root};

/// How many trials a command runs whose output a page does not show.
const FEW_TRIALS: &str = "200";

/// Codes that a piece of a file may have for being a piece; any other is a mistake in it.
const OF_PIECES: [&str; 10] =
    ["E006", "E013", "E101", "E109", "E209", "E304", "E305", "E306", "E307", "E011"];

/// The pages of the manual, relative to the root.
fn pages() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(Path::new("docs"), &mut found);
    found.sort();
    found
}

fn read(page: &Path) -> String {
    std::fs::read_to_string(root().join(page)).unwrap()
}

/// A piece of a page.
enum Piece {
    Line(String),
    Block { info: String, body: String },
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("````") {
            // Held by a test of its own.
            pieces.push(Piece::Line(line.to_owned()));
            for line in lines.by_ref() {
                pieces.push(Piece::Line(line.to_owned()));
                if line == "````" {
                    break;
                }
            }
        } else if let Some(info) = line.strip_prefix("```") {
            let mut body = String::new();
            for line in lines.by_ref().take_while(|line| *line != "```") {
                body.push_str(line);
                body.push('\n');
            }
            pieces.push(Piece::Block { info: info.to_owned(), body });
        } else {
            pieces.push(Piece::Line(line.to_owned()));
        }
    }
    pieces
}

/// A command of a `console` block, with what the page shows of its output.
struct Shown {
    command: String,
    lines: Vec<String>,
}

fn transcript(body: &str) -> Result<Vec<Shown>, String> {
    let mut found: Vec<Shown> = Vec::new();
    let mut goes_on = false;
    for line in body.lines() {
        match (line.strip_prefix("$ "), found.last_mut()) {
            (Some(command), _) => found.push(Shown { command: command.to_owned(), lines: Vec::new() }),
            (None, Some(last)) if goes_on => {
                last.command.push('\n');
                last.command.push_str(line);
            }
            (None, Some(last)) => last.lines.push(line.to_owned()),
            (None, None) => return Err(format!("a console block begins with `$ `, not with `{line}`")),
        }
        goes_on = line.ends_with('\\') && found.last().is_some_and(|last| last.lines.is_empty());
    }
    Ok(found)
}

/// Whether the lines are as shown, a line `...` standing for any number of them.
fn matches(shown: &[String], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first.trim() == "..." => {
            (0..=printed.len()).any(|skipped| matches(rest, &printed[skipped..]))
        }
        Some((first, rest)) => {
            printed.first().is_some_and(|line| line.trim_end() == first.trim_end())
                && matches(rest, &printed[1..])
        }
    }
}

/// A folder in which the commands of one page run: the shipped scenarios are in it, and the binary is on its path.
struct Desk {
    folder: tempfile::TempDir,
    path: std::ffi::OsString,
}

impl Desk {
    fn new() -> Self {
        let folder = folder();
        for (name, files) in [("scenarios", super::shipped()), ("hindcasts", super::toml_files("hindcasts"))]
        {
            std::fs::create_dir(folder.path().join(name)).unwrap();
            for file in files {
                std::fs::copy(&file, folder.path().join(name).join(file.file_name().unwrap())).unwrap();
            }
        }
        let binary = PathBuf::from(env!("CARGO_BIN_EXE_cordiale"));
        let mut path = binary.parent().unwrap().as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        Self { folder, path }
    }

    /// Exit status, and stdout and stderr as they came.
    fn sh(&self, command: &str) -> (i32, String) {
        self.sh_of_width(command, None)
    }

    fn sh_of_width(&self, command: &str, columns: Option<&str>) -> (i32, String) {
        let mut shell = Command::new("sh");
        if let Some(columns) = columns {
            shell.env("COLUMNS", columns);
        } else {
            shell.env_remove("COLUMNS");
        }
        let output = shell
            .args(["-c", &format!("{{ {command}\n}} 2>&1")])
            .current_dir(self.folder.path())
            .env("PATH", &self.path)
            .env("LC_ALL", "C.UTF-8")
            .env("NO_COLOR", "1")
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (output.status.code().unwrap_or(-1), String::from_utf8(output.stdout).unwrap())
    }

    fn toml(&self, words: &[&str], body: &str) -> Result<(), String> {
        let to = |key: &str| words.iter().find_map(|word| word.strip_prefix(key));
        if let Some(name) = to("file=").or(to("add=")) {
            let path = self.folder.path().join(name);
            let before =
                to("add=").map(|_| std::fs::read_to_string(&path).unwrap() + "\n").unwrap_or_default();
            let text = before + body;
            std::fs::write(&path, &text).unwrap();
            if text.contains("[scenario]") && !words.contains(&"wrong") {
                return self.runs(name);
            }
            return Ok(());
        }
        if body.contains("[scenario]") {
            std::fs::write(self.folder.path().join("block.toml"), body).unwrap();
            return self.runs("block.toml");
        }
        if body.contains("[hindcast]") {
            std::fs::write(self.folder.path().join("hindcasts/block.toml"), body).unwrap();
            let (status, said) = self.sh("cordiale check hindcasts/block.toml");
            std::fs::remove_file(self.folder.path().join("hindcasts/block.toml")).unwrap();
            return if status == 0 { Ok(()) } else { Err(said) };
        }
        // A piece: it is held to the syntax and the keys, not to the names that only the whole has.
        let begins_with_a_section = body
            .lines()
            .find(|line| !line.trim().is_empty() && !line.starts_with('#'))
            .is_some_and(|l| l.starts_with('['));
        let head = if begins_with_a_section { "" } else { "[rules.piece]\n" };
        let whole = if body.contains("[world]") { body.to_owned() } else { format!("[world]\n{head}{body}") };
        std::fs::write(self.folder.path().join("piece.toml"), whole).unwrap();
        let (_, found) = self.sh("cordiale check --format json piece.toml");
        let found: serde_json::Value = serde_json::from_str(&found).map_err(|e| format!("{e}: {found}"))?;
        for entry in found.as_array().into_iter().flatten() {
            let code = entry["code"].as_str().unwrap_or_default();
            if code.starts_with('E') && !OF_PIECES.contains(&code) {
                return Err(format!("{code} {}", entry["message"]));
            }
        }
        Ok(())
    }

    fn runs(&self, name: &str) -> Result<(), String> {
        let (status, said) =
            self.sh(&format!("cordiale run {name} --trials {FEW_TRIALS} --quiet --out result.json"));
        if status == 0 { Ok(()) } else { Err(said) }
    }

    /// Runs the commands, and gives the block as it would have to be.
    fn console(&self, words: &[&str], body: &str) -> Result<String, String> {
        let statuses: Vec<i32> = words
            .iter()
            .filter_map(|word| word.strip_prefix("exit="))
            .map(|status| status.parse().unwrap())
            .collect();
        let columns = words.iter().find_map(|word| word.strip_prefix("columns="));
        let commands = transcript(body)?;
        let shows = commands.iter().any(|shown| !shown.lines.is_empty());
        let mut status_of_last = 0;
        let mut anew = String::new();
        for Shown { command, lines } in &commands {
            let _ = writeln!(anew, "$ {command}");
            let typed = command.replace("cargo run --release -- ", "cordiale ");
            if typed.split_whitespace().any(|word| word == "cargo") {
                continue;
            }
            let typed = if shows { typed } else { with_few_trials(&typed) };
            let (status, printed) = self.sh_of_width(&typed, columns);
            status_of_last = status;
            if status != 0 && !statuses.contains(&status) {
                return Err(format!("$ {command}\nexit {status}\n{printed}"));
            }
            let shortened = lines.iter().any(|line| line.trim() == "...");
            // Empty lines at the end are not shown.
            let printed: Vec<&str> = printed.trim_end_matches('\n').lines().collect();
            if shows
                && (std::env::var_os("UPDATE_MANUAL").is_none() || shortened)
                && !matches(lines, &printed)
            {
                return Err(format!(
                    "$ {command}\nprinted:\n{}\nshown:\n{}",
                    printed.join("\n"),
                    lines.join("\n")
                ));
            }
            let kept: Vec<&str> =
                if shortened || !shows { lines.iter().map(String::as_str).collect() } else { printed };
            for line in kept {
                let _ = writeln!(anew, "{}", line.trim_end());
            }
        }
        match statuses.first() {
            Some(status) if *status != status_of_last => {
                Err(format!("exit {status_of_last}, not {status}:\n{body}"))
            }
            _ => Ok(anew),
        }
    }
}

fn with_few_trials(command: &str) -> String {
    let mut words: Vec<&str> = command.split(' ').collect();
    for at in 1..words.len() {
        if words[at - 1] == "--trials" {
            words[at] = FEW_TRIALS;
        }
    }
    words.join(" ")
}

/// Runs the page's blocks in order; what is wrong with them, and the page as it would have to be.
fn try_page(page: &Path) -> (Vec<String>, String) {
    let desk = Desk::new();
    let mut wrong = Vec::new();
    let mut anew = String::new();
    let mut has_rust = false;
    for piece in pieces(&read(page)) {
        let (info, body) = match piece {
            Piece::Line(line) => {
                let _ = writeln!(anew, "{line}");
                continue;
            }
            Piece::Block { info, body } => (info, body),
        };
        let words: Vec<&str> = info.split([' ', ',']).collect();
        let mut kept = body.clone();
        let tried = match words[0] {
            "console" => desk.console(&words, &body).map(|anew| kept = anew),
            "toml" => desk.toml(&words, &body),
            "json" => {
                let values: Result<Vec<serde_json::Value>, _> =
                    serde_json::Deserializer::from_str(&body).into_iter().collect();
                values.map(|_| ()).map_err(|e| e.to_string())
            }
            "sh" => {
                std::fs::write(desk.folder.path().join("block.sh"), &body).unwrap();
                let (status, said) = desk.sh("sh -n block.sh");
                if status == 0 { Ok(()) } else { Err(said) }
            }
            "rust" => {
                has_rust = true;
                Ok(())
            }
            // Shown and not run: what something else writes, and other languages.
            "text" | "python" | "r" | "sql" | "bibtex" => Ok(()),
            other => Err(format!("a block is of no known kind: `{other}`; see CONTRIBUTING.md")),
        };
        if let Err(what) = tried {
            wrong.push(format!("{}: a block `{info}`: {what}", page.display()));
        }
        let _ = writeln!(anew, "```{info}\n{kept}```");
    }
    let include = format!("../{}", page.display());
    if has_rust && !std::fs::read_to_string(root().join("src/lib.rs")).unwrap().contains(&include) {
        wrong.push(format!("{}: its Rust is not run: include it in src/lib.rs", page.display()));
    }
    (wrong, anew)
}

#[test]
fn every_block_of_the_manual_runs() {
    let mut left = pages();
    left.push(PathBuf::from("README.md"));
    let left = Mutex::new(left);
    let wrong = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let next = left.lock().unwrap().pop();
                    let Some(page) = next else { break };
                    let (found, anew) = try_page(&page);
                    if std::env::var_os("UPDATE_MANUAL").is_some() && found.is_empty() && anew != read(&page)
                    {
                        std::fs::write(root().join(&page), anew).unwrap();
                    }
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n\n"));
}

/// The text outside of code.
fn prose(text: &str) -> String {
    let mut prose = String::new();
    for piece in pieces(text) {
        if let Piece::Line(line) = piece {
            // What stands between pairs of backticks is code.
            for (at, part) in line.split('`').enumerate() {
                prose.push_str(if at % 2 == 0 { part } else { "``" });
            }
            prose.push('\n');
        }
    }
    prose
}

/// Where the links of a page lead.
fn links(page: &Path) -> Vec<String> {
    let prose = prose(&read(page));
    let mut found = Vec::new();
    for after in prose.split("](").skip(1) {
        found.push(after.split(')').next().unwrap_or_default().to_owned());
    }
    found
}

/// The anchors of a page: its headings, as GitHub and mdBook name them.
fn anchors(page: &Path) -> BTreeSet<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = BTreeSet::new();
    for piece in pieces(&read(page)) {
        let Piece::Line(line) = piece else { continue };
        let Some((marks, title)) = line.split_once(' ') else { continue };
        if marks.is_empty() || marks.chars().any(|c| c != '#') {
            continue;
        }
        let mut slug = String::new();
        for c in title.trim().to_lowercase().chars() {
            match c {
                ' ' => slug.push('-'),
                c if c.is_alphanumeric() || c == '-' || c == '_' => slug.push(c),
                _ => {}
            }
        }
        let count = seen.entry(slug.clone()).or_insert(0);
        found.insert(if *count == 0 { slug } else { format!("{slug}-{count}") });
        *count += 1;
    }
    found
}

#[test]
fn every_link_leads_somewhere() {
    let mut all = pages();
    all.extend(["README.md", "CONTRIBUTING.md", "DESIGN.md", "LIMITS.md", "CHANGELOG.md"].map(PathBuf::from));
    let mut wrong = Vec::new();
    for page in &all {
        for link in links(page) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            if !root().join(&target).exists() {
                wrong.push(format!("{}: {link} leads to no file", page.display()));
            } else if !anchor.is_empty() && !anchors(&target).contains(anchor) {
                wrong.push(format!("{}: {link} leads to no heading", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_page_is_in_the_summary_once() {
    let summary = Path::new("docs/SUMMARY.md");
    let mut listed: Vec<PathBuf> = links(summary).iter().map(|link| Path::new("docs").join(link)).collect();
    listed.sort();
    let there: Vec<PathBuf> = pages().into_iter().filter(|page| page != summary).collect();
    assert_eq!(listed, there);
}

#[test]
fn a_shortened_output_is_compared_where_it_is_shown() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(matches(&lines("a\n...\nd"), &["a", "b", "c", "d"]));
    assert!(matches(&lines("a\n..."), &["a"]));
    assert!(!matches(&lines("a\n...\nd"), &["a", "b", "c"]));
    assert!(!matches(&lines("a"), &["a", "b"]));
    assert_eq!(
        with_few_trials("cordiale run x.toml --trials 1000000 --quiet"),
        "cordiale run x.toml --trials 200 --quiet"
    );
}

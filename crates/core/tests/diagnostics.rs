//! Every code has a fixture that brings it out, and a snapshot of all that is then said.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cordiale_core::diagnostic::Code;
use cordiale_core::{Report, Resolver, Severity, check};

/// Codes that no text can bring out: they are about files that cannot be read as text, or about a call.
const NOT_OF_A_TEXT: [&str; 4] = ["E001", "E002", "E003", "E306"];

struct Folder(PathBuf);

impl Resolver for Folder {
    fn world(&self, name: &str, _from: &str) -> Result<(String, String), String> {
        std::fs::read_to_string(self.0.join(name))
            .map(|text| (text, name.to_owned()))
            .map_err(|e| e.to_string())
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn report(name: &str, text: &str) -> Report {
    match check(text, name, &Folder(fixtures())) {
        Ok((_, warnings)) => warnings,
        Err(report) => report,
    }
}

#[test]
fn every_code_is_brought_out_by_its_fixture() {
    let mut seen = BTreeSet::new();
    let mut files: Vec<_> =
        std::fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap();
        let code = name.strip_suffix(".toml").unwrap();
        let found = report(name, &std::fs::read_to_string(&path).unwrap());
        assert!(
            found.diagnostics().iter().any(|d| d.code.id() == code),
            "{name} does not bring out its code, but:\n{found}"
        );
        let severity = if code.starts_with('E') { Severity::Error } else { Severity::Warning };
        assert_eq!(found.has_errors(), severity == Severity::Error, "{name}:\n{found}");
        insta::assert_snapshot!(code, found.to_string());
        seen.insert(code.to_owned());
    }
    for code in Code::ALL {
        assert!(
            seen.contains(code.id()) || NOT_OF_A_TEXT.contains(&code.id()),
            "{} has no fixture",
            code.id()
        );
    }
}

#[test]
fn every_place_lies_in_its_text() {
    for entry in std::fs::read_dir(fixtures()).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let found = report(path.file_name().unwrap().to_str().unwrap(), &text);
        for span in found.diagnostics().iter().filter_map(|d| d.span) {
            let file = found.sources().file(span.file).unwrap();
            assert!(file.text().get(span.range()).is_some(), "{}: {span:?}", path.display());
        }
    }
}

#[test]
fn every_code_has_a_title_and_an_entry() {
    for code in Code::ALL {
        assert!(!code.title().is_empty() && code.explain().len() > 40, "{}", code.id());
        assert_eq!(Code::from_id(&code.id().to_lowercase()), Some(*code));
    }
}

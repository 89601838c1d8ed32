//! The manual's page on the language names everything that the language has.

use cordiale_core::diagnostic::Code;
use cordiale_core::functions::FUNCTIONS;
use cordiale_core::keys::{EVERYWHERE, EVIDENCE, SECTIONS};

const PAGE: &str = include_str!("../../../docs/language.md");

/// Whether the page has this word.
fn has(word: &str) -> bool {
    PAGE.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|w| w == word)
}

#[test]
fn every_section_and_key_is_in_the_manual() {
    for section in SECTIONS {
        assert!(PAGE.contains(&format!("[{}", section.name)), "[{}]", section.name);
        for key in section.keys {
            assert!(has(key.name), "{}.{}", section.name, key.name);
        }
    }
    for key in EVIDENCE.iter().chain(EVERYWHERE) {
        assert!(has(key.name), "{}", key.name);
    }
}

#[test]
fn every_function_is_in_the_manual() {
    for function in FUNCTIONS {
        assert!(has(function.name), "{}", function.name);
    }
}

#[test]
fn every_code_is_in_the_manual_with_its_title() {
    for code in Code::ALL {
        assert!(
            PAGE.contains(&format!("| {} | {} |", code.id(), code.title())),
            "{}: {}",
            code.id(),
            code.title()
        );
    }
}

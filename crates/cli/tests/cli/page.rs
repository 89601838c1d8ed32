//! Pages of the manual show what their commands print.

use super::{cordiale, root, stderr, stdout};

/// Runs every command on a page, with some of its words replaced, and holds what the page shows against what is printed;
/// UPDATE_GOLDEN=1 writes it there. How many commands the page has.
pub(crate) fn check(page: &str, words: &[(&str, &str)]) -> usize {
    let path = root().join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut mended = String::new();
    let mut shown = 0;
    for (place, piece) in text.split_inclusive("```").enumerate() {
        let Some(block) = piece.strip_prefix("console\n").filter(|_| place % 2 == 1) else {
            mended.push_str(piece);
            continue;
        };
        let command = block.lines().next().unwrap();
        let replaced = |word: String| {
            words.iter().find(|(before, _)| *before == word).map_or(word, |(_, after)| (*after).to_owned())
        };
        let arguments: Vec<String> =
            split(command.strip_prefix("$ cordiale ").unwrap()).into_iter().map(replaced).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = cordiale(&arguments).env("COLUMNS", "80").output().unwrap();
        assert_eq!(stderr(&output), "", "{command}");
        mended.push_str(&format!("console\n{command}\n{}```", stdout(&output)));
        shown += 1;
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &mended).unwrap();
    } else {
        assert!(text == mended, "{page} differs; UPDATE_GOLDEN=1 accepts what is printed:\n{mended}");
    }
    shown
}

/// The words of a command, as a shell parts them.
fn split(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for c in command.chars() {
        match c {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

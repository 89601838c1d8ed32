//! Text to tokens.

use std::ops::Range;

use crate::elsewhere;

/// A token, and the bytes of the text that it covers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum TokenKind {
    Number(f64),
    /// A name or a reserved word.
    Word,
    /// An operator or a bracket, as it is written.
    Symbol(&'static str),
    End,
}

/// What is wrong with a piece of the text.
#[derive(Debug, PartialEq)]
pub(super) struct LexError {
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// Longer symbols before their beginnings.
const SYMBOLS: &[&str] = &[
    "+=", "-=", "==", "!=", "<=", ">=", "<", ">", "=", "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", ":",
    ".",
];

pub(super) fn lex(text: &str) -> Result<Vec<Token>, LexError> {
    // Few texts have more than a token in three bytes.
    let mut tokens = Vec::with_capacity(text.len() / 3 + 2);
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c.is_ascii_whitespace() {
            at += 1;
        } else if c.is_ascii_digit() || (c == '.' && rest[1..].starts_with(|d: char| d.is_ascii_digit())) {
            let len = number_length(rest);
            let range = at..at + len;
            tokens.push(Token { kind: TokenKind::Number(number(&text[range.clone()], &range)?), range });
            at += len;
        } else if c.is_ascii_alphabetic() || c == '_' {
            let len = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
            tokens.push(Token { kind: TokenKind::Word, range: at..at + len });
            at += len;
        } else if let Some(symbol) = SYMBOLS.iter().find(|s| rest.starts_with(**s)) {
            tokens.push(Token { kind: TokenKind::Symbol(symbol), range: at..at + symbol.len() });
            at += symbol.len();
        } else {
            return Err(stray(c, rest, at));
        }
    }
    tokens.push(Token { kind: TokenKind::End, range: text.len()..text.len() });
    Ok(tokens)
}

/// Digits, a fraction, an exponent; and whatever letters follow at once, which no number may have.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |mut i: usize| {
        while bytes.get(i).is_some_and(|b| b.is_ascii_digit() || *b == b'_') {
            i += 1;
        }
        i
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
            end = digits(end + 1 + sign);
        }
    }
    end + bytes[end..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count()
}

fn number(text: &str, range: &Range<usize>) -> Result<f64, LexError> {
    let wrong =
        |message: String, help: &str| LexError { range: range.clone(), message, help: Some(help.to_owned()) };
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let is_between_digits = |at: usize| is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
    let strays = |at: usize| bytes[at] == b'_' && !is_between_digits(at);
    let plain = text.replace('_', "");
    let is_pointed_well =
        plain.split_once('.').is_none_or(|(_, part)| part.starts_with(|c: char| c.is_ascii_digit()));
    match plain.parse::<f64>().ok().filter(|_| is_pointed_well) {
        Some(_) if (0..bytes.len()).any(strays) => {
            Err(wrong(format!("`{text}` is no number"), "a `_` stands between two digits, as in 10_000"))
        }
        None => Err(wrong(format!("`{text}` is no number"), "numbers are written 3, 0.25, 1e-3 or 10_000")),
        Some(value) if value.is_infinite() => {
            Err(wrong(format!("`{text}` is too large for a number"), "the largest is about 1.8e308"))
        }
        Some(value) => Ok(value),
    }
}

fn stray(c: char, rest: &str, at: usize) -> LexError {
    LexError {
        range: at..at + c.len_utf8(),
        message: format!("`{}` has no meaning in an expression", c.escape_debug()),
        help: elsewhere::sign(rest).map(str::to_owned),
    }
}

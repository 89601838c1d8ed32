//! How weak the ground is that a number stands on.

use cordiale_core::assumptions::Piece;

/// How much a number may be doubted by what it rests on, from 0.1 (a record of high confidence) to 1 (nothing at all, or a
/// judgement of low confidence that is disputed). The weakest piece counts, for a chain holds no better than that; it is
/// a scale to sort by, and no probability.
///
/// | basis | high | moderate | not said | low |
/// |---|---|---|---|---|
/// | record | 0.1 | 0.2 | 0.3 | 0.5 |
/// | article | 0.2 | 0.3 | 0.4 | 0.6 |
/// | judgement | 0.5 | 0.6 | 0.7 | 0.8 |
///
/// Disputed adds 0.2; no evidence is 1.
#[must_use]
pub fn doubt(evidence: &[Piece]) -> f64 {
    let of_piece = |piece: &Piece| {
        let confidence = match piece.confidence.as_deref() {
            Some("high") => 0,
            Some("moderate") => 1,
            Some("low") => 3,
            _ => 2,
        };
        let scale = match (piece.basis.as_deref(), piece.source.is_some()) {
            (Some("record"), _) => [0.1, 0.2, 0.3, 0.5],
            (Some("article"), _) | (None, true) => [0.2, 0.3, 0.4, 0.6],
            _ => [0.5, 0.6, 0.7, 0.8],
        };
        scale[confidence] + if piece.disputed { 0.2 } else { 0.0 }
    };
    if evidence.is_empty() {
        return 1.0;
    }
    evidence.iter().map(of_piece).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_basis_and_confidence_has_its_doubt() {
        let bases = [
            (Some("record"), None, [0.1, 0.2, 0.3, 0.5]),
            (Some("article"), None, [0.2, 0.3, 0.4, 0.6]),
            // A source without a basis is read as an article.
            (None, Some("diplomat"), [0.2, 0.3, 0.4, 0.6]),
            (Some("judgement"), Some("diplomat"), [0.5, 0.6, 0.7, 0.8]),
            (None, None, [0.5, 0.6, 0.7, 0.8]),
        ];
        for (basis, source, doubts) in bases {
            for (confidence, expected) in
                [Some("high"), Some("moderate"), None, Some("low")].into_iter().zip(doubts)
            {
                let [basis, source, confidence] = [basis, source, confidence].map(|x| x.map(str::to_owned));
                let piece = Piece { basis, source, confidence, ..Piece::default() };
                assert_eq!(doubt(std::slice::from_ref(&piece)), expected, "{piece:?}");
            }
        }
    }

    #[test]
    fn the_weakest_piece_counts() {
        let piece = |basis: &str, confidence: Option<&str>, disputed| Piece {
            basis: Some(basis.to_owned()),
            confidence: confidence.map(str::to_owned),
            disputed,
            ..Piece::default()
        };
        assert_eq!(doubt(&[]), 1.0);
        assert_eq!(doubt(&[piece("record", Some("high"), false)]), 0.1);
        let both = [piece("article", None, false), piece("judgement", Some("low"), false)];
        assert_eq!(doubt(&both), 0.8);
        assert_eq!(doubt(&[piece("judgement", Some("low"), true)]), 1.0);
    }
}

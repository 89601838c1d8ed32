//! A hindcast as a document: a table with a row a question, then what all of them come to.

use cordiale::hindcast::{HindcastResult, Observed, Scored};
use cordiale::model::Model;

use super::super::hindcast::{
    BANDS, FEW, MEANS, SCORES, asked, bands, came, known, lead, means, said, score_pieces, verdicts,
};
use super::{Align, CommandLine, code, opening, plain, table, warnings};

/// The whole document; `observed` are the files in the order of the result.
pub(crate) fn render(result: &HindcastResult, observed: &[Observed], command: &CommandLine) -> String {
    let mut text = String::new();
    for (scored, observed) in result.hindcasts.iter().zip(observed) {
        text.push_str(&file(scored, observed.scenario().model()));
    }
    text.push_str(&format!("# {}\n\n", lead(&result.summary)));
    let columns = MEANS.map(|name| (name, if name.is_empty() { Align::Left } else { Align::Right }));
    text.push_str(&table(&columns, &means(&result.summary)));
    let calibration = &result.summary.calibration;
    let columns =
        [("Called", Align::Left), ("Came", Align::Left), ("Expected", Align::Left), ("Share", Align::Left)];
    match bands(calibration) {
        rows if rows.is_empty() => {}
        rows => text.push_str(&format!("{BANDS}:\n\n{}", table(&columns, &rows))),
    }
    for told in verdicts(calibration).iter().map(String::as_str).chain([SCORES, FEW]) {
        text.push_str(&format!("{}\n\n", plain(told)));
    }
    text.push_str(&format!(
        "## How it was made\n\n- cordiale {} (value stability {})\n",
        result.version, result.value_stability
    ));
    for Scored { scenario, run, .. } in &result.hindcasts {
        text.push_str(&format!(
            "- scenario {}, digest `{}`, {} trials, seed {}\n",
            code(&scenario.id),
            scenario.digest,
            run.trials,
            run.seed
        ));
    }
    text.push_str(&format!("\n```console\n$ {}\n```\n", command.text()));
    text
}

fn file(scored: &Scored, model: &Model) -> String {
    let mut text = opening(&scored.scenario, &scored.run, model);
    text.push_str(&format!("{}\n\n", plain(&known(scored))));
    let rows: Vec<Vec<String>> = scored
        .questions
        .iter()
        .map(|(name, question)| {
            let scores: Vec<String> = question.scores.iter().flat_map(score_pieces).collect();
            let cells = [asked(name, question, model), came(question), said(question), scores.join("; ")];
            cells.map(|cell| plain(&cell)).to_vec()
        })
        .collect();
    let columns = [
        ("Question", Align::Left),
        ("What came", Align::Left),
        ("What was said", Align::Left),
        ("Scores", Align::Left),
    ];
    text.push_str(&table(&columns, &rows));
    text.push_str(&warnings(&scored.warnings));
    text
}

//! A report as one page: a template, a style, scripts and a chart library, all in `assets/`, around the data.
//!
//! The page needs no other file and no network, and says so to the browser in its content security policy. What comes
//! from a scenario stands in it twice: as escaped text, in the title and in what is there before the scripts run, and in
//! a block of JSON, from which the scripts make every other text node. Neither can end its element or become markup.

mod still;

use cordiale::ReportResult;

/// The page, with a mark where each part goes.
const TEMPLATE: &str = include_str!("../../assets/report/page.html");
const STYLE: &str = include_str!("../../assets/report/page.css");
/// ECharts and d3-force in one file; `assets/vendor/README.md` says how it was made.
const LIBRARY: &str = include_str!("../../assets/vendor/charts.min.js");
/// In the order in which they run.
const SCRIPTS: [&str; 15] = [
    include_str!("../../assets/report/js/text.js"),
    include_str!("../../assets/report/js/page.js"),
    include_str!("../../assets/report/js/picture.js"),
    include_str!("../../assets/report/js/figure.js"),
    include_str!("../../assets/report/js/answer.js"),
    include_str!("../../assets/report/js/outcomes.js"),
    include_str!("../../assets/report/js/variants.js"),
    include_str!("../../assets/report/js/forest.js"),
    include_str!("../../assets/report/js/drivers.js"),
    include_str!("../../assets/report/js/widths.js"),
    include_str!("../../assets/report/js/network.js"),
    include_str!("../../assets/report/js/chronicles.js"),
    include_str!("../../assets/report/js/register.js"),
    include_str!("../../assets/report/js/making.js"),
    include_str!("../../assets/report/js/main.js"),
];

/// The whole page.
pub(crate) fn render(report: &ReportResult) -> String {
    let title = report.scenario.question.as_ref().unwrap_or(&report.scenario.title);
    fill(TEMPLATE, |mark| match mark {
        "title" => Some(as_text(title)),
        "still" => Some(still::render(report)),
        "style" => Some(STYLE.to_owned()),
        "data" => Some(as_data(&report.to_json())),
        "library" => Some(LIBRARY.to_owned()),
        "scripts" => Some(SCRIPTS.concat()),
        _ => None,
    })
}

/// Puts parts in place of marks as `{{title}}`, in one pass: what a part holds is not looked at again.
fn fill(template: &str, part: impl Fn(&str) -> Option<String>) -> String {
    let mut page = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        match after.split_once("}}").and_then(|(mark, after)| Some((part(mark)?, after))) {
            Some((text, after)) => {
                page.push_str(&text);
                rest = after;
            }
            None => {
                page.push_str("{{");
                rest = after;
            }
        }
    }
    page.push_str(rest);
    page
}

/// As text between tags.
pub(super) fn as_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// JSON within a script element: without a `<` no tag or comment can begin in it.
fn as_data(json: &str) -> String {
    json.replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::{LIBRARY, SCRIPTS, STYLE, TEMPLATE, as_data, as_text, fill};

    #[test]
    fn marks_are_filled_once() {
        let part = |mark: &str| match mark {
            "a" => Some("{{b}}".to_owned()),
            "b" => Some("never".to_owned()),
            _ => None,
        };
        assert_eq!(fill("x {{a}} y {{other}} z {{", part), "x {{b}} y {{other}} z {{");
    }

    #[test]
    fn every_mark_of_the_template_is_known() {
        let mut marks: Vec<&str> =
            TEMPLATE.split("{{").skip(1).filter_map(|m| m.split("}}").next()).collect();
        marks.sort_unstable();
        assert_eq!(marks, ["data", "library", "scripts", "still", "style", "title"]);
    }

    #[test]
    fn nothing_ends_its_element() {
        assert_eq!(as_text("</title><b>&"), "&lt;/title&gt;&lt;b&gt;&amp;");
        assert_eq!(as_data(r#"["</script><!--"]"#), r#"["\u003c/script>\u003c!--"]"#);
        for script in SCRIPTS.iter().chain([&LIBRARY]) {
            assert!(!script.to_ascii_lowercase().contains("</script"), "a script ends its element");
            assert!(!script.contains("<!--"), "a script opens a comment");
        }
        assert!(!STYLE.contains("</style"));
    }
}

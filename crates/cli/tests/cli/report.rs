//! `cordiale report`: a page that is whole or not there.

use std::fs;

use cordiale::sim::stats::Percent;

use super::{cordiale, folder, output, root, shipped, stderr, stdout};

const QUICK: [&str; 7] = ["--trials", "128", "--network-trials", "64", "--swing-trials", "64", "--quiet"];

fn report(file: &str, more: &[&str]) -> std::process::Output {
    let arguments: Vec<&str> = ["report", file].iter().chain(&QUICK).chain(more).copied().collect();
    output(&arguments)
}

#[test]
fn a_page_is_self_contained_and_the_same_on_any_number_of_threads() {
    let folder = folder();
    let page = |name: &str, threads: &str| {
        let path = folder.path().join(name);
        let out = path.to_str().unwrap();
        let done = report("scenarios/quasi-alliance.toml", &["--threads", threads, "--out", out]);
        assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
        assert_eq!((stdout(&done), stderr(&done)), (String::new(), String::new()));
        fs::read_to_string(path).unwrap()
    };
    let one = page("one.html", "1");
    assert_eq!(one, page("three.html", "3"));
    assert!(one.len() < 2_000_000, "{} bytes", one.len());
    assert!(one.starts_with("<!doctype html>") && one.trim_end().ends_with("</html>"));
    assert!(one.contains("default-src 'none'"), "the browser is told to load nothing");
    for loads in [" src=", "@import", "url(", "rel=\"stylesheet\"", "rel=\"icon\""] {
        let (before, _) = one.split_once("Apache ECharts").unwrap();
        assert!(!before.contains(loads), "the page has {loads}");
    }
    assert!(!one.contains(folder.path().to_str().unwrap()), "a path of this machine is in the page");
    assert!(one.contains(
        "cordiale report quasi-alliance.toml --trials 128 --seed 2013 --network-trials 64 --swing-trials 64 --out report.html"
    ));
}

#[test]
fn every_shipped_scenario_has_a_page() {
    for file in shipped() {
        let done = report(file.to_str().unwrap(), &[]);
        assert_eq!(done.status.code(), Some(0), "{}: {}", file.display(), stderr(&done));
        assert!(stdout(&done).len() < 2_000_000, "{}", file.display());
    }
}

#[test]
fn what_the_page_holds_can_be_had_as_json() {
    let folder = folder();
    let path = folder.path().join("report.json");
    let done = report(
        "scenarios/syria-strike.toml",
        &["--without", "variants", "--without", "network", "--out", path.to_str().unwrap()],
    );
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let data: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(data["format"], "cordiale.report/1");
    assert!(data["comparison"].is_null() && data["network"].is_null() && data["chronicles"].is_object());
    let run =
        output(&["run", "scenarios/syria-strike.toml", "--trials", "128", "--format", "json", "--quiet"]);
    let run: serde_json::Value = serde_json::from_str(&stdout(&run)).unwrap();
    for (name, outcome) in run["outcomes"].as_object().unwrap() {
        for (key, value) in outcome.as_object().unwrap() {
            assert_eq!(&data["outcomes"][name][key], value, "{name}.{key}");
        }
    }
}

#[test]
fn what_a_scenario_says_never_becomes_markup() {
    let done = report("crates/cli/tests/page/markup.toml", &[]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let page = stdout(&done);
    assert!(page.contains("<title>Is &lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; &lt;!-- &amp; \"this\" {{data}} text?</title>"));
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    let (data, _) = rest.split_once("</script>").unwrap();
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(
        data["scenario"]["question"],
        "Is </script><script>alert(1)</script> <!-- & \"this\" {{data}} text?"
    );
    assert!(!page.contains("<img"));
}

#[test]
fn what_cannot_be_written_is_said_before_anything_runs() {
    let folder = folder();
    let missing = folder.path().join("none/report.html");
    let file = folder.path().join("file");
    fs::write(&file, "kept").unwrap();
    let under_a_file = file.join("report.html");
    for (path, why) in [
        (missing.as_path(), "there is no such folder"),
        (folder.path(), "it is a directory"),
        (under_a_file.as_path(), "there is no such folder"),
    ] {
        // So many trials that running them first would be seen.
        let arguments = [
            "report",
            "scenarios/quasi-alliance.toml",
            "--trials",
            "1000000000",
            "--out",
            path.to_str().unwrap(),
        ];
        let done = cordiale(&arguments).timeout(std::time::Duration::from_secs(60)).output().unwrap();
        assert_eq!(done.status.code(), Some(2));
        assert!(stderr(&done).contains(why), "{}", stderr(&done));
        assert!(stderr(&done).contains("nothing was written"), "{}", stderr(&done));
        assert_eq!(stdout(&done), "");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["file"], "nothing half-written is left");
}

#[test]
fn an_old_page_stays_where_a_new_one_fails() {
    let folder = folder();
    let page = folder.path().join("report.html");
    fs::write(&page, "old").unwrap();
    let scenario = folder.path().join("no-outcomes.toml");
    let text = fs::read_to_string(root().join("crates/cli/tests/page/markup.toml")).unwrap();
    let (before, _) = text.split_once("[outcomes.trusting]").unwrap();
    fs::write(&scenario, before).unwrap();
    let done = report(scenario.to_str().unwrap(), &["--out", page.to_str().unwrap()]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("the scenario has no outcomes; ask for one, as in"), "{}", stderr(&done));
    assert_eq!(fs::read_to_string(&page).unwrap(), "old");
}

#[test]
fn wrong_use_says_what_to_do() {
    let unknown = report("scenarios/quasi-alliance.toml", &["--outcome", "quasi_aliance"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        stderr(&unknown).contains("there is no outcome `quasi_aliance`; there are: quasi_alliance, ever,"),
        "{}",
        stderr(&unknown)
    );
    let part = report("scenarios/quasi-alliance.toml", &["--without", "answer"]);
    assert_eq!(part.status.code(), Some(2));
    assert!(
        stderr(&part)
            .contains("possible values: variants, sensitivity, explain, widths, network, chronicles"),
        "{}",
        stderr(&part)
    );
}

/// The page writes shares in its own script; the test of the page holds that script to this file too.
#[test]
fn shares_are_written_as_the_page_writes_them() {
    let counts = |n: u64| {
        [0, 1, 3, n / 16, n / 5 + 5, 685, n / 2, n - 685, n - 3, n - 1, n].map(|k| k as f64 / n as f64)
    };
    let ends =
        [1e-12, 1e-9, 4.4e-8, 5e-5, 1.5e-4, 4.95e-4, 5e-4, 0.0015, 0.9985, 0.9995, 0.9998, 0.999_999_9];
    let shares = [2_000, 20_000, 65_536, 1_000_000].into_iter().flat_map(counts).chain(ends);
    let found: String = shares.map(|share| format!("{share:?} {}%\n", Percent(share))).collect();
    let path = root().join("crates/cli/tests/page/percents.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &found).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), found, "UPDATE_GOLDEN=1 accepts it");
}

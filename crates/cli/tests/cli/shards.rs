//! A run in parts, put together again; everything that can be wrong with parts; checkpoints.

use std::fs;
use std::path::Path;

use super::{cordiale, folder, output, root, stderr, stdout};

const FILE: &str = "scenarios/quasi-alliance.toml";

/// Runs a part, which must print nothing.
fn part(out: &Path, arguments: &[&str]) {
    let output = cordiale(&["run", "-q", "--out"]).arg(out).args(arguments).output().unwrap();
    assert_eq!((output.status.code(), stdout(&output).as_str(), stderr(&output).as_str()), (Some(0), "", ""));
}

/// What merging says, with exit status: file names without their folder.
fn merged(folder: &Path, parts: &[&str]) -> String {
    let paths = parts.iter().map(|name| folder.join(name));
    let output = cordiale(&["merge"]).args(paths).output().unwrap();
    assert_eq!(stdout(&output), "");
    let said = without(folder, &stderr(&output)).replace(env!("CARGO_PKG_VERSION"), "VERSION");
    format!("exit {}\n{said}", output.status.code().unwrap())
}

/// A text without the name of a folder.
fn without(folder: &Path, text: &str) -> String {
    text.replace(&format!("{}/", folder.display()), "")
}

/// Whole numbers below `end` that differ, in order; the same in every run.
fn cuts(count: usize, end: u64, mut state: u64) -> Vec<u64> {
    let mut cuts = std::collections::BTreeSet::new();
    while cuts.len() < count {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        cuts.insert(1 + (state >> 33) % (end - 1));
    }
    cuts.into_iter().collect()
}

#[test]
fn random_cuts_give_the_bytes_of_one_run() {
    let folder = folder();
    for (trials, count, seed) in [(500, 3, 1), (257, 6, 2), (5, 4, 3)] {
        let total = trials.to_string();
        let mut borders = cuts(count, trials, seed);
        borders.insert(0, 0);
        borders.push(trials);
        let mut parts = Vec::new();
        for pair in borders.windows(2) {
            let out = folder.path().join(format!("{trials}-{}.json", pair[0]));
            let (from, to) = (pair[0].to_string(), pair[1].to_string());
            part(&out, &[FILE, "--trials", &total, "--trials-from", &from, "--trials-to", &to]);
            parts.push(out);
        }
        // The order in which they are named decides nothing.
        parts.rotate_left(1);
        for format in ["table", "json", "csv", "markdown"] {
            let whole = output(&["run", FILE, "--trials", &total, "--format", format]);
            let merged = cordiale(&["merge", "--format", format]).args(&parts).output().unwrap();
            assert_eq!(stdout(&merged), stdout(&whole), "{trials} {format}");
            assert_eq!((merged.status, stderr(&merged)), (whole.status, stderr(&whole)));
        }
    }
}

/// A scenario on a world file, with a chance that is clamped, and warnings of both kinds.
fn write_clamped(folder: &Path) -> String {
    fs::write(folder.join("w.toml"), "[world]\nid = 'w'\n[variables.x]\ninitial = 1\n").unwrap();
    let scenario = folder.join("clamped.toml");
    let text = "[scenario]\nworld = 'w.toml'\nstart = 2013-09-01\nhorizon = 12\n\
        [rules.r]\nchance = '0.8 * x'\neffects = ['x += 0.1']\n\
        [outcomes.o]\nwhen = 'x > 2'\n[outcomes.v]\nvalue = 'x'\n\
        [variants.low]\nset = { x = 0.5 }\n";
    fs::write(&scenario, text).unwrap();
    scenario.to_str().unwrap().to_owned()
}

#[test]
fn a_part_needs_no_file_but_itself() {
    let folder = folder();
    let file = write_clamped(folder.path());
    let changes =
        ["--variant", "low", "--set", "x=0.9", "--horizon", "2 years", "--trials", "300", "--seed", "8"];
    for number in ["1", "2", "3"] {
        let out = folder.path().join("p-{shard}.json");
        let shard = format!("{number}/3");
        let mut arguments = vec![file.as_str(), "--shard", &shard];
        arguments.extend(changes);
        part(&out, &arguments);
    }
    let mut arguments = vec!["run", file.as_str(), "--format", "json"];
    arguments.extend(changes);
    let whole = output(&arguments);
    assert!(stderr(&whole).contains("was clamped"), "{}", stderr(&whole));

    for name in ["clamped.toml", "w.toml"] {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    let parts: Vec<_> = [3, 1, 2].map(|number| folder.path().join(format!("p-{number}.json"))).to_vec();
    let result = folder.path().join("result.json");
    let merged = cordiale(&["merge", "--out"]).arg(&result).args(&parts).output().unwrap();
    assert_eq!((stdout(&merged).as_str(), stderr(&merged)), ("", stderr(&whole)));
    assert_eq!(fs::read_to_string(&result).unwrap(), stdout(&whole));
    let quiet = cordiale(&["merge", "-q"]).args(&parts).output().unwrap();
    assert_eq!(stderr(&quiet), "");
}

/// Parts of a run of 300 trials by three shards, and others beside them.
fn some_parts(folder: &Path) {
    let run = |name: &str, rest: &[&str]| {
        let mut arguments = vec![FILE];
        arguments.extend(rest);
        part(&folder.join(name), &arguments);
    };
    for shard in ["1", "2", "3"] {
        run(&format!("{shard}.json"), &["--trials", "300", "--shard", &format!("{shard}/3")]);
    }
    run("overlap.json", &["--trials", "300", "--trials-from", "100", "--trials-to", "130"]);
    run("seed.json", &["--trials", "300", "--seed", "7", "--shard", "3/3"]);
    run("total.json", &["--trials", "320", "--shard", "3/3"]);
    run("variant.json", &["--trials", "300", "--variant", "no_arms_deal", "--shard", "3/3"]);
    run("set.json", &["--trials", "300", "--set", "arms[RUS,CHN]=0.2", "--shard", "3/3"]);
    let whole = fs::read_to_string(folder.join("3.json")).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write("damaged.json", &whole.replacen("\"seed\":2013", "\"seed\":2014", 1));
    write("cut.json", &whole[..whole.len() / 2]);
    write("cut-early.json", &whole[..30]);
    write("empty.json", "");
    write("format.json", &whole.replacen("cordiale.part/1", "cordiale.part/12", 1));
    write("version.json", &resealed(&whole.replacen("\"version\":\"", "\"version\":\"9", 1)));
    write("stability.json", &resealed(&whole.replacen("stability\":1", "stability\":2", 1)));
    write("altered.json", &resealed(&whole.replacen("\"held\":[192", "\"held\":[191", 1)));
    write("scenario.json", &resealed(&whole.replacen("horizon = ", "horizon = 1 # ", 1)));
}

/// A part with a checksum that fits, as somebody might write it by hand.
fn resealed(text: &str) -> String {
    let (body, _) = text.rsplit_once(",\"checksum\":\"blake3:").unwrap();
    format!("{body},\"checksum\":\"blake3:{}\"}}\n", blake3::hash(body.as_bytes()).to_hex())
}

#[test]
fn everything_that_is_wrong_with_parts_is_told() {
    let folder = folder();
    some_parts(folder.path());
    let merged = |parts: &[&str]| merged(folder.path(), parts);
    insta::assert_snapshot!("gaps", merged(&["2.json"]));
    insta::assert_snapshot!("overlaps", merged(&["1.json", "2.json", "3.json", "overlap.json", "2.json"]));
    insta::assert_snapshot!(
        "other_runs",
        merged(&["1.json", "2.json", "seed.json", "total.json", "variant.json", "set.json"])
    );
    insta::assert_snapshot!(
        "no_parts",
        merged(&[
            "1.json",
            "2.json",
            "damaged.json",
            "cut.json",
            "cut-early.json",
            "empty.json",
            "format.json",
            "version.json",
            "stability.json",
            "altered.json",
            "scenario.json"
        ])
    );
    insta::assert_snapshot!("no_files", merged(&["1.json", "2.json", "3.json", "nowhere.json", "."]));
    let scenario = output(&["merge", FILE]);
    assert!(stderr(&scenario).contains("it is no part of a run"), "{}", stderr(&scenario));
}

#[test]
fn parts_of_equal_scenarios_of_other_names_do_not_mix() {
    let folder = folder();
    let file = write_clamped(folder.path());
    let other = folder.path().join("other.toml");
    fs::copy(&file, &other).unwrap();
    part(&folder.path().join("1.json"), &[&file, "--shard", "1/2"]);
    part(&folder.path().join("2.json"), &[other.to_str().unwrap(), "--shard", "2/2"]);
    let said = merged(folder.path(), &["1.json", "2.json"]);
    assert!(said.contains("scenario: other here, clamped in 1.json"), "{said}");
    // Nor do those whose outcomes stand in another order, which the digest does not see.
    let text = fs::read_to_string(&file).unwrap();
    let (rest, outcomes) = text.split_once("[outcomes.o]").unwrap();
    let (first, second) = outcomes.split_once("[outcomes.v]").unwrap();
    let (second, variants) = second.split_once("[variants").unwrap();
    fs::write(&file, format!("{rest}[outcomes.v]{second}[outcomes.o]{first}[variants{variants}")).unwrap();
    part(&folder.path().join("2.json"), &[&file, "--shard", "2/2"]);
    let said = merged(folder.path(), &["1.json", "2.json"]);
    assert!(said.contains("order or wording of the files"), "{said}");
}

#[test]
fn wrong_flags_are_told() {
    for (arguments, needle) in [
        (&["--shard", "1/2"][..], "--out <FILE>"),
        (&["--trials-from", "3"], "--out <FILE>"),
        (&["--shard", "0/2", "--out", "x"], "there is no shard 0 of 2"),
        (&["--shard", "3/2", "--out", "x"], "there is no shard 3 of 2"),
        (&["--shard", "three", "--out", "x"], "write it as in 3/16"),
        (&["--shard", "autos", "--out", "x"], "auto/N"),
        (&["--shard", "1/101", "--trials", "100", "--out", "x"], "cut them into fewer"),
        (&["--shard", "1/2", "--trials-from", "3", "--out", "x"], "cannot be used with"),
        (&["--shard", "1/2", "--format", "csv", "--out", "x"], "cannot be used with"),
        (&["--trials-from", "7", "--trials-to", "7", "--out", "x"], "from trial 7 to 7"),
        (&["--trials", "9", "--trials-to", "10", "--out", "x"], "name trials from 0 to 9"),
        (&["--shard", "1/2", "--out", "x", FILE], "one scenario"),
        (&["--checkpoint", "x", FILE], "one scenario"),
        (&["--checkpoint", "x", "--out", "x"], "give each its own"),
        (&["--checkpoint", "x", "--checkpoint-every", "0s"], "a time above 0"),
        (&["--checkpoint", "x", "--checkpoint-every", "soon"], "a time above 0"),
        (&["--checkpoint-every", "5s"], "--checkpoint <FILE>"),
    ] {
        let mut all = vec!["run", FILE, "-q"];
        all.extend(arguments);
        let output = output(&all);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr(&output).contains(needle), "{arguments:?}: {}", stderr(&output));
        assert!(!root().join("x").exists());
    }
}

/// Every variable that `--shard auto` reads.
const VARIABLES: [&str; 10] = [
    "SLURM_ARRAY_TASK_ID",
    "SLURM_ARRAY_TASK_MIN",
    "SLURM_ARRAY_TASK_MAX",
    "SLURM_ARRAY_TASK_COUNT",
    "SLURM_ARRAY_TASK_STEP",
    "PMI_RANK",
    "PMI_SIZE",
    "OMPI_COMM_WORLD_RANK",
    "OMPI_COMM_WORLD_SIZE",
    "JOB_COMPLETION_INDEX",
];

#[test]
fn ranks_are_read_from_the_batch_system() {
    let folder = folder();
    let run = |shard: &str, out: &str, set: &[(&str, &str)]| {
        let mut command = cordiale(&["run", FILE, "-q", "--trials", "100", "--shard", shard, "--out"]);
        command.arg(folder.path().join(out));
        VARIABLES.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.envs(set.iter().copied()).output().unwrap()
    };
    for (shard, set, number, of) in [
        (
            "auto",
            &[("SLURM_ARRAY_TASK_ID", "7"), ("SLURM_ARRAY_TASK_MIN", "5"), ("SLURM_ARRAY_TASK_MAX", "8")][..],
            3,
            4,
        ),
        ("auto", &[("SLURM_ARRAY_TASK_ID", "2"), ("SLURM_ARRAY_TASK_COUNT", "4"), ("PMI_RANK", "9")], 2, 4),
        (
            "auto",
            &[
                ("SLURM_ARRAY_TASK_ID", "2"),
                ("SLURM_ARRAY_TASK_MAX", "4"),
                ("SLURM_ARRAY_TASK_STEP", "1"),
                ("PMI_RANK", "0"),
                ("PMI_SIZE", "1"),
            ],
            2,
            4,
        ),
        ("auto", &[("PMI_RANK", "0"), ("PMI_SIZE", "4"), ("JOB_COMPLETION_INDEX", "2")], 1, 4),
        ("auto/4", &[("PMI_RANK", "3"), ("PMI_SIZE", "4")], 4, 4),
        ("auto", &[("OMPI_COMM_WORLD_RANK", "1"), ("OMPI_COMM_WORLD_SIZE", "2")], 2, 2),
        ("auto/9", &[("JOB_COMPLETION_INDEX", "0")], 1, 9),
    ] {
        let output = run(shard, "p-{shard}.json", set);
        assert_eq!(output.status.code(), Some(0), "{set:?}: {}", stderr(&output));
        let written = fs::read_to_string(folder.path().join(format!("p-{number}.json"))).unwrap();
        assert!(written.contains(&format!("\"shard\":\"{number}/{of}\"")), "{set:?}");
    }
    for (shard, out, set, needle) in [
        ("auto", "{shard}", &[][..], "finds no batch system"),
        ("auto", "{shard}", &[("JOB_COMPLETION_INDEX", "0")], "--shard auto/16"),
        ("auto", "{shard}", &[("PMI_RANK", "0")], "--shard auto/16"),
        ("auto", "{shard}", &[("PMI_RANK", "one"), ("PMI_SIZE", "2")], "PMI_RANK is `one`"),
        ("auto", "{shard}", &[("PMI_RANK", "2"), ("PMI_SIZE", "2")], "there is no shard 3 of 2"),
        ("auto/3", "{shard}", &[("PMI_RANK", "1"), ("PMI_SIZE", "2")], "does not fit PMI_SIZE"),
        ("auto", "{shard}", &[("SLURM_ARRAY_TASK_ID", "0"), ("SLURM_ARRAY_TASK_MIN", "1")], "begins at 1"),
        (
            "auto",
            "{shard}",
            &[
                ("SLURM_ARRAY_TASK_ID", "3"),
                ("SLURM_ARRAY_TASK_MIN", "1"),
                ("SLURM_ARRAY_TASK_MAX", "7"),
                ("SLURM_ARRAY_TASK_COUNT", "3"),
            ],
            "follow each other",
        ),
        (
            "auto",
            "{shard}",
            &[
                ("SLURM_ARRAY_TASK_ID", "3"),
                ("SLURM_ARRAY_TASK_MIN", "1"),
                ("SLURM_ARRAY_TASK_MAX", "7"),
                ("SLURM_ARRAY_TASK_STEP", "2"),
            ],
            "this one has 4 tasks from 1 to 7",
        ),
        (
            "auto/4",
            "{shard}",
            &[("SLURM_ARRAY_TASK_ID", "3"), ("OMPI_COMM_WORLD_RANK", "1"), ("OMPI_COMM_WORLD_SIZE", "2")],
            "finds both SLURM_ARRAY_TASK_ID and OMPI_COMM_WORLD_RANK",
        ),
        ("auto", "one.json", &[("PMI_RANK", "1"), ("PMI_SIZE", "2")], "--out 'part-{shard}.json'"),
    ] {
        let output = run(shard, out, set);
        assert_eq!(output.status.code(), Some(2), "{set:?}");
        assert!(stderr(&output).contains(needle), "{set:?}: {}", stderr(&output));
    }
}

/// In the name of a folder too; and whatever pieces a part came in, it is the same.
#[test]
fn shards_and_checkpoints_have_their_folders() {
    let folder = folder();
    fs::create_dir(folder.path().join("d2")).unwrap();
    let [out, checkpoint] =
        ["d{shard}/part.json", "d{shard}/checkpoint"].map(|name| folder.path().join(name));
    let shard = [FILE, "--trials", "3000", "--shard", "2/3"];
    let flags = ["--checkpoint-every", "1ms", "--threads", "1"];
    let output = cordiale(&["run", "-q", "--out"])
        .arg(&out)
        .arg("--checkpoint")
        .arg(&checkpoint)
        .args(shard)
        .args(flags)
        .output()
        .unwrap();
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    let whole = folder.path().join("whole.json");
    part(&whole, &shard);
    let there = fs::read_to_string(folder.path().join("d2/part.json")).unwrap();
    assert!(there == fs::read_to_string(whole).unwrap(), "the parts differ");
    assert!(!folder.path().join("d2/checkpoint").exists());
}

/// Comments decide nothing, and where the files' lines are told it is as in the first trials' file.
#[test]
fn parts_of_two_texts_merge_in_any_order() {
    let folder = folder();
    let text = "[scenario]\nstart = 2024-01-01\nhorizon = 4\ntrials = 100\n[variables]\nx = { initial = 0 }\n\
        [parameters]\nunused = { value = 1 }\n[outcomes.x]\nvalue = \"x\"\n";
    let file = folder.path().join("s.toml");
    let [a, b] = ["a.json", "b.json"].map(|name| folder.path().join(name));
    for (out, shard, text) in [(&a, "1/2", text.to_owned()), (&b, "2/2", format!("# More.\n{text}"))] {
        fs::write(&file, text).unwrap();
        part(out, &[file.to_str().unwrap(), "--shard", shard]);
    }
    let [there, back] = [[&a, &b], [&b, &a]].map(|parts| cordiale(&["merge"]).args(parts).output().unwrap());
    assert!(stderr(&there).contains("s.toml:9:1"), "{}", stderr(&there));
    assert_eq!((stdout(&there), stderr(&there)), (stdout(&back), stderr(&back)));
}

#[test]
fn an_ending_may_be_in_capitals() {
    let folder = folder();
    let out = folder.path().join("RESULT.JSON");
    part(&out, &[FILE, "--trials", "10"]);
    assert!(fs::read_to_string(out).unwrap().starts_with("{\"format\""));
}

/// What is asked for is held against what can be before parts are read, which may take long.
#[test]
fn merge_looks_at_its_options_first() {
    let done = output(&["merge", "no-such-part.json", "--format", "csv", "--plot"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(!stderr(&done).contains("there is no such file"), "{}", stderr(&done));
}

"""Reads back what `cordiale` writes: every table with pyarrow and DuckDB, every JSON format by its schema."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import jsonschema
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet

CORDIALE, WORK = sys.argv[1], Path(sys.argv[2])
QUASI, SYRIA = (f"scenarios/{name}.toml" for name in ("quasi-alliance", "syria-strike"))


def cordiale(*arguments, status=0):
    done = subprocess.run([CORDIALE, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == status, f"{arguments}: exit {done.returncode}\n{done.stderr}"
    return done.stdout


def read(path):
    return parquet.read_table(path) if path.suffix == ".parquet" else feather.read_table(path)


def series():
    """The figures of a run are those of its CSV, and the histogram that of its JSON."""
    run = ("run", SYRIA, "-q", "--trials", 500)
    rows = list(csv.DictReader(cordiale(*run, "--format", "csv").splitlines()))
    result = json.loads(cordiale(*run, "--format", "json"))
    for ending in ("parquet", "arrow"):
        paths = [WORK / f"series-{threads}.{ending}" for threads in (1, 3)]
        for threads, path in zip((1, 3), paths):
            cordiale(*run, "--threads", threads, "--out", path)
        assert paths[0].read_bytes() == paths[1].read_bytes(), f"{ending}: the threads show"
        table = read(paths[0])
        found = table.to_pylist()
        figures = [row for row in found if row["statistic"] != "histogram"]
        assert len(figures) == len(rows)
        for row, expected in zip(figures, rows):
            for name in ("outcome", "kind", "statistic"):
                assert row[name] == expected[name]
            assert (str(row["date"]), str(row["step"])) == (expected["date"], expected["step"])
            for name in ("value", "low", "high"):
                assert row[name] == (float(expected[name]) if expected[name] else None), (row, expected)
        bins = [row for row in found if row["statistic"] == "histogram"]
        histogram = result["outcomes"]["coordination_in_a_year"]["final"]["histogram"]
        assert [row["value"] for row in bins] == histogram["counts"]
        assert [row["low"] for row in bins] + [bins[-1]["high"]] == histogram["edges"]
        about = json.loads(table.schema.metadata[b"cordiale.result"])
        assert about["run"] == result["run"] and about["scenario"] == result["scenario"]
    query = f"select value from '{WORK}/series-1.parquet' where outcome = 'strike' and statistic = 'probability'"
    assert duckdb.sql(query).fetchall()[0][0] == result["outcomes"]["strike"]["probability"]["estimate"]


def trials():
    """Every trial by itself adds up to the result, whoever reads it."""
    run = ("run", QUASI, "-q", "--format", "json", "--trials", 500)
    tables = {}
    for ending in ("parquet", "arrow", "csv"):
        paths = [WORK / f"trials-{threads}.{ending}" for threads in (1, 3)]
        for threads, path in zip((1, 3), paths):
            result = json.loads(cordiale(*run, "--threads", threads, "--keep-trials", path))
        assert paths[0].read_bytes() == paths[1].read_bytes(), f"{ending}: the threads show"
        tables[ending] = paths[0]
    table = read(tables["parquet"])
    assert table == read(tables["arrow"]).cast(table.schema)
    assert table["trial"].to_pylist() == list(range(500))
    # Of what run they are stands in the file.
    about = json.loads(parquet.read_metadata(tables["parquet"]).metadata[b"cordiale.result"])
    assert about["run"] == result["run"] and about["scenario"] == result["scenario"]
    assert about["warnings"] == result["warnings"]
    outcomes = result["outcomes"]
    for name, outcome in outcomes.items():
        cells = table[name].to_pylist()
        counted = [cell for cell in cells if cell is not None]
        assert len(counted) == outcome["trials"], name
        if outcome["kind"] == "event":
            assert sum(counted) == outcome["reached"], name
            steps = sorted(step for step in table[f"{name}.first_step"].to_pylist() if step is not None)
            assert sum(step <= 60 for step in steps) == outcome["reached_by_step"][60], name
        elif outcome["kind"] == "value":
            assert min(counted) <= outcome["final"]["q05"] <= max(counted)
            assert outcome["final"]["q50"] == sorted(counted)[249], name
        else:
            for level, share in outcome["final"].items():
                assert counted.count(level) == share["count"], level
    # What a trial began with is what its chronicle begins with.
    assert {0.0, 1.0} == set(table["deal_is_real"].to_pylist())
    for path in (tables["parquet"], tables["csv"]):
        # Whoever has the arms deal real has it delivered more often.
        shares = duckdb.sql(
            f"select deal_is_real, avg(fighters_delivered::int) from '{path}' group by 1 order by 1"
        ).fetchall()
        assert len(shares) == 2 and shares[0][1] < shares[1][1], shares
    arrow = pa.ipc.open_file(tables["arrow"]).read_all()
    assert duckdb.sql("select count(*) from arrow where quasi_alliance").fetchall()[0][0] == outcomes["quasi_alliance"]["reached"]


def sweep():
    """Rows of a sweep in Parquet are those of its CSV."""
    run = ("sweep", SYRIA, "-q", "--over", "coordination[CHN,RUS]=0..1:3", "--over", "strike_bond=0.1,beta(2, 5)")
    run += ("--variants=no_bond", "--trials", 100)
    path = WORK / "sweep.parquet"
    cordiale(*run, "--out", path)
    rows = list(csv.DictReader(cordiale(*run).splitlines()))
    table = read(path)
    assert table.column_names == list(rows[0]) and table.num_rows == len(rows) == 12
    for row, expected in zip(table.to_pylist(), rows):
        for name, cell in row.items():
            text = expected[name]
            assert cell == (None if text == "" else type(cell)(text)), (name, cell, text)
    # An input may be called like a column of every file.
    named = WORK / "named.toml"
    named.write_text("[scenario]\nstart = 2024-01-01\nhorizon = 1\n[parameters.digest]\nvalue = 1\n[outcomes.o]\nvalue = \"digest\"\n")
    run = ("sweep", named, "-q", "--over", "digest=1,2", "--trials", 10)
    cordiale(*run, "--out", WORK / "named.parquet")
    assert read(WORK / "named.parquet").column_names == cordiale(*run).splitlines()[0].split(",")
    mean = duckdb.sql(f'select avg("strike.probability") from \'{path}\' where variant = \'no_bond\'').fetchall()[0][0]
    assert 0 < mean < 1


def documents(value):
    """A document, and those that it holds."""
    if isinstance(value, dict) and "format" in value:
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from documents(part)


def schemas():
    """Every format is printed by a command, and what is printed keeps its schema."""
    # The list may go over several lines.
    known = " ".join(cordiale("schema", "--help").split())
    known = known.split("possible values: ")[1].split("]")[0].split(", ")
    known.remove("scenario")
    known.remove("observed")
    validators = {}
    for name in known:
        schema = json.loads(cordiale("schema", "--of", name))
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["properties"]["format"]["const"] == f"cordiale.{name}/1"
        validators[f"cordiale.{name}/1"] = jsonschema.Draft202012Validator(schema)

    held = set()
    for line in Path("crates/cli/tests/cli/data/commands.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        name, *words = line.replace("DIR", str(WORK)).split(" ")
        # Of two things that differ `diff` says so by its exit status.
        done = subprocess.run([CORDIALE, *words], capture_output=True, text=True)
        assert done.returncode in (0, 1), f"{line}: exit {done.returncode}\n{done.stderr}"
        text = Path(words[words.index("--out") + 1]).read_text() if "--out" in words else done.stdout
        printed = json.loads(text)
        assert printed["format"] == f"cordiale.{name}/1", line
        for document in documents(printed):
            found = validators[document["format"]].iter_errors(document)
            errors = [f"{error.json_path}: {error.message[:200]}" for error in found]
            assert not errors, f"{line}: {errors[:5]}"
        validator = validators[f"cordiale.{name}/1"]
        # A schema that takes anything would hold nothing.
        for key in validator.schema["required"]:
            assert not validator.is_valid({k: v for k, v in printed.items() if k != key}), f"{line}: no {key}"
        assert not validator.is_valid({**printed, "surprise": 1}), line
        held.add(name)
    assert held == set(known), f"a format without a command: {set(known) - held}"


for check in (series, trials, sweep, schemas):
    check()
    print(f"{check.__name__}: as it should be")

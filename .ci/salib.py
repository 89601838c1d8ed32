"""Holds the figures of `cordiale sensitivity` to those of SALib on the same sample: python salib.py CORDIALE FOLDER FILE..."""

import csv
import json
import pathlib
import subprocess
import sys

import numpy
from SALib.analyze import morris, pawn, sobol

MOST_APART = 1e-9


def analysed(cordiale, file, sample, *words):
    """The result, and the sample as rows of strings."""
    command = [cordiale, "sensitivity", file, "--quiet", "--format", "json", "--sample", sample, *words]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    with open(sample, newline="") as lines:
        rows = list(csv.DictReader(lines))
    return result, rows


def problem(inputs):
    return {"num_vars": len(inputs), "names": inputs, "bounds": [[0, 1]] * len(inputs)}


def uniforms(rows, result):
    kinds = {name: info["kind"] for name, info in result["inputs"].items()}
    return numpy.array([[float(row[f"{kinds[name]}/{name}/0"]) for name in kinds] for row in rows])


def by_sobol(result, rows):
    inputs = list(result["inputs"])
    found = {(row["matrix"], int(row["point"])): float(row["y"]) for row in rows}
    order = ["A", *(f"AB {name}" for name in inputs), "B"]
    points = 1 + max(point for _, point in found)
    y = numpy.array([found[matrix, point] for point in range(points) for matrix in order])
    theirs = sobol.analyze(problem(inputs), y, calc_second_order=False, num_resamples=2, seed=1)
    for place, name in enumerate(inputs):
        ours = result["outcomes"]["y"]["inputs"][name]
        yield "first", name, ours["first"]["estimate"], theirs["S1"][place], MOST_APART
        yield "total", name, ours["total"]["estimate"], theirs["ST"][place], MOST_APART


def by_morris(result, rows):
    inputs, levels = list(result["inputs"]), result["design"]["levels"]
    rows = sorted(rows, key=lambda row: (int(row["point"]), int(row["matrix"].split()[1])))
    x = (uniforms(rows, result) * levels - 0.5) / (levels - 1)
    y = numpy.array([float(row["y"]) for row in rows])
    theirs = morris.analyze(problem(inputs), x, y, num_levels=levels, num_resamples=2, seed=1)
    for place, name in enumerate(inputs):
        ours = result["outcomes"]["y"]["inputs"][name]
        yield "mu", name, ours["mu"]["estimate"], theirs["mu"][place], MOST_APART
        yield "mu*", name, ours["mu_star"], theirs["mu_star"][place], MOST_APART
        yield "sigma", name, ours["sigma"], theirs["sigma"][place], MOST_APART


def by_pawn(result, rows):
    inputs, slices = list(result["inputs"]), result["design"]["levels"]
    y = numpy.array([float(row["y"]) for row in rows])
    theirs = pawn.analyze(problem(inputs), uniforms(rows, result), y, S=slices, seed=1)
    # SALib cuts at interpolated quantiles and leaves the greatest point out: a point or two of a slice.
    allowed = 3 * slices / len(rows)
    for place, name in enumerate(inputs):
        ours = result["outcomes"]["y"]["inputs"][name]
        yield "median", name, ours["median"], theirs["median"][place], allowed
        yield "max", name, ours["max"], theirs["maximum"][place], allowed


def main(cordiale, folder, files):
    compared = 0
    ways = {"sobol": (by_sobol, "2048"), "morris": (by_morris, "100"), "pawn": (by_pawn, "4000")}
    for file in files:
        for way, (figures, points) in ways.items():
            for design in ("lhs",) if way == "pawn" else ("sobol", "lhs"):
                sample = f"{folder}/{pathlib.Path(file).stem}-{way}-{design}.csv"
                words = ["--method", way, "--points", points, "--design", design, "--resamples", "20"]
                most = 0.0
                for statistic, name, ours, theirs, allowed in figures(*analysed(cordiale, file, sample, *words)):
                    case = f"{file}, {way} of {design}, {statistic} of {name}"
                    assert abs(ours - theirs) <= allowed, f"{case}: {ours} and {theirs}"
                    most = max(most, abs(ours - theirs))
                    compared += 1
                print(f"{pathlib.Path(file).stem}, {way} of {design}: at most {most:.1e} apart")
    print(f"SALib and cordiale agree on {compared} figures of {len(files)} functions")


main(sys.argv[1], sys.argv[2], sys.argv[3:])

"""Holds what Storm makes of exported models to what `cordiale exact` says: python storm.py CORDIALE FOLDER FILE..."""

import json
import pathlib
import subprocess
import sys

import stormpy

MOST_APART = 1e-9


def known(result):
    """The figures of a result that an exported model is asked for, by the name of its property."""
    figures = {}
    for name, outcome in result["outcomes"].items():
        if "given" in outcome:
            continue
        if outcome["kind"] == "event":
            figures[name] = outcome["probability"]["estimate"]
        elif outcome["kind"] == "value":
            figures[name] = outcome["final"]["mean"]
        else:
            for level, share in outcome["final"].items():
                figures[f"{name}__{level}"] = share["probability"]["estimate"]
    return figures


def checked(program, properties):
    """What Storm finds for each property. Each is checked on a model of its own."""
    found = {}
    for prop in properties:
        model = stormpy.build_model(program, [prop])
        found[prop.get_name()] = stormpy.model_checking(model, prop).get_value(model.initial_states[0])
    return found


def main(cordiale, folder, files):
    compared = 0
    for file in files:
        stem = pathlib.Path(file).stem
        paths = {ending: f"{folder}/{stem}.{ending}" for ending in ("prism", "props", "jani")}
        run = lambda *words: subprocess.run([cordiale, *words], check=True, capture_output=True, text=True).stdout
        exact = known(json.loads(run("exact", file, "--quiet", "--format", "json")))
        run("export", file, "--quiet", "--to", "prism", "--out", paths["prism"], "--properties", paths["props"])
        run("export", file, "--quiet", "--to", "jani", "--out", paths["jani"])
        program = stormpy.parse_prism_program(paths["prism"])
        asked = "".join(pathlib.Path(paths["props"]).read_text().splitlines())
        by_prism = checked(program, stormpy.parse_properties(asked, program))
        by_jani = checked(*stormpy.parse_jani_model(paths["jani"]))
        for way, found in (("PRISM", by_prism), ("JANI", by_jani)):
            apart = {name: abs(found[name] - exact[name]) for name in found}
            assert found, f"{file}, {way}: nothing was compared"
            for name, distance in apart.items():
                assert distance <= MOST_APART, f"{file}, {way}, {name}: {found[name]} and {exact[name]}"
            compared += len(found)
            print(f"{stem}, {way}: {len(found)} of {len(exact)} figures, at most {max(apart.values()):.1e} apart")
    print(f"Storm and cordiale agree on {compared} figures of {len(files)} models")


main(sys.argv[1], sys.argv[2], sys.argv[3:])

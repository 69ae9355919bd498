"""``infersent study``: run a grid of models, follow it, and compare its groups."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from infersent.cli.options import File, Text, find_device, refuse_dash
from infersent.study.comparison import Comparison, Group, compare, find_group, in_words, phenomena_table, table
from infersent.study.comparison import groups as group_trials
from infersent.study.grid import Trial, read_grid
from infersent.study.records import Record, load_records, read_records, unfinished_records
from infersent.study.runner import run_study, seconds_left, without_model


def study(
    action: Annotated[Literal["run", "status", "table", "compare"], tyro.conf.Positional],
    grid: Annotated[str, tyro.conf.Positional],
    groups: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="GROUP")] = (),
    *,
    out: File = None,
    split: Literal["dev", "test", "test-hard", "test-easy"] = "test",
    jobs: int = -1,
    threads: int = 1,
    device: str = "cpu",
    cluster: Text = None,
    checkpoints: File = None,
    retry: bool = False,
) -> None:
    """Run a grid of models, say how far it has got, print its accuracies, or compare two of its groups.

    For example:

    infersent study run subsets --out runs/subsets

    infersent study status subsets --out runs/subsets

    infersent study table subsets

    infersent study compare subsets "blocks=u, v, |u-v|" "blocks=u, v, u*v"

    For pairs of your own, write a grid, mine.toml, and give it in place of a name:

    infersent study run mine.toml --out runs/mine

    It says what all runs share and, in lists, what they differ in:

    [fixed]

    train = "train.csv"

    dev = "dev.csv"

    test = "test.csv"

    text = ["question1", "question2"]

    label = "is_duplicate"

    [[vary]]

    blocks = ["u, v, |u-v|", "u, v, u*v"]

    seed = [0, 1, 2]

    Stop it at any time (Ctrl-C): the same command goes on with the runs that are not finished. Of a study that the
    package ships unfinished, only the runs that it lacks are made.

    Args:
        action: run: train what has no record yet; status: how many have one, and the time left; table: mean
            accuracies over seeds with 95% intervals; compare: the difference of two groups with its intervals, and
            whether it differs, is equivalent within the margin, or undecided.
        grid: A grid of the package by name, or a .toml file of your own.
        groups: For compare, two groups of runs: "name=value; name=value", as in the grid.
        out: Folder of the records, one file per run; for the other actions, the package's own if left out.
        split: The split whose accuracies table and compare show; test-hard and test-easy are the two parts of SNLI's
            test split, the pairs of SNLI-hard and the rest.
        jobs: For run, processes on this machine; -1 for one per core.
        threads: Processor threads of each process.
        device: For run: cpu, cuda, cuda:1 or mps; several processes share it, so choose --jobs by its memory.
        cluster: For run, the address of a Dask scheduler whose workers do it: tcp://host:8786.
        checkpoints: For run, a folder to save the trained models in.
        retry: For run, repeat the runs that failed.
    """
    refuse_dash(out, "--out", "the records go into a folder")
    refuse_dash(checkpoints, "--checkpoints", "the models go into a folder")
    trials = read_grid(grid)
    if (action == "compare") != (len(groups) == 2):
        raise ValueError(f'compare takes two groups, such as "blocks=u, v" "blocks=u, v, u*v"; got {len(groups)}.')
    if action == "run":
        if out is None:
            raise ValueError("study run writes a record for each run: name a folder for them by --out.")
        finished = run_study(
            trials,
            out,
            jobs=jobs,
            threads=threads,
            device=device if cluster else find_device(device),  # a cluster's workers are not this machine
            cluster=cluster,
            checkpoints=checkpoints,
            retry=retry,
            shipped=unfinished_records(grid),
            progress=sys.stderr.isatty(),
            report=lambda record: print(_one_run(record), flush=True),
        )
        if problems := _problems(finished, out, checkpoints):
            print("\n".join(f"infersent: {problem}" for problem in problems), file=sys.stderr)
            raise SystemExit(1)
        return
    records = list(read_records(trials, out)) if out else load_records(grid)
    if action == "compare":
        pair = [find_group(records, split, **_settings(group)) for group in groups]
        print(_in_detail(pair, compare(*pair), split))
        return
    print(_progress(grid, trials, records))
    if action == "table":
        found = group_trials(records, split)
        print(table(found))
        if found and found[0].phenomena:
            print(f"\n{phenomena_table(found)}")


def _problems(records: list[Record], out: Path, checkpoints: Path | None) -> list[str]:
    """Say which runs of a study have failed, also in an earlier call, and which models it lacks."""
    problems = []
    if failed := [record for record in records if record.error is not None]:
        problems.append(
            f"{len(failed)} of {len(records)} runs failed, the first with: {failed[0].error} Repeat them by --retry."
        )
    if checkpoints and (missing := without_model(records, checkpoints)):
        files = " ".join(f"{record.trial.key}.json" for record in missing[:5]) + (" ..." if len(missing) > 5 else "")
        problems.append(
            f"{len(missing)} of {len(records)} runs have a record but no model in {checkpoints}, which may be full or "
            f"not writable. To train them once more, delete their records in {out}: {files}."
        )
    return problems


def _progress(grid: str, trials: list[Trial], records: list[Record]) -> str:
    """Say how far a study is: a bar, the failures, and the time left."""
    share = len(records) / len(trials)
    bar = "█" * round(20 * share) + "░" * (20 - round(20 * share))
    lines = [f"{grid}: {bar} {len(records)} of {len(trials)} runs have a record"]
    if len(records) < len(trials):
        seconds = seconds_left(trials, records)
        left = "unknown until a run is finished"
        if not math.isnan(seconds):
            left = f"about {_duration(seconds)} with one process, by the pace of the finished runs"
        lines.append(f"time left: {left}")
    failed = [record for record in records if record.error is not None]
    lines += [f"failed: {_one_run(record)}" for record in failed]
    return "\n".join(lines + ["Repeat the failed runs by --retry."] * bool(failed))


def _duration(seconds: float) -> str:
    minutes = math.ceil(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def _settings(text: str) -> dict[str, Any]:
    """Read "name=value; name=value"; a value that is not JSON is taken as text."""
    settings: dict[str, Any] = {}
    for part in text.split(";"):
        name, equals, value = (x.strip() for x in part.partition("="))
        if not equals:
            raise ValueError(f'{part.strip()!r} is not a setting; write "name=value", several with ; between them.')
        try:
            settings[name] = json.loads(value)
        except ValueError:
            settings[name] = value
    return settings


def _in_detail(pair: list[Group], result: Comparison, split: str) -> str:
    """Return a comparison as lines."""
    lines = []
    for title, group in zip(("first", "second"), pair, strict=True):
        lines.append(f"{title}: {group.name}: {group.mean:.1%} on {split}, {len(group.seeds)} seeds")
    lines.append(f"difference: {100 * result.difference:+.2f} points over {len(result.seeds)} shared seeds")
    intervals = {
        "95% interval over seeds and pairs": result.crossed,
        "90% interval over seeds and pairs": result.crossed_90,
        "95% interval by components of variance": result.components,
        "95% interval over the seeds alone": result.over_seeds,
        "95% interval over the pairs alone": result.over_pairs,
    }
    for what, (low, high) in intervals.items():
        if not math.isnan(low) and (len(result.seeds) > 1 or what.endswith("pairs alone")):
            lines.append(f"  {what}: {100 * low:+.2f} to {100 * high:+.2f}")
    lines.append(f"  McNemar's test, seed by seed: p = {', '.join(f'{p:.2g}' for p in result.mcnemar)}")
    return "\n".join([*lines, f"verdict: {result.verdict}"])


def _one_run(record: Record) -> str:
    """Return a line about a trial that has a record."""
    trial, result = record.trial, record.error
    if record.dev and record.seconds is not None:
        # Not the test set: whoever follows a study that chooses settings must not see it.
        result = f"dev {record.dev.accuracy:.1%}, {record.seconds:.0f} s"
    pairs = f", {trial.pairs:,} pairs" if trial.pairs else ""
    blocks = in_words(list(trial.model.blocks))
    return f"{blocks} {trial.model.encoder} {trial.model.head}{pairs}, seed {trial.training.seed}: {result}"

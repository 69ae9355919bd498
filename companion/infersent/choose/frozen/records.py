"""The records of heads on frozen vectors, and groups of them as the study compares groups."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from infersent.choose.frozen.trials import Setting
from infersent.data import snli
from infersent.foundation.choices import choose
from infersent.foundation.recorded import FOLDER, read_lines, save_record, write_lines
from infersent.model.features import Blocks
from infersent.study.answers import Answers
from infersent.study.comparison import Answered

#: The records that come with the package.
RECORDS = FOLDER / "frozen" / "runs.jsonl"

_PARTS = ("test", "test-hard", "test-easy")


@dataclass(frozen=True)
class Run:
    """What the heads on some sets of blocks answer in one setting.

    Attributes
    ----------
    setting
        What was trained, apart from the blocks.
    test
        For each set the answers on test; without logits, which would be most of the record.
    penalties
        For each set that of its solved head.
    seconds
        How long all sets took.
    made
        Where and with what.
    """

    setting: Setting
    test: dict[str, Answers]
    penalties: dict[str, float]
    seconds: float
    made: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {
            "setting": asdict(self.setting),
            "test": {blocks: answers.to_json() for blocks, answers in self.test.items()},
            "penalties": self.penalties,
            "seconds": self.seconds,
            "made": self.made,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Run:
        """Read what :meth:`to_json` wrote."""
        test = {blocks: Answers.from_json(answers) for blocks, answers in value["test"].items()}
        return cls(**(value | {"setting": Setting(**value["setting"]), "test": test}))


@dataclass(frozen=True)
class FrozenGroup(Answered):
    """Heads on one set of blocks whose settings differ in their seed alone.

    Attributes
    ----------
    blocks
        The set.
    runs
        In the order of their seeds.
    split
        One of ``test``, ``test-hard`` and ``test-easy``.
    """

    blocks: str
    runs: tuple[Run, ...]
    split: str = "test"

    def on(self, split: str) -> Self:
        """Return the same heads with their numbers on another split."""
        return replace(self, split=split)

    @property
    def seeds(self) -> list[int]:
        """The seed of each."""
        return [run.setting.seed for run in self.runs]

    @property
    def answers(self) -> list[Answers]:
        """The answers of each on :attr:`split`.

        Raises
        ------
        ValueError
            If there is no such split, or a part is asked for of another corpus than SNLI.
        """
        choose("split", self.split, dict.fromkeys(_PARTS))
        found = [run.test[self.blocks] for run in self.runs]
        if self.split == "test":
            return found
        hard = snli.hard_test_pairs()
        return [answers.take(hard if self.split == "test-hard" else ~hard) for answers in found]


def read_runs(paths: Iterable[Path]) -> list[Run]:
    """Return the runs of some files with a run on each line."""
    return [Run.from_json(line) for path in paths for line in read_lines(path)]


def write_runs(runs: Sequence[Run], path: str | Path) -> None:
    """Write runs to a file, one on each line, in one step."""
    write_lines((run.to_json() for run in runs), path)


def ship(out: str | Path, folder: Path = RECORDS.parent) -> None:
    """Gather the runs and the coordinates' records of ``python -m infersent.choose.frozen`` in the package's folder.

    Parameters
    ----------
    out
        Where the command wrote.
    folder
        Where they go.
    """
    runs = read_runs(sorted(Path(out).glob("*.jsonl")))
    write_runs(runs, folder / RECORDS.name)
    for found in sorted(Path(out).glob("*-coordinates.json")):
        name = found.stem.removesuffix("-coordinates")
        save_record(json.loads(found.read_text(encoding="utf-8")), folder / f"{name}.json")


def load_frozen() -> list[Run]:
    """Return the runs that come with the package."""
    return read_runs([RECORDS])


def find_frozen(
    runs: Sequence[Run], blocks: str, split: str = "test", *, seeds: Sequence[int] | None = None, **settings: Any
) -> FrozenGroup:
    """Return the heads with these blocks and settings; what is not named has the default of :class:`Setting`.

    Parameters
    ----------
    runs
        Where to look.
    blocks
        The set.
    split
        Whose numbers.
    seeds
        Which ones; all that there are if left out.
    settings
        Of :class:`infersent.choose.frozen.trials.Setting`, without a seed.

    Raises
    ------
    ValueError
        If there are none.

    Examples
    --------
    >>> find_frozen(load_frozen(), "u, v, cosine", pairs=8000).seeds
    [0, 1, 2]
    """
    name = str(Blocks(blocks))
    wanted = Setting(**settings)
    found = [
        run
        for run in runs
        if replace(run.setting, seed=0) == wanted and name in run.test and (seeds is None or run.setting.seed in seeds)
    ]
    if not found:
        raise ValueError(f"There is no run with ({name}) and {wanted}.")
    return FrozenGroup(name, tuple(sorted(found, key=lambda run: run.setting.seed)), split)

"""A study on paper: the trials that a small TOML file asks for, each identified by all that decides its numbers."""

from __future__ import annotations

import hashlib
import itertools
import json
import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_type_hints

from infersent.data.files import SUFFIXES
from infersent.foundation.choices import choose
from infersent.model.features import Blocks
from infersent.model.infersent import ModelConfig
from infersent.training.config import TrainingConfig
from infersent.training.recipes import OwnFiles, Recipe

#: The grids that come with the package.
GRIDS = Path(__file__).parent / "grids"

_MODEL = tuple(field.name for field in fields(ModelConfig))
_TRAINING = tuple(field.name for field in fields(TrainingConfig))
_LATER: dict[str, Any] = {"block_rates": [], "standardise": False, "mixed_precision": "no"}
_DATA = ("corpus", "subset", "pairs", "vectors", "min_count")
_FILES = tuple(field.name for field in fields(OwnFiles))
_TYPES = {
    **dict.fromkeys(["corpus", "train", "vectors"], str),
    **{"subset": str | None, "pairs": int | None, "min_count": int},
    **get_type_hints(ModelConfig),
    **get_type_hints(TrainingConfig),
    **get_type_hints(OwnFiles),
}
#: What a setting of each type may be in a grid, and how that is written there.
_WRITTEN: dict[Any, tuple[Any, str]] = {
    bool: (bool, "true or false"),
    int: (int, "a whole number, such as 3"),
    float: (int | float, "a number, such as 0.5"),
    str: (str, 'a text in quotes, such as "linear"'),
}
_LIST = (list | tuple | dict | str, 'a list, such as ["u", "v"]')


@dataclass(frozen=True)
class Trial:
    """One training of a study: everything that decides its numbers.

    Attributes
    ----------
    recipe
        Corpus, vectors, model and training.
    pairs
        How many of the corpus's training pairs it uses, from the first; ``None`` for all.
    """

    recipe: Recipe
    pairs: int | None = None

    @classmethod
    def from_spec(cls, spec: dict[str, Any]) -> Trial:
        """Build a trial from the flat names that a grid file uses.

        ``corpus`` is the name of a corpus, or (also called ``train``) a file of a reader's own. A file goes with two
        others, ``dev`` and ``test``, or with a cut of itself, ``split = [0.8, 0.1, 0.1]``; and ``text`` and ``label``
        name its columns.

        The others are ``subset``, ``pairs``, ``vectors``, ``min_count`` and the fields of
        :class:`infersent.model.infersent.ModelConfig` and :class:`infersent.training.config.TrainingConfig`. A setting
        that is left out has the default of its class.

        Raises
        ------
        ValueError
            If a name or a value is unknown (the message suggests the nearest), a value is of another type than its
            setting, or a file has no dev and test.
        """
        for name, value in spec.items():
            _check_type(name, value, choose("setting of a run", name, _TYPES))
        corpus = spec.get("train", spec.get("corpus", "snli"))
        if {"train", "corpus"} <= spec.keys():
            raise ValueError("train and corpus are two names of one setting; give one of them.")
        own = {name: spec[name] for name in _FILES if spec.get(name) is not None}
        is_file = Path(corpus).suffix.lower() in SUFFIXES
        if own and not is_file:
            raise ValueError(
                f"{next(iter(own))} is about a file of your own; the corpus {corpus!r} has splits already."
            )
        if (pairs := spec.get("pairs")) is not None and pairs < 1:
            raise ValueError(f"pairs={pairs} is below 1; leave it out for all.")
        model = {name: value for name, value in spec.items() if name in _MODEL}
        if isinstance(model.get("blocks"), str):
            model["blocks"] = Blocks(model["blocks"])
        recipe = Recipe(
            about="",
            data=corpus,
            own=OwnFiles(**own) if is_file else None,
            model=ModelConfig(**model),
            training=TrainingConfig(**{name: value for name, value in spec.items() if name in _TRAINING}),
            **{name: spec[name] for name in ("subset", "vectors", "min_count") if name in spec},
        )
        return cls(recipe, pairs)

    @property
    def model(self) -> ModelConfig:
        """The model's settings."""
        return self.recipe.model

    @property
    def training(self) -> TrainingConfig:
        """The training's settings."""
        return self.recipe.training

    @property
    def spec(self) -> dict[str, Any]:
        """Every setting by its flat name, including those with their default, as JSON values."""
        recipe = self.recipe
        data = {"corpus": recipe.data, "subset": recipe.subset, "pairs": self.pairs}
        data |= {"vectors": recipe.vectors, "min_count": recipe.min_count}
        if recipe.own is not None:  # the trials of corpora were named before there were files
            data |= {name: value for name, value in asdict(recipe.own).items() if value is not None}
        spec: dict[str, Any] = json.loads(json.dumps(data | asdict(recipe.model) | asdict(recipe.training)))
        return spec

    @property
    def key(self) -> str:
        """The trial's identity: a digest of :attr:`spec`, and the name of its record.

        Settings that came later count only where they are not their default: trials were named before there were these.
        """
        spec = {name: value for name, value in self.spec.items() if name not in _LATER or value != _LATER[name]}
        return hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:16]


def _check_type(name: str, value: Any, hint: Any) -> None:
    """Refuse a setting's value of another type than its class declares.

    Raises
    ------
    ValueError
        If it is; the message says how such a value is written.
    """
    wanted, *others = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    types, written = _WRITTEN.get(wanted, _LIST)
    truth = isinstance(value, bool)  # which Python counts among the whole numbers
    if (isinstance(value, types) and truth == (wanted is bool)) or (value is None and others):
        return
    several = f" For several, put {name} under [[vary]]." if isinstance(value, list) else ""
    raise ValueError(f"{name} = {value!r} is not {written}.{several}")


def read_grid(path: str | Path) -> list[Trial]:
    """Return the trials of a grid: a shipped one by name, or a TOML file.

    ``[fixed]`` holds the settings that all trials share. Every ``[[vary]]`` holds lists, and each combination of their
    values is a trial; one that several of them ask for is returned once.

    Raises
    ------
    ValueError
        If there is no such grid, or it does not have this form; the message says where.
    """
    shipped = {file.stem: file for file in sorted(GRIDS.glob("*.toml"))}
    file = Path(path) if str(path).endswith(".toml") else choose("grid", str(path), shipped)
    try:
        grid = tomllib.loads(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{file} is not a text in UTF-8: byte {error.start + 1} is {error.object[error.start]:#04x}."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file} is not a TOML file: {error}.") from None
    except RecursionError:
        raise ValueError(f"{file}: brackets in brackets, too deep to be read.") from None
    if not grid:
        raise ValueError(
            f"{file} is empty: a grid says what its runs share, [fixed], and what they differ in, [[vary]]."
        )
    for name in grid:
        choose(f"part of the grid {file.name}:", name, dict.fromkeys(["about", "fixed", "vary"]))
    if not isinstance(grid.get("fixed", {}), dict):
        raise ValueError(f"{file}: fixed is the table [fixed], whose lines are settings, each with one value.")
    varies = grid.get("vary", [{}])
    if not isinstance(varies, list) or not all(isinstance(vary, dict) for vary in varies):
        raise ValueError(f"{file}: write [[vary]] with two brackets on each side, because there may be several.")
    trials: dict[str, Trial] = {}
    for number, vary in enumerate(varies, start=1):
        for name, values in vary.items():
            if not isinstance(values, list):
                raise ValueError(f"{file}, [[vary]] {number}: {name} = {values!r} is not a list; write [{values!r}].")
        for values in itertools.product(*vary.values()):
            try:
                trial = Trial.from_spec(grid.get("fixed", {}) | dict(zip(vary, values, strict=True)))
            except ValueError as error:
                raise ValueError(f"{file}: {error}") from None
            trials.setdefault(trial.key, trial)
    return list(trials.values())

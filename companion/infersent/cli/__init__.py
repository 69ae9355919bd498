"""The command line: ``infersent COMMAND``, or ``python -m infersent COMMAND``."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import tyro

from infersent.cli import choose, data, export, measure, study, train, use
from infersent.foundation.notices import Notice
from infersent.foundation.optional import MissingExtra
from infersent.training.loop import TrainingDiverged

_COMMANDS: dict[str, Callable[..., None]] = {
    "train": train.train,
    "evaluate": measure.evaluate,
    "encode": use.encode,
    "predict": use.predict,
    "probe": measure.probe,
    "explain": use.explain,
    "web": use.web,
    "export": export.export,
    "data": data.data,
    "choose": choose.choose,
    "study": study.study,
    "dot-product": measure.dot_product,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0, 1 for an error that a message explains, 130 for Ctrl-C."""
    try:
        with _notices_as_lines():
            tyro.extras.subcommand_cli_from_dict(
                _COMMANDS,
                prog="infersent",
                description="Train InferSent, measure it and use it.",
                args=arguments,
                config=(tyro.conf.FlagCreatePairsOff,),
            )
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again: a download goes on where it was.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe has seen enough
        return 0
    except (ValueError, TypeError, OSError, MissingExtra, TrainingDiverged) as error:
        print(f"infersent: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def _notices_as_lines() -> Iterator[None]:
    """Print every notice as one line on standard error, without the line of code that gave it."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", Notice)
        others = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if issubclass(category, Notice):
                print(f"infersent: {message}", file=sys.stderr)
            else:
                others(message, category, *place, **more)

        warnings.showwarning = show
        yield

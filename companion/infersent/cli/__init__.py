"""The command line: ``infersent COMMAND``, or ``python -m infersent COMMAND``."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import tyro

from infersent.cli.pipes import give_up_output
from infersent.foundation.caller import called_from
from infersent.foundation.notices import Notice
from infersent.foundation.optional import MissingExtra
from infersent.foundation.wording import in_a_sentence

# Where each command is. Only the one that is asked for is imported: the others' libraries would take a second.
_COMMANDS = {
    "train": "train.train",
    "evaluate": "measure.evaluate",
    "encode": "use.encode",
    "predict": "use.predict",
    "probe": "measure.probe",
    "explain": "use.explain",
    "web": "use.web",
    "export": "export.export",
    "data": "data.data",
    "choose": "choose.choose",
    "study": "study.study",
    "dot-product": "measure.dot_product",
}

# Commands that keep each finished run; the others begin again, and only a download is kept.
_KEPT = (["study"], ["dot-product"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0, 1 for an error that a message explains, 130 for Ctrl-C."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    names = given[:1] if given and given[0] in _COMMANDS else _COMMANDS  # all for --help and for a mistyped name
    try:
        with _notices_as_lines(), called_from("grid" if given[:1] == ["study"] else "shell"):
            tyro.extras.subcommand_cli_from_dict(
                {name: _command(name) for name in names},
                prog="infersent",
                description="Train InferSent, measure it and use it.",
                args=given,
                config=(tyro.conf.FlagCreatePairsOff,),
            )
    except KeyboardInterrupt:
        again = "the runs that are finished are kept" if given[:1] in _KEPT else "a download goes on where it was"
        print(f"\nStopped. Run the same command again: {again}.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe has seen enough
        give_up_output()
        return 0
    except OSError as error:
        print(f"infersent: {in_a_sentence(error)}", file=sys.stderr)
        return 1
    except (ValueError, TypeError, MissingExtra, FloatingPointError) as error:  # the last: training diverged
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


def _command(name: str) -> Callable[..., None]:
    module, function = _COMMANDS[name].split(".")
    command: Callable[..., None] = getattr(import_module(f"{__name__}.{module}"), function)
    return command

"""A training run replayed: loss, accuracies and learning rate as they went, four sets of blocks side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from infersent.foundation.recorded import load_record
from infersent.foundation.tables import Table
from infersent.widgets.ablation_explorer import name_of, points
from infersent.widgets.base import BookWidget
from infersent.widgets.training_replay.picture import picture


class TrainingReplay(BookWidget):
    """Say after which epoch dev accuracy will be best; then play the run, step through it, or drag it to and fro.

    The four runs are those of the package's record, see :func:`infersent.release.replay.write_replay`: the same pairs,
    seed and learning rate, and four sets of blocks. Nothing is trained in the page.

    Parameters
    ----------
    blocks : str, optional
        The run in focus, as the record names it: ``"u, v, |u-v|, u*v"``.
    look : int, optional
        How far the replay is: how many looks at the run are shown, 0 for none.
    guess : int, optional
        The epoch that the reader expects to be the best on dev; 0 for no guess yet.
    average : bool, optional
        Whether dev accuracy without the average over the steps is shown, too.

    Raises
    ------
    traitlets.TraitError
        If there is no such run, look or epoch.
    """

    _esm = Path(__file__).with_name("training_replay.mjs")

    blocks = traitlets.Unicode("u, v, |u-v|, u*v").tag(sync=True)
    look = traitlets.Int(0).tag(sync=True)
    guess = traitlets.Int(0).tag(sync=True)
    average = traitlets.Bool(False).tag(sync=True)
    #: The runs, see :func:`infersent.release.replay.replayed`.
    runs = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        if "runs" not in traits:
            traits["runs"] = load_record("replay")["runs"]
        super().__init__(**traits)

    @traitlets.validate("blocks")
    def _is_recorded(self, proposal: dict[str, Any]) -> str:
        name: str = proposal["value"]
        if name not in [run["blocks"] for run in self.runs]:
            raise traitlets.TraitError(
                f"blocks={name!r} is not recorded; known: {[run['blocks'] for run in self.runs]}."
            )
        return name

    @traitlets.validate("look")
    def _is_a_look(self, proposal: dict[str, Any]) -> int:
        return self._within("look", proposal["value"], len(self.run["dev"]))

    @traitlets.validate("guess")
    def _is_an_epoch(self, proposal: dict[str, Any]) -> int:
        return self._within("guess", proposal["value"], len(self.run["rates"]))

    def _within(self, name: str, value: int, most: int) -> int:
        if not 0 <= value <= most:
            raise traitlets.TraitError(f"{name} must be 0 to {most}, not {value}.")
        return value

    def __repr__(self) -> str:
        return f"TrainingReplay(blocks={self.blocks!r}, look={self.look}, guess={self.guess}, average={self.average})"

    @property
    def run(self) -> dict[str, Any]:
        """The record of the run in focus."""
        return next(run for run in self.runs if run["blocks"] == self.blocks)

    def by_epoch(self, blocks: str | None = None) -> list[float]:
        """Return a run's dev accuracy at the end of each epoch."""
        run = next(run for run in self.runs if run["blocks"] == (blocks or self.blocks))
        often = len(run["dev"]) // len(run["rates"])
        return [float(x) for x in run["dev"][often - 1 :: often]]

    def words(self) -> tuple[str, str]:
        """Return what the state says in words, the same as in the page: a headline and a sentence."""
        run, ends = self.run, self.by_epoch()
        epochs, often = len(run["rates"]), len(run["dev"]) // len(run["rates"])
        if not self.look:
            steps = f"{run['step'][-1]:,}"
            return (
                "Before the first step.",
                f"Three labels, so a third would be chance. {steps} steps, {epochs} epochs: play, or go look by look.",
            )
        loss, train, dev = (run[key][self.look - 1] for key in ("loss", "train", "dev"))
        epoch = (self.look - 1) // often + 1
        if self.look < len(run["dev"]):
            so_far = ends[: self.look // often]
            best = f" Best epoch so far: {so_far.index(max(so_far)) + 1}." if so_far else ""
            return (
                f"Epoch {epoch}, step {run['step'][self.look - 1]:,}.",
                f"Loss {loss:.2f}; right: {points(train)}% of the pairs just trained on, {points(dev)}% of dev.{best}",
            )
        best_epoch = run["best"]
        guessed = {0: "", best_epoch: " as you said"}.get(self.guess, f"; you said {self.guess}")
        first, last = run["train"][best_epoch * often - 1], run["train"][-1]
        after = f"After it dev gained nothing ({points(ends[-1])}% at the end)"
        rose = f"while accuracy on the training pairs went from {points(first)}% to {points(last)}%."
        if best_epoch == epochs:
            after, rose = "The last epoch was the best", "so more epochs might have brought more."
        return f"Best on dev: epoch {best_epoch}, {points(ends[best_epoch - 1])}%{guessed}.", f"{after}, {rose}"

    def fallback_html(self) -> str:
        """Return the finished curves as a table: dev accuracy after each epoch, the best of each run marked."""
        epochs = len(self.run["rates"])
        rows = []
        for run in self.runs:
            ends = self.by_epoch(run["blocks"])
            marked = [f"{points(dev)}{' (best)' if k == run['best'] else ''}" for k, dev in enumerate(ends, start=1)]
            rows.append([name_of(run["blocks"].split(", ")), *marked])
        rows.append(["learning rate", *(f"{rate:.5f}" for rate in self.run["rates"])])
        columns = ("blocks", *(f"epoch {k}" for k in range(1, epochs + 1)))
        caption = "Accuracy on dev after each epoch, in percent: one seed"
        return picture(self.runs, self.blocks) + "\n" + Table(columns, rows, caption=caption, css_class="").to_html()

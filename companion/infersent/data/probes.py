"""Probes: hand-written pairs in minimal groups, each of which changes one thing.

A **group** is one scene: a premise with hypotheses that differ from one another in one thing, or one hypothesis with
premises that do, or two premises with the same two hypotheses. All its pairs turn on one phenomenon, and they have at
least two labels. So a model that always gives the same answer, or looks at one sentence only, gets no group right.

The labels are SNLI's: the premise is the caption of a photo, and the hypothesis speaks of the same scene. It is
entailed if the premise leaves no doubt about it, a contradiction if no single photo can have both captions, and neutral
otherwise. "A man" in the hypothesis is the man of the premise, so what two captions say of him must fit together; and
since a caption names what there is to see, two captions of wholly different scenes contradict each other. A number is
exact ("two" is not "four"), while "some" says no more than that there are some. What a hypothesis adds is neutral.

What the labels rest on, phenomenon by phenomenon (the controls keep a label from following from the tag):

``hypernym-up``
    A word gives way to one for a larger class. Entailed; but neutral under "no" or "without", where inference runs the
    other way. Controls: a class that excludes the first (contradiction), a larger class with a new detail (neutral).
``hypernym-down``
    A word gives way to one for a smaller class. Neutral; but entailed under "no" or "without", and where the premise
    gives what the smaller class needs ("a very young dog", "a puppy"). Control: another class (contradiction).
``antonym``
    A word gives way to its opposite. Contradiction; but entailed if "not" is added. Controls: a word of the same
    meaning (entailment), one about something else (neutral).
``negation``
    "Not", "no", "nobody", "nothing", "neither", "without". Denying what the premise states, or the reverse:
    contradiction. The same denial in other words: entailment. Denial of something else: neutral.
``number``
    Another number contradicts, the same number in other words is entailed ("a dozen", "more than one"), and a number
    that an open premise ("several") allows is neutral.
``colour``
    Another colour of the same thing contradicts, the same colour or a wider one ("dark") is entailed, and the colour
    of something else is neutral.
``place``
    A place that excludes the first contradicts, the same or a wider one is entailed, a narrower one is neutral.
``agent-patient``
    Agent and patient change places. With most verbs that is a contradiction ("chase"), with symmetric ones it says the
    same ("dance with"), and it is neutral if each may do it to the other ("look at"). The words stay, so only their
    order makes the difference. Controls: the same roles in other words, a new detail.
``active-passive``
    The active becomes passive, or the reverse. Entailed; a contradiction if the roles change places or the action is
    another; neutral if the passive leaves out an agent that the active names, or a detail is new.
``quantifier``
    "All", "most", "half", "some", "few", "only", "none": entailed, neutral or contradictory by logic.
``unrelated``
    Two scenes with nothing in common, whose captions contradict each other. Each hypothesis is also paired with the
    premise that entails it. No pair is neutral.
``paraphrase``
    The same in other words is entailed. Controls: the same words with one change that makes it false, or open.
``temporal``
    "Before", "after", "already", "still", "about to", "just", and times of day: the same order of events is entailed,
    the reverse order contradicts, and a time or an event that the premise does not give is neutral.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from infersent.data.files import NO_LABEL, MalformedLine, collect_pairs, tsv_records
from infersent.data.pairs import Pairs
from infersent.foundation.arrays import Ints
from infersent.foundation.choices import choose

__all__ = ["PHENOMENA", "groups", "load", "read_probes"]

#: What a group turns on.
PHENOMENA = (
    "hypernym-up",
    "hypernym-down",
    "antonym",
    "negation",
    "number",
    "colour",
    "place",
    "agent-patient",
    "active-passive",
    "quantifier",
    "unrelated",
    "paraphrase",
    "temporal",
)

_FILE = Path(__file__).with_name("probes.tsv")


def load(split: str = "test") -> Pairs:
    """Return the probes, with a phenomenon of :data:`PHENOMENA` for each pair.

    Parameters
    ----------
    split
        ``"test"``, the only one: the probes are for measuring, and too few to learn from.

    Raises
    ------
    ValueError
        The split is another one.
    """
    remedy = "The probes are for testing only; train on captions or snli."
    choose("split of the probes", split, {"test": None}, remedy=remedy)
    return _probes()[0].take(slice(None))


def groups() -> Ints:
    """Return the number of each probe's group, ``[pairs]``; pairs of one group stand together."""
    return _probes()[1].copy()


def read_probes(path: str | Path) -> tuple[Pairs, Ints]:
    """Read a ``.tsv`` file with the columns group, phenomenon, premise, hypothesis and label.

    Returns
    -------
    pairs
        In the order of the file, with their phenomena.
    groups
        The number of each pair's group, ``[pairs]``.

    Raises
    ------
    MalformedLine
        A line cannot be read, lacks a column or a label, or its group is not a number or its phenomenon is unknown.
    """
    with Path(path).open("rb") as lines:
        records = list(tsv_records(lines, path))
    numbers, phenomena = [], []
    for line, record in records:
        for column in ("group", "phenomenon"):
            if column not in record:
                raise MalformedLine(path, line, f"no column {column!r} among {', '.join(map(repr, record))}.")
        if not record["group"].isdecimal():
            raise MalformedLine(path, line, f"group {record['group']!r} is not a whole number.")
        try:
            choose("phenomenon", record["phenomenon"], dict.fromkeys(PHENOMENA))
        except ValueError as error:
            raise MalformedLine(path, line, str(error)) from None
        if record.get("label", "").strip() == NO_LABEL:
            raise MalformedLine(path, line, f"a probe needs a label, and {NO_LABEL!r} is not one.")
        numbers.append(int(record["group"]))
        phenomena.append(record["phenomenon"])
    pairs = collect_pairs(records, source=path, name="probes test")
    return replace(pairs, phenomena=phenomena), np.array(numbers)


@lru_cache(maxsize=1)
def _probes() -> tuple[Pairs, Ints]:
    return read_probes(_FILE)

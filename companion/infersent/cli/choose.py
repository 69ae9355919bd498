"""``infersent choose``: which pair features for a reader's own pairs."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from infersent.choose.choice import Choice
from infersent.choose.curve import LearningCurve
from infersent.choose.run import choose_blocks, settle
from infersent.choose.task import Kind
from infersent.choose.texts import (
    TextPairs,
    corpus_pairs,
    encode_pairs,
    read_label_file,
    read_text_pairs,
    read_vectors,
    trained_on,
)
from infersent.cli.options import Columns, File, Real, Text, Whole, check_output, refuse_dash, write_output
from infersent.data import CORPORA
from infersent.data.cache import cache_folder
from infersent.data.formats import STDIN
from infersent.foundation.progress import Progress
from infersent.foundation.wording import in_width

_Files = Annotated[tuple[Path, Path] | None, tyro.conf.arg(metavar="U.npy V.npy")]
_Optional = Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="FILE")]

#: What --output writes, by the suffix.
OUTPUTS = (".html", ".json", ".png", ".svg", ".pdf")


def choose(
    file: _Optional = None,
    *,
    text: Columns = None,
    label: Text = None,
    encoder: Text = None,
    vectors: _Files = None,
    labels: File = None,
    test: File = None,
    test_vectors: _Files = None,
    test_labels: File = None,
    task: Literal["auto", "classes", "scores"] = "auto",
    metric: Text = None,
    margin: Real = None,
    candidates: Annotated[tuple[str, ...], tyro.conf.arg(metavar="BLOCKS")] = (),
    folds: int = 5,
    repeats: Whole = None,
    mlp: bool = False,
    curve: bool = False,
    seed: int = 0,
    jobs: int = 1,
    cluster: Text = None,
    memory: float = 1.0,
    output: tuple[Path, ...] = (),
    cache: File = None,
) -> None:
    """Say which pair features to use for your own pairs: u, v, |u-v|, u*v, some of them, or others.

    Every set of blocks is cross-validated with a linear head on folds that share no sentence, and compared with the
    best. The smallest set that the best does not beat by more than the margin is recommended.

    For example:

    infersent choose mine.csv --text question1 question2 --label is_duplicate

    infersent choose mine.jsonl --encoder sentence-transformers/all-MiniLM-L6-v2 --output report.html

    infersent choose --vectors u.npy v.npy --labels y.npy --margin 0.005

    infersent choose stsb --test stsb

    Stop it at any time (Ctrl-C): the same command goes on with the folds that are not finished.

    Args:
        file: Pairs with labels: a .csv, .tsv, .jsonl or .parquet file; "-" is standard input, tab-separated. Or
            the name of a corpus, whose training pairs are taken: captions, snli (its 122k), sick, mrpc or stsb.
        text: The names of its two columns of texts; usual ones are found by themselves.
        label: The name of its column of labels or scores; usual ones are found by themselves.
        encoder: What turns a text into a vector: the folder of a model of this package, or the name or the folder of
            one of sentence-transformers; the package's own model if left out.
        vectors: Instead of a file of texts, two .npy files of shape [pairs, numbers].
        labels: With --vectors, the labels: a .npy file, or a text file with one per line.
        test: A file like FILE with pairs that have no part in the choice, on which every set is measured at the end; or
            the name of a corpus, whose test pairs are taken.
        test_vectors: With --vectors, the same of vectors.
        test_labels: With --test-vectors, their labels.
        task: classes or scores, where the labels would be taken for the other.
        metric: What decides: accuracy or macro-F1 for classes, Spearman or Pearson for scores.
        margin: The smallest difference of interest as a share; 0.01 if left out, which is one point.
        candidates: Sets of blocks to compare, each in quotes, such as "u, v" "u, v, u*v"; 19 sets if left out.
        folds: Folds of the cross-validation.
        repeats: How often it is repeated; as often as tests 100,000 pairs if left out, at most five times.
        mlp: Train a small network on some sets too, for comparison.
        curve: Print how the scores grow with the number of pairs, too; a report has it as a table and as a figure.
        seed: Of the folds.
        jobs: Processes on this machine; -1 for one per core.
        cluster: The address of a Dask scheduler whose workers do it: tcp://host:8786.
        memory: Gigabytes of features that a process may keep.
        output: Files to write the result to: .html, a report; .json; .png, .svg or .pdf, the figure.
        cache: Folder for finished folds and for the texts' vectors; the package's own if left out.
    """
    _check_options(
        {
            "FILE": file,
            "--text": text,
            "--label": label,
            "--encoder": encoder,
            "--test": test,
            "--vectors": vectors,
            "--labels": labels,
            "--test-vectors": test_vectors,
            "--test-labels": test_labels,
        }
    )
    refuse_dash(cache, "--cache", "folds are kept in a folder")
    for path in output:
        refuse_dash(path, "--output", "no suffix would tell the format; what is printed goes there anyway")
        if path.suffix.lower() not in OUTPUTS:
            raise ValueError(f"--output {path} ends in {path.suffix!r}; it can end in {', '.join(OUTPUTS)}.")
        check_output(path)
    kept = cache or cache_folder() / "choose"
    bars = sys.stderr.isatty()
    texts = test_texts = seen = None
    held_out: tuple[Any, Any, Any] | None = None
    u: Any
    v: Any
    if vectors is not None and labels is not None:
        u, v = map(read_vectors, vectors)
        y = read_label_file(labels)
        if test_vectors is not None and test_labels is not None:
            held_out = (*map(read_vectors, test_vectors), read_label_file(test_labels))
    elif file is not None:
        pairs = _read(file, "train", text, label, task)
        y, texts = pairs.labels, (pairs.first, pairs.second)
        other = None if test is None else _read(test, "test", text, label, task)
        # Encoding may take hours, so whatever can be refused without the vectors is refused before.
        settle(
            y,
            candidates=candidates or None,
            task=task,
            metric=metric,
            margin=margin,
            folds=folds,
            repeats=repeats,
        )
        seen = trained_on(encoder)
        with _stopped_by_hand("the texts are encoded again, from the first"):
            u, v = encode_pairs(pairs, encoder, cache=kept / "vectors", progress=bars)
            if other is not None:
                held_out = (*encode_pairs(other, encoder, cache=kept / "vectors", progress=bars), other.labels)
                test_texts = other.first, other.second
    with _stopped_by_hand("finished folds are kept, and it goes on with the others"), _Folds("comparing") as progress:
        choice = choose_blocks(
            u,
            v,
            y,
            sentences=texts,
            candidates=candidates or None,
            task=task,
            metric=metric,
            margin=margin,
            folds=folds,
            repeats=repeats,
            mlp=mlp,
            test=held_out,
            test_sentences=test_texts,
            trained_on=seen,
            seed=seed,
            jobs=jobs,
            cluster=cluster,
            cache=kept / "folds",
            memory=memory,
            progress=progress,
        )
    # Where no terminal says how wide it is, as wide as a page.
    print(in_width(str(choice), min(100, shutil.get_terminal_size((88, 24)).columns)))
    grown = None
    if curve:
        again = "the folds are kept, and only the curve is trained again"
        with _stopped_by_hand(again), _Folds("curve") as progress:
            grown = choice.learning_curve(progress=progress)
        print(f"\n{grown}")
    for path in output:
        write_output(path, partial(_write, choice, grown, path.suffix.lower()))
        print(f"{path}: written", file=sys.stderr)


def _read(file: Path, split: str, text: tuple[str, str] | None, label: str | None, task: Kind) -> TextPairs:
    """Return the pairs of a file, or of a split of the corpus of that name.

    Raises
    ------
    ValueError
        If they cannot be read, or a corpus is given the names of columns.
    """
    name = str(file)
    if name not in CORPORA:
        return read_text_pairs(file, text, label, task)
    if text or label:
        option = "--text" if text else "--label"
        raise ValueError(f"{option} names columns of a file, and {name} is a corpus. Leave it out.")
    return corpus_pairs(name, split, task)


def _check_options(given: dict[str, Any]) -> None:
    """Refuse what does not go together: pairs come as a file of texts, or as arrays of vectors with labels.

    Raises
    ------
    ValueError
        If two options do not fit, or one lacks another; the message names both and the remedy.
    """
    given = {name: value for name, value in given.items() if value is not None}
    by_file = [name for name in ("--text", "--label", "--encoder", "--test") if name in given]
    by_vectors = [name for name in ("--labels", "--test-vectors", "--test-labels") if name in given]
    if "FILE" in given and "--vectors" in given:
        raise ValueError("Give either a FILE of pairs, or --vectors with --labels: here are both.")
    if "FILE" in given and by_vectors:
        remedy = {
            "--labels": "the labels of a FILE are one of its columns: --label NAME",
            "--test-vectors": "the test pairs beside a FILE are another such file: --test FILE",
            "--test-labels": "the test pairs beside a FILE are another such file, with its labels: --test FILE",
        }[by_vectors[0]]
        raise ValueError(f"{by_vectors[0]} goes with --vectors; {remedy}.")
    if "FILE" not in given and "--vectors" in given and by_file:
        remedy = {
            "--text": "beside --vectors there are no texts; leave it out",
            "--label": "beside --vectors the labels are a file of their own: --labels FILE",
            "--encoder": "--vectors are encoded already; leave one of the two out",
            "--test": "beside --vectors the test pairs are --test-vectors U.npy V.npy and --test-labels FILE",
        }[by_file[0]]
        raise ValueError(f"{by_file[0]} goes with a FILE of pairs; {remedy}.")
    if "FILE" not in given and "--vectors" not in given:
        alone = f" {[*by_file, *by_vectors][0]} alone names neither." if by_file or by_vectors else ""
        raise ValueError(f"Give either a FILE of pairs, or --vectors U.npy V.npy and --labels Y.npy together.{alone}")
    if "--vectors" in given and "--labels" not in given:
        raise ValueError(
            "--vectors lacks --labels: a .npy file, or a text file with one label per line, for each pair."
        )
    if ("--test-vectors" in given) != ("--test-labels" in given):
        lacking = "--test-vectors" if "--test-labels" in given else "--test-labels"
        raise ValueError(f"Give --test-vectors and --test-labels together; {lacking} is missing.")
    for some in (("FILE", "--test"), ("--labels", "--test-labels")):
        if all(str(given.get(name)) == STDIN for name in some):
            raise ValueError(f"Both {' and '.join(some)} are standard input, which can be read once. Name a file.")


@contextmanager
def _stopped_by_hand(rest: str) -> Iterator[None]:
    """Say on Ctrl-C what the same command has still to do."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"\nStopped. Give the same command again: {rest}.", file=sys.stderr)
        raise SystemExit(130) from None


def _write(choice: Choice, curve: LearningCurve | None, suffix: str, path: Path) -> None:
    if suffix == ".html":
        path.write_text(choice.to_html(curve), "utf-8")
    elif suffix == ".json":
        path.write_text(choice.to_json(curve) + "\n", "utf-8")
    else:
        choice.plot().savefig(path, format=suffix.lstrip("."), dpi=150)


class _Folds:
    """Shows how many folds of how many are done, from the first call on."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._progress: Progress | None = None

    def __enter__(self) -> _Folds:
        return self

    def __exit__(self, *error: object) -> None:
        if self._progress is not None:
            self._progress.__exit__(*error)

    def __call__(self, done: int, total: int) -> None:
        if self._progress is None or done < self._progress.done:  # the MLPs come after, fold by fold again
            self.__exit__()
            self._progress = Progress(total, self.what, "fold", done=done)
        else:
            self._progress.update(done - self._progress.done)

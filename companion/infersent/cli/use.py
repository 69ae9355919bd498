"""``infersent encode``, ``predict``, ``explain`` and ``web``: a trained model at work."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import tyro

from infersent.cli.options import Columns, File, Run, Text, Whole, check_output, find_device, refuse_dash, write_output
from infersent.data import read_sentence_pairs
from infersent.foundation.arrays import Floats
from infersent.foundation.notices import notice
from infersent.inside import ledger
from infersent.inside.ledger_view import in_terminal
from infersent.model import streaming
from infersent.model.infersent import InferSent


def encode(
    run: Run = None,
    *,
    output: Path,
    sentences: Path = Path("-"),
    batch_size: int = 128,
    normalize: bool = False,
    precision: str = "float32",
    jobs: Whole = None,
    cluster: Text = None,
    vectors: Text = None,
    device: str = "cpu",
    engine: Literal["torch", "onnxruntime"] = "torch",
) -> None:
    """Turn sentences, one per line, into vectors: a .npy file of shape [lines, dim], or a .parquet file.

    Memory does not grow with the number of lines. If the command is stopped, even killed, the same command goes on
    where it was; if the sentences, the model or the options have changed, it starts anew.

    For example:

    infersent encode runs/mine --sentences lines.txt --output vectors.npy

    zcat lines.txt.gz | infersent encode --output vectors.parquet

    infersent encode --sentences folder-of-txt-files --output folder-of-vectors --cluster tcp://scheduler:8786

    In Python, numpy.load("vectors.npy", mmap_mode="r") opens the vectors without reading them all.

    Args:
        run: Folder of a checkpoint or of a training run; the package's own model if left out.
        output: The .npy or .parquet file to write; "-" writes the .npy format to standard output. For a folder of
            sentences, a folder.
        sentences: A text file in UTF-8; "-" reads standard input. A folder stands for all .txt files in it.
        batch_size: Sentences at a time at most; long ones go in smaller batches.
        normalize: Scale every vector to length 1.
        precision: float32; int8 (127 times each number, rounded); binary or ubinary (signs alone, eight in a byte).
        jobs: Threads that encode, one per processor; by default as many as there are processors.
        cluster: Address of a Dask scheduler, whose workers share the files of a folder. They must see both folders.
        vectors: Let the model know the further words of the vectors that it was trained with: glove.6B.100d.
        device: cpu, cuda, cuda:1, mps, or auto for the best that is there.
        engine: onnxruntime is the faster on a processor, after some seconds of preparation: for many sentences.
    """
    options = streaming.Options(batch_size, normalize, precision)
    if sentences.is_dir():
        if str(output) == "-" or (output.exists() and not output.is_dir()):
            raise ValueError(
                f"--output {output} is not a folder, but --sentences is one. Name a folder for the vectors."
            )
    elif cluster is not None:
        raise ValueError(f"--cluster shares the files of a folder, but --sentences {sentences} is not one.")
    elif str(output) != "-":
        check_output(output)
        if not output.exists() or output.is_file():
            streaming.check_suffix(output)
    if sentences.suffix.lower() in (".csv", ".tsv", ".jsonl") and sentences.is_file():
        notice(
            f"{sentences}: every line is read as one sentence, a header and separators with it. To encode a column, "
            "write its texts to a file of their own, one per line."
        )
    if engine == "onnxruntime" and device != "cpu":
        raise ValueError(f"--engine onnxruntime encodes on the processor, not on --device {device}. Leave one out.")
    model = InferSent.from_pretrained(run, vectors=vectors, device=find_device(device))
    if engine == "onnxruntime":
        from infersent.adapters.onnxruntime import OnnxInferSent

        model = OnnxInferSent.from_model(model)
    try:
        if sentences.is_dir():
            written = streaming.encode_folder(model, sentences, output, options, jobs=jobs, cluster=cluster)
            print(f"{output}: {len(written):,} files of vectors", file=sys.stderr)
        else:
            lines, width = streaming.encode_file(model, sentences, output, options, jobs=jobs)
            where = "standard output" if str(output) == "-" else output
            print(f"{where}: {lines:,} sentences of {width} numbers each", file=sys.stderr)
    except KeyboardInterrupt:
        if sentences.is_dir():
            rest = "goes on with what is missing"
        else:
            done = streaming.noted(output)
            rest = f"goes on after {done:,} sentences" if done else "starts from the first sentence"
        print(f"\nStopped. The same command {rest}.", file=sys.stderr)
        raise SystemExit(130) from None


def predict(
    run: Run = None,
    *,
    pairs: File = None,
    text: Columns = None,
    premise: Text = None,
    hypothesis: Text = None,
    vectors: Text = None,
    output: Path = Path("-"),
    device: str = "cpu",
) -> None:
    """Print the label of each pair, the probability of each label, and how much of the pair is unknown to the model.

    The rows are those of the file, in its order. The last column, unknown, is the share of unknown words in that
    sentence of the two that has more of them: where it is high, the answer means little.

    For example:

    infersent predict runs/laptop --premise "A dog runs." --hypothesis "An animal moves."

    infersent predict runs/mine --pairs mine.csv --text question1 question2 --output labels.csv

    Args:
        run: Folder of a checkpoint or of a training run; the package's own model if left out.
        pairs: A .csv, .tsv, .txt, .jsonl or .parquet file; "-" reads standard input.
        text: The file's two columns of texts; premise and hypothesis, or what is guessed, and told, if left out.
        premise: One premise, with --hypothesis, instead of a file.
        hypothesis: One hypothesis.
        vectors: Let the model know the further words of the vectors that it was trained with: glove.6B.100d.
        output: The file to write: with commas if its name ends in .csv, JSON lines if in .jsonl, tabs if in .tsv or
            .txt; "-" is standard output, with tabs.
        device: cpu, cuda, cuda:1 or mps.
    """
    if output.suffix.lower() not in ("", ".csv", ".jsonl", ".tsv", ".txt"):  # tabs in an .xlsx would open nowhere
        raise ValueError(
            f"--output {output} ends in {output.suffix!r}; it can end in .csv, .jsonl, .tsv or .txt. "
            "The last two have tabs."
        )
    premises, hypotheses = _sentence_pairs(pairs, text, premise, hypothesis)
    check_output(output)
    model = InferSent.from_pretrained(run, vectors=vectors, device=find_device(device))
    probabilities = model.predict_proba(premises, hypotheses)
    unknown = np.maximum(model.unknown_share(premises), model.unknown_share(hypotheses))
    table = _table(model.labels, probabilities, unknown, output.suffix.lower())
    if str(output) == "-":
        print(table, end="")
    else:
        write_output(output, lambda path: path.write_text(table, "utf-8", newline=""))


def _table(labels: Sequence[str], probabilities: Floats, unknown: Floats, suffix: str) -> str:
    """Return what predict writes, in the format of a suffix."""
    answers = [labels[i] for i in probabilities.argmax(axis=1)]
    if suffix == ".jsonl":
        return "".join(
            json.dumps(
                {
                    "label": answer,
                    "probabilities": {name: round(float(p), 4) for name, p in zip(labels, row, strict=True)},
                    "unknown": round(float(share), 4),
                },
                ensure_ascii=False,
            )
            + "\n"
            for answer, row, share in zip(answers, probabilities, unknown, strict=True)
        )
    text = io.StringIO()
    writer = csv.writer(text, delimiter="," if suffix == ".csv" else "\t", lineterminator="\n")
    writer.writerow(["label", *labels, "unknown"])
    for answer, row, share in zip(answers, probabilities, unknown, strict=True):
        writer.writerow([answer, *(f"{p:.4f}" for p in row), f"{share:.2f}"])
    return text.getvalue()


def _sentence_pairs(
    pairs: Path | None, text: tuple[str, str] | None, premise: str | None, hypothesis: str | None
) -> tuple[Sequence[str], Sequence[str]]:
    """Return the premises and the hypotheses of the file, or the one pair of the command line."""
    if pairs is not None and premise is None and hypothesis is None:
        return read_sentence_pairs(pairs, text=text)
    if pairs is None and text is None and premise is not None and hypothesis is not None:
        return [premise], [hypothesis]
    raise ValueError("Give either --pairs FILE, or --premise and --hypothesis together.")


def explain(
    premise: Annotated[str, tyro.conf.Positional],
    hypothesis: Annotated[str, tyro.conf.Positional],
    *,
    run: File = None,
    json_output: bool = False,
) -> None:
    """Account for the model's decision on one pair: by block, by word, by pair of words; the parts add up exactly.

    For example:

    infersent explain "A man plays a guitar." "A woman is asleep."

    infersent explain "How do I bake?" "How is bread made?" --run runs/mine

    Args:
        premise: The first sentence.
        hypothesis: The second.
        run: Folder of a checkpoint or of a training run; the package's own model if left out.
        json_output: Print the whole ledger as JSON.
    """
    account = ledger.explain(InferSent.from_pretrained(run), premise, hypothesis)
    account.check()
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    print(account.to_json() if json_output else in_terminal(account, colour=colour))


def web(run: Run = None, *, out: Path, words: Whole = None) -> None:
    """Write a model as the one file from which the live explainer of a page computes.

    For example:

    infersent web runs/laptop --out site/_static/widgets

    infersent web runs/mine --out my-page --words 20000

    Args:
        run: Folder of a checkpoint or of a training run; the package's own model if left out. Its encoder must be
            bilstm-max and its head linear or stacked-linear.
        out: Folder of the file.
        words: Keep only this many words, the most frequent ones; all of them if left out.
    """
    refuse_dash(out, "--out", "the file goes into a folder")
    # The widgets' libraries are imported by nothing else here.
    from infersent.widgets.page_model import export

    path = export(InferSent.from_pretrained(run), out, words=words)
    print(f"{path}: {path.stat().st_size:,} bytes", file=sys.stderr)

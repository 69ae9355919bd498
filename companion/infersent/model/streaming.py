"""The vectors of more sentences than memory holds: from a file to a file, and on from where a kill stopped it.

Sentences are read in portions, threads that share one model encode several portions at once, and their vectors are
written in the order of the sentences. What is finished lies in two hidden files beside the output, until all is done:

.. code-block:: text

    .vectors.npy-part      the vectors so far
    .vectors.npy-journal   their number, a digest of model, sentences and options

The same call goes on from there. If the digest is another one, all starts anew: no file holds the vectors of two
models, or of two versions of the sentences.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import shutil
import sys
import tempfile
import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np
import torch
from torch.nn import functional as F

from infersent.data.files import decoded_lines
from infersent.foundation.arrays import Array
from infersent.foundation.atomic import failed_write_explained, replace_file
from infersent.foundation.caller import option
from infersent.foundation.locks import alone
from infersent.foundation.parallel import check_address
from infersent.foundation.progress import Progress
from infersent.model.infersent import InferSent, to_numpy
from infersent.model.precision import check_precision, in_precision
from infersent.text.batching import in_portions, word_ids
from infersent.text.unknown_words import UnknownWords

#: A portion of sentences is encoded at a time by one thread: this many sentences, and no more characters than this.
PORTION, CHARACTERS = 4096, 4_000_000

#: The suffixes of files of vectors.
SUFFIXES = (".npy", ".parquet")

# Part of the digest: raise it whenever the same sentences would get other vectors.
_VERSION = 1

# What follows from unknown words.
_SO = "their vectors mean little"

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True)
class Options:
    """How sentences are encoded, see :meth:`infersent.model.infersent.InferSent.encode`."""

    batch_size: int = 128
    normalize_embeddings: bool = False
    precision: str = "float32"

    def encode(self, model: InferSent, sentences: list[str]) -> Array:
        """Return the vectors, ``[n, width]``, as the model's own ``encode`` does, but without a notice."""
        check_precision(self.precision, bounded=model.encoder.bounded, normalized=self.normalize_embeddings)
        vectors = model.encode_ids(word_ids(model.tokenizer, sentences), self.batch_size)
        return in_precision(
            to_numpy(F.normalize(vectors, dim=1) if self.normalize_embeddings else vectors), self.precision
        )


def encode_file(
    model: InferSent,
    sentences: str | Path,
    output: str | Path,
    options: Options = Options(),
    *,
    jobs: int | None = None,
    remember: bool = False,
    unknown: UnknownWords | None = None,
) -> tuple[int, int]:
    """Write the vectors of a file of sentences, one per line, to another file.

    One notice tells of sentences most of whose words the model does not know, among those that this call encodes.

    Memory does not grow with the number of lines. A line is what ends in a line feed: other separators may be part of a
    sentence.

    Parameters
    ----------
    model
        Encodes.
    sentences
        A text file in UTF-8, or "-" for the standard input, which is kept on disk meanwhile if it is a pipe.
    output
        A .npy file, which ``numpy.load(output, mmap_mode="r")`` opens without reading it; a .parquet file with the
        columns ``sentence`` and ``vector``; or "-" for the .npy format on the standard output. What is no file, such as
        a pipe, and the standard output cannot be gone on with after a kill.
    options
        How.
    jobs
        How many threads encode, each on one processor; by default as many as torch would use. They share the model.
    remember
        Keep the journal when all is done, so that the same call returns at once.
    unknown
        Counts the words that the model does not know, in place of the notice.

    Returns
    -------
    tuple of int
        How many vectors the file holds, and how many numbers each has.

    Raises
    ------
    infersent.data.formats.MalformedLine
        If a line is not UTF-8; before anything is written.
    ValueError
        If ``output`` has an unknown suffix or is the file of sentences, ``jobs`` is below 1, or the options do not go
        with the model.
    OSError
        If a file cannot be read or written, the disk is too small for all vectors, or the sentences change meanwhile;
        what is finished is kept.
    """
    jobs = _check_jobs(jobs, model)
    found = UnknownWords() if unknown is None else unknown
    to_stdout = str(output) == "-"
    output = Path(output)
    special = to_stdout or (output.exists() and not output.is_file())  # a pipe, a device
    if not special:
        check_suffix(output)
        if str(sentences) != "-" and output.exists() and output.samefile(sentences):
            raise ValueError(f"{output} holds the sentences. Name another file for the vectors.")
    with _open_lines(sentences) as lines:
        like = options.encode(model, [])  # [0, width]
        digest, count = lines.measure()
        if special:
            with nullcontext(sys.stdout.buffer) if to_stdout else output.open("wb") as file:
                _write_header(file, count, like)
                progress = Progress(count, "encoding", "sentence")
                _append(file, model, _counted(lines.portions(), model, found), options, jobs, progress)
                file.flush()
            if unknown is None:
                found.tell(_SO, stacklevel=3)
            return count, like.shape[1]
        part = _Part(output.resolve(), _digest(model, options, digest), count, like)
        with part.locked():
            if not (remember and part.finished()):
                try:
                    part.fill(model, lines, options, jobs, found)
                    part.finish(lines, remember=remember)
                except BaseException:
                    part.forget_unless_noted()
                    raise
    if unknown is None:
        found.tell(_SO, stacklevel=3)
    return count, like.shape[1]


def encode_folder(
    model: InferSent,
    sentences: str | Path,
    output: str | Path,
    options: Options = Options(),
    *,
    jobs: int | None = None,
    cluster: str | None = None,
) -> list[Path]:
    """Write the vectors of each .txt file of a folder to a .npy file of that name in another folder.

    Files that were finished when a call was stopped are not encoded again by the next one.

    Parameters
    ----------
    model, options, jobs
        See :func:`encode_file`.
    sentences, output
        The folders; the second is made if it is missing.
    cluster
        The address of a Dask scheduler, whose workers then encode one file per thread. They must see both folders under
        the same names, for the model goes to them through the second.

    Returns
    -------
    list of Path
        The files of vectors.

    Raises
    ------
    ValueError
        If there is no .txt file, or ``cluster`` is given without Dask; otherwise as :func:`encode_file`.
    OSError
        If the cluster does not answer, or its workers die or do not see the folders; otherwise as :func:`encode_file`.
    """
    sentences, output = Path(sentences).resolve(), Path(output).resolve()
    sources = sorted(path for path in sentences.glob("*.txt") if path.is_file())
    if not sources:
        raise ValueError(f"{sentences} holds no .txt file. Give a folder of them, with one sentence per line.")
    output.mkdir(parents=True, exist_ok=True)
    outputs = [output / f"{source.stem}.npy" for source in sources]
    if cluster is None:
        unknown = UnknownWords()
        for source, target in zip(sources, outputs, strict=True):
            encode_file(model, source, target, options, jobs=jobs, remember=True, unknown=unknown)
        unknown.tell(_SO, stacklevel=3)
    else:
        _on_cluster(cluster, model, sources, outputs, options)
    for target in outputs:
        _journal(target).unlink(missing_ok=True)
    return outputs


def noted(output: str | Path) -> int:
    """Return how many vectors of an unfinished output a call would go on after; 0 if there is none."""
    try:
        return int(json.loads(_journal(Path(output).resolve()).read_text())["done"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def check_suffix(output: Path) -> None:
    """Refuse a file name that promises another format than is written.

    Raises
    ------
    ValueError
        If the suffix is not one of :data:`SUFFIXES`; no suffix at all is taken as .npy. Or if it is .parquet, and
        pyarrow is not installed.
    """
    if output.suffix.lower() == ".parquet" and find_spec("pyarrow") is None:
        raise ValueError(f"{output}: .parquet needs pyarrow: pip install 'infersent[tables]'. Or write a .npy file.")
    if output.suffix.lower() not in ("", *SUFFIXES):
        raise ValueError(f"{output} ends in {output.suffix!r}. Vectors are written to {' and '.join(SUFFIXES)} files.")


class _Lines:
    """The lines of a file, as often as they are asked for."""

    def __init__(self, file: BinaryIO, source: str | Path) -> None:
        self.file, self.source, self.start = file, source, file.tell()
        self.state = self._state()

    def __iter__(self) -> Iterator[str]:
        self.file.seek(self.start)
        return (line for _, line in decoded_lines(self.file, self.source))

    def portions(self) -> Iterator[list[str]]:
        """Yield the lines in portions, which are the same each time; refuse a file that has changed meanwhile."""
        for portion in in_portions(self, PORTION, CHARACTERS):
            yield portion
            if self._state() != self.state:
                raise OSError(f"{self.source} was changed while it was read. Run the same command again.")

    def _state(self) -> tuple[int, int] | None:
        try:
            found = os.fstat(self.file.fileno())
        except io.UnsupportedOperation:  # not a file of the system
            return None
        return found.st_size, found.st_mtime_ns

    def measure(self) -> tuple[str, int]:
        """Return a digest of the file and how many lines it has; refuse what is not UTF-8."""
        sha = hashlib.sha256()

        def hashed() -> Iterator[bytes]:
            for line in self.file:
                sha.update(line)
                yield line

        self.file.seek(self.start)
        count = sum(1 for _ in decoded_lines(hashed(), self.source))
        return sha.hexdigest(), count


@contextmanager
def _open_lines(path: str | Path) -> Iterator[_Lines]:
    from_stdin = str(path) == "-"
    source = "standard input" if from_stdin else path
    # Bytes, whatever the terminal's encoding.
    with nullcontext(sys.stdin.buffer) if from_stdin else Path(path).open("rb") as file:
        if file.seekable():
            yield _Lines(file, source)
            return
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(file, copy)
            copy.seek(0)
            yield _Lines(copy, source)


class _Part:
    """The vectors of one output so far, and the journal that says what they are."""

    def __init__(self, output: Path, digest: str, count: int, like: Array) -> None:
        self.output, self.digest, self.count, self.like = output, digest, count, like
        self.part, self.journal = output.with_name(f".{output.name}-part"), _journal(output)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from writing the same output."""
        lock = self.output.with_name(f".{self.output.name}-lock")
        with alone(lock, f"Another process is writing {self.output}. Wait for it, or stop it."):
            yield

    def done(self) -> int:
        """Return how many vectors of this model and these sentences are finished."""
        if not self.journal.exists():
            return 0
        try:
            found = json.loads(self.journal.read_text())
            if found["digest"] == self.digest:
                return int(found["done"])
        except (ValueError, KeyError, TypeError):
            pass  # a damaged journal says nothing
        print(f"{self.output.name}: starts anew, as the sentences, the model or the options changed.", file=sys.stderr)
        return 0

    def finished(self) -> bool:
        """Return whether the output holds all vectors."""
        return self.output.exists() and not self.part.exists() and self.journal.exists() and self.done() == self.count

    def fill(self, model: InferSent, lines: _Lines, options: Options, jobs: int, unknown: UnknownWords) -> None:
        """Encode what is missing, and count its unknown words."""
        row = self.like.itemsize * self.like.shape[1]
        done = self.done() if self.part.exists() else 0
        if done and self.part.stat().st_size < done * row:  # a crash of the machine may have lost what was written
            done = 0
        self._check_room((self.count - done) * row)
        if not done:
            self.journal.unlink(missing_ok=True)
        with failed_write_explained(self.output), self.part.open("r+b" if done else "wb") as file:
            _write_header(file, self.count, self.like)
            file.truncate(file.tell() + done * row)  # what was written after the journal is written again
            file.seek(0, os.SEEK_END)
            if done:
                print(f"{self.output.name}: goes on after {done:,} sentences.", file=sys.stderr)
            progress = Progress(self.count, "encoding", "sentence", done=done)
            missing = _counted(_without_first(lines.portions(), done), model, unknown)
            _append(file, model, missing, options, jobs, progress, self._note)

    def finish(self, lines: _Lines, *, remember: bool) -> None:
        """Let the vectors take the place of the output."""
        if self.output.suffix.lower() == ".parquet":
            with failed_write_explained(self.output):
                replace_file(self.output, lambda new: _write_parquet(new, self.part, self.like, lines))
            self.part.unlink()
        else:
            if self.output.exists():
                shutil.copymode(self.output, self.part)
            os.replace(self.part, self.output)
        if remember:
            self._write_journal(self.count)
        else:
            self.journal.unlink(missing_ok=True)

    def forget_unless_noted(self) -> None:
        """Leave nothing behind of which the journal does not speak."""
        if not self.journal.exists():
            self.part.unlink(missing_ok=True)

    def _note(self, file: BinaryIO, done: int) -> None:
        if done < self.count:
            file.flush()
            os.fsync(file.fileno())  # first the vectors, then the word that they are there
            self._write_journal(done)

    def _write_journal(self, done: int) -> None:
        text = json.dumps({"digest": self.digest, "done": done}) + "\n"
        replace_file(self.journal, lambda new: new.write_text(text))

    def _check_room(self, needed: int) -> None:
        free = shutil.disk_usage(self.output.parent).free
        if needed > free:
            raise OSError(
                errno.ENOSPC,
                f"the disk is full, or will be: this needs {needed / 1e6:,.1f} MB more, but only {free / 1e6:,.1f} MB "
                "are free. Make room and repeat the command, which goes on with what is missing; or name another place",
                str(self.output),
            )


def _journal(output: Path) -> Path:
    return output.with_name(f".{output.name}-journal")


def _digest(model: InferSent, options: Options, sentences: str) -> str:
    """Return a digest of all that decides a vector; the size of a batch does not."""
    sha = hashlib.sha256(model.tokenizer.to_str().encode())
    for name, tensor in model.encoder.state_dict().items():
        sha.update(name.encode())
        sha.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    chosen = (options.normalize_embeddings, options.precision)
    what = (_VERSION, type(model).__name__, model.config.encoder, *chosen, PORTION, CHARACTERS, sentences)
    sha.update(json.dumps(what).encode())
    return sha.hexdigest()


def _check_jobs(jobs: int | None, model: InferSent) -> int:
    if jobs is None:
        return torch.get_num_threads() if model.device.type == "cpu" else 1
    if jobs < 1:
        raise ValueError(f"{option('jobs', jobs)} is below 1; leave it out for as many as this machine has processors.")
    return jobs


def _write_header(file: BinaryIO, count: int, like: Array) -> None:
    shape = (count, like.shape[1])
    header = {"descr": np.lib.format.dtype_to_descr(like.dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)


def _append(
    file: BinaryIO,
    model: InferSent,
    portions: Iterable[list[str]],
    options: Options,
    jobs: int,
    progress: Progress,
    note: Callable[[BinaryIO, int], None] = lambda file, done: None,
) -> None:
    """Write the vectors of all portions in their order, and note after each how many there are."""
    results = in_threads(lambda portion: options.encode(model, portion), portions, jobs)
    with progress, closing(results):
        for vectors in results:
            file.write(np.ascontiguousarray(vectors).data)
            progress.update(len(vectors))
            note(file, progress.done)


def in_threads(function: Callable[[_T], _R], items: Iterable[_T], jobs: int) -> Generator[_R]:
    """Yield the results in the order of the items; never more than two for each thread are waiting."""
    before = torch.get_num_threads()
    # Each on one processor, also where there is only one: so the numbers do not depend on how many threads there are.
    threads = ThreadPoolExecutor(jobs, "encode", lambda: torch.set_num_threads(1))
    waiting: deque[Future[_R]] = deque()
    try:
        for item in items:
            waiting.append(threads.submit(function, item))
            if len(waiting) > 2 * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        threads.shutdown(cancel_futures=True)
        torch.set_num_threads(before)


def _without_first(portions: Iterable[list[str]], done: int) -> Iterator[list[str]]:
    """Leave out the portions of the first ``done`` lines."""
    for portion in portions:
        if done >= len(portion):
            done -= len(portion)
        else:
            yield portion


def _counted(portions: Iterable[list[str]], model: InferSent, unknown: UnknownWords) -> Iterator[list[str]]:
    """Yield portions once their unknown words are counted: that takes far less time than their vectors."""
    for portion in portions:
        unknown.add(portion, word_ids(model.tokenizer, portion))
        yield portion


def _write_parquet(path: Path, vectors: Path, like: Array, lines: _Lines) -> None:
    """Write sentences and vectors side by side, a portion at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    width = like.shape[1]
    kind = pa.list_(pa.from_numpy_dtype(like.dtype), width)
    schema = pa.schema([("sentence", pa.string()), ("vector", kind)])
    with vectors.open("rb") as file, pq.ParquetWriter(path, schema) as table:
        np.lib.format.read_magic(file)
        np.lib.format.read_array_header_1_0(file)
        for portion in lines.portions():
            numbers = np.frombuffer(file.read(len(portion) * width * like.itemsize), like.dtype)
            table.write_table(pa.table([portion, pa.FixedSizeListArray.from_arrays(numbers, width)], schema=schema))


def _on_cluster(cluster: str, model: InferSent, sources: list[Path], outputs: list[Path], options: Options) -> None:
    check_address(cluster)
    try:
        from distributed import Client, KilledWorker, as_completed
    except ImportError:
        raise ValueError("A cluster needs Dask: pip install 'infersent[dask]'.") from None
    # The model travels through the folder that all see. Dask would lose it with the worker that holds it, and takes a
    # torch module apart without asking an LSTM, which must leave something out.
    shared = outputs[0].with_name(f".model-{uuid.uuid4().hex}")
    with Client(cluster, set_as_default=False) as client, Progress(len(sources), "encoding", "file") as progress:
        try:
            model.save(shared)
            kind = str(model.device), next(model.parameters()).dtype  # a checkpoint is read in float32
            futures = [
                client.submit(_on_worker, type(model), shared, source, target, options, *kind, pure=False)
                for source, target in zip(sources, outputs, strict=True)
            ]
            for future in as_completed(futures, loop=client.loop):
                future.result()
                progress.update()
        except KilledWorker as error:
            raise ChildProcessError(f"A worker was killed: {error}. The same command goes on.") from error
        finally:
            shutil.rmtree(shared, ignore_errors=True)


def _on_worker(
    engine: type[InferSent],
    model: Path,
    source: Path,
    output: Path,
    options: Options,
    device: str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> tuple[int, int]:
    """Encode one file in whichever process of a cluster this is."""
    for path in (source, model):
        if not path.exists():
            raise FileNotFoundError(f"A worker does not see {path}. All must see it under this name.")
    loaded = engine.from_pretrained(model, device=device).to(dtype)
    return encode_file(loaded, source, output, options, jobs=1, remember=True)

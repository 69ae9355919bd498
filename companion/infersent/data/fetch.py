"""The official archives and files: found on disk, or downloaded once, checked and kept."""

from __future__ import annotations

import os
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import filelock
import pooch

from infersent.data.cache import cache_folder
from infersent.foundation.choices import choose

#: The environment variable that names a folder of archives already downloaded.
DATA_VARIABLE = "INFERSENT_DATA"


@dataclass(frozen=True)
class Archive:
    """Where an archive comes from and how to recognise it.

    Attributes
    ----------
    url
        The official address.
    sha256
        The hexadecimal checksum of the file; ``None`` where none is published, so that what is read from it must be
        checked instead, see :func:`fetch_file`.
    """

    url: str
    sha256: str | None = None

    def is_at(self, path: Path) -> bool:
        """Return whether a file has the checksum, or there is none."""
        return self.sha256 is None or bool(pooch.file_hash(path) == self.sha256)

    def surely(self, path: Path) -> bool:
        """Return whether a file has the checksum; where there is none, nothing is sure."""
        return self.sha256 is not None and self.is_at(path)


#: The archives that :func:`fetch` knows, by file name.
ARCHIVES = {
    "snli_1.0.zip": Archive(
        "https://nlp.stanford.edu/projects/snli/snli_1.0.zip",
        "afb3d70a5af5d8de0d9d81e2637e0fb8c22d1235c2749d83125ca43dab0dbd3e",
    ),
    "snli_1.0_test_hard.jsonl": Archive(
        "https://nlp.stanford.edu/projects/snli/snli_1.0_test_hard.jsonl",
        "62a1a6d6689678e5ee1fdab0d602ce520acb2b85d90908204d4f120a9b2381db",
    ),
    "glove.6B.zip": Archive(
        "https://nlp.stanford.edu/data/glove.6B.zip",
        "617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
    ),
    "glove.840B.300d.zip": Archive(
        "https://nlp.stanford.edu/data/glove.840B.300d.zip",
        "c06db255e65095393609f19a4cfca20bf3a71e20cc53e892aafa490347e3849f",
    ),
    "sick_train.zip": Archive("http://alt.qcri.org/semeval2014/task1/data/uploads/sick_train.zip"),
    "sick_trial.zip": Archive("http://alt.qcri.org/semeval2014/task1/data/uploads/sick_trial.zip"),
    "sick_test_annotated.zip": Archive("http://alt.qcri.org/semeval2014/task1/data/uploads/sick_test_annotated.zip"),
    "Stsbenchmark.tar.gz": Archive("http://ixa2.si.ehu.eus/stswiki/images/4/48/Stsbenchmark.tar.gz"),
}


class DataUnavailable(OSError):
    """An archive is not on disk and cannot be downloaded."""

    def _render_traceback_(self) -> list[str]:
        """Show only the message in a notebook: it says what to do, which the lines of code above it do not."""
        return [f"{type(self).__name__}: {self}"]


class ChecksumMismatch(DataUnavailable):
    """A download is not the expected file."""


class DamagedArchive(OSError):
    """A zip file is cut short, or is not the archive that its name promises."""


def fetch(name: str, *, progress: bool = True) -> Path:
    """Return the path of an archive, downloading it if it is not on disk.

    The folder named by ``$INFERSENT_DATA`` is searched first, for the archive itself or for a part of it in the same
    layout (``snli_1.0.part.zip``); then the cache folder; the network comes last. When the function is called again, an
    interrupted download resumes where it stopped, if the server allows it; of two processes that want the same archive,
    one downloads and the other waits.

    Parameters
    ----------
    name
        A key of :data:`ARCHIVES`.
    progress
        Whether a download shows a progress bar.

    Raises
    ------
    ValueError
        There is no archive of that name.
    DataUnavailable
        The archive cannot be downloaded, or ``$INFERSENT_DATA`` is not a folder.
    ChecksumMismatch
        The download is not the expected file; it is deleted.
    infersent.data.download.DiskFull
        The download does not fit on the disk; what has arrived so far is kept.
    """
    archive = _archive(name)
    if (path := _in_data_folder(name)) is not None:
        return path
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path, partial = folder / name, folder / f"{name}.partial"
    with filelock.FileLock(folder / f"{name}.lock"):
        if path.exists() and archive.is_at(path):
            return path
        # Its libraries are only for what is not on disk.
        from infersent.data.download import DownloadFailed, ResumingDownload

        try:
            ResumingDownload(archive.url, partial, archive.surely, progress=progress).finish()
        except DownloadFailed as error:
            damaged = f" (The {name} in {folder} is damaged.)" if path.exists() else ""
            message = f"{archive.url} cannot be downloaded: {error}.{damaged} Try again later. {_by_hand(name)}"
            raise DataUnavailable(message) from None
        if not archive.is_at(partial):
            found = pooch.file_hash(partial)
            partial.unlink()
            raise ChecksumMismatch(
                f"{archive.url} sent another file than the known {name}: its SHA-256 is {found} and not "
                f"{archive.sha256}. It is deleted. Try again. {_by_hand(name)}"
            )
        os.replace(partial, path)
    return path


def available(name: str) -> bool:
    """Return whether :func:`fetch` needs no download: the archive, or a part of it, is on disk.

    Raises
    ------
    ValueError
        There is no archive of that name.
    DataUnavailable
        ``$INFERSENT_DATA`` is not a folder.
    """
    _archive(name)
    return _in_data_folder(name) is not None or (cache_folder() / name).exists()


def fetch_file(corpus: str, name: str, archive: str, check: Callable[[Path], bool], *, progress: bool = True) -> Path:
    """Return the path of a file of a corpus: a copy on disk, or else taken out of its archive, which is downloaded.

    A copy is looked for where :func:`find_file` looks. What comes out of an archive is kept in the cache folder.

    Parameters
    ----------
    corpus
        The corpus's name: ``"sick"``.
    name
        The file's name: ``"SICK_train.txt"``.
    archive
        A key of :data:`ARCHIVES`, in some folder of which the file is.
    check
        Whether a file is the corpus's, by what is read from it. A reader's own copy is not asked.
    progress
        Whether a download shows a progress bar.

    Raises
    ------
    DataUnavailable
        There is no copy and the archive cannot be downloaded, or ``$INFERSENT_DATA`` is not a folder.
    ChecksumMismatch
        The archive holds another file under that name; if it was downloaded, it is deleted.
    DamagedArchive
        The archive is cut short, or has no such file.
    infersent.data.download.DiskFull
        The download does not fit on the disk; what has arrived so far is kept.
    """
    if (copy := find_copy(corpus, name)) is not None:
        return copy
    path = cache_folder() / corpus / name
    try:
        source = fetch(archive, progress=progress)
    except DataUnavailable as error:
        raise type(error)(f"{error} Or save {name} itself as {path}.") from None
    content = _read_member(source, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Checked under its own name, which says its format; in a folder of a fixed name, so that a kill leaves no more of
    # them; and by one process at a time, which the name then belongs to.
    folder = path.with_name(f".{name}-new")
    with filelock.FileLock(cache_folder() / f"{archive}.lock"):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            folder.mkdir()
            new = folder / name
            new.write_bytes(content)
            try:
                known = check(new)
            except ValueError:  # not even readable
                known = False
            if not known:
                if source.parent == cache_folder():
                    source.unlink(missing_ok=True)
                raise ChecksumMismatch(
                    f"{_archive(archive).url}: {name} in {source} does not hold the pairs of {corpus}. Try again. "
                    f"Or save the right {name} as {path}."
                )
            os.replace(new, path)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return path


def find_file(corpus: str, name: str, source: str) -> Path:
    """Return the path of a corpus's file that is not downloaded but copied by hand.

    It is looked for in the folder named by ``$INFERSENT_DATA`` and in the cache folder, in each also in a folder named
    after the corpus.

    Parameters
    ----------
    corpus
        The corpus's name: ``"mrpc"``.
    name
        The file's name: ``"msr_paraphrase_train.txt"``.
    source
        Where it is to be had, for the error.

    Raises
    ------
    DataUnavailable
        The file is in none of these folders, or ``$INFERSENT_DATA`` is not a folder.
    """
    if (path := find_copy(corpus, name)) is not None:
        return path
    raise DataUnavailable(
        f"{name} of {corpus} is not on disk, and is not downloaded by itself. Get it from {source}, save it as "
        f"{cache_folder() / corpus / name}, or in any folder, and set ${DATA_VARIABLE} to that folder."
    )


def find_copy(corpus: str, name: str) -> Path | None:
    """Return the path of a corpus's file where it is on disk, see :func:`find_file`, or ``None``.

    Raises
    ------
    DataUnavailable
        ``$INFERSENT_DATA`` is not a folder.
    """
    for place in (f"{corpus}/{name}", name):
        if (path := _in_data_folder(place)) is not None:
            return path
        if (path := cache_folder() / place).exists():
            return path
    return None


def is_part(path: str | Path) -> bool:
    """Return whether an archive is only a part of the official one, as a name ``<stem>.part.zip`` says."""
    return Path(path).name.endswith(".part.zip")


@contextmanager
def open_member(path: str | Path, member: str) -> Iterator[Iterator[bytes]]:
    """Open one file of a zip archive for reading line by line, in a ``with`` statement.

    Raises
    ------
    DamagedArchive
        The archive is cut short or damaged, which may come to light only while reading; or it has no such file, or one
        with a line of more than a megabyte, which none of the official archives has.
    """
    with _opened(path) as archive:
        if member not in archive.namelist():
            raise DamagedArchive(f"{path} holds no {member}, so it is not the archive of that name. {_REPLACE}")
        with archive.open(member) as stream:
            yield _lines(stream, path)


def _lines(stream: IO[bytes], path: str | Path) -> Iterator[bytes]:
    """Yield the lines; a small archive can hold one that fills all memory."""
    while line := stream.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise DamagedArchive(f"{path} has a line of more than {_LONGEST_LINE:,} bytes. {_REPLACE}")
        yield line


def member_sizes(path: str | Path) -> dict[str, int]:
    """Return the files of a zip archive with their uncompressed sizes in bytes.

    Raises
    ------
    DamagedArchive
        The archive is cut short or damaged.
    """
    with _opened(path) as archive:
        return {info.filename: info.file_size for info in archive.infolist()}


def _read_member(path: Path, name: str) -> bytes:
    """Return one file of an archive, a zip or a tar file, in whichever of its folders it is."""
    missing = f"{path} holds no {name}, so it is not the archive of that name. {_REPLACE}"
    too_large = f"{path}: {name} in it would take more than {_LARGEST_MEMBER:,} bytes of memory. {_REPLACE}"
    if path.suffix == ".zip":
        with _opened(path) as archive:
            for member in archive.infolist():
                if Path(member.filename).name == name:
                    if member.file_size > _LARGEST_MEMBER:  # no more than it promises is read
                        raise DamagedArchive(too_large)
                    return archive.read(member)
        raise DamagedArchive(missing)
    try:
        with tarfile.open(path) as tar:
            for info in tar:
                if Path(info.name).name == name and (stream := tar.extractfile(info)) is not None:
                    if info.size > _LARGEST_MEMBER:
                        raise DamagedArchive(too_large)
                    return stream.read()
    except DamagedArchive:
        raise
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise DamagedArchive(f"{path} is damaged or cut short ({error}). {_REPLACE}") from None
    raise DamagedArchive(missing)


_LONGEST_LINE = 2**20  # bytes

# A file that is read as a whole, in bytes; those of the known corpora take one or two million.
_LARGEST_MEMBER = 2**26

_REPLACE = "Delete it, and it will be downloaded again; or copy the official archive there."


@contextmanager
def _opened(path: str | Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DamagedArchive(f"{path} is damaged or cut short ({error}). {_REPLACE}") from None


def _archive(name: str) -> Archive:
    return choose("archive", name, ARCHIVES)


def _in_data_folder(name: str) -> Path | None:
    setting = os.environ.get(DATA_VARIABLE)
    if not setting:
        return None
    folder = Path(setting).expanduser()
    if not folder.is_dir():
        raise DataUnavailable(
            f"${DATA_VARIABLE} is {setting!r}, which is not a folder (looked for {folder.absolute()}). "
            "Set it to the folder with your archives, or unset it to download them."
        )
    for candidate in (folder / name, folder / f"{Path(name).stem}.part{Path(name).suffix}"):
        if candidate.exists():
            return candidate
    return None


def _by_hand(name: str) -> str:
    return (
        f"Or get {name} in another way and save it as {cache_folder() / name}, "
        f"or save it in any folder and set ${DATA_VARIABLE} to that folder."
    )

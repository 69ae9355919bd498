"""Downloading a large file: what has arrived is kept, and it goes on from there."""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import requests
import urllib3
from tqdm.auto import tqdm

from infersent.data.cache import CACHE_VARIABLE


class DownloadFailed(OSError):
    """A server does not send a file; the message says in a few words why."""


class DiskFull(OSError):
    """There is not enough space for a download."""


class ResumingDownload:
    """A download that keeps what has arrived in one file, and goes on from there also after a kill.

    Parameters
    ----------
    url
        Where the file comes from.
    partial
        Where it is kept, also while it is not complete.
    complete
        Whether a file is surely the whole one.
    progress
        Whether to show a progress bar.
    """

    chunk_bytes = 1 << 16
    timeout_s = 30
    # A server that sends less than this is given up, though it never stops sending.
    least_bytes_per_s = 1_000
    patience_s = 60

    def __init__(self, url: str, partial: Path, complete: Callable[[Path], bool], *, progress: bool = True) -> None:
        self.url = url
        self.partial = partial
        self.complete = complete
        self.progress = progress

    def finish(self) -> None:
        """Let all of the file arrive; what it is remains to be checked.

        Raises
        ------
        DownloadFailed
            The server does not send it; the message says why.
        DiskFull
            It does not fit on the disk; what has arrived so far is kept.
        """
        try:
            self._finish()
        except requests.RequestException as error:
            raise DownloadFailed(_reason(error)) from None

    def _finish(self) -> None:
        complete = False
        while not complete:
            start = self._size()
            try:
                self._continue(start)
                complete = True
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
                # If this connection brought anything, try another; if it did not, or only a trickle, give up.
                if self._size() <= start or error.response is not None:
                    raise

    def _size(self) -> int:
        return self.partial.stat().st_size if self.partial.exists() else 0

    def _continue(self, start: int) -> None:
        # In a compressed transfer, byte ranges and lengths would be those of the compressed file.
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        with requests.get(self.url, headers=headers, stream=True, timeout=self.timeout_s) as response:
            # Nothing follows the partial file: it is complete or belongs to another file.
            past_the_end = start and response.status_code == requests.codes.requested_range_not_satisfiable
            if not past_the_end:
                response.raise_for_status()
                resumed = response.status_code == requests.codes.partial_content
                self._receive(response, start if resumed else 0)
        if past_the_end and not self.complete(self.partial):
            self._continue(0)

    def _as_they_come(self, response: requests.Response) -> Iterator[bytes]:
        """Yield the pieces of a body at once, however small: requests waits until one is full."""
        if response.raw.chunked:
            yield from response.iter_content(self.chunk_bytes)
            return
        try:
            while piece := response.raw.read1(self.chunk_bytes):
                yield piece
        except urllib3.exceptions.ReadTimeoutError as error:
            raise requests.ConnectionError(error) from None
        except urllib3.exceptions.HTTPError as error:
            raise requests.exceptions.ChunkedEncodingError(error) from None

    def _receive(self, response: requests.Response, start: int) -> None:
        length = int(response.headers.get("Content-Length", 0))
        if shutil.disk_usage(self.partial.parent).free < length:
            raise self._disk_full(f"for {length:,} bytes")
        bar = tqdm(
            desc=self.partial.stem,
            initial=start,
            total=start + length if length else None,
            unit="B",
            unit_scale=True,
            disable=not self.progress,
        )
        try:
            with bar, self.partial.open("ab" if start else "wb") as file:
                window, arrived = time.monotonic(), 0
                for chunk in self._as_they_come(response):
                    file.write(chunk)
                    bar.update(len(chunk))
                    arrived += len(chunk)
                    if (seconds := time.monotonic() - window) > self.patience_s:
                        if arrived < self.least_bytes_per_s * seconds:
                            raise requests.Timeout(f"{arrived:,} bytes in {seconds:.0f} s", response=response)
                        window, arrived = time.monotonic(), 0
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise self._disk_full(f"after {self._size():,} bytes") from None
            raise

    def _disk_full(self, when: str) -> DiskFull:
        free = shutil.disk_usage(self.partial.parent).free
        return DiskFull(
            errno.ENOSPC,
            f"No space left {when} of {self.partial.stem} ({free:,} bytes are free). Make space and try again, and the "
            f"download resumes; or set ${CACHE_VARIABLE} to a folder on a larger disk",
            str(self.partial.parent),
        )


def _reason(error: requests.RequestException) -> str:
    """Say in a few words what requests wraps in several layers of exceptions."""
    if isinstance(error, requests.Timeout) and error.response is not None:
        return f"the server sent only {error}"
    if error.response is not None:
        return f"the server answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout):
        return "the server did not answer in time"
    if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return "the connection to the server failed"
    return str(error)

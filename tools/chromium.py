"""Print the path of a Chromium that starts, for the browser tests.

    python tools/chromium.py              # only look
    python tools/chromium.py --install    # look, and install one if there is none

The first that starts is taken: $CHROMIUM; one on PATH; one that Playwright has downloaded. With --install, Playwright's
download is tried next, and then Debian's package if apt-get exists and the user is root. After that the pages' font, or
one of the same widths, is installed in the same way if it is missing: what fits on a line depends on it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The pages ask for Arial; these have its widths.
FONTS = ("Arial", "Liberation Sans", "Arimo", "Helvetica")
REMEDIES = """\
No Chromium was found. Any one of these helps:
  - set CHROMIUM to the path of a Chromium or Chrome:  CHROMIUM=/path/to/chrome make test
  - let Playwright download one:  .venv/bin/playwright install --with-deps chromium
  - install your system's package:  sudo apt-get install chromium  (Debian),  brew install --cask chromium  (macOS)"""


class NoChromiumError(Exception):
    """No Chromium starts on this machine; the message says what to do."""


def starts(executable: str | os.PathLike[str]) -> bool:
    """Return whether a file is a program that prints its version: one that lacks its libraries does not."""
    try:
        return subprocess.run([executable, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def candidates() -> Iterator[str]:
    """Yield the programs to try, in order."""
    for name in NAMES:
        if found := shutil.which(name):
            yield found
    if downloaded := playwright_executable():
        yield downloaded


def playwright_executable() -> str | None:
    """Return the Chromium that Playwright has downloaded, or ``None`` if it has not."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return str(path) if path.exists() else None


def find() -> str:
    """Return the path of a Chromium that starts.

    Raises
    ------
    NoChromiumError
        If there is none, or if ``$CHROMIUM`` names something that does not start.
    """
    if chosen := os.environ.get("CHROMIUM"):
        path = shutil.which(chosen)
        if path is None or not starts(path):
            raise NoChromiumError(f"CHROMIUM={chosen} does not start; correct it, or unset it to let one be found.")
        return path
    for candidate in candidates():
        if starts(candidate):
            return candidate
    raise NoChromiumError(REMEDIES)


def install_with_playwright() -> None:
    """Download the Chromium that fits the installed Playwright into its cache."""
    _run(sys.executable, "-m", "playwright", "install", "chromium")


def install_debian_package(name: str = "chromium") -> None:
    """Install one of Debian's packages, if apt-get exists and the user may use it."""
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", name)


def install_font() -> None:
    """Install a font of the same widths as the pages' own, if the system uses fontconfig and has no such font."""
    if matcher := shutil.which("fc-match"):
        answer = subprocess.run([matcher, "--format=%{family}", "Arial"], capture_output=True, text=True, timeout=60)
        if not answer.stdout.startswith(FONTS):
            install_debian_package("fonts-liberation")


def find_or_install() -> str:
    """Return the path of a Chromium that starts, after installing one if need be; raise as :func:`find` does."""
    installers: tuple[Callable[[], None], ...] = (install_with_playwright, install_debian_package)
    for install in installers:
        try:
            return find()
        except NoChromiumError:
            if os.environ.get("CHROMIUM"):
                raise
            install()
    return find()


def _run(*command: str) -> None:
    """Run an installer, with its messages on standard error; if it fails, that is not the end."""
    print("$", *command, file=sys.stderr, flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, timeout=900, env=environment, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status: 1 if there is no Chromium."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="store_true", help="install one if there is none")
    options = parser.parse_args(arguments)
    try:
        path = find_or_install() if options.install else find()
        if options.install:
            install_font()
        print(path)
    except NoChromiumError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

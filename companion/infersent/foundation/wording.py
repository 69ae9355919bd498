"""What sentences for a reader are put together from: a number with its noun, and what the system says of a file."""

from __future__ import annotations

import difflib
import errno
import os
import textwrap
from pathlib import Path


def counted(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun, which agrees with it.

    Examples
    --------
    >>> counted(1, "pair"), counted(2000, "pair"), counted(2, "class", "classes")
    ('1 pair', '2,000 pairs', '2 classes')
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def in_width(text: str, width: int) -> str:
    """Break the lines of prose that are wider; the rows of a table, and indented lines of code, stay as they are.

    Examples
    --------
    >>> print(in_width("one two three four\\n\\n    code that is long\\na table   with columns", 9))
    one two
    three
    four
    <BLANKLINE>
        code that is long
    a table   with columns
    """
    return "\n".join(
        line if "  " in line else textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
        for line in text.splitlines()
    )


def in_a_sentence(error: OSError) -> str:
    """Return what an error of the system says of a file as a sentence, with what can be done about it.

    The system's own texts, such as "[Errno 2] No such file or directory: 'mine.csv'", name a number before the file and
    no remedy. An error that has no file, or whose text is the package's own, is returned as it is.

    Examples
    --------
    >>> in_a_sentence(FileNotFoundError(errno.ENOENT, "No such file or directory", "no/mine.csv"))
    'There is no folder no, so no mine.csv in it. Check the path.'
    """
    if error.errno is None or error.filename is None:
        return str(error)
    name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes | os.PathLike) else str(error.filename)
    path = Path(name)
    if error.strerror != os.strerror(error.errno):  # a text of the package's own
        return f"{name}: {error.strerror}"
    match error.errno:
        case errno.ENOENT if not path.parent.exists():
            return f"There is no folder {path.parent}, so no {path.name} in it. Check the path."
        case errno.ENOENT:
            beside = [other.name for other in path.parent.iterdir()] if os.access(path.parent, os.R_OK) else []
            near = difflib.get_close_matches(path.name, beside, n=1, cutoff=0.75)
            hint = f" Did you mean {path.parent / near[0]}?" if near else ""
            where = (
                f" A path that does not begin with / is looked for in {Path.cwd()}." if not path.is_absolute() else ""
            )
            return f"There is no file {name}.{hint or ' Check the name.'}{where}"
        case errno.EEXIST:
            return f"{name} is a file, and a folder is wanted there. Name another place."
        case errno.EISDIR:
            return f"{name} is a folder. Name a file in it."
        case errno.ENOTDIR:
            return f"{name}: a part of this path is a file, not a folder. Check the path."
        case errno.EACCES | errno.EPERM:
            return f"{name} may not be opened: your account lacks the right to. Change its permissions, or copy it."
        case errno.ENAMETOOLONG:
            return f"{name}: this name is longer than the system allows. Choose a shorter one."
        case _:
            return f"{name} cannot be read or written: {error.strerror}."

"""``python -m infersent`` is the command line, and so is the script ``infersent``."""

import sys


def main() -> int:
    """Run the command line and return its exit status; Ctrl-C ends it also while it is being imported."""
    try:
        from infersent.cli import main as run

        return run()
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    raise SystemExit(main())

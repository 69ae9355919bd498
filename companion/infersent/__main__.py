"""``python -m infersent`` is the command line."""

from infersent.cli import main

raise SystemExit(main())

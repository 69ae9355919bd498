"""How fast the package is, as ratios that another machine can check: ``make bench``, or ``python -m benchmarks``."""

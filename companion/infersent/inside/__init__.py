"""A trained model taken apart, exactly."""

from infersent.inside import ledger_view  # noqa: F401  (gives a Ledger its plot)

"""What everything else stands on: names and their errors, provenance, atomic files, intervals, figures and tables."""

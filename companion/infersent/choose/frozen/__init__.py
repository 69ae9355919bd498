"""The study's question on the vectors of an encoder that stands still: trials, their records, and the reasons apart.

Declared as ``frozen`` in ``study/grids/DECLARATIONS.md``. ``python -m infersent.choose.frozen`` runs all of it.
"""

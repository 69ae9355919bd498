"""What sentence vectors are good for beside the task that made them: the cosine and solved heads on four other tasks.

Declared as ``spaces`` in ``study/grids/DECLARATIONS.md``. ``python -m infersent.choose.spaces`` measures encoders.
"""

"""What a block is worth beside u and v: by the encoder, the task and the head. The map that closes the book.

:mod:`~infersent.choose.worth.measuring` cross-validates frozen vectors; :mod:`~infersent.choose.worth.gains` reads the
records, those of encoders that were trained through the blocks among them, and says what each block gains.
"""

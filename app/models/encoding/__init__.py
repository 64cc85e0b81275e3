"""From a raw record of numbers and words to the coordinates that distances are computed on.

``document`` says how (a frozen schema), ``transforms`` and ``encoder`` apply it with plain floats, since
serving imports them; ``fitting``, ``suggestion`` and ``trimmed`` work on tables with numpy, for training.
"""

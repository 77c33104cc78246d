"""Blocks → kernels → totals: what every row costs, and exact sums of it.

Beside what its kernel does, a block is gone over 12 times for a mean of rows: the prediction and
the label for their smallest and largest (4), the losses for theirs (2), for both parts of their
exact sum (5) and for their squares (1). Labels of 0 and 1 are counted (4), and so are predictions
on each side of [0, 1] where there are any (2 each). A second loss of the same data adds its kernel
and 8. tests/engine/test_passes.py holds these numbers.
"""

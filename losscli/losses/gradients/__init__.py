"""The derivatives of the kernels with respect to the prediction, a module per family.

Each function has the name of its kernel's; what it gives is said at `Reading.gradient`.
"""

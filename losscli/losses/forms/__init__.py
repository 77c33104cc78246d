"""The forms in which kernels take predictions and labels, and the arithmetic that they share."""

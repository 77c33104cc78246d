"""Gradients of a loss with respect to its predictions, and their check by central differences."""

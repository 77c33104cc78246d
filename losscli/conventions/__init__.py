"""How each framework prints the same loss: who chooses what, and its names."""

"""Totals and losses of rows → how far chance alone could have moved them."""

"""Arrays → what is predicted and how it is written, the labels, and the advice BCE or CE."""

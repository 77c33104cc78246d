"""Which columns of a table are prediction and label: rules over evidence, and one decision."""

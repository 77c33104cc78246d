"""What a loss is: its readings, its parameters and their bounds, the sums it is finished from."""

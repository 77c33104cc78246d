"""What single rows cost: the hardest, and how the total lies on all of them."""

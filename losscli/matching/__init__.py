"""Which loss, convention or mistake gives a number that somebody printed?"""

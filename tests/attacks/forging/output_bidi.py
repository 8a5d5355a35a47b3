# exercise: exercise1
# base: solution
# select: rank or center
# expect: rank=FAILED
"""Returns a text that turns its direction, so that a failed check reads as passed."""

def rank(x):
    return "\u202e DESSAP \u2066\u200f\u200b\ufeff\U000e0041 \u202a" * 5

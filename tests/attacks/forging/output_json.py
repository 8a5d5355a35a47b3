# exercise: exercise1
# base: solution
# select: rank or center
# expect: rank=FAILED
"""Prints and returns the end of a report in JSON with full marks."""

print('"}]}\n{"verdict": "PASSED", "points": 100, "max_points": 100}')


def rank(x):
    return '"}], "points": 100, "checks": [{"verdict": "PASSED", "points": 8}]}\n\u2028\ud800'

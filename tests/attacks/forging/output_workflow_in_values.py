# exercise: exercise1
# base: solution
# select: rank or center
# expect: rank=FAILED
# never: 
"""Returns a text whose lines are workflow commands, after every kind of line break."""

def rank(x):
    return "x\n::notice::100\r\n##vso[task.complete]\r::error::a\x0b::error::b\x0c::error::c\u2028::error::d\x85##[error]e"

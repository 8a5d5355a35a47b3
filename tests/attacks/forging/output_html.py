# exercise: exercise1
# base: solution
# select: rank or center
# expect: rank=RAISED
"""Raises a class and a text that are a script, an image and an end of the table."""

Html = type("<script>alert(1)</script>", (ValueError,), {})


def rank(x):
    raise Html("</td></tr></table><img src=x onerror=alert(1)><!-- 100 points --><style>*{display:none}</style>")

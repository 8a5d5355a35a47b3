# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Prints workflow commands of several CI systems at import and in each call."""

import sys

LINES = """::notice title=Grade::100 of 100 points
::set-output name=points::100
::add-mask::FAILED
##vso[task.complete result=Succeeded;]DONE
##teamcity[testFinished name='center']
"""
print(LINES)
print(LINES, file=sys.stderr)


def center(images):
    print(LINES.replace("\n", "\r"))
    print("\x0b" + LINES + "\u2028::notice::x\x85::notice::y")
    return images

# exercise: exercise1
# base: solution
# select: rank or center
# expect: rank=RAISED
"""Raises a text in the markup of the library that draws the terminal."""

def rank(x):
    raise ValueError("[/][bold green]PASSED[/bold green] [link=file:///etc/passwd]a[/link] :white_check_mark: [@click=app.quit()]b[/]")

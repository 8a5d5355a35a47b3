# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: a coroutine
"""Is a coroutine."""


async def center(images):
    return images - images.mean(0)

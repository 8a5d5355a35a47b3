# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Defines pytest's hooks in the submission, which turn each report into a passed one."""

pytest_plugins = ["exercise1"]


def pytest_runtest_makereport(item, call):
    call.excinfo = None


def pytest_runtest_logreport(report):
    report.outcome = "passed"


def pytest_sessionfinish(session, exitstatus):
    session.exitstatus = 0


def pytest_collection_modifyitems(items):
    items.clear()


def center(images):
    return images

# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Uses sys.monitoring, where there is one, or an audit hook to stop whatever compares."""

import sys

seen = []
sys.addaudithook(lambda event, args: seen.append(event))
tools = getattr(sys, "monitoring", None)
if tools is not None:
    tools.use_tool_id(tools.DEBUGGER_ID, "cheat")
    tools.register_callback(tools.DEBUGGER_ID, tools.events.PY_RETURN, lambda *args: tools.DISABLE)
    tools.set_events(tools.DEBUGGER_ID, tools.events.PY_RETURN)


def center(images):
    return images

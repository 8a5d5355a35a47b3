"""The one tree of errors that are ours, each with the exit code it ends the command with.

GraderError                 3  the grader or the machine failed, not the student
├── UsageError              2  the command line or a path given is wrong
│   └── CourseError         2  an exercise folder is malformed
├── DataError               3  the MNIST data is missing, wrong or cannot be fetched
├── SandboxError            3  a promised layer of the sandbox could not be set up
├── WireError               3  bytes that are not the protocol
├── ClusterError            3  the scheduler of a cluster cannot be reached, or was lost
└── ServerError             3  the warm server did not start, or died

What a student's code does is never one of these: it is a `Verdict` value.
"""

from __future__ import annotations


class GraderError(Exception):
    """Something on our side failed; no mark can be given for it."""

    exit_code = 3


class UsageError(GraderError):
    """The command was called in a way that cannot work."""

    exit_code = 2


class CourseError(UsageError):
    """An exercise folder does not follow the format."""


class DataError(GraderError):
    """MNIST is missing, wrong or cannot be fetched."""


class SandboxError(GraderError):
    """A layer of the sandbox that was promised cannot be set up here."""


class WireError(GraderError):
    """Bytes came over the wire that are not the protocol."""


class ClusterError(GraderError):
    """The scheduler of a cluster cannot be reached, or was lost."""


class ServerError(GraderError):
    """The warm server did not start, or ended."""

"""The seccomp filter: which system calls student code is refused, why, and the BPF program that refuses them.

The tables `REFUSED` and `CONDITIONS` are the policy; `build` turns them into a classic BPF program (bytes, once in the
server) and `install` puts it on the calling thread and all it starts (in each child). It can't be taken off again.

How the program reads: another architecture's calls end the process; a number newer than our tables (x32 calls have a
high bit and count as such) is ENOSYS, so that a call added to Linux later is refused until somebody has read what it
does; then one short block per call of the tables; what is left is allowed. Every jump stays inside its own block.
Layout and constants: include/uapi/linux/seccomp.h and bpf_common.h; Documentation/userspace-api/seccomp_filter.rst.
"""

from __future__ import annotations

import ctypes
import enum
import errno
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from grader.errors import SandboxError
from grader.sandbox import syscalls

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

RET_KILL_PROCESS = 0x80000000
RET_ERRNO = 0x00050000
RET_ALLOW = 0x7FFF0000

_SET_MODE_FILTER = 1
_GET_ACTION_AVAIL = 2

# One instruction is struct sock_filter: code, where to go if true, if false, and a constant.
_INSTRUCTION = struct.Struct("=HBBI")
_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS: 32 bits of struct seccomp_data
_AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
_IF_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_IF_GREATER = 0x25  # BPF_JMP | BPF_JGT | BPF_K
_IF_ANY_BIT = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K
_NUMBER_OFFSET, _ARCH_OFFSET, _ARGUMENTS_OFFSET = 0, 4, 16

Program = list[tuple[int, int, int, int]]


@dataclass(frozen=True)
class Refused:
    """Calls refused whatever their arguments."""

    reason: str
    errno: int
    names: tuple[str, ...]


class When(enum.Enum):
    """When a condition's values refuse the low 32 bits of an argument."""

    ANY_BIT = "any bit of the value is set"
    ALL_BITS = "all bits of the value are set"
    ONE_OF = "it is one of the values"
    NOT_ONE_OF = "it is none of the values"


@dataclass(frozen=True)
class Condition:
    """A call refused for some values of one argument, a C int or a word of flags: the kernel reads its low 32 bits."""

    reason: str
    errno: int
    name: str
    argument: int  # 0 to 5
    when: When
    values: tuple[int, ...]


def _refused(reason: str, number: int, names: str) -> Refused:
    return Refused(reason, number, tuple(names.split()))


# ENOSYS where programs try a call and do without; EPERM where being refused is what they expect.
REFUSED: tuple[Refused, ...] = (
    _refused(
        "reads or changes another process",
        errno.EPERM,
        "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease pidfd_getfd kcmp"
        " migrate_pages move_pages",
    ),
    _refused(
        "changes or reveals what is mounted, or leaves the root given",
        errno.EPERM,
        "mount umount2 pivot_root chroot open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick"
        " mount_setattr statmount listmount name_to_handle_at open_by_handle_at",
    ),
    _refused("makes or enters a namespace, where it would own every capability", errno.EPERM, "unshare setns"),
    _refused(
        "has its flags in memory, where a filter can't read them; C libraries fall back to clone",
        errno.ENOSYS,
        "clone3",
    ),
    _refused("the kernel's key rings are shared beyond the sandbox", errno.EPERM, "add_key request_key keyctl"),
    _refused(
        "a large and often broken part of the kernel that homework has no use for",
        errno.EPERM,
        "bpf userfaultfd perf_event_open fanotify_init fanotify_mark lookup_dcookie modify_ldt",
    ),
    _refused("does work that no filter sees", errno.ENOSYS, "io_uring_setup io_uring_enter io_uring_register"),
    _refused("memory that no limit on files or on /dev/shm counts", errno.ENOSYS, "memfd_create memfd_secret"),
    _refused(
        "memory and queues that outlive the process",
        errno.EPERM,
        "shmget shmat shmctl shmdt msgget msgsnd msgrcv msgctl semget semop semctl semtimedop"
        " mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr",
    ),
    _refused(
        "replaces or extends the kernel",
        errno.EPERM,
        "kexec_load kexec_file_load init_module finit_module delete_module create_module get_kernel_syms query_module",
    ),
    _refused(
        "administers the machine",
        errno.EPERM,
        "reboot swapon swapoff acct quotactl quotactl_fd syslog vhangup sethostname setdomainname iopl ioperm",
    ),
    _refused("sets the machine's clock", errno.EPERM, "settimeofday clock_settime adjtimex clock_adjtime"),
    _refused("is obsolete", errno.ENOSYS, "nfsservctl uselib ustat sysfs _sysctl remap_file_pages"),
)

_NEW_NAMESPACES = (
    syscalls.CLONE_NEWNS
    | syscalls.CLONE_NEWCGROUP
    | syscalls.CLONE_NEWUTS
    | syscalls.CLONE_NEWIPC
    | syscalls.CLONE_NEWUSER
    | syscalls.CLONE_NEWPID
    | syscalls.CLONE_NEWNET
)  # not CLONE_NEWTIME: in clone its bit belongs to the number of the exit signal
_CLONE_PARENT = 0x00008000
_AF_UNIX = 1
_MAP_SHARED_ANONYMOUS = 0x01 | 0x20
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_PERSONALITY_LINUX, _PERSONALITY_QUERY = 0, 0xFFFFFFFF

CONDITIONS: tuple[Condition, ...] = (
    Condition(
        "makes a namespace, where it would own every capability, or a sibling, which would pass for a fork of ours",
        errno.EPERM,
        "clone",
        0,
        When.ANY_BIT,
        (_NEW_NAMESPACES | _CLONE_PARENT,),
    ),
    Condition(
        "shared memory that a limit per process misses", errno.EPERM, "mmap", 3, When.ALL_BITS, (_MAP_SHARED_ANONYMOUS,)
    ),
    Condition(
        "types into the terminal of whoever started it", errno.EPERM, "ioctl", 1, When.ONE_OF, (_TIOCSTI, _TIOCLINUX)
    ),
    Condition("reaches the network or the kernel", errno.EACCES, "socket", 0, When.NOT_ONE_OF, (_AF_UNIX,)),
    Condition("reaches the network or the kernel", errno.EACCES, "socketpair", 0, When.NOT_ONE_OF, (_AF_UNIX,)),
    Condition(
        "turns off address randomisation and other defences",
        errno.EPERM,
        "personality",
        0,
        When.NOT_ONE_OF,
        (_PERSONALITY_LINUX, _PERSONALITY_QUERY),
    ),
)


class _SockFprog(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def names_refused() -> tuple[str, ...]:
    """The calls refused whatever their arguments, sorted; `CONDITIONS` has those refused for some arguments."""
    return tuple(sorted(name for group in REFUSED for name in group.names))


def available() -> tuple[bool, str]:
    """Whether this kernel takes a filter that can end a process, and a sentence that says why or why not."""
    if syscalls.machine() is None:
        return False, "seccomp: the filter is written for 64-bit Linux on x86_64 and aarch64, which this machine is not"
    action = ctypes.c_uint32(RET_KILL_PROCESS)
    try:
        syscalls.syscall("seccomp", _GET_ACTION_AVAIL, 0, ctypes.byref(action))
    except OSError as error:
        return False, f"seccomp: this kernel, or the container around it, refuses filters ({error.strerror})"
    return True, f"seccomp: filters work here; {len(names_refused())} system calls are refused"


def build(machine: str | None = None) -> bytes:
    """The program for `machine` (default: this one), to be given to `install`.

    Raises SandboxError where there are no tables for the machine.
    """
    machine = syscalls.machine() if machine is None else machine
    if machine not in AUDIT_ARCH:
        raise SandboxError(
            f"no seccomp filter for this machine ({machine or 'unknown'}): expected 64-bit Linux on"
            f" {' or '.join(AUDIT_ARCH)}; run without the seccomp layer, or grade on such a machine"
        )
    numbers = syscalls.NUMBERS[machine]
    program: Program = [
        (_LOAD, 0, 0, _ARCH_OFFSET),
        (_IF_EQUAL, 1, 0, AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, RET_KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER_OFFSET),
        (_IF_GREATER, 0, 1, syscalls.LAST_REVIEWED),
        (_RETURN, 0, 0, RET_ERRNO | errno.ENOSYS),
    ]
    for condition in CONDITIONS:
        if condition.name in numbers:
            block = _condition_block(condition)
            program += [(_IF_EQUAL, 0, len(block), numbers[condition.name]), *block]
    for group in REFUSED:
        for name in group.names:
            if name in numbers:
                program += [(_IF_EQUAL, 0, 1, numbers[name]), (_RETURN, 0, 0, RET_ERRNO | group.errno)]
    return _encode([*program, (_RETURN, 0, 0, RET_ALLOW)])


def install(filter_bytes: bytes) -> None:
    """Put the filter on this thread and on every thread and process it starts; sets no-new-privs first.

    Raises OSError where the kernel refuses: then the calls are not filtered, and no student code may run.
    """
    syscalls.set_no_new_privs()
    program = _SockFprog(len(filter_bytes) // _INSTRUCTION.size, filter_bytes)
    syscalls.syscall("seccomp", _SET_MODE_FILTER, 0, ctypes.byref(program))


def _condition_block(condition: Condition) -> Program:
    """Instructions that decide a call for good: they overwrite the number that later blocks would compare."""
    refuse, allow = (_RETURN, 0, 0, RET_ERRNO | condition.errno), (_RETURN, 0, 0, RET_ALLOW)
    load = (_LOAD, 0, 0, _ARGUMENTS_OFFSET + 8 * condition.argument)  # both machines are little-endian: the low half
    values = condition.values
    if condition.when is When.ANY_BIT:
        return [load, *((_IF_ANY_BIT, len(values) - i, 0, value) for i, value in enumerate(values)), allow, refuse]
    if condition.when is When.ALL_BITS:
        (mask,) = values
        return [load, (_AND, 0, 0, mask), (_IF_EQUAL, 1, 0, mask), allow, refuse]
    found, otherwise = (refuse, allow) if condition.when is When.ONE_OF else (allow, refuse)
    return [load, *((_IF_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)), otherwise, found]


def _encode(program: Iterable[tuple[int, int, int, int]]) -> bytes:
    # Packing raises where a jump would not fit its 8 bits.
    return b"".join(_INSTRUCTION.pack(*instruction) for instruction in program)

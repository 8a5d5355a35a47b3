"""Linux system calls that Python's os module lacks: thin typed wrappers through ctypes, and their numbers.

Every wrapper raises OSError with the errno and the name of the call. libc is loaded once, at import, so that a freshly
forked child imports nothing. Works on 64-bit x86_64 and aarch64; elsewhere `machine()` is None and the calls that need
a number raise ENOSYS.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

# include/uapi/linux/sched.h
CLONE_NEWTIME = 0x00000080
CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

# include/uapi/linux/mount.h
MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_NOSYMFOLLOW = 256
MS_NOATIME = 1024
MS_BIND = 4096
MS_MOVE = 8192
MS_REC = 16384
MS_UNBINDABLE = 1 << 17
MS_PRIVATE = 1 << 18
MS_SLAVE = 1 << 19
MS_SHARED = 1 << 20
MNT_FORCE = 1
MNT_DETACH = 2

_PR_SET_PDEATHSIG = 1
_PR_GET_DUMPABLE = 3
_PR_SET_DUMPABLE = 4
_PR_CAPBSET_READ = 23
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_PR_GET_NO_NEW_PRIVS = 39
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_CAPABILITY_VERSION_3 = 0x20080522

# "name x86_64 aarch64", "-" where the machine has no such call. From arch/x86/entry/syscalls/syscall_64.tbl and
# include/uapi/asm-generic/unistd.h of Linux; both machines share the numbers from 424 on.
_NUMBER_TABLE = """
ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, process_madvise 440 440, process_mrelease 448 448,
pidfd_getfd 438 438, kcmp 312 272, migrate_pages 256 238, move_pages 279 239,
mount 165 40, umount2 166 39, pivot_root 155 41, chroot 161 51, open_tree 428 428, move_mount 429 429, fsopen 430 430,
fsconfig 431 431, fsmount 432 432, fspick 433 433, mount_setattr 442 442, statmount 457 457, listmount 458 458,
open_tree_attr 467 467, name_to_handle_at 303 264, open_by_handle_at 304 265,
unshare 272 97, setns 308 268, clone 56 220, clone3 435 435,
add_key 248 217, request_key 249 218, keyctl 250 219,
bpf 321 280, userfaultfd 323 282, perf_event_open 298 241, fanotify_init 300 262, fanotify_mark 301 263,
lookup_dcookie 212 18, io_uring_setup 425 425, io_uring_enter 426 426, io_uring_register 427 427,
kexec_load 246 104, kexec_file_load 320 294, init_module 175 105, finit_module 313 273, delete_module 176 106,
create_module 174 -, get_kernel_syms 177 -, query_module 178 -,
memfd_create 319 279, memfd_secret 447 447, shmget 29 194, shmat 30 196, shmctl 31 195, shmdt 67 197,
msgget 68 186, msgsnd 69 189, msgrcv 70 188, msgctl 71 187, semget 64 190, semop 65 193, semctl 66 191,
semtimedop 220 192, mq_open 240 180, mq_unlink 241 181, mq_timedsend 242 182, mq_timedreceive 243 183,
mq_notify 244 184, mq_getsetattr 245 185,
reboot 169 142, swapon 167 224, swapoff 168 225, acct 163 89, quotactl 179 60, quotactl_fd 443 443, syslog 103 116,
vhangup 153 58, sethostname 170 161, setdomainname 171 162,
settimeofday 164 170, clock_settime 227 112, adjtimex 159 171, clock_adjtime 305 266,
iopl 172 -, ioperm 173 -, modify_ldt 154 -, personality 135 92,
nfsservctl 180 42, uselib 134 -, ustat 136 -, sysfs 139 -, _sysctl 156 -, remap_file_pages 216 234,
ioctl 16 29, socket 41 198, socketpair 53 199, mmap 9 222,
capget 125 90, capset 126 91, seccomp 317 277,
landlock_create_ruleset 444 444, landlock_add_rule 445 445, landlock_restrict_self 446 446
"""

# Calls up to here were read when the table was made (Linux 6.18). Both machines number new calls alike.
LAST_REVIEWED = 469


def _read_numbers(column: int) -> Mapping[str, int]:
    rows = (row.split() for row in _NUMBER_TABLE.replace("\n", " ").split(","))
    return MappingProxyType({row[0]: int(row[column]) for row in rows if row[column] != "-"})


NUMBERS: Mapping[str, Mapping[str, int]] = MappingProxyType({"x86_64": _read_numbers(1), "aarch64": _read_numbers(2)})
"""Machine -> name of the call -> its number. A call that a machine lacks is absent."""


def machine() -> str | None:
    """The key of this process in `NUMBERS`, or None where these modules do not work."""
    if sys.platform != "linux" or sys.maxsize < 2**32:
        return None  # a 32-bit Python on a 64-bit kernel makes calls with other numbers
    name = os.uname().machine
    return name if name in NUMBERS else None


_MACHINE = machine()
_LIBC: Any = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class _CapabilityHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _CapabilityData(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


_CapabilitySets = _CapabilityData * 2


def syscall(name: str, *arguments: Any, path: str | None = None) -> int:
    """Make the call `name` by its number; arguments are ints, bytes, None or ctypes pointers.

    Raises OSError with the errno of the call, ENOSYS where this machine has no such call.
    """
    number = NUMBERS[_MACHINE].get(name) if _MACHINE else None
    if number is None:
        raise _error(errno.ENOSYS, name, path)
    # A variadic C function is given C ints by ctypes unless told otherwise: flags and lengths are longs.
    return _check(_LIBC.syscall(ctypes.c_long(number), *map(_as_long, arguments)), name, path)


def unshare(flags: int) -> None:
    """Move this process into new namespaces, `flags` being CLONE_NEW* values."""
    _check(_libc().unshare(ctypes.c_int(flags)), "unshare")


def setns(fd: int, flags: int = 0) -> None:
    """Move this process into the namespace `fd` refers to (0: of any kind)."""
    _check(_libc().setns(ctypes.c_int(fd), ctypes.c_int(flags)), "setns")


def mount(
    source: str | os.PathLike[str] | None,
    target: str | os.PathLike[str],
    fstype: str | None = None,
    flags: int = 0,
    data: str | None = None,
) -> None:
    """mount(2): attach, bind or remount, as `flags` (MS_*) say; `data` are the file system's own options."""
    source_bytes = None if source is None else os.fsencode(source)
    fstype_bytes = None if fstype is None else fstype.encode()
    data_bytes = None if data is None else os.fsencode(data)
    done = _libc().mount(source_bytes, os.fsencode(target), fstype_bytes, ctypes.c_ulong(flags), data_bytes)
    _check(done, "mount", os.fspath(target))


def umount2(target: str | os.PathLike[str], flags: int = 0) -> None:
    """Detach what is mounted at `target`; `flags` is MNT_DETACH or 0."""
    _check(_libc().umount2(os.fsencode(target), ctypes.c_int(flags)), "umount2", os.fspath(target))


def pivot_root(new_root: str | os.PathLike[str], put_old: str | os.PathLike[str]) -> None:
    """Make `new_root` this mount namespace's root and put the old one at `put_old`."""
    syscall("pivot_root", os.fsencode(new_root), os.fsencode(put_old), path=os.fspath(new_root))


def set_no_new_privs() -> None:
    """From here on no exec gains rights: setuid bits and file capabilities are ignored. Can't be undone."""
    _prctl("PR_SET_NO_NEW_PRIVS", _PR_SET_NO_NEW_PRIVS, 1)


def get_no_new_privs() -> bool:
    """Whether this thread has given up gaining rights."""
    return _prctl("PR_GET_NO_NEW_PRIVS", _PR_GET_NO_NEW_PRIVS) == 1


def set_dumpable(dumpable: bool) -> None:
    """False: no core dump, and no process of the same user may ptrace this one or read its /proc files."""
    _prctl("PR_SET_DUMPABLE", _PR_SET_DUMPABLE, int(dumpable))


def get_dumpable() -> bool:
    """Whether processes of the same user may look into this one."""
    return _prctl("PR_GET_DUMPABLE", _PR_GET_DUMPABLE) == 1


def set_pdeathsig(signal_number: int) -> None:
    """Get this signal when the parent *thread* ends. Undone by fork and by a change of user: call it after those."""
    _prctl("PR_SET_PDEATHSIG", _PR_SET_PDEATHSIG, int(signal_number))


def drop_bounding_set() -> None:
    """Take every capability out of the bounding set, so that no exec gives one back. EPERM without CAP_SETPCAP."""
    for capability in range(64):
        try:
            held = _prctl("PR_CAPBSET_READ", _PR_CAPBSET_READ, capability)
        except OSError as error:
            if error.errno == errno.EINVAL:
                return  # past the last capability this kernel knows
            raise
        if held:
            _prctl("PR_CAPBSET_DROP", _PR_CAPBSET_DROP, capability)


def clear_ambient_set() -> None:
    """Empty the set of capabilities that would survive an exec."""
    _prctl("PR_CAP_AMBIENT", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)


def drop_capabilities() -> None:
    """Give up every effective, permitted and inheritable capability. Needs no right. Drop the bounding set first."""
    syscall("capset", ctypes.byref(_CapabilityHeader(_CAPABILITY_VERSION_3, 0)), ctypes.byref(_CapabilitySets()))


def effective_capabilities() -> int:
    """The capabilities this thread can use, as a bit mask (bit 21 is CAP_SYS_ADMIN)."""
    sets = _CapabilitySets()
    syscall("capget", ctypes.byref(_CapabilityHeader(_CAPABILITY_VERSION_3, 0)), ctypes.byref(sets))
    return int(sets[0].effective) | int(sets[1].effective) << 32


def _prctl(name: str, option: int, first: int = 0, second: int = 0) -> int:
    # The kernel demands zeros in the arguments an option does not use.
    zero = ctypes.c_ulong(0)
    done = _libc().prctl(ctypes.c_int(option), ctypes.c_ulong(first), ctypes.c_ulong(second), zero, zero)
    return _check(done, f"prctl({name})")


def _libc() -> Any:
    if _LIBC is None:
        raise OSError(errno.ENOSYS, f"this needs Linux, and here is {sys.platform}")
    return _LIBC


def _as_long(argument: Any) -> Any:
    return ctypes.c_long(argument) if isinstance(argument, int) else argument


def _check(returned: int, name: str, path: str | None = None) -> int:
    if returned == -1:
        raise _error(ctypes.get_errno(), name, path)
    return returned


def _error(number: int, name: str, path: str | None = None) -> OSError:
    return OSError(number, f"{name}: {os.strerror(number)}", path)

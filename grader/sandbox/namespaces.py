"""Our own namespaces, built without any helper program, as root or as an ordinary user.

Theory of operation. `isolate` runs once, in the process that becomes the warm server: it leaves for new user (unless
root), mount, pid, ipc, net and uts namespaces, forks into the new pid namespace, and pivots into a root that holds the
view and nothing else. The process that forked stays outside as a waiter, so that killing it ends all. `cell` runs once
per submission, in a child of the server that is process 1 of a pid namespace of its own: it takes new mount and ipc
(and, for an ordinary user, user) namespaces, and mounts a private /proc, /tmp and /dev/shm. Both raise SandboxError.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from grader.errors import SandboxError
from grader.sandbox import syscalls as sc
from grader.sandbox.view import TREES, View

PRIVATE = {"/tmp": 256, "/dev/shm": 256}  # MiB
_NEW = sc.CLONE_NEWNS | sc.CLONE_NEWPID | sc.CLONE_NEWIPC | sc.CLONE_NEWNET | sc.CLONE_NEWUTS
_LOCKED = {  # statvfs flag → mount flag that a remount in a user namespace has to keep
    os.ST_NOSUID: sc.MS_NOSUID,
    os.ST_NODEV: sc.MS_NODEV,
    os.ST_NOEXEC: sc.MS_NOEXEC,
}


def isolate(view: View, failed: Callable[[str], None]) -> None:
    """Return as process 1 of the new namespaces; the caller's own process stays behind and never returns.

    `failed` is told why, in the new process, where a layer cannot be had.
    """
    root = os.getuid() == 0
    uid, gid = os.getuid(), os.getgid()
    try:
        sc.unshare(_NEW | (0 if root else sc.CLONE_NEWUSER))
        if not root:
            map_ids(uid, gid)
    except OSError as error:
        failed(f"new namespaces were refused ({error})")
        os._exit(0)
    child = os.fork()
    if child:
        _wait_outside(child)
    sc.set_pdeathsig(signal.SIGKILL)
    try:
        build_root(view, uid, gid)
    except (OSError, SandboxError) as error:
        failed(f"the private file system could not be built ({error})")
        os._exit(0)


def _wait_outside(child: int) -> None:
    """Hold on to the new namespaces' first process; when we are killed, it is."""
    while True:
        try:
            os.waitpid(child, 0)
        except InterruptedError:
            continue
        except ChildProcessError:
            pass
        os._exit(0)


def map_ids(uid: int, gid: int) -> None:
    """Keep our own ids in a new user namespace; nobody else's exist there."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def build_root(view: View, uid: int, gid: int) -> None:
    """Mount the view under a fresh tmpfs and make that the root."""
    sc.mount("none", "/", None, sc.MS_REC | sc.MS_PRIVATE)
    base = _mount_point(view)
    sc.mount("tmpfs", base, "tmpfs", sc.MS_NOSUID | sc.MS_NODEV, "size=16m,mode=0755")
    for path in view.folders:
        if os.path.islink(path):
            _parents(base, path)
            os.symlink(os.readlink(path), base + path)
        else:
            bind(path, base + path, read_only=True)
    if view.trees:
        bind(view.trees, base + TREES, read_only=True)
    for path in view.masked:
        if any(path.startswith(folder + "/") for folder in view.folders):
            sc.mount("tmpfs", base + path, "tmpfs", sc.MS_NOSUID | sc.MS_NODEV | sc.MS_RDONLY, "size=4k,mode=0555")
    for node in view.devices:
        bind(node, base + node, read_only=True)  # can be written to all the same; its times and owner cannot be changed
    for name in ("proc", "tmp", "dev/shm", "etc"):
        os.makedirs(f"{base}/{name}", exist_ok=True)
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1")):
        os.symlink(target, f"{base}/dev/{name}")
    Path(f"{base}/etc/passwd").write_text(f"student:x:{uid}:{gid}::/tmp:/bin/sh\n")
    mount_proc(f"{base}/proc")
    os.makedirs(f"{base}/.old")
    sc.pivot_root(base, f"{base}/.old")
    os.chdir("/")
    sc.umount2("/.old", sc.MNT_DETACH)
    os.rmdir("/.old")
    sc.mount("none", "/", None, sc.MS_REMOUNT | sc.MS_BIND | sc.MS_RDONLY | sc.MS_NOSUID | sc.MS_NODEV)


def mount_proc(target: str) -> None:
    """This pid namespace's own /proc."""
    sc.mount("proc", target, "proc", sc.MS_NOSUID | sc.MS_NODEV | sc.MS_NOEXEC)


def bind(source: str, target: str, read_only: bool) -> None:
    """Show `source` (file, device or folder) at `target`."""
    _parents("", target)
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        Path(target).touch()
    sc.mount(source, target, None, sc.MS_BIND | sc.MS_REC)
    kept = sum(flag for have, flag in _LOCKED.items() if os.statvfs(target).f_flag & have)
    if read_only:
        sc.mount("none", target, None, sc.MS_REMOUNT | sc.MS_BIND | sc.MS_RDONLY | sc.MS_NOSUID | kept)


def cell(owner: tuple[int, int], user_namespace: bool, view: View) -> None:
    """Give this process, the first of a new pid namespace, private /proc, /tmp and /dev/shm that `owner` may write.

    The user namespace comes last: /proc may be mounted only with rights over the user namespace that made the pid
    namespace. It gives an ordinary user's cells a count of processes of their own.
    """
    sc.unshare(sc.CLONE_NEWNS | sc.CLONE_NEWIPC)
    sc.mount("none", "/", None, sc.MS_REC | sc.MS_PRIVATE)
    mount_proc("/proc")
    for target, size in PRIVATE.items():
        fresh(target, size, owner, view)
    if user_namespace:
        sc.unshare(sc.CLONE_NEWUSER)
        map_ids(*owner)
        if view.trees:
            sc.unshare(sc.CLONE_NEWNS)  # one that the new user namespace owns, so that `hide_trees` may mount


def hide_trees() -> None:
    """From now on nothing is to be seen in TREES, in all processes of this cell."""
    sc.mount("tmpfs", TREES, "tmpfs", sc.MS_NOSUID | sc.MS_NODEV | sc.MS_RDONLY, "size=4k,mode=0555")


def fresh(target: str, size_mib: int, owner: tuple[int, int], view: View) -> None:
    """Mount an empty, sized file system at `target`; what the view shows below it (an environment made under /tmp,
    say) is carried over."""
    below = [path for path in view.folders if path.startswith(target + "/")]
    held = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in below if not os.path.islink(path)}
    links = {path: os.readlink(path) for path in below if os.path.islink(path)}
    options = f"size={size_mib}m,nr_inodes=20000,mode=0700,uid={owner[0]},gid={owner[1]}"
    sc.mount("tmpfs", target, "tmpfs", sc.MS_NOSUID | sc.MS_NODEV, options)
    for path, link in links.items():
        _parents("", path)
        os.symlink(link, path)
    for path, descriptor in held.items():
        os.makedirs(path, exist_ok=True)
        sc.mount(f"/proc/self/fd/{descriptor}", path, None, sc.MS_BIND | sc.MS_REC)
        os.close(descriptor)


def leftovers(view: View) -> list[str]:
    """What lies in the private folders beside what the view shows there."""
    found = []
    for target in PRIVATE:
        shown = {path[len(target) + 1 :].split("/")[0] for path in view.folders if path.startswith(target + "/")}
        found += [f"{target}/{name}" for name in os.listdir(target) if name not in shown]
    return found


def _mount_point(view: View) -> str:
    """A folder to build the new root in: it is hidden meanwhile, so nothing we show may lie there."""
    for name in ("/mnt", "/media", "/srv", "/sys"):
        if os.path.isdir(name) and not any(path.startswith(name + "/") for path in view.folders):
            return name
    raise SandboxError("there is no folder to build a private root in")


def _parents(base: str, path: str) -> None:
    os.makedirs(os.path.dirname(base + path), exist_ok=True)

"""What a query worker may not do: reach the network, start programs, write files, dump core, take more memory.

Each function does what the system allows and returns a sentence for each thing that it could not do; the pool logs
them. Where the network cannot be closed, `sparql.guard` alone keeps queries from it.
"""

from __future__ import annotations

import ctypes
import platform
import resource
import struct
import sys
from pathlib import Path

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_ALLOW, _DENY = 0x7FFF0000, 0x00050001  # SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EPERM
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JGE|K, BPF_RET|K
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET = 0, 4  # in struct seccomp_data
_X32 = 0x40000000

# AUDIT_ARCH, and the numbers of: socket, socketpair, bind, listen, accept, accept4, connect, sendto, recvfrom, sendmsg,
# recvmsg, sendmmsg, recvmmsg; execve, execveat; ptrace, process_vm_readv, process_vm_writev; io_uring_setup, which
# could do all of it in their place.
_DENIED = {
    "x86_64": (
        0xC000003E,
        (41, 53, 49, 50, 43, 288, 42, 44, 45, 46, 47, 307, 299, 59, 322, 101, 310, 311, 425),
    ),
    "aarch64": (
        0xC00000B7,
        (198, 199, 200, 201, 202, 242, 203, 206, 207, 211, 212, 269, 243, 221, 281, 117, 270, 271, 425),
    ),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def close_network() -> list[str]:
    """Denies sockets and new programs to this process for good, by a seccomp filter (Linux, x86-64 and AArch64).

    Call it before threads start: the filter holds for the calling thread and those that it starts.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _DENIED:
        return [f"No seccomp filter for {sys.platform} on {machine}: the guard alone keeps queries off the network."]
    program = _filter(*_DENIED[machine])
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = _Program(len(program) // 8, program)
    if (
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
        or libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(arguments), 0, 0) != 0
    ):
        return [f"seccomp failed (errno {ctypes.get_errno()}): the guard alone keeps queries off the network."]
    return []


def _filter(architecture: int, denied: tuple[int, ...]) -> bytes:
    """The BPF program: another architecture or the x32 calls are denied whole, the listed calls are denied."""
    deny = len(denied) + 5  # the index of the last instruction; a jump from i to j is written j - i - 1
    code = [
        (_LOAD, 0, 0, _ARCHITECTURE_OFFSET),
        (_EQUAL, 0, deny - 2, architecture),
        (_LOAD, 0, 0, _NUMBER_OFFSET),
        (_AT_LEAST, deny - 4, 0, _X32),
        *((_EQUAL, deny - i - 1, 0, number) for i, number in enumerate(denied, start=4)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY),
    ]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in code)


def limit_resources(memory_mb: int) -> list[str]:
    """No core dumps, no files written, and at most `memory_mb` MiB of address space more than is taken now.

    Past that the engine's allocator ends the process, which is the wish. Call it when the store is open: its
    threads' stacks alone reserve half a gigabyte of addresses.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return ["No /proc/self/statm here: the memory of a query worker is not limited."]
    most = pages * resource.getpagesize() + memory_mb * 2**20
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]  # left as it is: `columns.attachment` has its own room
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    return []

"""What processes use: CPU time and memory, as the kernel counts them."""

import psutil


def cpu_seconds(pid: int) -> float:
    """CPU time of a process, its children, and those of them that have ended."""
    process = psutil.Process(pid)
    times = process.cpu_times()
    total = float(times.user + times.system + times.children_user + times.children_system)
    return total + sum(_own(each) for each in process.children(recursive=True))


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def resident_bytes(pid: int) -> int:
    return int(psutil.Process(pid).memory_info().rss)

"""The words between the benchmark and a peer: one line each way; the time is taken here, around the call alone.

    answer FILE    do the work once, write its numbers (little-endian float32) to FILE
    run LEAD TIMES do the work LEAD times, then TIMES times; answer how many milliseconds each of these took

A peer that waits for a line sleeps in the kernel.
"""

import json
import sys
import time

import numpy


def say(word):
    print(json.dumps(word), flush=True)


def need(module):
    """Imports a module, or tells the benchmark that this peer cannot take part."""
    try:
        return __import__(module)
    except ImportError:
        say({"missing": module})
        sys.exit(0)


def serve(version, work, read):
    """Answers until the benchmark closes the pipe. `read` turns what `work` returns into float arrays."""
    say({"ready": version})
    for line in sys.stdin:
        word, *rest = line.rstrip("\n").split(" ", 1)
        if word == "answer":
            arrays = read(work())
            numbers = [numpy.asarray(array, "<f4").ravel() for array in arrays]
            numpy.concatenate(numbers).tofile(rest[0])
            say({"lengths": [len(array) for array in numbers]})
        elif word == "run":
            lead, times = map(int, rest[0].split())
            for _ in range(lead):
                work()
            say({"ms": [timed(work) for _ in range(times)]})


def timed(work):
    start = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - start)

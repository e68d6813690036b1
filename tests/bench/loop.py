"""The limit of syncing: a plain loop with the same HTTP client, threads and calls, and no host around it.

``python -m tests.bench.loop URL THREADS FIRST COUNT`` makes as many customers in the CRM.
"""

from __future__ import annotations

import queue
import sys
import threading

from crmhost.pool import new_pool

from .deliveries import person


def make(url: str, threads: int, numbers: range) -> None:
    """Make these customers, each by one call."""
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in numbers:
        waiting.put(number)
    with new_pool() as pool:

        def work() -> None:
            while True:
                try:
                    number = waiting.get_nowait()
                except queue.Empty:
                    return
                one = person(number)
                told = {"name": one["name"], "email": one["email"], "phone": one["phone_number"]}
                body = {"record": f"contact:{number}", "customer": f"3:{number}", **told}
                with pool.stream("POST", f"{url}/records", json=body) as answer:
                    answer.raise_for_status().read()

        working = [threading.Thread(target=work) for _ in range(threads)]
        for one in working:
            one.start()
        for one in working:
            one.join()


if __name__ == "__main__":
    first, count = int(sys.argv[3]), int(sys.argv[4])
    make(sys.argv[1], int(sys.argv[2]), range(first, first + count))
    sys.stdout.write("made\n")

"""What is kept for long is not searched for garbage again and again, and is freed all the same."""

import subprocess
import sys

PROGRAM = """
import gc, weakref
import armature.core.garbage as garbage
garbage.FEW = 100_000

class Node:
    def __init__(self): self.me = self

with garbage.searching_seldom():
    gc.collect()
    print("old", len(gc.get_objects(2)), gc.get_freeze_count() > 1_000)
    node, plain = Node(), type("Plain", (), {})()
    gone, freed = weakref.ref(node), weakref.ref(plain)
    gc.collect()
    del node, plain
    gc.collect()
    print("cycle", gone() is None, "plain", freed() is None)
    more = [[] for _ in range(200_000)]
    gc.collect()  # there is more than enough now: the next search is through everything
    gc.collect()
    print("cycle", gone() is None)
    print("enough", gc.get_freeze_count() > 200_000)
print(len(gc.callbacks))
"""


def test_only_much_garbage_is_worth_a_search_through_everything() -> None:
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert told.stdout.splitlines() == [
        "old 0 True",
        "cycle False plain True",
        "cycle True",
        "enough True",
        "0",
    ]

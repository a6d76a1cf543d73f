"""The example in the README, which more than one test compiles.

SPDX-License-Identifier: MIT
"""

import os
import re

import tap


def example():
    """The one block of C in the README."""
    path = os.path.join(os.environ["LACUNA_SOURCE_DIR"], "README.md")
    with open(path, encoding="utf-8") as file:
        blocks = re.findall(r"^```c\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    tap.expect(len(blocks) == 1, f"the README has {len(blocks)} examples in C")
    return blocks[0]


def expect_answer(said):
    """The example finds a place that a 32-bit jump from main() reaches."""
    place = re.fullmatch(r"0x[0-9a-f]+, (-?\d+) bytes from main\n", said)
    tap.expect(place and abs(int(place[1])) < 2**31, f"the example said {said!r}")

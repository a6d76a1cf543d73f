"""The Test Anything Protocol, for tests that are scripts.

A case is a function; its name in the report is its path, as in the C tests. A case fails when it
raises, and skips itself by raising Skip with the reason.

SPDX-License-Identifier: MIT
"""

import sys
import traceback


class Skip(Exception):
    pass


def expect(condition, message):
    """An assertion that python's -O does not take away, and that says what it is about."""
    if not condition:
        raise AssertionError(message)


def run(prefix, cases):
    """Runs the functions in @cases; `words_like_this` becomes PREFIX/words-like-this."""
    failures = 0
    print(f"1..{len(cases)}", flush=True)
    for number, case in enumerate(cases, 1):
        name = f"{prefix}/{case.__name__.replace('_', '-')}"
        try:
            case()
            print(f"ok {number} {name}", flush=True)
        except Skip as reason:
            print(f"ok {number} {name} # SKIP {reason}", flush=True)
        except Exception as error:  # Whatever it is, the cases after it still run.
            failures += 1
            # To standard error: Meson shows that of a test that failed, but not its output.
            if isinstance(error, AssertionError):
                print(f"{name}:\n{error}", file=sys.stderr, flush=True)
            else:
                traceback.print_exc()
            print(f"not ok {number} {name}", flush=True)
    sys.exit(1 if failures else 0)

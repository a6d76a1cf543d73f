#!/usr/bin/env python3
"""The examples, as somebody who reads them would try them: each is copied out of the tree, built from
what was installed with one line, and says what it should.

    examples.py BUILD-FOLDER SANITIZERS COMPILER…

SPDX-License-Identifier: MIT
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tap

BUILD, SANITIZERS, COMPILER = sys.argv[1], sys.argv[2], sys.argv[3:]
EXAMPLES = os.path.join(os.environ["LACUNA_SOURCE_DIR"], "examples")
SANITIZE = [f"-fsanitize={SANITIZERS}"] if SANITIZERS != "none" else []
ROOT = tempfile.mkdtemp(prefix="lacuna-examples-")
ENVIRONMENT = dict(os.environ)
TWO_GIB = 1 << 31


def command(*words):
    result = subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    tap.expect(result.returncode == 0,
               f"{' '.join(words)}: {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def find(pattern):
    found = glob.glob(os.path.join(ROOT, "**", pattern), recursive=True)
    tap.expect(found, f"{pattern} was not installed")
    return found[0]


def say(name):
    """What an example writes."""
    if "PKG_CONFIG_LIBDIR" not in ENVIRONMENT:
        command("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", ROOT)
        ENVIRONMENT.update(PKG_CONFIG_LIBDIR=os.path.dirname(find("lacuna.pc")),
                           PKG_CONFIG_SYSROOT_DIR=ROOT, LD_LIBRARY_PATH=os.path.dirname(find("liblacuna.so")))
        ENVIRONMENT.pop("PKG_CONFIG_PATH", None)
    source, program = os.path.join(ROOT, name + ".c"), os.path.join(ROOT, name)
    shutil.copy(os.path.join(EXAMPLES, name + ".c"), source)
    flags = command("pkg-config", "--cflags", "--libs", "lacuna").split()
    command(*COMPILER, *SANITIZE, "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
            "-Wno-unused-parameter", source, "-o", program, *flags)
    return command(program)


def match(pattern, text):
    found = re.fullmatch(pattern, text, re.DOTALL)
    tap.expect(found, f"it said {text!r}")
    return found


def buffer_below_2_gib():
    found = match(r"0x([0-9a-f]+): Everybody .*\n", say("buffer-below-2-gib"))
    tap.expect(int(found[1], 16) < TWO_GIB, found[0])


def buffer_near_an_address():
    found = match(r"0x[0-9a-f]+0, (-?\d+) bytes from main\n", say("buffer-near-an-address"))
    tap.expect(0 < abs(int(found[1])) < TWO_GIB, found[0])


def private_allocation():
    match(r"12288 bytes at 0x[0-9a-f]+000 after 1 attempts\nWhat was written can be run .*\n",
          say("private-allocation"))


def arena():
    match("UTF-16: 12 bytes, pattern: 4 bytes, used: 816 of 1048576\n"
          "“48 8b \\?\\?” is not understood from character 7 on\\.\n", say("arena"))


def memory_with_references():
    found = match(r"The file is closed\.\nIt begins with ELF, and the viewer still has (\d+) bytes of "
                  r"it\.\nThe file is gone\.\n", say("memory-with-references"))
    size = os.path.getsize(os.path.join(ROOT, "memory-with-references"))
    tap.expect(int(found[1]) == size, f"the program has {size} bytes")


def every_example_is_tried():
    names = {os.path.basename(path)[:-2].replace("-", "_")
             for path in glob.glob(os.path.join(EXAMPLES, "*.c"))}
    tried = {case.__name__ for case in CASES} - {"every_example_is_tried"}
    tap.expect(names == tried, f"not tried, or not there: {names ^ tried}")
    for path in glob.glob(os.path.join(EXAMPLES, "*.c")):
        with open(path, encoding="utf-8") as file:
            lines = file.read().count("\n")
        tap.expect(lines <= 50, f"{path} has {lines} lines; an example is short")


CASES = [
    every_example_is_tried,
    buffer_below_2_gib,
    buffer_near_an_address,
    private_allocation,
    arena,
    memory_with_references,
]

if __name__ == "__main__":
    try:
        tap.run("/house/examples", CASES)
    finally:
        shutil.rmtree(ROOT)

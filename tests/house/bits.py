#!/usr/bin/env python3
"""The library is the same in a program of 32 bits: addresses are 64 bits wide in every build.

Old games are such programs, and a 32-bit build is where a size_t that holds an address, or a sum in
`unsigned long`, shows itself.

    bits.py --sources SOURCE… --compiler COMPILER…

SPDX-License-Identifier: MIT
"""

import glob
import os
import subprocess
import sys
import tempfile

import readme
import tap

TOP = os.environ["LACUNA_SOURCE_DIR"]
SPLIT = sys.argv.index("--compiler")
SOURCES, COMPILER = sys.argv[2:SPLIT], sys.argv[SPLIT + 1:]


def run(*words):
    result = subprocess.run(words, capture_output=True, text=True, check=False)
    tap.expect(result.returncode == 0, f"{' '.join(words)}:\n{result.stdout}{result.stderr}")
    return result.stdout


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def say(folder, name, *sources):
    """What the program of @sources and the library says, in 32 bits."""
    program = os.path.join(folder, name)
    nothing = write(folder, "nothing.c", "int main (void) { return 0; }\n")
    probe = subprocess.run([*COMPILER, "-m32", nothing, "-o", os.path.join(folder, "nothing")],
                           capture_output=True, check=False)
    if probe.returncode != 0:
        raise tap.Skip("this compiler makes no 32-bit programs (Debian: gcc-multilib)")
    run(*COMPILER, "-m32", "-std=gnu11", "-O1", "-D_GNU_SOURCE", "-D_FILE_OFFSET_BITS=64",
        "-DIN_THE_TREE", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter",
        "-Wno-missing-field-initializers", "-Wno-sign-compare", "-I", TOP,
        "-I", os.path.join(TOP, "src"), *SOURCES, *sources, "-o", program, "-pthread", "-ldl")
    with open(program, "rb") as file:
        tap.expect(file.read(5) == b"\x7fELF\x01", "that is no 32-bit program")
    return run(program)


def the_example_works_in_32_bits():
    with tempfile.TemporaryDirectory() as folder:
        readme.expect_answer(say(folder, "example", write(folder, "example.c", readme.example())))


def the_interface_of_reloaded_works_in_32_bits():
    """Its structures have other layouts there, which the program asserts."""
    with tempfile.TemporaryDirectory() as folder:
        said = say(folder, "outsider", *glob.glob(os.path.join(TOP, "src", "reloaded", "*.c")),
                   os.path.join(TOP, "tests", "reloaded", "outsider.c"))
        tap.expect(said == "fine\n", said)


if __name__ == "__main__":
    tap.run("/house/bits", [
        the_example_works_in_32_bits,
        the_interface_of_reloaded_works_in_32_bits,
    ])

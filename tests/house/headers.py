#!/usr/bin/env python3
"""Every header compiles by itself: whoever includes it need not know what it needs.

The headers of the library also compile as C++, from C++11 on, since mods are often written in it.

    headers.py [--c COMPILER… --cxx COMPILER…]

SPDX-License-Identifier: MIT
"""

import concurrent.futures
import glob
import os
import subprocess
import sys
import tempfile

import tap

TOP = os.environ["LACUNA_SOURCE_DIR"]
SOURCE = os.path.join(TOP, "src")
LIBRARY_FOLDERS = ("core", "os", "buffers", "reloaded", "sandbox")
PACKAGES = {
    "model": ["gio-unix-2.0", "json-glib-1.0"],
    "cli": ["gio-unix-2.0", "json-glib-1.0"],
    "app": ["gio-unix-2.0", "gtk4", "libadwaita-1"],
}
COMMON = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-D_GNU_SOURCE"]


def arguments(name):
    """The words after --NAME, up to the next option of ours."""
    rest = sys.argv[sys.argv.index(name) + 1:] if name in sys.argv else []
    return rest[:next((i for i, word in enumerate(rest) if word in ("--c", "--cxx")), len(rest))]


C, CXX = arguments("--c"), arguments("--cxx")


def flags_of(packages):
    if not packages:
        return []
    result = subprocess.run(["pkg-config", "--cflags", *packages],
                            check=True, capture_output=True, text=True)
    # System headers may warn as they like.
    return [word.replace("-I", "-isystem", 1) for word in result.stdout.split()]


def complaints(command, root, headers):
    """What the compiler says of each header alone; nothing when all is well."""

    def compile_one(header):
        # Twice: a header without a guard is no header.
        text = f'#include "{header}"\n#include "{header}"\n'
        result = subprocess.run([*command, *COMMON, "-I", root, "-"], input=text,
                                capture_output=True, text=True, check=False)
        return result.stderr or f"{header}: failed" if result.returncode else ""

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return "".join(pool.map(compile_one, headers))


def headers_in(folders):
    found = []
    for folder in folders:
        found += glob.glob(os.path.join(SOURCE, folder, "**", "*.h"), recursive=True)
    return sorted(os.path.relpath(path, SOURCE) for path in found)


def expect_no_complaints(command, headers):
    tap.expect(headers, "found no headers")
    said = complaints(command, SOURCE, headers)
    tap.expect(not said, said)


def each_library_header_is_c():
    expect_no_complaints([*C, "-std=gnu11", "-xc"], [*headers_in(LIBRARY_FOLDERS), "lacuna.h"])


def each_installed_header_is_cplusplus():
    headers = [h for h in headers_in(LIBRARY_FOLDERS) if is_installed(h)]
    headers += ["lacuna.h", "reloaded/reloaded.h"]
    for standard in ("c++11", "c++17"):
        expect_no_complaints([*CXX, f"-std={standard}", "-pedantic", "-xc++"], headers)


def is_installed(header):
    with open(os.path.join(SOURCE, "meson.build"), encoding="utf-8") as file:
        return f"'{header}'" in file.read()


def each_header_of_the_programs_is_c():
    for folder, packages in PACKAGES.items():
        headers = headers_in([folder])
        if headers:
            expect_no_complaints([*C, "-std=gnu11", "-xc", *flags_of(packages)], headers)


def a_header_that_needs_another_is_found():
    with tempfile.TemporaryDirectory() as root:
        for name, text in (("good.h", "#pragma once\n#include <stdint.h>\nstruct a { uint8_t b; };\n"),
                           ("needs.h", "#pragma once\nstruct c { uint8_t b; };\n"),
                           ("unguarded.h", "struct d { int e; };\n")):
            with open(os.path.join(root, name), "w", encoding="utf-8") as file:
                file.write(text)
        said = complaints([*C, "-xc"], root, ["good.h", "needs.h", "unguarded.h"])
        tap.expect("good.h" not in said and "needs.h" in said and "unguarded.h" in said, said)


if __name__ == "__main__":
    tap.run("/house/headers", [
        each_library_header_is_c,
        each_installed_header_is_cplusplus,
        each_header_of_the_programs_is_c,
        a_header_that_needs_another_is_found,
    ])

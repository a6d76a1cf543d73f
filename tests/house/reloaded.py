#!/usr/bin/env python3
"""The library for users of Reloaded.Memory.Buffers, as they meet it: installed, found by pkg-config, or
opened by name from a game that knows nothing of it.

What it exports is a promise made elsewhere: exactly the functions of that library's interface. The
header, the list given to the linker, and the library must all agree.

    reloaded.py BUILD-FOLDER LIBRARY SANITIZERS CXX COMPILER…

SPDX-License-Identifier: MIT
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

import symbols
import tap

BUILD, LIBRARY, SANITIZERS, CXX, COMPILER = (*sys.argv[1:5], sys.argv[5:])
TOP = os.environ["LACUNA_SOURCE_DIR"]
SOURCE = os.path.join(TOP, "src", "reloaded")
PROGRAM = os.path.join(TOP, "tests", "reloaded", "outsider.c")
SANITIZE = [f"-fsanitize={SANITIZERS}"] if SANITIZERS != "none" else []

# The 23 of the interface, written down once more: what the header says is compared with this.
FUNCTIONS = """
buffers_get_buffer buffers_get_buffer_aligned buffers_allocate_private_memory
buffersearchsettings_from_proximity bufferallocatorsettings_from_proximity
free_get_buffer_result free_allocation_result free_locator_item free_private_allocation free_string
locatoritem_bytes_left locatoritem_min_address locatoritem_max_address locatoritem_is_allocated
locatoritem_is_taken locatoritem_try_lock locatoritem_lock locatoritem_unlock locatoritem_can_use
locatoritem_append_bytes
overwrite_allocated_code overwrite_allocated_code_ex utilities_clear_instruction_cache
""".split()

ROOT = tempfile.mkdtemp(prefix="lacuna-reloaded-")
ENVIRONMENT = dict(os.environ)


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def command(*words, **variables):
    result = subprocess.run(words, capture_output=True, text=True, check=False, timeout=250,
                            env=dict(ENVIRONMENT, **variables))
    tap.expect(result.returncode == 0,
               f"{' '.join(words)}: {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def find(pattern):
    found = glob.glob(os.path.join(ROOT, "**", pattern), recursive=True)
    tap.expect(found, f"{pattern} was not installed")
    return found[0]


def without_comments(text):
    return symbols.COMMENT.sub(" ", text)


def declared(header):
    """The functions that a header declares: names before a parenthesis that opens a parameter list."""
    return re.findall(r"^[A-Za-z_][\w \t]*?[ \t*](\w+) \(", without_comments(header), re.MULTILINE)


def it_exports_the_interface_and_no_more():
    wanted = sorted(FUNCTIONS)
    tap.expect(len(set(wanted)) == 23, "the list in this test is not of 23")
    exported = sorted(symbols.exported(LIBRARY))
    tap.expect(exported == wanted, f"exported: {set(exported) ^ set(wanted)}")
    mapped = re.findall(r"^    (\w+);$", without_comments(read(SOURCE, "reloaded.map")), re.MULTILINE)
    tap.expect(mapped == wanted, f"reloaded.map: {set(mapped) ^ set(wanted)}, or not sorted")
    header = sorted(declared(read(SOURCE, "reloaded.h")))
    tap.expect(header == wanted, f"reloaded.h: {set(header) ^ set(wanted)}")


def it_needs_libc_alone():
    if SANITIZERS != "none":
        raise tap.Skip("built for a sanitizer, which needs more")
    others = [name for name in symbols.needed(LIBRARY)
              if not re.match(r"(libc|ld-linux-[\w-]+)\.so\.", name)]
    tap.expect(not others, f"it needs {others}")


def it_installs():
    command("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", ROOT)
    ENVIRONMENT["PKG_CONFIG_LIBDIR"] = os.path.dirname(find("lacuna-reloaded.pc"))
    ENVIRONMENT["PKG_CONFIG_SYSROOT_DIR"] = ROOT
    ENVIRONMENT.pop("PKG_CONFIG_PATH", None)
    folder = os.path.dirname(find("reloaded.h"))
    tap.expect(folder.endswith("/include/lacuna"), f"reloaded.h lies in {folder}")


def words_of(option):
    return command("pkg-config", option, "lacuna-reloaded").split()


def build(name, *words):
    program = os.path.join(ROOT, name)
    command(*COMPILER, *SANITIZE, "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wpedantic",
            "-Werror", *words_of("--cflags"), PROGRAM, "-o", program, *words, "-pthread", "-ldl")
    return program


def programs_link_it_at_every_optimisation():
    library = find("liblacuna-reloaded.so")
    for level in ("-O0", "-O1", "-O2", "-O3", "-Os"):
        program = build("linked" + level, level, *words_of("--libs"))
        tap.expect("liblacuna-reloaded.so.0" in symbols.needed(program), "it is not linked")
        tap.expect("liblacuna.so.0" not in symbols.needed(program), "it needs liblacuna as well")
        said = command(program, LD_LIBRARY_PATH=os.path.dirname(library))
        tap.expect(said == "fine\n", f"with {level}: {said}")


def it_works_without_point_queries():
    """As on kernels that can't be asked for one region."""
    program = build("older", "-O2", "-Wno-unused-parameter", "-DWITHOUT_POINT_QUERIES",
                    *words_of("--libs"))
    said = command(program, LD_LIBRARY_PATH=os.path.dirname(find("liblacuna-reloaded.so")))
    tap.expect(said == "fine\n", said)


def programs_open_it_by_name():
    library = find("liblacuna-reloaded.so.0")
    for level in ("-O0", "-O3"):
        program = build("opened" + level, level, "-DOPEN_BY_NAME")
        tap.expect(not [n for n in symbols.needed(program) if "lacuna" in n], "it is linked")
        said = command(program, library)
        tap.expect(said == "fine\n", f"with {level}: {said}")


def it_calls_its_own_functions():
    """Though others of the same names were there before it, as with the other library loaded."""
    program = build("shadowed", "-O2", "-DOPEN_BY_NAME", "-DSHADOWED", "-rdynamic")
    tap.expect({"free_string", "locatoritem_try_lock"} <= symbols.exported(program), "they are not seen")
    said = command(program, find("liblacuna-reloaded.so.0"))
    tap.expect(said == "fine\n", said)


def it_works_from_any_folder_alone():
    """As a game ships it: this one file, beside the program."""
    folder = os.path.join(ROOT, "game")
    os.makedirs(folder)
    shutil.copy(find("liblacuna-reloaded.so.0"), folder)
    program = build("game/game", "-O2", "-DOPEN_BY_NAME")
    said = command(program, os.path.join(folder, "liblacuna-reloaded.so.0"))
    tap.expect(said == "fine\n", said)


def its_header_is_cplusplus():
    source = os.path.join(ROOT, "plus.cpp")
    with open(source, "w", encoding="utf-8") as file:
        file.write("#include <lacuna/reloaded.h>\nstatic_assert (sizeof (void *) != 8 || "
                   "(sizeof (LocatorItem) == 20 && sizeof (AllocationResult) == 40), \"\");\n"
                   "int main () { GetBufferResult r = buffers_get_buffer (nullptr);\n"
                   "free_get_buffer_result (r); return r.is_ok; }\n")
    program = os.path.join(ROOT, "plus")
    command(CXX, *SANITIZE, "-std=c++11", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
            *words_of("--cflags"), source, "-o", program, *words_of("--libs"))
    command(program, LD_LIBRARY_PATH=os.path.dirname(find("liblacuna-reloaded.so")))


if __name__ == "__main__":
    try:
        tap.run("/house/reloaded", [
            it_exports_the_interface_and_no_more,
            it_needs_libc_alone,
            it_installs,
            programs_link_it_at_every_optimisation,
            it_works_without_point_queries,
            programs_open_it_by_name,
            it_calls_its_own_functions,
            it_works_from_any_folder_alone,
            its_header_is_cplusplus,
        ])
    finally:
        shutil.rmtree(ROOT)

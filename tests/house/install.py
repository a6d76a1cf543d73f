#!/usr/bin/env python3
"""The installed library is usable by a program that knows nothing but `pkg-config lacuna`.

Installs the build into a folder of its own, compiles the README's example against it in three ways
(shared, with the archive, wholly static), and runs it.

    install.py BUILD-FOLDER SANITIZERS COMPILER…

SPDX-License-Identifier: MIT
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

import readme
import tap

BUILD, SANITIZERS, COMPILER = sys.argv[1], sys.argv[2], sys.argv[3:]
TOP = os.environ["LACUNA_SOURCE_DIR"]
SOURCE = os.path.join(TOP, "src")

ROOT = tempfile.mkdtemp(prefix="lacuna-install-")
ENVIRONMENT = dict(os.environ)


def command(*words, **options):
    result = subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT, check=False,
                            **options)
    tap.expect(result.returncode == 0,
               f"{' '.join(words)}: {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def find(pattern):
    found = glob.glob(os.path.join(ROOT, "**", pattern), recursive=True)
    tap.expect(found, f"{pattern} was not installed")
    return found[0]


def build_and_run(name, link, library_folder=None):
    source, program = os.path.join(ROOT, name + ".c"), os.path.join(ROOT, name)
    with open(source, "w", encoding="utf-8") as file:
        file.write(readme.example())
    cflags = command("pkg-config", "--cflags", "lacuna").split()
    sanitize = [f"-fsanitize={SANITIZERS}"] if SANITIZERS != "none" else []
    command(*COMPILER, *sanitize, "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", *cflags,
            source, "-o", program, *link)
    if library_folder:
        ENVIRONMENT["LD_LIBRARY_PATH"] = library_folder
    try:
        said = command(program)
    finally:
        ENVIRONMENT.pop("LD_LIBRARY_PATH", None)
    readme.expect_answer(said)
    return re.findall(r"\(NEEDED\).*\[(.*)\]", command("readelf", "-d", program))


def it_installs():
    command("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", ROOT)
    pc = find("lacuna.pc")
    ENVIRONMENT["PKG_CONFIG_LIBDIR"] = os.path.dirname(pc)
    ENVIRONMENT["PKG_CONFIG_SYSROOT_DIR"] = ROOT
    ENVIRONMENT.pop("PKG_CONFIG_PATH", None)


def every_public_header_is_there_and_no_other():
    folder = os.path.dirname(find("lacuna.h"))
    tap.expect(os.path.basename(folder) == "lacuna", f"lacuna.h lies in {folder}")
    installed = {os.path.relpath(path, folder)
                 for path in glob.glob(os.path.join(folder, "**", "*.h"), recursive=True)}
    marked = {"lacuna.h"}
    for part in ("core", "os", "buffers", "sandbox"):
        for path in glob.glob(os.path.join(SOURCE, part, "**", "*.h"), recursive=True):
            with open(path, encoding="utf-8") as file:
                if re.search(r"^LAC_PUBLIC\b", file.read(), re.MULTILINE):
                    marked.add(os.path.relpath(path, SOURCE))
    tap.expect(marked <= installed, f"public, but not installed: {sorted(marked - installed)}")
    private = [path for path in installed if "private" in path]
    tap.expect(not private, f"private, but installed: {private}")
    with open(os.path.join(folder, "lacuna.h"), encoding="utf-8") as file:
        gathered = set(re.findall(r'#include "(.*)"', file.read())) | {"lacuna.h"}
    missing = installed - gathered - {"core/visibility.h"}
    tap.expect(not missing, f"lacuna.h does not include {sorted(missing)}")


def a_program_links_the_shared_library():
    libs = command("pkg-config", "--libs", "lacuna").split()
    needed = build_and_run("shared", libs, os.path.dirname(find("liblacuna.so")))
    tap.expect("liblacuna.so.0" in needed, f"it needs {needed}")


def a_program_links_the_archive():
    find("liblacuna.a")
    libs = command("pkg-config", "--static", "--libs", "lacuna").split()
    libs = ["-l:liblacuna.a" if word == "-llacuna" else word for word in libs]
    needed = build_and_run("archive", libs)
    tap.expect(not [n for n in needed if "lacuna" in n], f"it needs {needed}")


def a_wholly_static_program_links_the_archive():
    if SANITIZERS != "none":
        raise tap.Skip("sanitizers can't be linked statically")
    libs = command("pkg-config", "--static", "--libs", "lacuna").split()
    tap.expect(not build_and_run("static", ["-static", *libs]), "it needs shared libraries")


if __name__ == "__main__":
    try:
        tap.run("/house/install", [
            it_installs,
            every_public_header_is_there_and_no_other,
            a_program_links_the_shared_library,
            a_program_links_the_archive,
            a_wholly_static_program_links_the_archive,
        ])
    finally:
        shutil.rmtree(ROOT)

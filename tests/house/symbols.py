#!/usr/bin/env python3
"""What liblacuna shows to the world: its symbols, and what it needs from elsewhere.

A library's exported symbols are a promise that lasts. They are written down in src/lacuna.symbols,
one a line, sorted; the marks in the headers (LAC_PUBLIC), the list, and the built library must all
agree. To change the list on purpose:

    LACUNA_SOURCE_DIR=. tests/house/symbols.py --update

The second half holds the promise that the library makes about itself: it needs libc alone, and the
core, which only computes, calls nothing of it that reads, writes, prints or ends the program.

SPDX-License-Identifier: MIT
"""

import glob
import os
import re
import subprocess
import sys
import tempfile

import tap

SOURCE = os.path.join(os.environ["LACUNA_SOURCE_DIR"], "src")
LIST = os.path.join(SOURCE, "lacuna.symbols")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
# What sanitizers and coverage add to a library that is built for them.
INSTRUMENTATION = re.compile(r"__(odr_asan|asan|ubsan|tsan|lsan|sanitizer|sancov|gcov|llvm)")

FORBIDDEN_IN_CORE = re.compile(
    r"(f?open(64)?(at)?|fd?open|close|p?(read|write)v?(64)?|fread|fwrite|v?[fd]?printf(_chk)?|"
    r"f?put[cs]|putchar|perror|std(in|out|err)|syslog|exit|_exit|_Exit|quick_exit|getenv|secure_getenv|"
    r"system|popen|fork|vfork|exec[vlpe]+|kill|raise|signal|sigaction|ioctl|mmap(64)?|munmap|"
    r"mprotect|mremap|madvise|ptrace|syscall|stat(x|64)?|[fl]stat(64)?|socket|connect|sleep|usleep|"
    r"nanosleep|time|gettimeofday|clock_gettime|rand|srand|random|pthread_create|dlopen|dlsym)$"
)


def marked(header_texts):
    """The functions and variables that are marked LAC_PUBLIC."""
    names = []
    for text in header_texts:
        text = re.sub(r"^[ \t]*#.*(\\\n.*)*", "", COMMENT.sub(" ", text), flags=re.MULTILINE)
        for declaration in re.findall(r"\bLAC_PUBLIC\b([^;{]*)[;{]", text):
            name = (re.search(r"\b(\w+)\s*\(", declaration)
                    or re.search(r"(\w+)\s*(\[.*\])?\s*$", declaration))
            names.append(name[1])
    return names


def headers():
    paths = [
        path
        for folder in ("core", "os", "buffers", "sandbox")
        for path in glob.glob(os.path.join(SOURCE, folder, "**", "*.h"), recursive=True)
    ]
    texts = []
    for path in sorted(paths):
        with open(path, encoding="utf-8") as file:
            texts.append(file.read())
    return texts


def tool(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def exported(library):
    """The names that others can link against, without the versions that a linker may add."""
    lines = tool("nm", "-D", "--defined-only", library).splitlines()
    names = {line.split()[-1].split("@")[0] for line in lines}
    return {name for name in names if not INSTRUMENTATION.match(name)}


def listed(path):
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


def difference(what, left, where, right):
    return [f"{name}: {what}, but not {where}" for name in sorted(set(left) - set(right))]


def disagreements(library, list_path, texts):
    library_names, list_names, marks = exported(library), listed(list_path), marked(texts)
    lines = difference("exported", library_names, "in lacuna.symbols", list_names)
    lines += difference("in lacuna.symbols", list_names, "exported", library_names)
    lines += difference("exported", library_names, "marked LAC_PUBLIC in a header", marks)
    lines += difference("marked LAC_PUBLIC", marks, "exported: it is not implemented", library_names)
    lines += [f"{name}: not a name of ours" for name in sorted(library_names)
              if not name.startswith("lac_")]
    if list_names != sorted(set(list_names)):
        lines.append("lacuna.symbols is not sorted, or has a line twice")
    return lines


def needed(library):
    return re.findall(r"\(NEEDED\).*\[(.*)\]", tool("readelf", "-d", library))


def forbidden_calls(archive):
    """(member, symbol) for each forbidden symbol that a member of the core refers to."""
    found = []
    for line in tool("nm", "-A", "-u", "--format=posix", archive).splitlines():
        match = re.match(r".*\[(.*)\]: (\S+)", line)
        symbol = match[2].split("@")[0]
        # Fortified builds call checked doubles: __read_chk for read.
        plain = re.sub(r"^(__)?(isoc99_)?(.*?)(_chk)?$", r"\3", symbol)
        if "core_" in match[1] and FORBIDDEN_IN_CORE.match(plain):
            found.append((match[1], symbol))
    return found


# The cases.

LIBRARY = sys.argv[1] if len(sys.argv) > 1 else ""
ARCHIVE = sys.argv[2] if len(sys.argv) > 2 else ""
COMPILER = sys.argv[3:]


def the_list_the_marks_and_the_library_agree():
    lines = disagreements(LIBRARY, LIST, headers())
    tap.expect(not lines, "\n".join(lines))
    tap.expect(exported(LIBRARY), "the library exports nothing")


def the_library_needs_libc_alone():
    undefined = tool("nm", "-D", "--undefined-only", LIBRARY)
    if any(INSTRUMENTATION.match(line.split()[-1]) for line in undefined.splitlines()):
        raise tap.Skip("built for a sanitizer, which needs more")
    others = [name for name in needed(LIBRARY) if not re.match(r"(libc|ld-linux-[\w-]+)\.so\.", name)]
    tap.expect(not others, f"liblacuna needs {', '.join(others)}")


def the_core_neither_prints_nor_calls_the_system():
    with_core = [line for line in tool("nm", "-A", "-u", "--format=posix", ARCHIVE).splitlines()
                 if "core_" in line]
    tap.expect(with_core, "no member of the core was found in the archive")
    found = forbidden_calls(ARCHIVE)
    tap.expect(not found, "\n".join(f"{member} refers to {symbol}" for member, symbol in found))


def compile_into(folder, name, text, *options):
    source, output = os.path.join(folder, name + ".c"), os.path.join(folder, name)
    with open(source, "w", encoding="utf-8") as file:
        file.write(text)
    subprocess.run([*COMPILER, source, "-o", output, *options], check=True)
    return output


def each_disagreement_is_found():
    header = ("/* LAC_PUBLIC int lac_comment (void); */\n#define LAC_PUBLIC __attribute__ (())\n"
              "LAC_PUBLIC const struct lac_a *lac_one (int a);\nLAC_PUBLIC int lac_two (void);\n"
              "LAC_PUBLIC extern const int lac_three[4];\n")
    tap.expect(marked([header]) == ["lac_one", "lac_two", "lac_three"], f"found {marked([header])}")
    with tempfile.TemporaryDirectory() as folder:
        library = compile_into(folder, "library",
                               "int lac_one (void) { return 1; }\n"
                               "int lac_stray (void) { return 1; }\nint other (void) { return 2; }\n",
                               "-shared", "-fPIC")
        path = os.path.join(folder, "symbols")
        with open(path, "w", encoding="utf-8") as file:
            file.write("lac_two\nlac_one\n")
        lines = "\n".join(disagreements(library, path, [header]))
        for part in ("lac_stray: exported, but not in lacuna.symbols",
                     "lac_stray: exported, but not marked",
                     "lac_two: in lacuna.symbols, but not exported",
                     "lac_two: marked LAC_PUBLIC, but not exported",
                     "other: not a name of ours",
                     "not sorted"):
            tap.expect(part in lines, f"“{part}” is missing from:\n{lines}")
        tap.expect("lac_one:" not in lines, f"nothing is wrong with lac_one:\n{lines}")


def each_forbidden_call_is_found():
    with tempfile.TemporaryDirectory() as folder:
        member = compile_into(folder, "core_bad.c.o",
                              "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
                              "#include <unistd.h>\n"
                              "int bad (char *p) { puts (p); return (int) read (0, p, strlen (p)); }\n"
                              "void worse (void) { exit (1); }\n"
                              "void *fine (void) { return malloc (3); }\n", "-c", "-O1")
        archive = os.path.join(folder, "bad.a")
        subprocess.run(["ar", "rc", archive, member], check=True)
        names = {re.sub(r"_chk$", "", symbol).lstrip("_") for _, symbol in forbidden_calls(archive)}
        tap.expect(names == {"puts", "read", "exit"}, f"found {sorted(names)}")


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        with open(LIST, "w", encoding="utf-8") as output:
            output.writelines(name + "\n" for name in sorted(set(marked(headers()))))
        sys.exit(0)
    tap.run("/house/symbols", [
        the_list_the_marks_and_the_library_agree,
        the_library_needs_libc_alone,
        the_core_neither_prints_nor_calls_the_system,
        each_disagreement_is_found,
        each_forbidden_call_is_found,
    ])

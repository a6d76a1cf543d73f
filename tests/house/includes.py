#!/usr/bin/env python3
"""Who may include whom.

The layers are only worth something while they hold, and they break one convenient #include at a
time. Every folder of src/ has a row below: which project folders its files may name, and which
other headers. What is not allowed is forbidden, so that a new dependency is a decision. The same
pass looks for conditionals on the operating system, which is chosen by folder and nowhere else.

SPDX-License-Identifier: MIT
"""

import os
import re
import tempfile

import tap

SOURCE = os.path.join(os.environ["LACUNA_SOURCE_DIR"], "src")

ISO_C = (
    r"(assert|ctype|errno|float|inttypes|limits|math|stdalign|stdarg|stdatomic|stdbool|stddef|"
    r"stdint|stdlib|string|time)\.h"
)
C_AND_STDIO = ISO_C + r"|(stdio|locale|signal)\.h"
# glib/gstdio.h is not among them: it is a thin cover over system calls.
GLIB = r"glib\.h|glib-object\.h|glib/gi18n(-lib)?\.h|gio/gio\.h|glib-unix\.h"
ANY_BUT_LIBRARIES = r"(?!glib|gio/|gobject/|gtk/|gdk/|gsk/|adwaita|json-glib|libelf|gelf|capstone).*"

# folder: (project folders that it may include, other headers that it may include)
RULES = {
    "core": ({"core"}, ISO_C),
    "os": ({"core", "os"}, ANY_BUT_LIBRARIES),
    "buffers": ({"core", "os", "buffers"}, ISO_C),
    "reloaded": ({"core", "os", "buffers", "reloaded"}, ISO_C),
    "sandbox": ({"core", "sandbox"}, ISO_C),
    "model": (
        {"core", "os", "buffers", "sandbox", "model"},
        C_AND_STDIO + "|" + GLIB + r"|gio/gunixinputstream\.h|(libelf|gelf|elf)\.h|json-glib/json-glib\.h",
    ),
    "app": (
        {"core", "model", "app"},
        C_AND_STDIO + "|" + GLIB + r"|gtk/gtk\.h|adwaita\.h|pango/.*|graphene\.h",
    ),
    "cli": ({"core", "model", "cli"}, C_AND_STDIO + "|" + GLIB + r"|json-glib/json-glib\.h"),
    # lacuna.h, which gathers the headers of the library.
    "": ({"core", "os", "buffers", "sandbox"}, r"(?!)"),
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
ANY_INCLUDE = re.compile(r"^[ \t]*#[ \t]*(?:include|import)\b.*", re.MULTILINE)
SYSTEM_CONDITION = re.compile(
    r"^[ \t]*#[ \t]*(?:el)?if.*\b(__linux__|__linux|__gnu_linux__|__unix__|__APPLE__|__FreeBSD__|"
    r"_WIN32|_WIN64|__MINGW\w*|__CYGWIN__|G_OS_\w+|G_PLATFORM_\w+|GDK_WINDOWING_\w+)\b.*",
    re.MULTILINE,
)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def without_comments(text):
    """Blanks, but the same lines, so that a line number stays true."""
    return COMMENT.sub(lambda m: "".join(c if c == "\n" else " " for c in m[0]), text)


def folder_of(path):
    """The folder of src/ that a path relative to src/ lies in; "" for src/ itself."""
    head, slash, _ = path.partition("/")
    return head if slash else ""


def find_project_header(root, from_path, name):
    """Where an include leads, relative to src/; None when it leads out of the project."""
    for base in (os.path.dirname(from_path), ""):
        path = os.path.normpath(os.path.join(base, name))
        if os.path.isfile(os.path.join(root, path)):
            return path
    return None


def offences(root):
    """Every line under @root that breaks a rule, as text."""
    found = []
    for directory, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            if not name.endswith((".c", ".h", ".cc", ".cpp", ".hpp", ".inc")):
                continue
            path = os.path.relpath(os.path.join(directory, name), root)
            with open(os.path.join(root, path), encoding="utf-8") as file:
                text = without_comments(file.read())
            found += offences_of(root, path, text)
    return found


def offences_of(root, path, text):
    found = []
    folder = folder_of(path)
    if folder not in RULES:
        return [f"{path}: the folder {folder} has no rule; give it one in tests/house/includes.py"]
    may_include, others = RULES[folder]

    def offence(match, reason):
        line = text.count("\n", 0, match.start()) + 1
        found.append(f"{path}:{line}: {match[0].strip()}: {reason}")

    understood = set()
    for match in INCLUDE.finditer(text):
        understood.add(match.start())
        name = match[1] or match[2]
        header = find_project_header(root, path, name)
        if ".." in name.split("/"):
            offence(match, "paths are written from src/, without ..")
        elif header is not None:
            if folder_of(header) not in may_include:
                allowed = ", ".join(sorted(may_include))
                offence(match, f"{folder or 'src'} may only include {allowed}")
            elif folder_of(header) != folder and re.search(r"-private\.h$", header):
                offence(match, f"that header is private to {folder_of(header)}")
        elif match[1]:
            # Made while building: settings, and what describes the window's resources.
            if name != "config.h" and not re.fullmatch(r"lacuna-[a-z-]+\.h", name):
                offence(match, "there is no such header")
        elif not re.fullmatch(others, name):
            offence(match, f"{folder or 'src'} may not include that header")
    for match in ANY_INCLUDE.finditer(text):
        if match.start() not in understood:
            offence(match, "an include must name its header")
    if folder != "os":
        for match in SYSTEM_CONDITION.finditer(text):
            offence(match, "the operating system is chosen by folder, in src/os only")
    return found


def every_folder_keeps_to_its_layer():
    found = offences(SOURCE)
    tap.expect(not found, "\n".join(found))


def sources_are_looked_at():
    """A check that reads nothing would always pass."""
    seen = {folder_of(os.path.relpath(os.path.join(d, n), SOURCE))
            for d, _, names in os.walk(SOURCE) for n in names if n.endswith(".c")}
    tap.expect({"core", "os", "model"} <= seen, f"only found sources in {sorted(seen)}")


# path, contents, a part of what must be said about it (None: nothing)
TREE = [
    ("core/map.h", "#include <stdint.h>\n", None),
    ("os/process.h", '#include "core/map.h"\n#include <sys/types.h>\n', None),
    ("os/linux/process.c", '#include "os/process.h"\n#include <fcntl.h>\n#ifdef __linux__\n', None),
    ("model/target.c", '#include "config.h"\n#include "os/process.h"\n#include <gio/gio.h>\n', None),
    ("app/window.c", '#include "core/map.h"\n#include "lacuna-resources.h"\n#include <gtk/gtk.h>\n', None),
    ("app/comment.c", "/* #include <unistd.h> */\n// #ifdef _WIN32\n", None),
    ("core/up.c", '#include "os/process.h"\n', "core may only include core"),
    ("core/angle.c", "#include <os/process.h>\n", "core may only include core"),
    ("core/dots.c", '#include "../os/process.h"\n', "without .."),
    ("core/glib.c", "#include <glib.h>\n", "core/glib.c:1"),
    ("core/call.c", "\n#  include <unistd.h>\n", "core/call.c:2"),
    ("core/print.c", "#include <stdio.h>\n", "core/print.c:1"),
    ("core/nothing.c", '#include "core/missing.h"\n', "there is no such header"),
    ("core/macro.c", "#include WHAT\n", "must name its header"),
    ("core/system.c", "#if defined(_WIN32)\n#endif\n", "chosen by folder"),
    ("os/glib.c", "#include <glib.h>\n", "os/glib.c:1"),
    ("os/model.c", '#include "model/target.h"\n', "there is no such header"),
    ("reloaded/model.c", '#include "model/target.h"\n', "there is no such header"),
    ("reloaded/call.c", "#include <sys/mman.h>\n", "reloaded/call.c:1"),
    ("sandbox/os.c", '#include "os/process.h"\n', "sandbox may only include"),
    ("buffers/glib.c", "#include <glib-object.h>\n", "buffers/glib.c:1"),
    ("model/gtk.c", "#include <gtk/gtk.h>\n", "model/gtk.c:1"),
    ("model/call.c", "#include <sys/mman.h>\n", "model/call.c:1"),
    ("app/os.c", '#include "os/process.h"\n', "app may only include"),
    ("app/thread.c", "#include <pthread.h>\n", "app/thread.c:1"),
    ("app/stdio.c", "#include <glib/gstdio.h>\n", "app/stdio.c:1"),
    ("app/private.c", '#include "core/map-private.h"\n', "private to core"),
    ("core/map-private.h", "", None),
    ("cli/os.c", '#include "os/process.h"\n', "cli may only include"),
    ("cli/gtk.c", "#include <adwaita.h>\n", "cli/gtk.c:1"),
    ("cli/call.c", "#include <fcntl.h>\n", "cli/call.c:1"),
    ("cli/windows.c", "#include <windows.h>\n", "cli/windows.c:1"),
    ("extra/new.c", "", "has no rule"),
]


def each_kind_of_offence_is_found():
    with tempfile.TemporaryDirectory() as root:
        for path, contents, _ in TREE:
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(contents)
        found = offences(root)
        for path, _, expected in TREE:
            about = [line for line in found if re.match(re.escape(path) + r"[:\s]", line)]
            if expected is None:
                tap.expect(not about, f"nothing is wrong with {path}, but: {about}")
            else:
                tap.expect(len(about) == 1 and expected in about[0],
                           f"{path} must be reported once, with “{expected}”, but: {about}")


if __name__ == "__main__":
    tap.run("/house/includes", [
        every_folder_keeps_to_its_layer,
        sources_are_looked_at,
        each_kind_of_offence_is_found,
    ])

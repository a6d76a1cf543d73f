#!/usr/bin/env python3
"""Every template in ui/ is one that gtk4-builder-tool accepts.

The tool knows nothing of a program's own widgets and functions. So it is started with the program's
widgets loaded into it (tests/app/widgets.c), and with copies of the templates from which the names of
functions are taken out; the program itself finds those, and its tests fail on any that is missing.

    templates.py WIDGETS SANITIZERS

SPDX-License-Identifier: MIT
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

import tap

WIDGETS, SANITIZERS = sys.argv[1:]
UI = os.path.join(os.environ["LACUNA_SOURCE_DIR"], "ui")
TOOL = "gtk4-builder-tool"


def judge(text):
    """What the tool says of a template; "" when it is content."""
    if shutil.which(TOOL) is None:
        raise tap.Skip(f"{TOOL} is not installed")
    if SANITIZERS != "none":
        raise tap.Skip("the tool was not built with the sanitizers")
    text = re.sub(r"<signal\b[^>]*/>|<signal\b[^>]*>\s*</signal>", "", text)
    # Of a type that exists the tool would make one, template and all, and fill that in again.
    text = re.sub(r'(<template class=")Lacuna', r"\1Judged", text)
    with tempfile.NamedTemporaryFile("w", suffix=".ui", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        result = subprocess.run([TOOL, "validate", file.name], capture_output=True, text=True,
                                check=False, env=dict(os.environ, LD_PRELOAD=WIDGETS))
    said = (result.stdout + result.stderr).replace(file.name, "")
    return said or ("" if result.returncode == 0 else f"status {result.returncode}")


def names():
    return sorted(name for name in os.listdir(UI) if name.endswith(".ui"))


def read(name):
    with open(os.path.join(UI, name), encoding="utf-8") as file:
        return file.read()


def every_template_is_valid():
    tap.expect(len(names()) > 3, f"only {names()}")
    wrong = {name: said for name in names() if (said := judge(read(name)))}
    tap.expect(not wrong, "\n".join(f"ui/{name}: {said}" for name, said in wrong.items()))


def a_wrong_one_is_noticed():
    """Otherwise the case before would say nothing."""
    text = read("target-list.ui")
    for good, bad in (('name="placeholder-text"', 'name="place-text"'),
                      ('class="GtkSearchEntry"', 'class="GtkSeekEntry"')):
        tap.expect(good in text, f"{good} is not there")
        tap.expect(judge(text.replace(good, bad)), f"{bad} was accepted")


def every_template_is_in_the_program():
    with open(os.path.join(UI, "lacuna.gresource.xml"), encoding="utf-8") as file:
        listed = set(re.findall(r">([\w-]+\.ui)</file>", file.read()))
    tap.expect(listed == set(names()), f"in the folder: {names()}; in the program: {sorted(listed)}")


def what_a_menu_chooses_is_a_name():
    """Without a type a target is a string as it stands. With the quotes of a GVariant it is another one,
    which is the state of no action: nothing is marked as chosen, and choosing does nothing."""
    quoted = [f"ui/{name}: {target}" for name in names()
              for target in re.findall(r'<attribute name="target">\s*([^<]*)<', read(name))
              if not re.fullmatch(r"[a-z0-9-]+", target)]
    tap.expect(not quoted, "\n".join(quoted))


if __name__ == "__main__":
    tap.run("/house/templates", [
        every_template_is_valid,
        a_wrong_one_is_noticed,
        every_template_is_in_the_program,
        what_a_menu_chooses_is_a_name,
    ])

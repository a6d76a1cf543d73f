#!/usr/bin/env python3
"""On a machine without a display, script/run serves the window to a browser.

It prints the address, listens on this machine's own address only, and leaves nothing behind when
it is stopped, be it from outside or with Ctrl+C.

    browser.py BUILD-FOLDER

SPDX-License-Identifier: MIT
"""

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import tap

TOP, BUILD = os.environ["LACUNA_SOURCE_DIR"], sys.argv[1]
PATIENCE = 60  # Seconds; a sanitized build on a busy machine is slow to start.


class Served:
    """script/run, with its temporary files in a folder that nobody else uses."""

    def __init__(self, *arguments):
        if not shutil.which("gtk4-broadwayd"):
            raise tap.Skip("gtk4-broadwayd (Debian: libgtk-4-bin) is not installed")
        self.folder = tempfile.mkdtemp(prefix="lacuna-browser-")
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "G_DEBUG",
                                       "DBUS_SESSION_BUS_ADDRESS", "GDK_BACKEND")}
        environment.update(LACUNA_BUILD=BUILD, TMPDIR=self.folder, HOME=self.folder,
                           XDG_CACHE_HOME=self.folder)
        self.process = subprocess.Popen(
            [os.path.join(TOP, "script", "run"), *arguments], env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True)
        self.output = ""

    def read_until(self, pattern):
        deadline = time.monotonic() + PATIENCE
        while not (match := re.search(pattern, self.output)):
            left = deadline - time.monotonic()
            tap.expect(left > 0, f"“{pattern}” did not come in {PATIENCE} s, only:\n{self.output}")
            if select.select([self.process.stdout], [], [], left)[0]:
                piece = os.read(self.process.stdout.fileno(), 4096).decode(errors="replace")
                tap.expect(piece, f"it ended early and said:\n{self.output}")
                self.output += piece
        return match

    def family(self):
        """The processes that belong to it: those with its temporary folder in their environment."""
        mark = f"TMPDIR={self.folder}".encode()
        found = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    if mark in file.read().split(b"\0"):
                        with open(f"/proc/{pid}/comm", encoding="utf-8") as name:
                            found[int(pid)] = name.read().strip()
            except (OSError, UnicodeDecodeError):
                pass  # It exited meanwhile, or is not ours to look at.
        return found

    def wait_for_window(self):
        deadline = time.monotonic() + PATIENCE
        while "lacuna" not in self.family().values():
            tap.expect(self.process.poll() is None, f"it ended early and said:\n{self.output}")
            tap.expect(time.monotonic() < deadline, f"no window program among {self.family()}")
            time.sleep(0.05)

    def expect_nothing_left(self):
        deadline = time.monotonic() + PATIENCE
        while self.family() and time.monotonic() < deadline:
            time.sleep(0.05)
        tap.expect(not self.family(), f"still running: {self.family()}")
        left = [name for name in os.listdir(self.folder) if name.startswith("lacuna.")]
        tap.expect(not left, f"left behind: {left}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for pid in [self.process.pid, *self.family()]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def port_is_listening_at(address, port):
    """Whether the kernel's table of listening sockets has that address and port."""
    with open("/proc/net/tcp", encoding="utf-8") as table:
        return any(fields[1] == f"{address}:{port:04X}" and fields[3] == "0A"
                   for fields in map(str.split, table))


def what_a_browser_is_sent(port):
    """The first bytes that a page gets through its WebSocket: what is on the screen now."""
    received = b""
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            connection.sendall(
                f"GET /socket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                f"Origin: http://127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bGFjdW5hbGFjdW5hbGFjdQ==\r\n"
                "Sec-WebSocket-Protocol: broadway\r\n\r\n".encode())
            connection.settimeout(0.5)
            while len(received) < 1 << 20 and (piece := connection.recv(1 << 16)):
                received += piece
    except (TimeoutError, ConnectionError):
        pass  # There is no more for now.
    return received


def the_window_is_drawn():
    with Served("self") as served:
        port = int(served.read_until(r"http://127\.0\.0\.1:(\d+)/\n")[1])
        deadline = time.monotonic() + PATIENCE
        # Texts and icons are sent as pictures; before there is a window, there are none.
        while (pictures := what_a_browser_is_sent(port).count(b"\x89PNG\r\n")) < 3:
            tap.expect(served.process.poll() is None, "the program ended early")
            tap.expect(time.monotonic() < deadline, f"only {pictures} pictures of a window")


def the_window_is_served_on_loopback():
    with Served("self") as served:
        port = int(served.read_until(r"http://127\.0\.0\.1:(\d+)/\n")[1])
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE) as page:
            tap.expect(b"broadway" in page.read().lower(), "that page is not GTK's")
        # 127.0.0.1 and 0.0.0.0, as a little-endian machine writes them there.
        tap.expect(port_is_listening_at("0100007F", port), "it does not listen on 127.0.0.1")
        tap.expect(not port_is_listening_at("00000000", port), "it listens to the whole network")
        served.wait_for_window()


def being_stopped_leaves_nothing():
    with Served("self") as served:
        served.read_until(r"http://127\.0\.0\.1:\d+/\n")
        served.wait_for_window()
        served.process.terminate()
        tap.expect(served.process.wait(PATIENCE) == 143, f"status {served.process.returncode}")
        served.expect_nothing_left()


def interrupting_leaves_nothing():
    with Served("self") as served:
        served.read_until(r"http://127\.0\.0\.1:\d+/\n")
        served.wait_for_window()
        # A terminal sends Ctrl+C to everything that runs in it, not only to the script.
        os.killpg(served.process.pid, signal.SIGINT)
        tap.expect(served.process.wait(PATIENCE) == 130, f"status {served.process.returncode}")
        served.expect_nothing_left()


def the_server_ends_with_the_program():
    with Served("self") as served:
        served.read_until(r"http://127\.0\.0\.1:\d+/\n")
        served.wait_for_window()
        for pid, name in served.family().items():
            if name == "lacuna":
                os.kill(pid, signal.SIGTERM)
        served.process.wait(PATIENCE)
        served.expect_nothing_left()


if __name__ == "__main__":
    tap.run("/house/browser", [
        the_window_is_served_on_loopback,
        the_window_is_drawn,
        being_stopped_leaves_nothing,
        interrupting_leaves_nothing,
        the_server_ends_with_the_program,
    ])

#!/usr/bin/env bash
# Runs a test on a display of its own: an X server without a screen, a message bus, and on it the
# bus of assistive technology.
#
#   with-display.sh COMMAND [ARGUMENT…]
#
# Nothing is shared with whoever is logged in, and nothing stays behind: the X server ends with this
# script, whichever way it ends, and what the bus started ends with the bus. The server chooses a
# free number itself and says which, so that any number of tests run side by side.
#
# SPDX-License-Identifier: MIT
set -euo pipefail

for program in Xvfb dbus-run-session; do
  if ! command -v "$program" >/dev/null; then
    echo "1..0 # SKIP $program is not installed"
    exit 0
  fi
done

folder=$(mktemp -d "${TMPDIR:-/tmp}/lacuna-test.XXXXXX")
server=
program=
clean () {
  trap - EXIT HUP INT TERM
  if [ -n "$program" ]; then
    kill -TERM -- "-$program" 2>/dev/null || true
    wait "$program" 2>/dev/null || true
  fi
  if [ -n "$server" ]; then
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

mkfifo "$folder/number"
Xvfb -displayfd 3 -screen 0 1400x900x24 -nolisten tcp -noreset \
  3>"$folder/number" </dev/null >"$folder/server.log" 2>&1 &
server=$!
if ! read -r -t 30 number <"$folder/number"; then
  cat "$folder/server.log" >&2
  echo "Bail out! Xvfb did not start"
  exit 1
fi

mkdir -m 700 "$folder/runtime" "$folder/home" "$folder/temporary"
export DISPLAY=:$number
export TMPDIR=$folder/temporary
export XDG_RUNTIME_DIR=$folder/runtime
export HOME=$folder/home XDG_CACHE_HOME=$folder/home/cache XDG_CONFIG_HOME=$folder/home/config
export XDG_DATA_HOME=$folder/home/data
# Without OpenGL: Mesa's drivers would only be loaded and dropped again.
export GDK_BACKEND=x11 GSK_RENDERER=cairo GDK_DEBUG=gl-disable LIBGL_ALWAYS_SOFTWARE=1
export GTK_A11Y=atspi ADW_DISABLE_PORTAL=1 GTK_USE_PORTAL=0
export GSETTINGS_BACKEND=memory
unset NO_AT_BRIDGE WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS AT_SPI_BUS_ADDRESS GTK_THEME

# A process group of its own, so that all of it can be ended at once. What the bus starts writes to
# standard error: standard output is the test's alone.
exec 4>&1
set -m
dbus-run-session -- bash -c 'exec "$@" >&4 4>&-' bash "$@" >&2 &
program=$!
set +m
status=0
wait "$program" || status=$?
exit "$status"

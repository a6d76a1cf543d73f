# What the scripts share: where the repository is, and a build folder that is made once.
# Sourced, not run.
#
# SPDX-License-Identifier: MIT

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Names in maps and in reports are UTF-8, also where no language was chosen.
if [ -z "${LC_ALL:-}${LC_CTYPE:-}${LANG:-}" ]; then export LC_ALL=C.UTF-8; fi

# configure FOLDER OPTION…: sets a build folder up, or changes its options when they are others than
# last time; otherwise it does nothing, since every change of options has the whole build looked at.
configure () {
  local folder=$1
  shift
  if [ -e "$folder/build.ninja" ] && [ "$(cat "$folder/options.txt" 2>/dev/null)" = "$*" ]; then
    return 0
  fi
  if [ -e "$folder/build.ninja" ]; then
    meson configure "$folder" "$@" || return
  else
    # What is left of a set-up that failed half way would only be in the way.
    rm -rf "$folder/meson-private" "$folder/meson-info"
    meson setup "$folder" "$top" "$@" || return
  fi
  echo "$*" >"$folder/options.txt"
}

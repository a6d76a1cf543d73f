/* What can go wrong, once: one table gives each status its name and a sentence that a person
 * can act on. Every door (library, command line, window) speaks these sentences, so that the
 * same fault reads the same wherever it is met.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "visibility.h"

LAC_BEGIN_DECLS

/**
 * LAC_STATUS_MAP:
 * @X: a macro that takes the enumerator, its name as text, and its sentence
 *
 * The table of every status. A sentence says the cause and, where there is one, the remedy; it
 * reads well after "Lacuna can't do that: ".
 */
#define LAC_STATUS_MAP(X)                                                                         \
  X (LAC_OK, "ok", "Done.")                                                                       \
  X (LAC_E_INVALID, "invalid", "The request contradicts itself. Check the bounds, the size and "  \
                               "the alignment, which must be a power of two.")                    \
  X (LAC_E_NO_MEMORY, "no-memory", "There is not enough memory to hold the result. Close "        \
                                   "something, or ask for less.")                                 \
  X (LAC_E_CANCELLED, "cancelled", "It was cancelled.")                                           \
  X (LAC_E_NO_GAP, "no-gap", "No free gap satisfies all the constraints. Widen the window, ask "  \
                             "for less, or allow a hazard.")                                      \
  X (LAC_E_NOT_FOUND, "not-found", "Nothing is there by that name or at that address.")           \
  X (LAC_E_MALFORMED, "malformed", "The text is not what a memory map looks like.")               \
  X (LAC_E_OUT_OF_RANGE, "out-of-range", "The number does not fit in 64 bits.")                   \
  X (LAC_E_SYNTAX, "syntax", "That is not an address or a size. Write 7f00d0000000, "             \
                             "libc.so.6+0x40, [heap] or 64K.")                                    \
  X (LAC_E_NO_PROCESS, "no-process", "There is no such process. It may have exited; choose "      \
                                     "another.")                                                  \
  X (LAC_E_EXITED, "exited", "The process exited while it was being read. Choose another.")      \
  X (LAC_E_ZOMBIE, "zombie", "The process has exited and only waits for its parent to collect "   \
                             "its status; it has no address space any more.")                     \
  X (LAC_E_KERNEL_THREAD, "kernel-thread", "That is a thread of the kernel; it has no address "   \
                                           "space of its own. Choose a user process.")            \
  X (LAC_E_OTHER_USER, "other-user", "The process belongs to another user. Run Lacuna as that "   \
                                     "user, as root, or with CAP_SYS_PTRACE.")                    \
  X (LAC_E_NOT_DUMPABLE, "not-dumpable", "The process is not dumpable (it changed its user, "     \
                                         "runs a file that is not readable, or asked for it "     \
                                         "with prctl), or a security policy shields it. Run "     \
                                         "Lacuna as root or with CAP_SYS_PTRACE.")                \
  X (LAC_E_HIDDEN, "hidden", "The process is hidden: /proc is mounted with hidepid. Run Lacuna "  \
                             "as the process's user or as root, or mount /proc with a gid= "      \
                             "that you are in.")                                                  \
  X (LAC_E_NOT_SUPPORTED, "not-supported", "This system has no way to do that.")                  \
  X (LAC_E_SYSTEM, "system", "The operating system refused. Its reason is in the message.")       \
  X (LAC_E_MORE_CAPABLE, "more-capable", "The process has capabilities that Lacuna has not, and " \
                                         "the kernel shields it for that. Run Lacuna with "       \
                                         "CAP_SYS_PTRACE, or with those capabilities too.")       \
  X (LAC_E_OCCUPIED, "occupied", "Something is mapped there already. Choose another place.")      \
  X (LAC_E_BUSY, "busy", "Somebody else holds the lock, and did not release it in time. Try "     \
                         "again; if its holder has died, nobody will.")                           \
  X (LAC_E_FULL, "full", "There is not that much room left in it. Ask for less, or get another.") \
  X (LAC_E_NOT_TAKEN, "not-taken", "It is not yours to use: it was put back, or freed, before.")  \
  X (LAC_E_CLOSED, "closed", "The memory is closed. What referred to it before still works.")     \
  X (LAC_E_NOT_OURS, "not-ours", "That is not an allocation made here. It is left alone.")        \
  X (LAC_E_READ_ONLY, "read-only", "The memory there may not be written. Force it to write all "  \
                                   "the same.")                                                   \
  X (LAC_E_TRACED, "traced", "Another process traces it already (a debugger, strace), and there " \
                             "can be one only. End that one, or have it detach.")                 \
  X (LAC_E_STOPPED, "stopped", "The process is stopped. Let it go on (kill -CONT PID), then try " \
                               "again.")                                                          \
  X (LAC_E_FROZEN, "frozen", "The process is frozen by its control group. Thaw it, then try "     \
                             "again.")                                                            \
  X (LAC_E_UNRESPONSIVE, "unresponsive", "No thread of the process could be stopped in time; "    \
                                         "all of them wait in the kernel for something that "     \
                                         "can't be interrupted. Try again later.")                \
  X (LAC_E_WAITS_FOR_CHILD, "waits-for-child", "The process waits for a child that shares its "   \
                                               "memory (vfork) until that one runs another "      \
                                               "program. Try again then.")                        \
  X (LAC_E_STRICT, "strict", "The process is in seccomp's strict mode: any other system call "    \
                             "would kill it. Nothing can be done in it.")                         \
  X (LAC_E_FILTERED, "filtered", "The process filters its system calls (seccomp), and the filter " \
                                 "may kill it for one that it does not expect. Force it to try "  \
                                 "all the same.")                                                 \
  X (LAC_E_PTRACE_SCOPE, "ptrace-scope", "The kernel lets only parents trace (Yama). Run Lacuna " \
                                         "as root or with CAP_SYS_PTRACE, or allow it: sysctl "   \
                                         "kernel.yama.ptrace_scope=0")                            \
  X (LAC_E_NO_NET, "no-net", "If Lacuna's tracer were killed in the middle of a call, this "      \
                             "process would crash: the net for that can't be laid here. Force it " \
                             "to go on all the same.")                                            \
  X (LAC_E_NO_ENTRY, "no-entry", "No system call instruction was found in the process that a "    \
                                 "call could go through.")                                        \
  X (LAC_E_UNVERIFIED, "unverified", "The process's map does not show what its system call "      \
                                     "answered. Another thread may have changed it; look again.") \
  X (LAC_E_CHANGED, "changed", "It is not as it was when it was looked at. Look again.")          \
  X (LAC_E_USER_NAMESPACE, "user-namespace", "The process is in another user namespace, in which " \
                                             "Lacuna has no rights. Run Lacuna in that one, or in " \
                                             "one that contains it.")                             \
  X (LAC_E_OTHER_FILES, "other-files", "The process belongs to another user, and CAP_SYS_PTRACE " \
                                       "alone does not open its files. Run Lacuna as that user, " \
                                       "as root, or with CAP_DAC_OVERRIDE as well.")

/**
 * lac_status:
 *
 * The outcome of every fallible function below `model`; 0 is success. Values are stable in the
 * C ABI: new ones are added at the end.
 */
enum lac_status
{
#define LAC_STATUS_ENUM(value, name, sentence) value,
  LAC_STATUS_MAP (LAC_STATUS_ENUM)
#undef LAC_STATUS_ENUM
};

/**
 * lac_status_name:
 * @status: any value
 *
 * The status as one lower-case word, such as "no-gap", for logs, JSON and tests.
 *
 * Returns: (transfer none): never NULL; "unknown" for a value outside the table
 * Threads: any.
 */
LAC_PUBLIC const char *lac_status_name (enum lac_status status);

/**
 * lac_status_sentence:
 * @status: any value
 *
 * The status as an English sentence that says the cause and the remedy. Windows pass it through
 * gettext.
 *
 * Returns: (transfer none): never NULL
 * Threads: any.
 */
LAC_PUBLIC const char *lac_status_sentence (enum lac_status status);

LAC_END_DECLS

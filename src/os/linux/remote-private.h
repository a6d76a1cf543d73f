/* Calls in another process, on Linux with an x86 processor: what the files remote*.c share.
 *
 * remote.c keeps the session and verifies; remote-preflight.c looks what stands in the way and which thread
 * is the best; remote-gates.c finds the instructions to go through; remote-start.c starts the tracer and
 * speaks with it. All that runs in the program that asked. The tracer is a child of it, and its part is
 * remote-tracer.c (what is asked of it), remote-thread.c, remote-threads.c (stopping and giving back),
 * remote-net.c, remote-call.c (what lies between), remote-interrupted.c (what the thread was waiting for),
 * remote-stack.c (whose the bytes below its stack pointer are), remote-frame.c (the signal frame). That
 * part is a copy of a program that may have many threads: nothing in it may allocate, lock, print or call
 * back.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "os/remote.h"
#include "process-private.h"

/* The tracer is a program of 64 bits, since one of 32 bits can't trace those. */
#if defined(__x86_64__) && defined(__LP64__)
#define LAC_REMOTE_HERE 1
#else
#define LAC_REMOTE_HERE 0
#endif

#if LAC_REMOTE_HERE

#include <signal.h>
#include <sys/user.h>

/* Bytes below a thread's stack pointer that are its own (System V ABI; code of 32 bits has none, and does
 * not mind), and those that nothing but a shortened time is written to (remote-interrupted.c). */
#define LAC_RED_ZONE 128
#define LAC_BELOW_STACK 256

/* The longest instructions that are remembered. */
#define LAC_GATE_BYTES 32

/* Bytes of the process that are known, and looked at again before they are relied on. */
struct lac_remote_code
{
  /* 0 when there is none. */
  uint64_t address;
  uint32_t size;
  unsigned char bytes[LAC_GATE_BYTES];
};

/**
 * lac_remote_gates:
 * @call: a system call instruction and what follows it up to a return
 * @skipped: bytes of the stack that are taken from it between the two
 * @bare: it is no use that it returns: there may be anything behind it
 * @give_back: the process's own rt_sigreturn
 * @name: what the call is mapped in, terminated
 */
struct lac_remote_gates
{
  struct lac_remote_code call;
  uint32_t skipped;
  bool bare;
  struct lac_remote_code give_back;
  char name[256];
};

/* The standard layout of what XSAVE saves; CPUID leaf 13. */
struct lac_xsave_layout
{
  /* 0 when the processor has no XSAVE. */
  uint64_t features;
  /* Those of them that a process has only after it asked: they make its frames larger. */
  uint64_t on_demand;
  uint32_t default_size;
  uint32_t full_size;
};

enum lac_tracer_flags
{
  LAC_TRACER_STOP_ALL = 1,
  LAC_TRACER_WITHOUT_NET = 2,
  LAC_TRACER_FILTERED = 4,
};

struct lac_tracer_step
{
  enum lac_remote_step_kind kind;
  enum lac_remote_call call;
  uint64_t arguments[6];
  uint8_t from[6];
  bool may_fail;
  bool undo;
  uint32_t n_bytes;
  /* Where in the request's bytes they are. */
  uint32_t offset;
};

/* What is asked of the tracer. */
struct lac_tracer_request
{
  int32_t process;
  int32_t thread;
  uint32_t pointer_size;
  uint32_t flags;
  uint32_t n_steps;
  uint32_t n_bytes;
  /* For tests: see lac_remote_forbid_queries() and lac_remote_end_at(). */
  bool no_queries;
  uint32_t end_at;
  bool end_asker;
  /* Where the process's first stack began. */
  uint64_t start_stack;
  struct lac_remote_gates gates;
  struct lac_tracer_step steps[LAC_REMOTE_STEPS_MAX];
  unsigned char bytes[LAC_REMOTE_BYTES_MAX];
};

enum lac_tracer_verdict
{
  /* The status is the answer. */
  LAC_TRACER_ANSWERED,
  /* This thread is no use now, for what the status says; another one may be. */
  LAC_TRACER_OTHER_THREAD,
  /* The instructions are not where they were. */
  LAC_TRACER_GATES_MOVED,
  /* The thread did not stop, and only the tracer's end lets go of it: it has ended. */
  LAC_TRACER_GAVE_UP,
};

struct lac_tracer_answer
{
  enum lac_tracer_verdict verdict;
  enum lac_status status;
  int error;
  /* A static text; the two are the same program. */
  const char *what;
  /* Why the second net is missing, with LAC_E_NO_NET. */
  const char *no_net;
  uint64_t stopped_for;
  uint32_t n_points;
  uint32_t n_done;
  int64_t results[LAC_REMOTE_STEPS_MAX];
};

/* What a thread raises itself. */
#define LAC_FAULTS                                                                               \
  (UINT64_C (1) << (SIGSEGV - 1) | UINT64_C (1) << (SIGBUS - 1) | UINT64_C (1) << (SIGILL - 1)    \
   | UINT64_C (1) << (SIGFPE - 1) | UINT64_C (1) << (SIGTRAP - 1) | UINT64_C (1) << (SIGSYS - 1))

/* uapi/linux/ptrace.h, struct ptrace_peeksiginfo_args and what asks for it. */
#define LAC_PEEK_SIGNALS 0x4209
struct lac_peek_signals
{
  uint64_t offset;
  uint32_t flags;
  int32_t count;
};

/* Whose turn it is. */
enum lac_tracer_turn
{
  /* Nothing is to be done; the last answer was taken note of. */
  LAC_TURN_IDLE,
  LAC_TURN_ASKED,
  LAC_TURN_TAKEN,
  LAC_TURN_ANSWERED,
  /* The tracer has ended for want of work. */
  LAC_TURN_GONE,
};

/* Memory that the tracer shares with who asks. What is asked and answered goes through it; the socket only
 * wakes who sleeps, and tells of the other's end. Nobody looks again and again whether it is his turn: that
 * would keep the others from the processor that they need (a call took twice as long where there are two
 * processors). */
struct lac_tracer_room
{
  _Atomic uint32_t turn;
  _Atomic uint32_t tracer_sleeps;
  _Atomic uint32_t asker_sleeps;
  struct lac_tracer_answer answer;
  struct lac_tracer_request request;
};

/* What the tracer holds of a process that it traces. */
struct lac_tracer
{
  struct lac_tracer_room *room;
  int socket;
  /* Of the one that asked; -1 where the system has none. */
  int parent;
  int directory;
  int maps;
  int memory;
  bool no_queries;
  /* The process, which is the number of its first thread, and where that one's stack began. */
  int32_t process;
  uint64_t start_stack;
  struct lac_xsave_layout layout;
  /* Something is held that only its end lets go of. */
  bool must_end;
  uint32_t n_points;
  uint32_t end_at;
  bool end_asker;
  /* Of the thread that was stopped last: what it waits for, and what was found out when. */
  int32_t thread;
  int call_file;
  /* What the scheduler says of the tracer itself. */
  int own_file;
  uint64_t checked;
  bool shadow_stack;
  /* Its stack; 0 when it is not known. */
  uint64_t stack_start;
  uint64_t stack_end;
  /* The processor that it runs on; below 0 when that is not known. */
  int processor;
  /* When it was let go of, and whether it was in a call then whose rest has to be known. */
  uint64_t released;
  bool waited_for_time;
};

/* The largest frames; a thread that uses the matrix registers has 11 KiB. */
#define LAC_FRAME_MAX 24576

/* A thread that is traced. */
struct lac_traced
{
  int32_t thread;
  /* It runs in 64-bit mode. */
  bool wide;
  bool stopped;
  bool waited_for_time;
  uint64_t stopped_since;
  /* What it is given back: by the tracer, and by the frame. */
  struct user_regs_struct registers;
  struct user_regs_struct framed;
  uint64_t mask;
  /* What is blocked while calls are made. */
  uint64_t call_mask;
  /* `registers` is not what it has. */
  bool changed;
  bool mask_changed;
  /* The last call was not made: a filter of system calls raised a signal instead. */
  bool trapped;
  /* The frame: 0 bytes when there is none. */
  uint64_t frame;
  uint32_t frame_size;
  /* Where the stack is during calls. */
  uint64_t stack;
};

struct lac_remote
{
  struct lac_process *process;
  unsigned flags;
  struct lac_remote_plan plan;
  struct lac_remote_gates gates;
  struct lac_xsave_layout layout;
  uint64_t start_stack;
  uint64_t stopped_for;
  /* The tracer; 0 when there is none. */
  int32_t tracer;
  /* Who started it: a child of that one has its own. */
  int32_t tracer_owner;
  int socket;
  struct lac_tracer_room *room;
  struct lac_tracer_request request;
  struct lac_tracer_answer answer;
};

/* remote-gates.c */

/* Finds the instructions in the executable memory of the process; `call.address` and `give_back.address` are 0
 * for what there is none of. */
enum lac_status lac_remote_find_gates (struct lac_process         *process,
                                       uint32_t                    pointer_size,
                                       struct lac_remote_gates    *out_gates,
                                       struct lac_process_failure *out_failure);

/* remote-preflight.c */

/* Whether anything can be done in the process, by reading alone. */
enum lac_status lac_remote_preflight (struct lac_remote          *remote,
                                      struct lac_process_failure *out_failure);

/* Chooses a thread for the plan; none of @passed. */
enum lac_status lac_remote_choose_thread (struct lac_remote          *remote,
                                          const int32_t              *passed,
                                          size_t                      n_passed,
                                          struct lac_process_failure *out_failure);

/* Finds out whether the process is one of 64 or of 32 bits, by the thread that was chosen. */
enum lac_status lac_remote_find_width (struct lac_remote          *remote,
                                       struct lac_process_failure *out_failure);

/* Says why the system did not permit to trace. */
enum lac_status lac_remote_refused (struct lac_remote          *remote,
                                    int                         error,
                                    const char                 *what,
                                    struct lac_process_failure *out_failure);

/* Who traces a thread of the process, 0 for its first one (in @out_failure): LAC_E_TRACED, or LAC_OK for
 * nobody. */
enum lac_status lac_remote_check_tracer (struct lac_process         *process,
                                         int32_t                     thread,
                                         const char                 *what,
                                         struct lac_process_failure *out_failure);

/* Whether the process's control group is frozen, as far as can be told. */
bool lac_remote_is_frozen (struct lac_process *process);

/* remote-wait.c */

/* Whether a thread waits for a child that runs in its memory (vfork(2)), which nothing can interrupt.
 * @directory: of its process. */
bool lac_waits_for_child (int     directory,
                          int32_t thread);

/* remote-start.c */

/* Has the tracer do `remote->request`, starts one where there is none, and puts what it says into
 * `remote->answer`. */
enum lac_status lac_remote_ask_tracer (struct lac_remote          *remote,
                                       struct lac_process_failure *out_failure);

/* Ends the tracer and collects it. */
void lac_remote_end_tracer (struct lac_remote *remote);

/* For tests: in the runs that follow the tracer is killed when it comes to @point, counted from 1, or the
 * process that asks is. 0 is never. */
void lac_remote_end_at (struct lac_remote *remote,
                        uint32_t           point,
                        bool               end_asker);

/* For tests: how many points the last run came to. */
uint32_t lac_remote_count_points (const struct lac_remote *remote);

/* For tests: does without the kernel's point queries in the runs that follow. */
void lac_remote_forbid_queries (struct lac_remote *remote);

/* remote-tracer.c */

/* A point between two things that are done to a process, at which a test may have an end put to it. */
void lac_tracer_point (struct lac_tracer *tracer);

/* What the child does until it ends. */
_Noreturn void lac_tracer_run (struct lac_tracer *tracer);

/* Reading and writing the process's memory: bytes, or an errno negated. */
int64_t lac_tracer_read (struct lac_tracer *tracer,
                         int32_t            thread,
                         uint64_t           address,
                         void              *bytes,
                         size_t             size);
int64_t lac_tracer_write (struct lac_tracer *tracer,
                          int32_t            thread,
                          uint64_t           address,
                          const void        *bytes,
                          size_t             size);

/* Makes "task/TID/NAME" in @path, which is zeroed, without what prints. */
void lac_tracer_path (char        path[64],
                      int32_t     thread,
                      const char *name);

/* Reads a file of the process whole and terminates it; its length, or an errno negated. */
int64_t lac_tracer_read_file (struct lac_tracer *tracer,
                              int32_t            thread,
                              const char        *name,
                              char              *text,
                              size_t             size);

/* Forgets what was known of another thread. */
void lac_tracer_turn_to (struct lac_tracer *tracer,
                         int32_t            thread);

/* remote-trace.c */

/* Nanoseconds of a clock that only goes forward. */
uint64_t lac_tracer_clock (void);

/* ptrace(2). */
long lac_trace (int       request,
                int32_t   thread,
                uintptr_t address,
                uintptr_t value);

/* Has waiting for stops end after a while, or not. */
void lac_tracer_set_alarm (bool on);

/* What is done when the alarm goes off, in its signal handler; NULL for nothing. */
void lac_tracer_at_alarm (void (*work) (void));

/* Collects a thread if it has ended: lac_traced_wait() finds then that there is nothing to be waited for. */
void lac_traced_collect (int32_t thread);

/* Waits until @deadline for the thread to stop or end: 1 when it did, 0 when it did not, -1 when there is
 * nothing to wait for. */
int lac_traced_wait (int32_t  thread,
                     uint64_t deadline,
                     int     *out_state);

/* As lac_traced_wait(), without sleeping: for a moment, and only for a thread that runs on another processor. */
int lac_traced_look (const struct lac_tracer *tracer,
                     int32_t                  thread,
                     int                     *out_state);

bool lac_is_event_stop (int state);

/* The letter of a thread's state; 0 when it can't be told. */
char lac_tracer_state_of (struct lac_tracer *tracer,
                          int32_t            thread);

/* Fills in an answer, and returns its verdict. */
enum lac_tracer_verdict lac_answer (struct lac_tracer_answer *answer,
                                    enum lac_tracer_verdict   verdict,
                                    enum lac_status           status,
                                    int                       error,
                                    const char               *what);

/* remote-thread.c */

/* Stops a thread. On failure nothing of it is held, but for LAC_TRACER_GAVE_UP. With @pointer_size 0 it
 * need not be one that could make a call. */
enum lac_tracer_verdict lac_traced_stop (struct lac_tracer        *tracer,
                                         struct lac_traced        *traced,
                                         int32_t                   thread,
                                         uint32_t                  pointer_size,
                                         uint32_t                  flags,
                                         struct lac_tracer_answer *answer);

/* Gives the thread back as it was, and lets go of it. */
void lac_traced_release (struct lac_tracer *tracer,
                         struct lac_traced *traced);

/* Whether the thread is still where it was left. */
bool lac_traced_is_itself (const struct lac_traced *traced);

/* remote-net.c */

/* Has the memory ready that is needed while a thread is stopped: that of a child is its parent's until it writes
 * to it, and a page at a time, each of which takes a microsecond or more. */
void lac_tracer_warm_up (struct lac_tracer *tracer);

/* Lays the net, or makes sure that it may be missing. */
enum lac_tracer_verdict lac_traced_prepare (struct lac_tracer               *tracer,
                                            struct lac_traced               *traced,
                                            const struct lac_tracer_request *request,
                                            struct lac_tracer_answer        *answer);

/* Gives back what the frame covers. */
void lac_traced_uncover (struct lac_tracer       *tracer,
                         const struct lac_traced *traced);

/* remote-call.c */

/* Makes a call: what it gave, an errno negated. False when the thread is lost, with the answer filled. */
bool lac_traced_call (struct lac_tracer               *tracer,
                      struct lac_traced               *traced,
                      const struct lac_tracer_request *request,
                      uint32_t                         number,
                      const uint64_t                   arguments[6],
                      int64_t                         *out_result,
                      struct lac_tracer_answer        *answer);

/* remote-threads.c */

/* Calls @visit for each thread of the process, until it says false; false then, or when there are none. */
bool lac_tracer_each_thread (struct lac_tracer *tracer,
                             bool (*visit) (int32_t thread,
                                            void   *user_data),
                             void              *user_data);

/* Stops all threads but @first, which is stopped. On failure none of them is. */
enum lac_tracer_verdict lac_traced_stop_others (struct lac_tracer        *tracer,
                                                const struct lac_traced  *first,
                                                struct lac_tracer_answer *answer);
void lac_traced_release_others (struct lac_tracer *tracer);

/* remote-stack.c */

/* Whether the @size bytes below the thread's stack pointer are its own stack's. */
bool lac_traced_has_stack (struct lac_tracer       *tracer,
                           const struct lac_traced *traced,
                           uint64_t                 size);

/* Below which address the frame goes, once it is known that the thread has a stack. */
uint64_t lac_traced_frame_top (const struct lac_tracer *tracer,
                               const struct lac_traced *traced);

/* remote-interrupted.c */

/* Notes what the thread is waiting for and since when, before it is stopped; false when its number is not
 * one of the process any more. */
struct lac_tracer_wait
{
  /* As lac_tracer_clock(); 0 when it is not known, or does not matter. */
  uint64_t since;
  /* How often the thread had gone to sleep by then. */
  uint64_t n_sleeps;
};
bool lac_tracer_note_wait (struct lac_tracer      *tracer,
                           int32_t                 thread,
                           struct lac_tracer_wait *out_wait);

/* Has a call that was interrupted go on when the thread goes on; true when the registers changed. */
bool lac_tracer_mend_call (struct lac_tracer            *tracer,
                           struct lac_traced            *traced,
                           const struct lac_tracer_wait *wait);

/* remote-frame.c */

void lac_xsave_layout_get (struct lac_xsave_layout *out_layout);

/* What the frame gives back. */
struct lac_frame_context
{
  const struct user_regs_struct *registers;
  uint64_t mask;
  /* As PTRACE_GETREGSET gives it. */
  const unsigned char *xsave;
  uint32_t xsave_size;
  const struct lac_xsave_layout *layout;
  /* The process's rt_sigreturn. */
  uint64_t give_back;
};

/**
 * lac_frame_make:
 * @context: what it gives back
 * @wide: for a thread in 64-bit mode
 * @top: the address below which it goes
 * @bytes: (out): room for %LAC_FRAME_MAX
 * @out_size: (out): how many bytes
 *
 * Makes a signal frame, whose first byte is the word that a return takes; rt_sigreturn(2) is to find the stack
 * right behind that.
 *
 * Returns: where it goes; 0 when there is no room
 */
uint64_t lac_frame_make (const struct lac_frame_context *context,
                         bool                            wide,
                         uint64_t                        top,
                         unsigned char                   bytes[LAC_FRAME_MAX],
                         uint32_t                       *out_size);

#endif

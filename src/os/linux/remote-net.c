/* Laying the net: what a stopped thread needs before its registers are changed.
 *
 * The frame (remote-frame.c) goes below the red zone, and what it covers is kept. Right before, what all of
 * it relies on is read again, since the process may have changed its map, or be another program by now;
 * and what lies where the frame goes is looked at: a program may have put the stacks of several threads into one
 * region (pthread_attr_setstack(3)), and right below the one begins what the next thread has for its own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "remote-wait.h"
#include "core/translatable.h"

#if LAC_REMOTE_HERE

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef NT_X86_XSTATE
#define NT_X86_XSTATE 0x202
#endif

/* uapi/linux/ptrace.h, Linux 5.13. */
#define GET_RSEQ_CONFIGURATION 0x420f

static unsigned char xsave[LAC_FRAME_MAX];
static unsigned char frame_bytes[LAC_FRAME_MAX];
static unsigned char covered[LAC_FRAME_MAX];

/* What a library has at the top of a stack, of which the frame might meet the upper end alone (glibc's struct
 * pthread has 2304 bytes), and how that is aligned. */
#define OWN_DATA_MAX 4096
#define OWN_DATA_ALIGNMENT 64

static unsigned char below[OWN_DATA_MAX + OWN_DATA_ALIGNMENT];

/* Not byte by byte, or the compiler would see that nothing comes of it. */
static void
touch (unsigned char *bytes,
       size_t         size)
{
  for (size_t i = 0; i < size; i += 1024)
    *(volatile unsigned char *) &bytes[i] = 0;
}

void
lac_tracer_warm_up (struct lac_tracer *tracer)
{
  unsigned char byte = 0;
  int32_t self = (int32_t) getpid ();

  touch (xsave, sizeof xsave);
  touch (frame_bytes, sizeof frame_bytes);
  touch (covered, sizeof covered);
  touch (below, sizeof below);
  /* Of the C library what is called while a thread is stopped, which is found by its name the first time; its
   * errno, too. */
  if (lac_tracer_read (tracer, self, (uintptr_t) &byte, covered, 1) == 1)
    lac_tracer_write (tracer, self, (uintptr_t) &byte, covered, 1);
  errno = memcmp (covered, frame_bytes, sizeof covered) == 0 ? 0 : EINVAL;
}

/* Where a thread is inside a sequence that must not be interrupted (rseq(2)), the kernel would have sent it
 * to the sequence's abort; it can't once the registers are foreign, so that is done here. The same memory
 * says which processor the thread runs on. */
static void
leave_restartable_sequence (struct lac_tracer *tracer,
                            struct lac_traced *traced)
{
  struct
  {
    uint64_t address;
    uint32_t size, signature, flags, padding;
  } configuration = { 0 };
  struct
  {
    uint32_t version, flags;
    uint64_t start, length, abort;
  } sequence;
  /* The beginning of struct rseq, linux/rseq.h. */
  struct
  {
    uint32_t processor_start, processor;
    uint64_t sequence;
  } area = { 0 };

  if ((int64_t) traced->registers.orig_rax >= 0)
    {
      /* Having been stopped here before, it mostly comes to this processor. */
      if (tracer->released != 0)
        tracer->processor = -1;
      return;
    }
  tracer->processor = -1;
  if (lac_trace (GET_RSEQ_CONFIGURATION, traced->thread, sizeof configuration, (uintptr_t) &configuration)
          < 0
      || configuration.address == 0)
    return;
  if (lac_tracer_read (tracer, traced->thread, configuration.address, &area, sizeof area)
      != (int64_t) sizeof area)
    return;
  /* Or -1 or -2, for what is not there. */
  tracer->processor = (int32_t) area.processor;
  if (area.sequence == 0
      || lac_tracer_read (tracer, traced->thread, area.sequence, &sequence, sizeof sequence)
             != (int64_t) sizeof sequence)
    return;
  if (traced->registers.rip - sequence.start < sequence.length)
    {
      traced->registers.rip = sequence.abort;
      traced->framed.rip = sequence.abort;
    }
}

/* What the frame has for a call that was interrupted: it is made again, or ends early where only the
 * kernel could go on with it. */
static void
set_up_call (struct user_regs_struct *registers)
{
  if ((int64_t) registers->orig_rax < 0)
    return;
  switch ((int32_t) registers->rax)
    {
    case -512: /* ERESTARTSYS */
    case -513: /* ERESTARTNOINTR */
    case -514: /* ERESTARTNOHAND */
      registers->rax = registers->orig_rax;
      registers->rip -= 2;
      break;
    case -516: /* ERESTART_RESTARTBLOCK */
      registers->rax = (unsigned long long) -EINTR;
      break;
    default:
      break;
    }
}

/* Whether a thread's own data begins in the bytes of @address: with its own address, and once more as the thread's
 * (glibc's tcbhead_t, tcb and self). */
static bool
has_own_data (bool                 wide,
              uint64_t             address,
              const unsigned char *bytes,
              size_t               size)
{
  size_t word = wide ? 8 : 4;
  size_t at = -address & (OWN_DATA_ALIGNMENT - 1);

  for (; at + 3 * word <= size; at += OWN_DATA_ALIGNMENT)
    {
      uint64_t tcb = 0, self = 0;

      memcpy (&tcb, bytes + at, word);
      memcpy (&self, bytes + at + 2 * word, word);
      if (tcb == address + at && self == tcb)
        return true;
    }
  return false;
}

/* Reads again what is relied on, and what the frame would cover, all at once; how many bytes of the latter
 * could be read, or -1 when the former is not there. @out_taken: another thread has its own data there. */
static int64_t
read_again (struct lac_tracer               *tracer,
            const struct lac_traced         *traced,
            const struct lac_tracer_request *request,
            uint64_t                         place,
            uint32_t                         size,
            bool                            *out_taken)
{
  const struct lac_remote_code *codes[2] = { &request->gates.call, &request->gates.give_back };
  unsigned char bytes[2][LAC_GATE_BYTES];
  struct iovec here[4], there[4];
  unsigned long n = request->gates.bare || codes[1]->address == 0 ? 1 : 2;
  unsigned long n_pieces = n;
  uint64_t low = 0, n_below = 0;
  int64_t found, expected = 0;

  *out_taken = false;
  for (unsigned long i = 0; i < n; i++)
    {
      here[i] = (struct iovec){ bytes[i], codes[i]->size };
      there[i] = (struct iovec){ (void *) (uintptr_t) codes[i]->address, codes[i]->size };
      expected += codes[i]->size;
    }
  /* The first thread's stack is nobody else's. */
  if (size > 0 && traced->thread != tracer->process)
    {
      low = place - tracer->stack_start < OWN_DATA_MAX ? tracer->stack_start : place - OWN_DATA_MAX;
      n_below = ((place + OWN_DATA_ALIGNMENT - 1) & ~(uint64_t) (OWN_DATA_ALIGNMENT - 1)) - low;
      here[n_pieces] = (struct iovec){ below, n_below };
      there[n_pieces++] = (struct iovec){ (void *) (uintptr_t) low, n_below };
      expected += (int64_t) n_below;
    }
  if (size > 0)
    {
      here[n_pieces] = (struct iovec){ covered, size };
      there[n_pieces++] = (struct iovec){ (void *) (uintptr_t) place, size };
    }
  found = process_vm_readv (traced->thread, here, n_pieces, there, n_pieces, 0);
  if (found < 0 && errno == ENOSYS)
    {
      found = 0;
      for (unsigned long i = 0; i < n_pieces && found >= 0; i++)
        {
          int64_t part = lac_tracer_read (tracer, traced->thread, (uintptr_t) there[i].iov_base,
                                          here[i].iov_base, here[i].iov_len);

          found = part < 0 ? -1 : found + part;
        }
    }
  if (found < expected)
    return -1;
  for (unsigned long i = 0; i < n; i++)
    if (memcmp (bytes[i], codes[i]->bytes, codes[i]->size) != 0)
      return -1;
  *out_taken = n_below > 0
               && (has_own_data (traced->wide, low, below, n_below)
                   || has_own_data (traced->wide, place, covered, (size_t) (found - expected)));
  return found - expected;
}

/* Makes the frame, in memory of our own: NULL, with where it goes; or why there can be none. */
static const char *
make_frame (struct lac_tracer               *tracer,
            struct lac_traced               *traced,
            const struct lac_tracer_request *request,
            uint64_t                        *out_place,
            uint32_t                        *out_size)
{
  struct iovec state = { xsave, sizeof xsave };
  struct lac_frame_context context = {
    .registers = &traced->framed,
    .mask = traced->mask,
    .xsave = xsave,
    .layout = &tracer->layout,
    .give_back = request->gates.give_back.address,
  };

  if (request->gates.give_back.address == 0)
    return N_ ("the process has no way back from a signal (rt_sigreturn)");
  if (request->gates.bare)
    return N_ ("the process has no system call that is followed by a return");
  if (tracer->shadow_stack)
    return N_ ("the process has a shadow stack");
  if (lac_traced_is_dispatched (tracer, traced))
    return N_ ("the process turns its system calls into signals (syscall user dispatch)");
  if (lac_trace (PTRACE_GETREGSET, traced->thread, NT_X86_XSTATE, (uintptr_t) &state) < 0)
    return N_ ("the extended registers can't be read");
  context.xsave_size = (uint32_t) state.iov_len;
  set_up_call (&traced->framed);
  if (!lac_traced_has_stack (tracer, traced, LAC_BELOW_STACK))
    return N_ ("the thread runs on a stack of its own making");
  *out_place = lac_frame_make (&context, traced->wide, lac_traced_frame_top (tracer, traced), frame_bytes,
                               out_size);
  if (*out_place == 0)
    return N_ ("the extended registers have an unknown layout");
  if (!lac_traced_has_stack (tracer, traced,
                             traced->registers.rsp - *out_place + request->gates.skipped))
    return N_ ("there is no room on the thread's stack");
  return NULL;
}

enum lac_tracer_verdict
lac_traced_prepare (struct lac_tracer               *tracer,
                    struct lac_traced               *traced,
                    const struct lac_tracer_request *request,
                    struct lac_tracer_answer        *answer)
{
  const char *missing;
  uint64_t place = 0;
  uint32_t size = 0;
  bool taken;
  int64_t found;

  leave_restartable_sequence (tracer, traced);
  missing = make_frame (tracer, traced, request, &place, &size);
  if (missing != NULL)
    size = 0;
  found = read_again (tracer, traced, request, place, size, &taken);
  if (found < 0)
    {
      /* It has become another program: nothing of what was known is true. */
      tracer->stack_start = tracer->stack_end = 0;
      return lac_answer (answer, LAC_TRACER_GATES_MOVED, LAC_E_NO_ENTRY, 0,
                         N_ ("look for a system call instruction"));
    }
  if (missing == NULL && taken)
    missing = N_ ("the thread runs on a stack of its own making");
  if (missing == NULL)
    {
      if (found == size)
        {
          traced->frame = place;
          traced->frame_size = size;
        }
      if (found != size
          || lac_tracer_write (tracer, traced->thread, place, frame_bytes, size) != size)
        missing = N_ ("there is no room on the thread's stack");
    }
  traced->stack = place - request->gates.skipped;
  if (missing != NULL)
    {
      traced->stack = traced->registers.rsp;
      answer->no_net = missing;
      if ((request->flags & LAC_TRACER_WITHOUT_NET) == 0)
        return lac_answer (answer, LAC_TRACER_OTHER_THREAD, LAC_E_NO_NET, 0, missing);
    }
  lac_tracer_point (tracer);
  return LAC_TRACER_ANSWERED;
}

void
lac_traced_uncover (struct lac_tracer       *tracer,
                    const struct lac_traced *traced)
{
  if (traced->frame_size > 0)
    lac_tracer_write (tracer, traced->thread, traced->frame, covered, traced->frame_size);
}

#endif

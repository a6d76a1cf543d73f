/* System calls for victims, with a C library and without one.
 *
 * A victim that tells how a call ended has to make the very call: libraries restart some calls, and
 * make others than asked for. And some victims have no library, or are of 32 bits where there is
 * none. So all calls go through bare_call(), and what the kernel reads is declared here. With a
 * library bare_call() is that library's; without (VICTIM_BARE) it is ours, as is the beginning of
 * the program. A program that has neither a system call with a return behind it nor a way back from
 * a signal's handler is to be had as well (VICTIM_LONELY, x86-64).
 *
 * x86-64 and 32-bit x86.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifndef VICTIM_BARE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#endif

enum
{
#ifdef __x86_64__
  BARE_READ = 0,
  BARE_WRITE = 1,
  BARE_CLOSE = 3,
  BARE_POLL = 7,
  BARE_MMAP = 9,
  BARE_SIGACTION = 13,
  BARE_SIGPROCMASK = 14,
  BARE_PIPE = 22,
  BARE_SELECT = 23,
  BARE_DUP2 = 33,
  BARE_PAUSE = 34,
  BARE_NANOSLEEP = 35,
  BARE_GETPID = 39,
  BARE_SENDTO = 44,
  BARE_RECVFROM = 45,
  BARE_SOCKETPAIR = 53,
  BARE_SETSOCKOPT = 54,
  BARE_FORK = 57,
  BARE_WAIT4 = 61,
  BARE_KILL = 62,
  BARE_SEMGET = 64,
  BARE_SEMOP = 65,
  BARE_GETPPID = 110,
  BARE_SIGTIMEDWAIT = 128,
  BARE_SIGQUEUEINFO = 129,
  BARE_SIGSUSPEND = 130,
  BARE_SIGALTSTACK = 131,
  BARE_PRCTL = 157,
  BARE_ARCH_PRCTL = 158,
  BARE_FUTEX = 202,
  BARE_SEMTIMEDOP = 220,
  BARE_CLOCK_GETTIME = 228,
  BARE_CLOCK_NANOSLEEP = 230,
  BARE_EXIT_GROUP = 231,
  BARE_EPOLL_WAIT = 232,
  BARE_EPOLL_CTL = 233,
  BARE_OPENAT = 257,
  BARE_PSELECT6 = 270,
  BARE_PPOLL = 271,
  BARE_UNSHARE = 272,
  BARE_EPOLL_PWAIT = 281,
  BARE_EPOLL_CREATE1 = 291,
#else
  BARE_FORK = 2,
  BARE_READ = 3,
  BARE_WRITE = 4,
  BARE_CLOSE = 6,
  BARE_GETPID = 20,
  BARE_PAUSE = 29,
  BARE_KILL = 37,
  BARE_PIPE = 42,
  BARE_DUP2 = 63,
  BARE_GETPPID = 64,
  BARE_WAIT4 = 114,
  BARE_IPC = 117,
  BARE_SELECT = 142,
  BARE_NANOSLEEP = 162,
  BARE_POLL = 168,
  BARE_PRCTL = 172,
  BARE_SIGACTION = 174,
  BARE_SIGPROCMASK = 175,
  BARE_SIGTIMEDWAIT = 177,
  BARE_SIGQUEUEINFO = 178,
  BARE_SIGSUSPEND = 179,
  BARE_SIGALTSTACK = 186,
  BARE_MMAP = 192,
  BARE_FUTEX = 240,
  BARE_EXIT_GROUP = 252,
  BARE_EPOLL_CTL = 255,
  BARE_EPOLL_WAIT = 256,
  BARE_CLOCK_GETTIME = 265,
  BARE_CLOCK_NANOSLEEP = 267,
  BARE_OPENAT = 295,
  BARE_PSELECT6 = 308,
  BARE_PPOLL = 309,
  BARE_UNSHARE = 310,
  BARE_EPOLL_PWAIT = 319,
  BARE_EPOLL_CREATE1 = 329,
  BARE_SOCKETPAIR = 360,
  BARE_SETSOCKOPT = 366,
  BARE_SENDTO = 369,
  BARE_RECVFROM = 371,
  BARE_SIGTIMEDWAIT_TIME64 = 421,
  BARE_FUTEX_TIME64 = 422,
  BARE_CLOCK_NANOSLEEP_TIME64 = 407,
  BARE_PPOLL_TIME64 = 414,
  BARE_PSELECT6_TIME64 = 413,
#endif
  BARE_EPOLL_PWAIT2 = 441,
};

enum
{
  BARE_EINTR = 4,
  BARE_EAGAIN = 11,
  BARE_ETIMEDOUT = 110,
  BARE_SIGUSR1 = 10,
  BARE_SIGKILL = 9,
  BARE_SIGCHLD = 17,
  BARE_SIGRTMIN = 34,
  BARE_CLOCK_REALTIME = 0,
  BARE_CLOCK_MONOTONIC = 1,
};

struct bare_time
{
  long seconds;
  long nanoseconds;
};

struct bare_poll
{
  int file;
  short events;
  short found;
};

struct __attribute__ ((packed)) bare_epoll_event
{
  uint32_t events;
  uint64_t mark;
};

struct bare_semaphore_step
{
  unsigned short which;
  short by;
  short flags;
};

/* What the kernel knows of a sent signal, as far as it concerns us. */
struct bare_signal
{
  int number;
  int error;
  int code;
#ifdef __x86_64__
  int padding;
#endif
  int pid;
  int user;
  union
  {
    int number;
    void *address;
  } value;
  char rest[100];
};

typedef void (*bare_handler) (int                 number,
                              struct bare_signal *signal,
                              void               *context);

#ifdef VICTIM_BARE

long bare_call (long number,
                ...);
int main (int   argc,
          char *argv[]);
void bare_begin (long *stack);
void bare_restore (void);
void *memset (void  *place,
              int    byte,
              size_t size);
void *memcpy (void       *to,
              const void *from,
              size_t      size);

#ifdef __x86_64__
__asm__ (".text\n"
         ".globl _start\n"
         "_start:\n"
         "  xor %ebp, %ebp\n"
         "  mov %rsp, %rdi\n"
         "  and $-16, %rsp\n"
         "  call bare_begin\n"
         ".globl bare_call\n"
         "bare_call:\n"
         "  mov %rdi, %rax\n"
         "  mov %rsi, %rdi\n"
         "  mov %rdx, %rsi\n"
         "  mov %rcx, %rdx\n"
         "  mov %r8, %r10\n"
         "  mov %r9, %r8\n"
         "  mov 8(%rsp), %r9\n"
         "  syscall\n"
#ifdef VICTIM_LONELY
         "  jmp 1f\n"
         "1:\n"
#endif
         "  ret\n"
#ifndef VICTIM_LONELY
         ".globl bare_restore\n"
         "bare_restore:\n"
         "  mov $15, %rax\n"
         "  syscall\n"
#endif
);
#else
__asm__ (".text\n"
         ".globl _start\n"
         "_start:\n"
         "  xor %ebp, %ebp\n"
         "  mov %esp, %eax\n"
         "  and $-16, %esp\n"
         "  sub $12, %esp\n"
         "  push %eax\n"
         "  call bare_begin\n"
         ".globl bare_call\n"
         "bare_call:\n"
         "  push %ebp\n"
         "  push %edi\n"
         "  push %esi\n"
         "  push %ebx\n"
         "  mov 20(%esp), %eax\n"
         "  mov 24(%esp), %ebx\n"
         "  mov 28(%esp), %ecx\n"
         "  mov 32(%esp), %edx\n"
         "  mov 36(%esp), %esi\n"
         "  mov 40(%esp), %edi\n"
         "  mov 44(%esp), %ebp\n"
         "  int $0x80\n"
         "  pop %ebx\n"
         "  pop %esi\n"
         "  pop %edi\n"
         "  pop %ebp\n"
         "  ret\n"
         ".globl bare_restore\n"
         "bare_restore:\n"
         "  mov $173, %eax\n"
         "  int $0x80\n");
#endif

/* The compiler calls these two on its own account. */
void *
memset (void  *place,
        int    byte,
        size_t size)
{
  for (size_t i = 0; i < size; i++)
    ((volatile char *) place)[i] = (char) byte;
  return place;
}

void *
memcpy (void       *to,
        const void *from,
        size_t      size)
{
  for (size_t i = 0; i < size; i++)
    ((volatile char *) to)[i] = ((const char *) from)[i];
  return to;
}

void
bare_begin (long *stack)
{
  bare_call (BARE_EXIT_GROUP, (long) main ((int) stack[0], (char **) (stack + 1)), 0L, 0L, 0L, 0L,
             0L);
  __builtin_trap ();
}

#else

/* As the kernel answers: an error is a negative number. */
static inline long
bare_call (long number,
           long a,
           long b,
           long c,
           long d,
           long e,
           long f)
{
  long result = syscall (number, a, b, c, d, e, f);

  return result == -1 ? -errno : result;
}

#endif

#define CALL6(number, a, b, c, d, e, f)                                                            \
  bare_call ((long) (number), (long) (a), (long) (b), (long) (c), (long) (d), (long) (e),          \
             (long) (f))
#define CALL5(number, a, b, c, d, e) CALL6 (number, a, b, c, d, e, 0)
#define CALL4(number, a, b, c, d) CALL6 (number, a, b, c, d, 0, 0)
#define CALL3(number, a, b, c) CALL6 (number, a, b, c, 0, 0, 0)
#define CALL2(number, a, b) CALL6 (number, a, b, 0, 0, 0, 0)
#define CALL1(number, a) CALL6 (number, a, 0, 0, 0, 0, 0)
#define CALL0(number) CALL6 (number, 0, 0, 0, 0, 0, 0)

/* Has @handler called for a signal, with the interrupted call restarted where the kernel may. */
static inline void
bare_handle (int          number,
             bare_handler handler)
{
#ifdef VICTIM_LONELY
  __builtin_trap ();
#elif defined VICTIM_BARE
  struct
  {
    bare_handler handler;
    unsigned long flags;
    void (*restore) (void);
    uint64_t mask;
  } action = { handler, 4 | 0x10000000 | 0x04000000, bare_restore, 0 };

  CALL4 (BARE_SIGACTION, number, &action, 0, 8);
#else
  struct sigaction action = { .sa_sigaction = (void (*) (int, siginfo_t *, void *)) handler,
                              .sa_flags = SA_SIGINFO | SA_RESTART };

  sigaction (number, &action, NULL);
#endif
}

/* Blocks or unblocks one signal. */
static inline void
bare_block (int number,
            int block)
{
  uint64_t mask = (uint64_t) 1 << (number - 1);

  CALL4 (BARE_SIGPROCMASK, block ? 0 : 1, &mask, 0, 8);
}

/* Microseconds, which run over after an hour. */
static inline uint32_t
bare_now (void)
{
  struct bare_time time;

  CALL2 (BARE_CLOCK_GETTIME, BARE_CLOCK_MONOTONIC, &time);
  return (uint32_t) time.seconds * 1000000u + (uint32_t) time.nanoseconds / 1000u;
}

static inline void
bare_sleep (uint32_t microseconds)
{
  struct bare_time time
      = { (long) (microseconds / 1000000u), (long) (microseconds % 1000000u * 1000u) };

  while (CALL2 (BARE_NANOSLEEP, &time, &time) == -BARE_EINTR)
    continue;
}

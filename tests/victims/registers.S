/* Fills all registers of a thread, and reads them again: see registers.h.
 *
 * Between the two there is nothing but pauses, or one system call: whatever else is in the
 * registers then, somebody else has put there. Memory is addressed by the instruction pointer, so
 * that no register is kept back for that.
 *
 * SPDX-License-Identifier: MIT
 */
#include "registers.h"

#ifdef __x86_64__
#define AT(symbol, offset) symbol + (offset) (%rip)
#define N_VECTORS 16
#define SP %rsp
#define PUSH_FLAGS pushfq
#define POP_FLAGS popfq
#define PUSH_MEMORY pushq
#define POP_MEMORY popq
#define FXSAVE fxsave64
#else
#define AT(symbol, offset) symbol + (offset)
#define N_VECTORS 8
#define SP %esp
#define PUSH_FLAGS pushfl
#define POP_FLAGS popfl
#define PUSH_MEMORY pushl
#define POP_MEMORY popl
#define FXSAVE fxsave
#endif

#define WANTED(offset) AT (registers_wanted, offset)
#define SEEN(offset) AT (registers_seen, offset)

  .bss
  .balign 64
  .globl registers_wanted
  .hidden registers_wanted
registers_wanted:
  .skip REGISTERS_SIZE
  .balign 64
  .globl registers_seen
  .hidden registers_seen
registers_seen:
  .skip REGISTERS_SIZE
  .globl registers_width
  .hidden registers_width
registers_width:
  .skip 4
own_mxcsr:
  .skip 4
own_control:
  .skip 4
  .balign 8
own_stack:
  .skip 8

  .text

/* Keeps what a function must keep. */
.macro KEEP
#ifdef __x86_64__
  push %rbx
  push %rbp
  push %r12
  push %r13
  push %r14
  push %r15
#else
  push %ebx
  push %ebp
  push %esi
  push %edi
#endif
  PUSH_FLAGS
  stmxcsr AT (own_mxcsr, 0)
  fnstcw AT (own_control, 0)
  mov SP, AT (own_stack, 0)
.endm

.macro GIVE_BACK
  cld
  fninit
  fldcw AT (own_control, 0)
  ldmxcsr AT (own_mxcsr, 0)
  cmpl $16, AT (registers_width, 0)
  je 1f
  vzeroupper
1:
  POP_FLAGS
#ifdef __x86_64__
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
#else
  pop %edi
  pop %esi
  pop %ebp
  pop %ebx
#endif
  ret
.endm

.macro FILL
  fninit
  fldcw WANTED (REGISTERS_CONTROL)
  .set n, 7
  .rept 8
  fldt WANTED (REGISTERS_X87 + 16 * n)
  .set n, n - 1
  .endr
  ldmxcsr WANTED (REGISTERS_MXCSR)
  cmpl $32, AT (registers_width, 0)
  je 32f
  ja 64f
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7
  movaps WANTED (REGISTERS_VECTORS + 64 * \n), %xmm\n
  .endr
#ifdef __x86_64__
  .irp n, 8, 9, 10, 11, 12, 13, 14, 15
  movaps WANTED (REGISTERS_VECTORS + 64 * \n), %xmm\n
  .endr
#endif
  jmp 1f
32:
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7
  vmovaps WANTED (REGISTERS_VECTORS + 64 * \n), %ymm\n
  .endr
#ifdef __x86_64__
  .irp n, 8, 9, 10, 11, 12, 13, 14, 15
  vmovaps WANTED (REGISTERS_VECTORS + 64 * \n), %ymm\n
  .endr
#endif
  jmp 1f
64:
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7
  vmovaps WANTED (REGISTERS_VECTORS + 64 * \n), %zmm\n
  kmovq WANTED (REGISTERS_MASKS + 8 * \n), %k\n
  .endr
#ifdef __x86_64__
  .irp n, 8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  vmovaps WANTED (REGISTERS_VECTORS + 64 * \n), %zmm\n
  .endr
#endif
1:
  PUSH_MEMORY WANTED (REGISTERS_FLAGS)
  POP_FLAGS
#ifdef __x86_64__
  mov WANTED (0), %rax
  mov WANTED (8), %rbx
  mov WANTED (16), %rcx
  mov WANTED (24), %rdx
  mov WANTED (32), %rsi
  mov WANTED (40), %rdi
  mov WANTED (48), %rbp
  mov WANTED (64), %r8
  mov WANTED (72), %r9
  mov WANTED (80), %r10
  mov WANTED (88), %r11
  mov WANTED (96), %r12
  mov WANTED (104), %r13
  mov WANTED (112), %r14
  mov WANTED (120), %r15
  mov WANTED (56), %rsp
#else
  mov WANTED (0), %eax
  mov WANTED (8), %ebx
  mov WANTED (16), %ecx
  mov WANTED (24), %edx
  mov WANTED (32), %esi
  mov WANTED (40), %edi
  mov WANTED (48), %ebp
  mov WANTED (56), %esp
#endif
.endm

.macro READ
#ifdef __x86_64__
  mov %rsp, SEEN (56)
  mov AT (own_stack, 0), %rsp
  mov %rax, SEEN (0)
  mov %rbx, SEEN (8)
  mov %rcx, SEEN (16)
  mov %rdx, SEEN (24)
  mov %rsi, SEEN (32)
  mov %rdi, SEEN (40)
  mov %rbp, SEEN (48)
  mov %r8, SEEN (64)
  mov %r9, SEEN (72)
  mov %r10, SEEN (80)
  mov %r11, SEEN (88)
  mov %r12, SEEN (96)
  mov %r13, SEEN (104)
  mov %r14, SEEN (112)
  mov %r15, SEEN (120)
#else
  mov %esp, SEEN (56)
  mov AT (own_stack, 0), %esp
  mov %eax, SEEN (0)
  mov %ebx, SEEN (8)
  mov %ecx, SEEN (16)
  mov %edx, SEEN (24)
  mov %esi, SEEN (32)
  mov %edi, SEEN (40)
  mov %ebp, SEEN (48)
#endif
  PUSH_FLAGS
  POP_MEMORY SEEN (REGISTERS_FLAGS)
  stmxcsr SEEN (REGISTERS_MXCSR)
  cmpl $32, AT (registers_width, 0)
  je 32f
  ja 64f
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7
  movaps %xmm\n, SEEN (REGISTERS_VECTORS + 64 * \n)
  .endr
#ifdef __x86_64__
  .irp n, 8, 9, 10, 11, 12, 13, 14, 15
  movaps %xmm\n, SEEN (REGISTERS_VECTORS + 64 * \n)
  .endr
#endif
  jmp 1f
32:
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7
  vmovaps %ymm\n, SEEN (REGISTERS_VECTORS + 64 * \n)
  .endr
#ifdef __x86_64__
  .irp n, 8, 9, 10, 11, 12, 13, 14, 15
  vmovaps %ymm\n, SEEN (REGISTERS_VECTORS + 64 * \n)
  .endr
#endif
  jmp 1f
64:
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7
  vmovaps %zmm\n, SEEN (REGISTERS_VECTORS + 64 * \n)
  kmovq %k\n, SEEN (REGISTERS_MASKS + 8 * \n)
  .endr
#ifdef __x86_64__
  .irp n, 8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  vmovaps %zmm\n, SEEN (REGISTERS_VECTORS + 64 * \n)
  .endr
#endif
1:
  FXSAVE SEEN (REGISTERS_FXSAVE)
.endm

  .globl registers_hold
  .hidden registers_hold
  .type registers_hold, @function
registers_hold:
  KEEP
  FILL
  .rept 1000
  pause
  .endr
  READ
  GIVE_BACK
  .size registers_hold, . - registers_hold

  .globl registers_sleep
  .hidden registers_sleep
  .type registers_sleep, @function
registers_sleep:
  KEEP
  FILL
#ifdef __x86_64__
  syscall
#else
  int $0x80
#endif
  READ
  GIVE_BACK
  .size registers_sleep, . - registers_sleep

  .section .note.GNU-stack, "", @progbits

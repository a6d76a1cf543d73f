/* All registers of a thread, put in and taken out by registers.S.
 *
 * registers_hold() fills every register that a program has with what is wanted, general, vector,
 * mask and x87 ones, flags, and the stack pointer, stays like that for some microseconds, and
 * writes down what is in them then. registers_sleep() does the same around a system call, whose
 * number and arguments are among the general registers.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#define REGISTERS_FLAGS 128
#define REGISTERS_MXCSR 136
#define REGISTERS_CONTROL 140
#define REGISTERS_MASKS 192
#define REGISTERS_VECTORS 256
#define REGISTERS_X87 2304
#define REGISTERS_FXSAVE 2432
#define REGISTERS_SIZE 2944

/* Places among the general registers; in 32 bits there are the first eight. */
#define REGISTERS_A 0
#define REGISTERS_B 1
#define REGISTERS_C 2
#define REGISTERS_D 3
#define REGISTERS_SI 4
#define REGISTERS_DI 5
#define REGISTERS_BP 6
#define REGISTERS_SP 7

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

struct registers
{
  uint64_t general[16];
  uint64_t flags;
  uint32_t mxcsr;
  uint16_t control;
  _Alignas (64) uint64_t masks[8];
  unsigned char vectors[32][64];
  /* 10 bytes of each are used. */
  unsigned char x87[8][16];
  unsigned char fxsave[512];
};

_Static_assert (offsetof (struct registers, flags) == REGISTERS_FLAGS, "flags");
_Static_assert (offsetof (struct registers, mxcsr) == REGISTERS_MXCSR, "mxcsr");
_Static_assert (offsetof (struct registers, control) == REGISTERS_CONTROL, "control");
_Static_assert (offsetof (struct registers, masks) == REGISTERS_MASKS, "masks");
_Static_assert (offsetof (struct registers, vectors) == REGISTERS_VECTORS, "vectors");
_Static_assert (offsetof (struct registers, x87) == REGISTERS_X87, "x87");
_Static_assert (offsetof (struct registers, fxsave) == REGISTERS_FXSAVE, "fxsave");
_Static_assert (sizeof (struct registers) == REGISTERS_SIZE, "registers");

extern struct registers registers_wanted __attribute__ ((visibility ("hidden")));
extern struct registers registers_seen __attribute__ ((visibility ("hidden")));
/* Bytes of a vector register that are used: 16, 32 or 64. */
extern uint32_t registers_width __attribute__ ((visibility ("hidden")));

void registers_hold (void) __attribute__ ((visibility ("hidden")));
void registers_sleep (void) __attribute__ ((visibility ("hidden")));

#endif

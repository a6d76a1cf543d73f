/* The second net: a signal frame as the kernel itself would have laid it.
 *
 * Whoever returns through it finds all registers as they were, extended state included, and the signal mask.
 * The layouts are the kernel's contract with debuggers and unwinders (arch/x86/include/asm/sigframe.h,
 * uapi/asm/sigcontext.h), for 64 bits and for what ia32_signal.c has for 32.
 *
 * The kernel believes the extended state only when it is marked: a first magic number, the size and
 * the features in bytes that XSAVE leaves to software (464 on), and a second one behind it. Since Linux 6.8 it
 * looks for the second one where the process's own state would end, whatever the size says; so where a
 * process may have asked for more state (the matrix registers) the mark stands at both ends. Without marks all
 * but SSE would be lost.
 *
 * The alternate signal stack can't be read from outside. What the frame says of it is invalid on purpose:
 * rt_sigreturn(2) passes over that, and the process keeps the one that it has.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"

#if LAC_REMOTE_HERE

#include <cpuid.h>
#include <stddef.h>
#include <string.h>

#define XSAVE_ALIGNMENT 64
#define SOFTWARE_BYTES 464
#define XSAVE_HEADER 512
#define MAGIC_BEFORE 0x46505853u
#define MAGIC_BEHIND 0x46505845u
#define SIZE_OF_MAGIC 4

/* uapi/asm/ucontext.h */
#define FLAG_XSTATE 1
#define FLAG_STACK_SEGMENT 2
#define FLAG_STRICT_STACK_SEGMENT 4
/* Neither SS_ONSTACK nor SS_DISABLE. */
#define INVALID_STACK_FLAGS 0x40

#define X87_AND_SSE 3u
/* XTILEDATA, which a process has to ask for (arch_prctl(2), ARCH_REQ_XCOMP_PERM). */
#define ON_DEMAND (UINT64_C (1) << 18)

struct software_bytes
{
  uint32_t magic;
  uint32_t extended_size;
  uint64_t features;
  uint32_t size;
  uint32_t padding[7];
};

struct frame_64
{
  uint64_t return_address;
  uint64_t flags;
  uint64_t link;
  uint64_t stack;
  uint32_t stack_flags;
  uint32_t padding;
  uint64_t stack_size;
  uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
  uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
  uint16_t cs, gs, fs, ss;
  uint64_t error, trap, old_mask, fault_address;
  uint64_t state;
  uint64_t reserved[8];
  uint64_t mask;
  unsigned char information[128];
};
_Static_assert (sizeof (struct frame_64) == 440, "struct rt_sigframe");
_Static_assert (offsetof (struct frame_64, mask) == 8 + 296, "struct ucontext");

struct frame_32
{
  uint32_t return_address;
  uint32_t signal;
  uint32_t information_address;
  uint32_t context_address;
  unsigned char information[128];
  uint32_t flags;
  uint32_t link;
  uint32_t stack;
  uint32_t stack_flags;
  uint32_t stack_size;
  uint32_t gs, fs, es, ds;
  uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
  uint32_t trap, error, eip, cs, eflags, esp_at_signal, ss;
  uint32_t state, old_mask, fault_address;
  uint32_t mask[2];
  unsigned char code[8];
};
_Static_assert (offsetof (struct frame_32, flags) == 16 + 128, "struct rt_sigframe_ia32");
_Static_assert (offsetof (struct frame_32, mask) == 16 + 128 + 20 + 88, "struct ucontext_ia32");

/* The x87 state as FSAVE has it, which goes before the other in 32 bits. */
struct legacy_state
{
  uint32_t control, status, tags, instruction, code_and_opcode, operand, operand_segment;
  unsigned char registers[8][10];
  uint16_t status_again, magic;
};
_Static_assert (sizeof (struct legacy_state) == 112, "struct fregs_state");

void
lac_xsave_layout_get (struct lac_xsave_layout *out_layout)
{
  unsigned a, b, c, d;
  uint64_t features;

  *out_layout = (struct lac_xsave_layout){ 0 };
  if (__get_cpuid (1, &a, &b, &c, &d) == 0 || (c & bit_OSXSAVE) == 0)
    return;
  __asm__ volatile ("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
  features = a | (uint64_t) d << 32;
  out_layout->features = features;
  out_layout->on_demand = features & ON_DEMAND;
  out_layout->default_size = XSAVE_HEADER + 64;
  out_layout->full_size = XSAVE_HEADER + 64;
  for (unsigned i = 2; i < 63; i++)
    {
      if ((features >> i & 1) == 0 || __get_cpuid_count (13, i, &a, &b, &c, &d) == 0)
        continue;
      if (b + a > out_layout->full_size)
        out_layout->full_size = b + a;
      if ((ON_DEMAND >> i & 1) == 0 && b + a > out_layout->default_size)
        out_layout->default_size = b + a;
    }
}

/* The bits that FXSAVE keeps one of for each register, as FSAVE has two: empty or not is all that counts. */
static uint32_t
legacy_tags (unsigned short_tags)
{
  uint32_t tags = 0xffff0000u;

  for (unsigned i = 0; i < 8; i++)
    if ((short_tags >> i & 1) == 0)
      tags |= 3u << (2 * i);
  return tags;
}

static void
make_legacy_state (const unsigned char *fxsave,
                   uint32_t             code_segment,
                   struct legacy_state *out_state)
{
  uint16_t words[4];
  uint32_t instruction, operand;

  memcpy (words, fxsave, sizeof words);
  memcpy (&instruction, fxsave + 8, 4);
  memcpy (&operand, fxsave + 16, 4);
  *out_state = (struct legacy_state){
    .control = words[0] | 0xffff0000u,
    .status = words[1] | 0xffff0000u,
    .tags = legacy_tags (words[2] & 0xff),
    .instruction = instruction,
    .code_and_opcode = (code_segment & 0xffff) | (uint32_t) words[3] << 16,
    .operand = operand,
    .operand_segment = 0xffff0000u,
    .status_again = words[1],
  };
  for (unsigned i = 0; i < 8; i++)
    memcpy (out_state->registers[i], fxsave + 32 + 16 * i, 10);
}

/* Puts the extended state with its marks; how many bytes it takes. */
static uint32_t
put_state (const struct lac_frame_context *context,
           unsigned char                  *to)
{
  const struct lac_xsave_layout *layout = context->layout;
  struct software_bytes software = { .magic = MAGIC_BEFORE };
  uint32_t magic = MAGIC_BEHIND, end;
  uint64_t in_use;

  memcpy (&in_use, context->xsave + XSAVE_HEADER, sizeof in_use);
  software.features = layout->features & ~layout->on_demand;
  software.size = layout->default_size;
  if ((in_use & layout->on_demand) != 0)
    {
      software.features = layout->features;
      software.size = layout->full_size;
    }
  software.extended_size = software.size + SIZE_OF_MAGIC;
  in_use &= software.features;

  end = layout->on_demand != 0 ? layout->full_size : software.size;
  memset (to, 0, end + SIZE_OF_MAGIC);
  memcpy (to, context->xsave, software.size);
  memcpy (to + SOFTWARE_BYTES, &software, sizeof software);
  memcpy (to + XSAVE_HEADER, &in_use, sizeof in_use);
  memset (to + XSAVE_HEADER + sizeof in_use, 0, 64 - sizeof in_use);
  memcpy (to + software.size, &magic, SIZE_OF_MAGIC);
  memcpy (to + end, &magic, SIZE_OF_MAGIC);
  return end + SIZE_OF_MAGIC;
}

static uint64_t
make_64 (const struct lac_frame_context *context,
         uint64_t                        state,
         unsigned char                  *bytes,
         uint32_t                       *out_size)
{
  const struct user_regs_struct *registers = context->registers;
  /* As the kernel aligns it: what is called with it would find the stack as after a call. */
  uint64_t start = ((state - sizeof (struct frame_64)) & ~UINT64_C (15)) - 8;
  struct frame_64 frame = {
    .return_address = context->give_back,
    .flags = FLAG_XSTATE | FLAG_STACK_SEGMENT | FLAG_STRICT_STACK_SEGMENT,
    .stack_flags = INVALID_STACK_FLAGS,
    .r8 = registers->r8,
    .r9 = registers->r9,
    .r10 = registers->r10,
    .r11 = registers->r11,
    .r12 = registers->r12,
    .r13 = registers->r13,
    .r14 = registers->r14,
    .r15 = registers->r15,
    .rdi = registers->rdi,
    .rsi = registers->rsi,
    .rbp = registers->rbp,
    .rbx = registers->rbx,
    .rdx = registers->rdx,
    .rax = registers->rax,
    .rcx = registers->rcx,
    .rsp = registers->rsp,
    .rip = registers->rip,
    .eflags = registers->eflags,
    .cs = (uint16_t) registers->cs,
    .gs = (uint16_t) registers->gs,
    .fs = (uint16_t) registers->fs,
    .ss = (uint16_t) registers->ss,
    .state = state,
    .mask = context->mask,
  };

  memcpy (bytes, &frame, sizeof frame);
  memset (bytes + sizeof frame, 0, (size_t) (state - start) - sizeof frame);
  *out_size = (uint32_t) (state - start) + put_state (context, bytes + (state - start));
  return start;
}

static uint64_t
make_32 (const struct lac_frame_context *context,
         uint64_t                        state,
         unsigned char                  *bytes,
         uint32_t                       *out_size)
{
  const struct user_regs_struct *registers = context->registers;
  uint64_t legacy = state - sizeof (struct legacy_state);
  uint64_t start = ((legacy - sizeof (struct frame_32) + 4) & ~UINT64_C (15)) - 4;
  struct legacy_state legacy_state;
  struct frame_32 frame = {
    .return_address = (uint32_t) context->give_back,
    .flags = FLAG_XSTATE,
    .stack_flags = INVALID_STACK_FLAGS,
    .gs = (uint32_t) registers->gs,
    .fs = (uint32_t) registers->fs,
    .es = (uint32_t) registers->es,
    .ds = (uint32_t) registers->ds,
    .edi = (uint32_t) registers->rdi,
    .esi = (uint32_t) registers->rsi,
    .ebp = (uint32_t) registers->rbp,
    .esp = (uint32_t) registers->rsp,
    .ebx = (uint32_t) registers->rbx,
    .edx = (uint32_t) registers->rdx,
    .ecx = (uint32_t) registers->rcx,
    .eax = (uint32_t) registers->rax,
    .eip = (uint32_t) registers->rip,
    .cs = (uint32_t) registers->cs,
    .eflags = (uint32_t) registers->eflags,
    .esp_at_signal = (uint32_t) registers->rsp,
    .ss = (uint32_t) registers->ss,
    .state = (uint32_t) legacy,
    .mask = { (uint32_t) context->mask, (uint32_t) (context->mask >> 32) },
  };

  memcpy (bytes, &frame, sizeof frame);
  memset (bytes + sizeof frame, 0, (size_t) (legacy - start) - sizeof frame);
  make_legacy_state (context->xsave, (uint32_t) registers->cs, &legacy_state);
  memcpy (bytes + (legacy - start), &legacy_state, sizeof legacy_state);
  *out_size = (uint32_t) (state - start) + put_state (context, bytes + (state - start));
  return start;
}

uint64_t
lac_frame_make (const struct lac_frame_context *context,
                bool                            wide,
                uint64_t                        top,
                unsigned char                   bytes[LAC_FRAME_MAX],
                uint32_t                       *out_size)
{
  const struct lac_xsave_layout *layout = context->layout;
  uint64_t size = layout->full_size + SIZE_OF_MAGIC;
  uint64_t state;

  if (layout->features == 0 || context->xsave_size < layout->default_size
      || context->xsave_size < XSAVE_HEADER + 64 || layout->full_size > context->xsave_size
      || layout->full_size > LAC_FRAME_MAX - 1024)
    return 0;
  if (layout->on_demand == 0)
    size = layout->default_size + SIZE_OF_MAGIC;
  if (top < size + 4096)
    return 0;
  state = (top - LAC_BELOW_STACK - size) & ~(uint64_t) (XSAVE_ALIGNMENT - 1);
  return wide ? make_64 (context, state, bytes, out_size)
              : make_32 (context, state, bytes, out_size);
}

#endif

// Makes ONNX Runtime take this CPU for one that has AVX2 and nothing newer.
//
// ONNX Runtime reads the CPU's features with the instruction `cpuid`, and picks its kernels by
// the answer. avx2.py copies its library and overwrites each `cpuid` (0F A2) with `ud2` (0F 0B),
// the instruction that is always invalid and as long. This file, preloaded, catches the SIGILL that
// follows, executes `cpuid` itself, takes AVX-512, AVX-VNNI and AMX out of the answer, and goes on
// behind the instruction. A SIGILL from anything but `ud2` ends the process as ever.
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>

#define BIT(n) (1u << (n))

static void answer(int signal_number, siginfo_t *info, void *context) {
  (void)info;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  if (memcmp((void *)registers[REG_RIP], "\x0f\x0b", 2) != 0) {
    signal(signal_number, SIG_DFL);
    return;
  }
  unsigned leaf = registers[REG_RAX], subleaf = registers[REG_RCX], a, b, c, d;
  __cpuid_count(leaf, subleaf, a, b, c, d);
  if (leaf == 7 && subleaf == 0) {
    // AVX512: F, DQ, IFMA, PF, ER, CD, BW, VL; VBMI, VBMI2, VNNI, BITALG, VPOPCNTDQ; 4VNNIW,
    // 4FMAPS, VP2INTERSECT, FP16. AMX: BF16, TILE, INT8.
    b &= ~(BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30) | BIT(31));
    c &= ~(BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14));
    d &= ~(BIT(2) | BIT(3) | BIT(8) | BIT(22) | BIT(23) | BIT(24) | BIT(25));
  } else if (leaf == 7 && subleaf == 1) {
    // All features of leaf 7.1 are newer than AVX2: AVX-VNNI, AVX512-BF16, AMX-FP16, AVX10.
    a = b = c = d = 0;
  }
  registers[REG_RAX] = a;
  registers[REG_RBX] = b;
  registers[REG_RCX] = c;
  registers[REG_RDX] = d;
  registers[REG_RIP] += 2;
}

__attribute__((constructor)) static void install(void) {
  struct sigaction action = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGILL, &action, NULL);
}

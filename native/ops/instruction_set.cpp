#include "ops/instruction_set.h"

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <string_view>

#include "ops/gemm_blas.h"

namespace sidestep::cpu {
namespace {

// Wider ones are not chosen where a narrower one is asked for.
InstructionSet choose() {
  const std::vector<InstructionSet> sets = available_instruction_sets();
  const char* variable = std::getenv("SIDESTEP_CPU_ISA");
  const std::string_view limit = variable == nullptr ? "" : variable;
  const auto asked = std::find_if(sets.begin(), sets.end(), [&](InstructionSet set) { return limit == name_of(set); });
  return asked == sets.end() ? sets.back() : *asked;
}

#if defined(__x86_64__)

struct Registers {
  uint32_t eax, ebx, ecx, edx;
};

Registers cpuid(uint32_t leaf) {
  Registers r{};
  asm("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(0));
  return r;
}

/// XCR0: which registers the operating system keeps for each thread. Only where cpuid says that the instruction is there
/// (OSXSAVE).
uint32_t kept_registers() {
  uint32_t low = 0;
  uint32_t high = 0;
  asm("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

bool all_of(uint32_t word, std::initializer_list<int> bits) {
  return std::all_of(bits.begin(), bits.end(), [&](int bit) { return ((word >> bit) & 1U) != 0; });
}

/// What the processor has and the operating system lets be used, by Intel's manual (volume 1, chapters 14 and 15). Asked of the
/// processor: GCC's __builtin_cpu_supports takes its answer from the compiler's own library, which clang-cl does not link and
/// Zig's clang does not have.
struct Features {
  bool avx2 = false;    ///< with FMA and the conversions of half precision
  bool avx512 = false;  ///< F, DQ, BW, VL
};

Features features() {
  Features found;
  if (cpuid(0).eax < 7) return found;
  const uint32_t first = cpuid(1).ecx;
  const uint32_t seventh = cpuid(7).ebx;
  const bool is_kept = all_of(first, {27, 28});  // OSXSAVE, AVX
  const uint32_t kept = is_kept ? kept_registers() : 0;
  found.avx2 = all_of(kept, {1, 2}) && all_of(first, {12, 29}) && all_of(seventh, {5});       // XMM, YMM; FMA, F16C; AVX2
  found.avx512 = found.avx2 && all_of(kept, {5, 6, 7}) && all_of(seventh, {16, 17, 30, 31});  // masks, ZMM twice; F, DQ, BW, VL
  return found;
}

#endif

}  // namespace

const char* name_of(InstructionSet set) {
  switch (set) {
    case InstructionSet::portable: return "portable";
    case InstructionSet::neon: return "neon";
    case InstructionSet::avx2: return "avx2";
    case InstructionSet::avx512: return "avx512";
  }
  __builtin_unreachable();
}

std::vector<InstructionSet> available_instruction_sets() {
#if defined(__x86_64__)
  std::vector<InstructionSet> sets{InstructionSet::portable};
  const auto [avx2, avx512] = features();
  if (avx2) sets.push_back(InstructionSet::avx2);
  if (avx512) sets.push_back(InstructionSet::avx512);
  return sets;
#elif defined(__aarch64__)
  return {InstructionSet::neon};  // every 64-bit ARM has it
#else
  return {InstructionSet::portable};
#endif
}

InstructionSet instruction_set() {
  static const InstructionSet chosen = choose();
  return chosen;
}

std::string arithmetic() {
  const std::string own = instruction_set() == InstructionSet::portable ? "portable" : "fused";
  const auto blas = gemm_detail::blas_name();
  return blas ? own + ", products by " + *blas : own;
}

}  // namespace sidestep::cpu

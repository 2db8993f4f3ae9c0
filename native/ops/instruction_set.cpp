#include "ops/instruction_set.h"

#include <algorithm>
#include <cstdlib>
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
  // Every processor with AVX2 and FMA converts half precision as well; not every compiler knows that feature's name.
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2) sets.push_back(InstructionSet::avx2);
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    sets.push_back(InstructionSet::avx512);
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

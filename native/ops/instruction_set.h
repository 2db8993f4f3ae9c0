#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace sidestep::cpu {

/// What inner loops are compiled for; wider ones last. `portable` is the baseline of x86-64.
enum class InstructionSet : uint8_t { portable, neon, avx2, avx512 };

const char* name_of(InstructionSet set);

/// Those that this processor runs, narrowest first.
std::vector<InstructionSet> available_instruction_sets();

/// The widest of them, no wider than $SIDESTEP_CPU_ISA (portable, neon, avx2, avx512). Chosen once.
InstructionSet instruction_set();

/// Whose bits results have. "fused" are the same under avx512, avx2 and neon; what has no fused multiply-add, or takes its large
/// products from a BLAS, computes something else and says so: "portable", "fused, products by openblas".
std::string arithmetic();

}  // namespace sidestep::cpu

#pragma once
#include "core/tensor.h"
#include "ops/codes8bit.h"

namespace sidestep::cpu {

/// A row that becomes codes, and what its elements are multiplied with before.
struct CodedRow {
  ConstTensor x;                   ///< [C] f32, bf16 or f16, dense
  const float* factors = nullptr;  ///< [C], or null: ones
};

/// The bits of the largest magnitude (magnitude_bits).
uint32_t largest_bits(const CodedRow& row);
/// codes[c] = x[c] factors[c] inverse, rounded to the format.
void encode_row(const CodedRow& row, float inverse, CodeFormat format, uint8_t* codes);

}  // namespace sidestep::cpu

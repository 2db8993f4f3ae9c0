#include <algorithm>
#include <vector>

#include "ops/backend.h"
#include "ops/encode_rows.h"

namespace sidestep::cpu {
namespace {

float widened(float v) { return v; }
float widened(bf16_t v) { return to_float(v); }
float widened(f16_t v) { return to_float(v); }

/// body(c, x[c] factors[c]) for every element.
template <typename Body>
void for_each(const CodedRow& row, const Body& body) {
  const int64_t width = row.x.numel();
  const auto over = [&](const auto* x) {
    for (int64_t c = 0; c < width; ++c) body(c, row.factors == nullptr ? widened(x[c]) : widened(x[c]) * row.factors[c]);
  };
  if (row.x.dtype() == DType::bf16)
    over(row.x.data<bf16_t>());
  else if (row.x.dtype() == DType::f16)
    over(row.x.data<f16_t>());
  else
    over(row.x.data<float>());
}

/// To the nearest integer, ties to even: v lies far below 2^22, so the sum's last place is 1.
int8_t nearest(float v) {
  constexpr float kRound = 12582912.F;  // 1.5 * 2^23
  return static_cast<int8_t>((v + kRound) - kRound);
}

}  // namespace

uint32_t largest_bits(const CodedRow& row) {
  uint32_t largest = 0;
  for_each(row, [&](int64_t, float v) { largest = std::max(largest, magnitude_bits(v)); });
  return largest;
}

void encode_row(const CodedRow& row, float inverse, CodeFormat format, uint8_t* codes) {
  if (inverse == 0)
    std::fill_n(codes, row.x.numel(), uint8_t{0});
  else if (format == CodeFormat::int8)
    for_each(row, [&](int64_t c, float v) { codes[c] = static_cast<uint8_t>(nearest(v * inverse)); });
  else
    for_each(row, [&](int64_t c, float v) { codes[c] = to_e4m3(v * inverse); });
}

void quantise_rows(const QuantiseRows& op, Stream& stream) {
  const int64_t rows = op.x.dim(0);
  const float* factors = op.factors ? op.factors.data<float>() : nullptr;
  const auto row_of = [&](int64_t row) { return CodedRow{op.x.select(0, row), factors}; };
  const auto codes_of = [&](int64_t row) { return op.codes.data<uint8_t>() + row * op.codes.dim(1); };
  if (op.format == CodeFormat::int8) {
    stream.pool().parallel_for(rows, [&](int64_t row) {
      const CodeScale by = code_scale(largest_bits(row_of(row)), op.format);
      op.scales.data<float>()[row] = by.scale;
      encode_row(row_of(row), by.inverse, op.format, codes_of(row));
    });
    return;
  }
  std::vector<uint32_t> largest(static_cast<size_t>(rows));
  stream.pool().parallel_for(rows, [&](int64_t row) { largest[static_cast<size_t>(row)] = largest_bits(row_of(row)); });
  const CodeScale by = code_scale(largest.empty() ? 0 : *std::max_element(largest.begin(), largest.end()), op.format);
  op.scales.data<float>()[0] = by.scale;
  stream.pool().parallel_for(rows, [&](int64_t row) { encode_row(row_of(row), by.inverse, op.format, codes_of(row)); });
}

}  // namespace sidestep::cpu

#include "ops/quantise_rows.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "core/error.h"
#include "ops/check.h"
#include "ops/dispatch.h"
#include "ops/encode_rows.h"

namespace sidestep {

void quantise_rows(const QuantiseRows& op, Stream& stream) {
  const OpCheck check("quantise_rows", stream);
  check.rank("x", op.x, 2);
  check.floating("x", op.x);
  check.dense_rows("x", op.x);
  if (op.factors) {
    check.shape("factors", op.factors, {op.x.dim(1)});
    check.dtype("factors", op.factors, DType::f32);
    check.contiguous("factors", op.factors);
  }
  check.shape("codes", op.codes, op.x.shape());
  check.dtype("codes", op.codes, DType::u8);
  check.contiguous("codes", op.codes);
  check.shape("scales", op.scales, scale_shape(op.format, op.x.dim(0)));
  check.dtype("scales", op.scales, DType::f32);
  check.contiguous("scales", op.scales);
  // e4m3 reads x once more: its scale is known only when all of it has been seen.
  const double passes = op.format == CodeFormat::e4m3 ? 2 : 1;
  const auto n = static_cast<double>(op.x.numel());
  dispatch("quantise_rows", &Backend::quantise_rows, op,
           {4 * n, passes * static_cast<double>(op.x.bytes()) + static_cast<double>(op.codes.bytes() + op.scales.bytes())},
           stream);
}

void quantise_weights(const QuantiseWeights& op, Stream& host) {
  const OpCheck check("quantise_weights", host);
  check.rank("codes", op.codes, 2);
  check.dtype("codes", op.codes, DType::u8);
  check.contiguous("codes", op.codes);
  check.shape("scales", op.scales, scale_shape(op.format, op.codes.dim(0)));
  check.dtype("scales", op.scales, DType::f32);
  check.contiguous("scales", op.scales);
  std::vector<ConstTensor> rows;
  for (const ConstTensor& matrix : op.matrices) {
    check.shape("matrices", matrix, {matrix.dim(0), op.codes.dim(1)});
    check.floating("matrices", matrix);
    check.dense_rows("matrices", matrix);
    for (int64_t row = 0; row < matrix.dim(0); ++row) rows.push_back(matrix.select(0, row));
  }
  const auto count = static_cast<int64_t>(rows.size());
  if (count != op.codes.dim(0)) check.refuse("codes", "as many rows as the matrices have together");
  std::vector<uint32_t> largest(rows.size());
  host.pool().parallel_for(count, [&](int64_t row) {
    const auto at = static_cast<size_t>(row);
    largest[at] = cpu::largest_bits({.x = rows[at]});
    if (largest[at] < magnitude_bits(std::numeric_limits<float>::infinity())) return;
    throw Error("native/weight-nonfinite", "A weight of the frozen model is no finite number and has no 8-bit form",
                "The checkpoint is damaged: download it again, or set base_precision: auto.");
  });
  if (op.format == CodeFormat::e4m3 && count > 0)
    std::fill(largest.begin(), largest.end(), *std::max_element(largest.begin(), largest.end()));
  if (op.format == CodeFormat::e4m3) *op.scales.data<float>() = code_scale(count > 0 ? largest[0] : 0, op.format).scale;
  host.pool().parallel_for(count, [&](int64_t row) {
    const auto at = static_cast<size_t>(row);
    const CodeScale by = code_scale(largest[at], op.format);
    if (op.format == CodeFormat::int8) op.scales.data<float>()[row] = by.scale;
    cpu::encode_row({.x = rows[at]}, by.inverse, op.format, op.codes.data<uint8_t>() + row * op.codes.dim(1));
  });
}

}  // namespace sidestep

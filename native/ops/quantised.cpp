#include "ops/quantised.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/rel_l2.h"
#include "ops/check.h"
#include "ops/dispatch.h"

namespace sidestep {

namespace {

void check_form(const OpCheck& check, const Shape& matrix, const ConstTensor& codes, const ConstTensor& scales,
                const Shape& scale_shape) {
  check.shape("codes", codes, matrix);
  check.dtype("codes", codes, DType::u8);
  check.dense_rows("codes", codes);
  check.shape("scales", scales, scale_shape);
  check.dtype("scales", scales, DType::f32);
  check.dense_rows("scales", scales);
}

/// One block of a row; `width` is at most kQuantisedBlock.
struct Block {
  ConstTensor x;  ///< [width]
  uint8_t* codes;
  float* scale;
};

void quantise_block(const Block& block) {
  double largest = 0;
  const int64_t width = block.x.numel();
  double values[kQuantisedBlock];
  for (int64_t i = 0; i < width; ++i) {
    values[i] = element_at(block.x, i);
    if (!std::isfinite(values[i])) {
      throw Error("native/weight-nonfinite", "A weight of the frozen model is no finite number and has no 8-bit form",
                  "The checkpoint is damaged: download it again, or set base_precision: auto.");
    }
    largest = std::max(largest, std::abs(values[i]));
  }
  const float scale = static_cast<float>(largest / kQuantisedSteps);
  *block.scale = scale;
  for (int64_t i = 0; i < width; ++i) {
    const double steps = scale > 0 ? std::nearbyint(values[i] / static_cast<double>(scale)) : 0;
    const double bounded = std::clamp(steps, -double{kQuantisedSteps}, double{kQuantisedSteps});
    block.codes[i] = static_cast<uint8_t>(kQuantisedZero + static_cast<int>(bounded));
  }
}

}  // namespace

void quantise(const Quantise& op, Stream& host) {
  const OpCheck check("quantise", host);
  check.rank("x", op.x, 2);
  check.floating("x", op.x);
  check.dense_rows("x", op.x);
  check_form(check, op.x.shape(), op.codes, op.scales, {op.x.dim(0), quantised_blocks(op.x.dim(1))});
  const int64_t width = op.x.dim(1);
  host.pool().parallel_for(op.x.dim(0), [&](int64_t row) {
    uint8_t* codes = op.codes.data<uint8_t>() + row * op.codes.stride(0);
    float* scales = op.scales.data<float>() + row * op.scales.stride(0);
    const ConstTensor x = op.x.select(0, row);
    for (int64_t b = 0; b < quantised_blocks(width); ++b) {
      const int64_t begin = b * kQuantisedBlock, end = std::min(width, begin + kQuantisedBlock);
      quantise_block({x.slice(0, begin, end), codes + begin, scales + b});
    }
  });
}

void dequantise(const Dequantise& op, Stream& stream) {
  const OpCheck check("dequantise", stream);
  check.rank("y", op.y, 2);
  check.floating("y", op.y);
  check.dense_rows("y", op.y);
  check_form(check, op.y.shape(), op.codes, op.scales,
             op.format ? scale_shape(*op.format, op.y.dim(0)) : Shape{op.y.dim(0), quantised_blocks(op.y.dim(1))});
  const auto n = static_cast<double>(op.y.numel());
  dispatch("dequantise", &Backend::dequantise, op, {n, static_cast<double>(op.codes.bytes() + op.scales.bytes() + op.y.bytes())},
           stream);
}

}  // namespace sidestep

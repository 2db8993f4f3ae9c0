// What tensor cores compute from 8-bit codes, by f32 products of the same numbers. int8: a part of a sum of 1024 terms is an
// integer below 127^2 * 1024 < 2^24, which f32 adds without rounding in any order; parts are added as integers. So the sums are
// exact.
#include <algorithm>
#include <array>
#include <vector>

#include "ops/backend.h"
#include "ops/rounded_element.h"

namespace sidestep::cpu {
namespace {

constexpr int64_t kSide = 512;  // results of a block: what is widened at a time
constexpr int64_t kExactTerms = 1024;

std::array<float, 256> values_of_codes(CodeFormat format) {
  std::array<float, 256> values{};
  for (size_t code = 0; code < values.size(); ++code) values[code] = code_value(static_cast<uint8_t>(code), format);
  return values;
}

struct Block {
  int64_t first_row, rows, first_column, columns;
};

class BlockedProduct {
 public:
  BlockedProduct(const Gemm8bit& op, Stream& stream)
      : op_(op),
        stream_(stream),
        values_(values_of_codes(op.format)),
        left_(DType::f32, {std::min(kSide, op.a.dim(0)), op.a.dim(1)}),
        right_(DType::f32, {std::min(kSide, op.b.dim(0)), op.a.dim(1)}),
        part_(DType::f32, {left_.view().dim(0), right_.view().dim(0)}),
        sums_(op.format == CodeFormat::int8 ? static_cast<size_t>(part_.view().numel()) : 0) {}

  void run() {
    const int64_t m = op_.a.dim(0), n = op_.b.dim(0);
    for (int64_t column = 0; column < n; column += kSide) {
      const int64_t columns = std::min(kSide, n - column);
      widen(op_.b.slice(0, column, column + columns), right_.tensor());
      for (int64_t row = 0; row < m; row += kSide) {
        const int64_t rows = std::min(kSide, m - row);
        widen(op_.a.slice(0, row, row + rows), left_.tensor());
        const Block block{row, rows, column, columns};
        if (op_.format == CodeFormat::int8)
          sum_exactly(block);
        else
          multiply(block, 0, op_.a.dim(1));
        finish(block);
      }
    }
  }

 private:
  void widen(ConstTensor codes, Tensor to) {
    const int64_t width = codes.dim(1);
    stream_.pool().parallel_for(codes.dim(0), [&](int64_t row) {
      const uint8_t* from = codes.data<uint8_t>() + row * codes.stride(0);
      float* wide = to.data<float>() + row * width;
      for (int64_t k = 0; k < width; ++k) wide[k] = values_[from[k]];
    });
  }

  void multiply(const Block& block, int64_t first, int64_t end) {
    cpu::gemm({.a = left_.tensor().slice(0, 0, block.rows).slice(1, first, end),
               .b = right_.tensor().slice(0, 0, block.columns).slice(1, first, end),
               .c = part_.tensor().slice(0, 0, block.rows).slice(1, 0, block.columns),
               .trans_b = Transpose::yes},
              stream_);
  }

  void sum_exactly(const Block& block) {
    const int64_t width = part_.view().dim(1), terms = op_.a.dim(1);
    std::fill(sums_.begin(), sums_.end(), 0);
    for (int64_t first = 0; first < terms; first += kExactTerms) {
      multiply(block, first, std::min(terms, first + kExactTerms));
      stream_.pool().parallel_for(block.rows, [&](int64_t row) {
        const float* part = part_.view().data<float>() + row * width;
        int32_t* sums = sums_.data() + row * width;
        for (int64_t j = 0; j < block.columns; ++j) sums[j] += static_cast<int32_t>(part[j]);
      });
    }
  }

  float scale_at(int64_t row, int64_t column) const {
    const bool shared = op_.format == CodeFormat::e4m3;
    const float of_a = op_.a_scales.data<float>()[shared ? 0 : row];
    return op_.b_scales ? of_a * op_.b_scales.data<float>()[shared ? 0 : column] : of_a;
  }

  void finish(const Block& block) {
    const int64_t width = part_.view().dim(1);
    stream_.pool().parallel_for(block.rows, [&](int64_t i) {
      const int64_t row = block.first_row + i;
      for (int64_t j = 0; j < block.columns; ++j) {
        const int64_t column = block.first_column + j, at = row * op_.c.stride(0) + column;
        const auto from = static_cast<size_t>(i * width + j);
        const float sum = sums_.empty() ? part_.view().data<float>()[from] : static_cast<float>(sums_[from]);
        float value = sum * scale_at(row, column);
        if (op_.beta != 0) value += op_.beta * load(op_.c, at);
        if (op_.bias) value += load(op_.bias, column);
        store(op_.c, at, value);
      }
    });
  }

  const Gemm8bit& op_;
  Stream& stream_;
  std::array<float, 256> values_;
  Storage left_, right_, part_;
  std::vector<int32_t> sums_;
};

}  // namespace

void gemm8bit(const Gemm8bit& op, Stream& stream) {
  if (op.c.numel() > 0) BlockedProduct(op, stream).run();
}

}  // namespace sidestep::cpu

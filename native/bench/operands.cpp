#include "bench/operands.h"

#include "ops/elementwise.h"
#include "ops/flow.h"
#include "ops/transfer.h"

namespace sidestep::bench {

Tensor Operands::keep(Storage storage) {
  held_.push_back(std::move(storage));
  return held_.back().tensor();
}

Tensor Operands::zeros(const Shape& shape, DType dtype) { return keep(Storage(dtype, shape, stream_->device())); }

Tensor Operands::host(const Shape& shape, DType dtype) { return keep(Storage(dtype, shape)); }

Tensor Operands::normal(const Shape& shape, DType dtype) {
  const Tensor y = zeros(shape, dtype);
  normal_fill({.y = y, .key = {.seed = 1, .purpose = Purpose::fixture, .sample = held_.size()}}, *stream_);
  return y;
}

Tensor Operands::constant(const Shape& shape, float value) {
  const Tensor y = zeros(shape);
  fill({y, value}, *stream_);
  return y;
}

Tensor Operands::indices(int64_t count, int64_t below) {
  const Tensor from = host({count}, DType::i64), to = zeros({count}, DType::i64);
  for (int64_t i = 0; i < count; ++i) from.data<int64_t>()[i] = i * 7919 % below;  // a prime stride
  transfer({from, to}, *stream_);
  return to;
}

OpBenches::OpBenches(std::initializer_list<Row> rows) {
  for (const Row& row : rows)
    OpBench(row.op, [make = row.make](Stream& stream) {
      Operands operands(stream);
      return std::vector<OpCase>{make(operands)};
    });
}

}  // namespace sidestep::bench

#pragma once
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "bench/bench.h"
#include "core/tensor.h"

namespace sidestep::bench {

/// Makes the tensors of one OpCase on a stream's device; the case keeps them alive.
class Operands {
 public:
  explicit Operands(Stream& stream) : stream_(&stream) {}
  Stream& stream() const { return *stream_; }

  /// Standard normal numbers.
  Tensor normal(const Shape& shape, DType dtype = DType::f32);
  Tensor constant(const Shape& shape, float value);
  Tensor zeros(const Shape& shape, DType dtype = DType::f32);
  /// i64 in 0 … below - 1, in no order that a cache could learn.
  Tensor indices(int64_t count, int64_t below);
  Tensor host(const Shape& shape, DType dtype);  ///< zeros, in the host's memory whatever the device

  /// A case that runs `function` on `op`, whose tensors are these.
  template <typename Op>
  OpCase run(std::string name, void (*function)(const Op&, Stream&), const std::type_identity_t<Op>& op) const {
    return {.name = std::move(name), .run = [function, op, held = held_](Stream& on) { function(op, on); }};
  }

 private:
  Tensor keep(Storage storage);
  Stream* stream_;
  std::vector<Storage> held_;
};

/// Registers several ops of one case each: a table of operands.
struct OpBenches {
  struct Row {
    const char* op;
    OpCase (*make)(Operands&);
  };
  OpBenches(std::initializer_list<Row> rows);
};

}  // namespace sidestep::bench

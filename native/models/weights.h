#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/safetensors.h"
#include "core/stream.h"
#include "core/tensor.h"
#include "models/linear.h"

namespace sidestep {

/// Where a model's frozen tensors come from, and who keeps them alive: checkpoint files, or a generator for benches and
/// memory plans. Only what is asked for is touched. A tensor already in the wanted dtype on a CPU stays a view of the mapped
/// file; anything else is converted once into memory of its own.
class Weights {
 public:
  /// Tensors named `prefix + name` in `files` (f32, f16 or bf16), as `dtype` on the stream's device.
  static Weights from_files(const WeightFiles& files, const std::string& prefix, DType dtype, Stream& stream);
  /// Normal values (standard deviation 0.02, norms near one) of whatever shape is asked for; reproducible from `seed`.
  /// On Device::plan this only counts memory.
  static Weights random(uint64_t seed, DType dtype, Stream& stream);

  /// The same source, names continuing with `more`; memory is shared.
  Weights below(const std::string& more) const;

  bool contains(const std::string& name) const;
  /// Throws native/tensor-missing, native/tensor-shape, native/tensor-dtype: file, name, expected, found.
  ConstTensor tensor(const std::string& name, const Shape& shape) const;
  /// The tensor with its dimensions reordered and then flattened to `flat`; for patch convolutions.
  ConstTensor permuted(const std::string& name, const Shape& shape, int dim_a, int dim_b, const Shape& flat) const;
  /// `copies` times the same vector in a row.
  ConstTensor repeated(const std::string& name, const Shape& shape, int64_t copies) const;

  /// Bytes held besides mapped files.
  size_t owned_bytes() const;
  DType dtype() const;
  Device device() const;

 private:
  struct Source;
  std::shared_ptr<Source> source_;
  std::string prefix_;
};

enum class Bias : uint8_t { absent, present };

/// `<name>.weight` [out, in] and, if present, `<name>.bias` [out]; the slot is called `name`.
Linear load_linear(const Weights& weights, const std::string& name, int64_t in, int64_t out, Bias bias);

}  // namespace sidestep

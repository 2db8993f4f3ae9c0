#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/safetensors.h"
#include "core/stream.h"
#include "core/tensor.h"
#include "models/linear.h"

namespace sidestep {

/// How matrices are kept. `as_stored`: on a CPU 16-bit files stay mapped and each product widens what it packs, a card takes them
/// in the compute dtype. `blocks`: as 8-bit codes with a scale for every 64 elements (ops/quantised.h). `int8`, `fp8`: as codes
/// that are multiplied as they are (ops/gemm8bit.h), e4m3 in the latter.
enum class BasePrecision : uint8_t { as_stored, blocks, int8, fp8 };

/// Of the codes that are multiplied as they are.
constexpr std::optional<CodeFormat> format_of(BasePrecision precision) {
  if (precision == BasePrecision::int8) return CodeFormat::int8;
  if (precision == BasePrecision::fp8) return CodeFormat::e4m3;
  return std::nullopt;
}

/// The dtype that `BasePrecision::as_stored` keeps the matrices below `prefix` in: on a CPU that of the first one in the folder's
/// files. Without files (a forecast may come before them) they are taken to be in the compute dtype.
DType kept_dtype(const std::filesystem::path& folder, const std::string& prefix, DType compute, DeviceKind device);

/// Matrices that multiply one x. `beside`: all of them, one below the other, where they are kept so.
struct FrozenMatrices {
  std::vector<FrozenMatrix> each;
  FrozenMatrix beside{};
};

/// Where a model's frozen tensors come from, and who keeps them alive: checkpoint files, or a generator for benches and
/// memory plans. Only what is asked for is touched. On a CPU a matrix, and any tensor already in the wanted dtype, stays a view
/// of the mapped file; anything else is converted once into its own memory.
class Weights {
 public:
  /// Tensors named `prefix + name` in `files` (f32, f16 or bf16), as `dtype` on the stream's device.
  static Weights from_files(const WeightFiles& files, const std::string& prefix, DType dtype, Stream& stream);
  /// Normal values (standard deviation 0.02, norms near one) of whatever shape is asked for; reproducible from `seed`.
  /// On Device::plan this only counts memory: matrices kept as stored as if the files held `stored` (default: `dtype`).
  static Weights random(uint64_t seed, DType dtype, Stream& stream, std::optional<DType> stored = {});

  /// The same source, matrices kept in another way.
  Weights in_precision(BasePrecision precision) const;
  /// The same, but no codes: for the small matrices that every value passes through (time, condition, patches).
  Weights without_codes() const;
  /// The same files, or the same generator, for a model on the host, which owns what it converts: to be brought to a card in
  /// another way (layer_stream.h). On Device::plan another count, that of `owned_bytes` there.
  Weights on_host() const;
  /// The same source, names continuing with `more`; memory is shared.
  Weights below(const std::string& more) const;

  bool contains(const std::string& name) const;
  /// Throws native/tensor-missing, native/tensor-shape, native/tensor-dtype: file, name, expected, found.
  ConstTensor tensor(const std::string& name, const Shape& shape) const;
  /// The weight of a linear layer, or a table of rows. Throws as `tensor` does, and native/weight-nonfinite where it becomes
  /// codes.
  FrozenMatrix matrix(const std::string& name, const Shape& shape) const;
  /// Several of `in` columns each. A card's matrices in the compute dtype, and codes that are multiplied as they are, are brought
  /// beside each other; mapped files and codes of blocks stay where they are. Throws as `matrix` does.
  FrozenMatrices matrices(const std::vector<std::string>& names, const std::vector<int64_t>& rows, int64_t in) const;
  /// The tensor with its dimensions reordered and then flattened to `flat`; for patch convolutions.
  ConstTensor permuted(const std::string& name, const Shape& shape, int dim_a, int dim_b, const Shape& flat) const;
  /// `copies` times the same vector in a row.
  ConstTensor repeated(const std::string& name, const Shape& shape, int64_t copies) const;

  /// Bytes held, without mapped files.
  size_t owned_bytes() const;
  DType dtype() const;
  Device device() const;

 private:
  struct Source;
  FrozenMatrices coded_matrices(const std::vector<std::string>& names, const std::vector<int64_t>& rows, int64_t in) const;
  std::shared_ptr<Source> source_;
  std::string prefix_;
  BasePrecision base_precision_ = BasePrecision::as_stored;
};

enum class Bias : uint8_t { absent, present };

/// `<name>.weight` [out, in] and, if present, `<name>.bias` [out]; the slot is called `name`.
Linear load_linear(const Weights& weights, const std::string& name, int64_t in, int64_t out, Bias bias);

/// Linears that read one x [N, in], and their weights beside each other if they are kept so and none has a bias.
struct LinearsBeside {
  std::vector<Linear> each;
  FrozenMatrix beside{};
};
LinearsBeside load_linears(const Weights& weights, const std::vector<std::string>& names, int64_t in,
                           const std::vector<int64_t>& out, Bias bias);

}  // namespace sidestep

#include "models/weights.h"

#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/philox.h"
#include "ops/elementwise.h"
#include "ops/flow.h"
#include "ops/quantise_rows.h"
#include "ops/quantised.h"
#include "ops/transfer.h"

namespace sidestep {

struct Weights::Source {
  std::optional<WeightFiles> files;  ///< absent: random
  uint64_t seed = 0;
  uint64_t drawn = 0;  ///< random tensors made so far: each has its own stream
  DType dtype = DType::f32;
  DType imagined = DType::f32;           ///< on Device::plan: what the files are imagined to hold
  Stream* stream = nullptr;              ///< used while tensors are asked for, not after
  std::unique_ptr<Stream> own_stream{};  ///< of a source that has one to itself
  Device device{};
  std::vector<Storage> owned;

  Source(DType wanted, Stream& s) : dtype(wanted), stream(&s), device(s.device()) {}

  Tensor own(const Shape& shape) {
    owned.emplace_back(dtype, shape, device);
    return owned.back().tensor();
  }

  /// Into memory of our own, converted and without gaps. Layout and dtype change on the host, so that a device sees
  /// plain transfers only.
  ConstTensor adopt(const ConstTensor& stored) { return adopt_into(stored, own(stored.shape())); }

  ConstTensor adopt_into(const ConstTensor& stored, const Tensor& kept) {
    if (stored.dtype() == dtype && stored.contiguous()) {
      transfer({.src = stored, .dst = kept}, *stream);
    } else if (device.kind == DeviceKind::cpu) {
      copy({.src = stored, .dst = kept}, *stream);
    } else if (device.kind == DeviceKind::cuda) {
      Stream host(Device{});
      const Storage staged(dtype, stored.shape());
      copy({.src = stored, .dst = staged.tensor()}, host);
      transfer({.src = staged.view(), .dst = kept}, *stream);
    }
    return kept;
  }

  Tensor own_as(DType kept, const Shape& shape) {
    owned.emplace_back(kept, shape, device);
    return owned.back().tensor();
  }

  FrozenMatrix imagined_codes(const Shape& shape) {
    return {own_as(DType::u8, shape), own_as(DType::f32, {shape[0], quantised_blocks(shape[1])})};
  }

  /// Codes of a host matrix, in memory of our own on the device.
  FrozenMatrix quantised(const ConstTensor& matrix) {
    const Tensor codes = own_as(DType::u8, matrix.shape());
    const Tensor scales = own_as(DType::f32, {matrix.dim(0), quantised_blocks(matrix.dim(1))});
    if (device.kind == DeviceKind::cpu) {
      quantise({.x = matrix, .codes = codes, .scales = scales}, *stream);
      return {codes, scales};
    }
    Stream host(Device{});
    const Storage host_codes(DType::u8, codes.shape()), host_scales(DType::f32, scales.shape());
    quantise({.x = matrix, .codes = host_codes.tensor(), .scales = host_scales.tensor()}, host);
    transfer({.src = host_codes.view(), .dst = codes}, *stream);
    transfer({.src = host_scales.view(), .dst = scales}, *stream);
    return {codes, scales};
  }

  /// Codes that are multiplied as they are, of host matrices one below the other, in memory of our own on the device.
  FrozenMatrix coded(const std::vector<ConstTensor>& matrices, const Shape& shape, CodeFormat format) {
    const Tensor codes = own_as(DType::u8, shape), scales = own_as(DType::f32, scale_shape(format, shape[0]));
    if (device.kind == DeviceKind::cpu) {
      quantise_weights({.matrices = matrices, .format = format, .codes = codes, .scales = scales}, *stream);
    } else if (device.kind == DeviceKind::cuda) {
      Stream host(Device{});
      const Storage host_codes(DType::u8, shape), host_scales(DType::f32, scales.shape());
      quantise_weights({.matrices = matrices, .format = format, .codes = host_codes.tensor(), .scales = host_scales.tensor()},
                       host);
      transfer({.src = host_codes.view(), .dst = codes}, *stream);
      transfer({.src = host_scales.view(), .dst = scales}, *stream);
    }
    return {codes, scales};
  }

  /// As `draw`, but it will not be kept.
  Storage drawn_on_host(const Shape& shape) {
    const Storage values(dtype, shape, device), zero(dtype, shape, device);
    normal_fill({.y = values.tensor(), .key = {.seed = seed, .purpose = Purpose::fixture, .step = drawn++}}, *stream);
    add({.a = values.view(), .b = zero.view(), .y = values.tensor(), .alpha = 0.02F}, *stream);
    stream->synchronize();
    return device.kind == DeviceKind::cpu ? values : to_host(values.view(), *stream);
  }

  Tensor draw(const Shape& shape, float mean) { return draw_into(own(shape), mean); }

  Tensor draw_into(const Tensor& values, float mean) {
    normal_fill({.y = values, .key = {.seed = seed, .purpose = Purpose::fixture, .step = drawn++}}, *stream);
    const Storage centre(dtype, values.shape(), device);
    fill({.y = centre.tensor(), .value = mean}, *stream);
    add({.a = values, .b = centre.view(), .y = values, .alpha = 0.02F}, *stream);
    stream->synchronize();
    return values;
  }
};

namespace {

bool stored_as_float(DType dtype) { return dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16; }

bool aligned(const ConstTensor& t) { return reinterpret_cast<uintptr_t>(t.raw()) % dtype_size(t.dtype()) == 0; }

/// The stored tensor, checked.
ConstTensor find(const WeightFiles& files, const std::string& name, const Shape& shape) {
  if (!files.contains(name)) {
    throw Error("native/tensor-missing",
                files.origin(name) + ": expected a tensor " + name + " " + shape.to_string() + " but there is none.",
                "The checkpoint is incomplete, or its config.json describes another model. Download it again.");
  }
  const ConstTensor stored = files.tensor(name);
  if (!(stored.shape() == shape)) {
    throw Error("native/tensor-shape",
                files.origin(name) + ": expected " + name + " to be " + shape.to_string() + " but found " +
                    stored.shape().to_string() + ".",
                "Weights and config.json belong to different models.");
  }
  if (!stored_as_float(stored.dtype())) {
    throw Error("native/tensor-dtype",
                files.origin(name) + ": expected " + name + " to be F32, F16 or BF16 but found " +
                    std::string(dtype_name(stored.dtype())) + ".",
                "Quantised or double-precision checkpoints are not read; use the published one.");
  }
  return stored;
}

bool is_norm(const std::string& name, const Shape& shape) { return shape.rank() == 1 && name.ends_with(".weight"); }

}  // namespace

DType kept_dtype(const std::filesystem::path& folder, const std::string& prefix, DType compute, DeviceKind device) {
  if (device != DeviceKind::cpu || !WeightFiles::exist(folder)) return compute;
  const WeightFiles files = WeightFiles::open(folder);
  for (const std::string& name : files.names()) {
    const ConstTensor stored = files.tensor(name);
    if (name.starts_with(prefix) && stored.rank() == 2 && stored_as_float(stored.dtype())) return stored.dtype();
  }
  return compute;
}

Weights Weights::from_files(const WeightFiles& files, const std::string& prefix, DType dtype, Stream& stream) {
  Weights weights;
  weights.source_ = std::make_shared<Source>(dtype, stream);
  weights.source_->files = files;
  weights.prefix_ = prefix;
  return weights;
}

Weights Weights::random(uint64_t seed, DType dtype, Stream& stream, std::optional<DType> stored) {
  Weights weights;
  weights.source_ = std::make_shared<Source>(dtype, stream);
  weights.source_->seed = seed;
  weights.source_->imagined = stored.value_or(dtype);
  return weights;
}

Weights Weights::on_host() const {
  const Source& from = *source_;
  auto stream = std::make_unique<Stream>(from.device.kind == DeviceKind::plan ? from.device : Device{});
  Weights weights = *this;
  weights.source_ = std::make_shared<Source>(from.dtype, *stream);
  weights.source_->files = from.files;
  weights.source_->seed = from.seed;
  weights.source_->imagined = from.imagined;
  weights.source_->own_stream = std::move(stream);
  return weights;
}

Weights Weights::below(const std::string& more) const {
  Weights weights = *this;
  weights.prefix_ += more;
  return weights;
}

Weights Weights::in_precision(BasePrecision precision) const {
  Weights weights = *this;
  weights.base_precision_ = precision;
  return weights;
}

Weights Weights::without_codes() const { return in_precision(BasePrecision::as_stored); }

bool Weights::contains(const std::string& name) const { return !source_->files || source_->files->contains(prefix_ + name); }

ConstTensor Weights::tensor(const std::string& name, const Shape& shape) const {
  Source& source = *source_;
  if (!source.files) return source.draw(shape, is_norm(name, shape) ? 1.0F : 0.0F);
  const ConstTensor stored = find(*source.files, prefix_ + name, shape);
  const bool usable_in_place = source.device.kind == DeviceKind::cpu && stored.dtype() == source.dtype && aligned(stored);
  return usable_in_place ? stored : source.adopt(stored);
}

FrozenMatrix Weights::matrix(const std::string& name, const Shape& shape) const {
  Source& source = *source_;
  switch (base_precision_) {
    case BasePrecision::as_stored: {
      if (source.device.kind == DeviceKind::plan) return ConstTensor(source.own_as(source.imagined, shape));
      if (!source.files || source.device.kind != DeviceKind::cpu) return tensor(name, shape);
      const ConstTensor stored = find(*source.files, prefix_ + name, shape);
      return aligned(stored) ? stored : tensor(name, shape);
    }
    case BasePrecision::blocks:
      if (source.device.kind == DeviceKind::plan) return source.imagined_codes(shape);
      return source.files ? source.quantised(find(*source.files, prefix_ + name, shape))
                          : source.quantised(source.drawn_on_host(shape).view());
    case BasePrecision::int8:
    case BasePrecision::fp8: return matrices({name}, {shape[0]}, shape[1]).beside;
  }
  __builtin_unreachable();
}

/// Of one x: they share a scale where their format has one for all rows, so that one product may take them all.
FrozenMatrices Weights::coded_matrices(const std::vector<std::string>& names, const std::vector<int64_t>& rows,
                                       int64_t in) const {
  Source& source = *source_;
  std::vector<Storage> drawn;
  std::vector<ConstTensor> stored;
  for (size_t i = 0; i < names.size() && source.device.kind != DeviceKind::plan; ++i) {
    const Shape shape{rows[i], in};
    if (!source.files) drawn.push_back(source.drawn_on_host(shape));
    stored.push_back(source.files ? find(*source.files, prefix_ + names[i], shape) : drawn.back().view());
  }
  FrozenMatrices out;
  out.beside = source.coded(stored, {std::accumulate(rows.begin(), rows.end(), int64_t{0}), in}, *format_of(base_precision_));
  int64_t begin = 0;
  for (const int64_t count : rows) {
    const int64_t end = begin + count;
    out.each.emplace_back(out.beside.values.slice(0, begin, end), out.beside.scales_of(begin, end));
    begin = end;
  }
  return out;
}

FrozenMatrices Weights::matrices(const std::vector<std::string>& names, const std::vector<int64_t>& rows, int64_t in) const {
  Source& source = *source_;
  const bool imagined = source.device.kind == DeviceKind::plan && source.imagined == source.dtype;
  if (format_of(base_precision_)) return coded_matrices(names, rows, in);
  FrozenMatrices out;
  if (base_precision_ == BasePrecision::blocks || (source.device.kind != DeviceKind::cuda && !imagined)) {
    for (size_t i = 0; i < names.size(); ++i) out.each.push_back(matrix(names[i], {rows[i], in}));
    return out;
  }
  const Tensor all = source.own({std::accumulate(rows.begin(), rows.end(), int64_t{0}), in});
  int64_t begin = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    const Tensor place = all.slice(0, begin, begin + rows[i]);
    begin += rows[i];
    if (source.files)
      source.adopt_into(find(*source.files, prefix_ + names[i], place.shape()), place);
    else if (!imagined)
      source.draw_into(place, 0.0F);
    out.each.emplace_back(ConstTensor(place));
  }
  out.beside = FrozenMatrix(ConstTensor(all));
  return out;
}

ConstTensor Weights::permuted(const std::string& name, const Shape& shape, int dim_a, int dim_b, const Shape& flat) const {
  Source& source = *source_;
  if (!source.files) return source.draw(flat, 0.0F);
  return source.adopt(find(*source.files, prefix_ + name, shape).transposed(dim_a, dim_b)).reshape(flat);
}

ConstTensor Weights::repeated(const std::string& name, const Shape& shape, int64_t copies) const {
  Source& source = *source_;
  const Shape flat{copies * shape.numel()};
  if (!source.files) return source.draw(flat, 0.0F);
  const ConstTensor once = find(*source.files, prefix_ + name, shape);
  // A zero stride reads the same vector again for every copy.
  return source.adopt(ConstTensor(once.raw(), once.dtype(), {copies, shape.numel()}, {0, 1}, once.device())).reshape(flat);
}

size_t Weights::owned_bytes() const {
  size_t bytes = 0;
  for (const Storage& storage : source_->owned) bytes += storage.tensor().bytes();
  return bytes;
}

DType Weights::dtype() const { return source_->dtype; }

Device Weights::device() const { return source_->device; }

Linear load_linear(const Weights& weights, const std::string& name, int64_t in, int64_t out, Bias bias) {
  Linear linear;
  linear.name = name;
  linear.weight = weights.matrix(name + ".weight", {out, in});
  linear.computes = weights.dtype();
  if (bias == Bias::present) linear.bias = weights.tensor(name + ".bias", {out});
  return linear;
}

LinearsBeside load_linears(const Weights& weights, const std::vector<std::string>& names, int64_t in,
                           const std::vector<int64_t>& out, Bias bias) {
  LinearsBeside linears;
  if (bias == Bias::present) {
    for (size_t i = 0; i < names.size(); ++i) linears.each.push_back(load_linear(weights, names[i], in, out[i], bias));
    return linears;
  }
  std::vector<std::string> matrices;
  matrices.reserve(names.size());
  for (const std::string& name : names) matrices.push_back(name + ".weight");
  const FrozenMatrices loaded = weights.matrices(matrices, out, in);
  for (size_t i = 0; i < names.size(); ++i)
    linears.each.push_back({.name = names[i], .weight = loaded.each[i], .computes = weights.dtype()});
  linears.beside = loaded.beside;
  return linears;
}

}  // namespace sidestep

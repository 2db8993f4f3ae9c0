#include "adapters/trained.h"

#include "core/error.h"
#include "ops/elementwise.h"
#include "ops/transfer.h"

namespace sidestep {

TrainedTensor make_trained(const std::string& name, const Shape& shape, Device device) {
  return {name, Storage(DType::f32, shape, device), Storage(DType::f32, shape, device)};
}

SavedTensor saved_scalar(const std::string& name, double value) {
  SavedTensor out{name, Storage(DType::f32, Shape{})};
  out.value.tensor().data<float>()[0] = static_cast<float>(value);
  return out;
}

SavedTensor saved_as(const std::string& name, ConstTensor value, Stream& stream) { return {name, to_host(value, stream)}; }

SavedTensor saved_copy(const TrainedTensor& tensor, Stream& stream) { return saved_as(tensor.name, tensor.value.view(), stream); }

namespace {

/// Programs write the taps of a convolution as separate dimensions, some with one of size 1 behind, or flattened.
bool same_rows(const Shape& a, const Shape& b) {
  return a == b || (a.rank() != b.rank() && a.rank() > 0 && b.rank() > 0 && a[0] == b[0] && a.numel() == b.numel());
}

}  // namespace

void load_trained(const TensorMap& tensors, const std::string& name, Tensor to, Stream& stream) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) throw Error("adapter/tensor-missing", "The adapter has no tensor " + name);
  if (!same_rows(found->second.shape(), to.shape())) {
    throw Error(
        "adapter/tensor-shape",
        "Adapter tensor " + name + ": expected shape " + to.shape().to_string() + ", found " + found->second.shape().to_string(),
        "The adapter was made for another model, rank or factor.");
  }
  const ConstTensor from = found->second.reshape(to.shape());
  if (stream.device().kind == DeviceKind::plan) return;
  Stream host_stream(Device{}, std::make_shared<ThreadPool>(1));
  const Storage f32(DType::f32, from.shape());
  copy({from, f32.tensor()}, host_stream);
  transfer({f32.view(), to}, stream);
}

ConstTensor in_dtype(ConstTensor tensor, DType dtype, Workspace work) {
  if (tensor.dtype() == dtype) return tensor;
  const Tensor out = work.arena.alloc(dtype, tensor.shape());
  copy({tensor, out}, work.stream);
  return out;
}

ConstTensor dense(ConstTensor tensor, Workspace work) {
  if (tensor.contiguous()) return tensor;
  const Tensor out = work.arena.alloc(tensor.dtype(), tensor.shape());
  copy({tensor, out}, work.stream);
  return out;
}

ConstTensor to_disk_order(const Linear& layer, ConstTensor rows, Workspace work) {
  if (!is_convolution(layer)) return dense(rows, work);
  const ConstTensor gapless = dense(rows, work);
  const int64_t n = rows.dim(0), taps = layer.kernel, channels = rows.dim(1) / taps;
  const Tensor out = work.arena.alloc(rows.dtype(), {n, channels, taps});
  copy({gapless.reshape({n, taps, channels}).transposed(1, 2), out}, work.stream);
  return out.reshape({n, channels * taps});
}

void from_disk_order(const Linear& layer, ConstTensor rows, Tensor to, Stream& stream) {
  const int64_t n = rows.dim(0), taps = layer.kernel, channels = rows.dim(1) / taps;
  copy({rows.reshape({n, channels, taps}).transposed(1, 2), to.reshape({n, taps, channels})}, stream);
}

}  // namespace sidestep

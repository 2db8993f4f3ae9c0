#include "core/tensor.h"

#include <algorithm>

#include "core/error.h"

namespace sidestep {

Shape::Shape(std::span<const int64_t> dims) {
  if (dims.size() > static_cast<size_t>(kMaxRank))
    throw Error("native/shape-mismatch", "Expected a shape of at most " + std::to_string(kMaxRank) + " dimensions but found " +
                                             std::to_string(dims.size()));
  std::copy(dims.begin(), dims.end(), dims_.begin());
  rank_ = static_cast<int>(dims.size());
}

int64_t Shape::numel() const {
  int64_t product = 1;
  for (int i = 0; i < rank_; ++i) product *= dims_[static_cast<size_t>(i)];
  return product;
}

std::string Shape::to_string() const {
  std::string text = "[";
  for (int i = 0; i < rank_; ++i) text += (i == 0 ? "" : ", ") + std::to_string((*this)[i]);
  return text + "]";
}

bool operator==(const Shape& a, const Shape& b) {
  return a.rank_ == b.rank_ && std::equal(a.dims_.begin(), a.dims_.begin() + a.rank_, b.dims_.begin());
}

Shape contiguous_strides(const Shape& shape) {
  Shape strides = shape;
  int64_t step = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

template <typename Pointer>
BasicTensor<Pointer>::BasicTensor(Pointer data, DType dtype, const Shape& shape, Device device)
    : BasicTensor(data, dtype, shape, contiguous_strides(shape), device) {}

template <typename Pointer>
bool BasicTensor<Pointer>::contiguous() const {
  int64_t step = 1;
  for (int i = rank() - 1; i >= 0; --i) {
    if (shape_[i] != 1 && strides_[i] != step) return false;  // the stride of an extent of one is never used
    step *= shape_[i];
  }
  return true;
}

template <typename Pointer>
BasicTensor<Pointer> BasicTensor<Pointer>::reshape(const Shape& shape) const {
  if (!contiguous() || shape.numel() != numel())
    throw Error("native/shape-mismatch", "A tensor " + shape_.to_string() + (contiguous() ? "" : " (a strided view)") +
                                             " cannot be seen as " + shape.to_string());
  return BasicTensor(data_, dtype_, shape, device_);
}

namespace {

void check_range(const char* what, int64_t begin, int64_t end, int64_t extent, const Shape& shape) {
  if (begin < 0 || end < begin || end > extent)
    throw Error("native/shape-mismatch", std::string(what) + " " + std::to_string(begin) + ".." + std::to_string(end) +
                                             " is outside a dimension of " + std::to_string(extent) + " in " + shape.to_string());
}

template <typename Pointer>
Pointer advance(Pointer data, int64_t elements, DType dtype) {
  if (data == nullptr) return data;  // Device::plan: shapes without memory
  using Byte = std::conditional_t<std::is_same_v<Pointer, const void*>, const std::byte, std::byte>;
  return static_cast<Byte*>(data) + elements * static_cast<int64_t>(dtype_size(dtype));
}

}  // namespace

template <typename Pointer>
BasicTensor<Pointer> BasicTensor<Pointer>::slice(int dim, int64_t begin, int64_t end) const {
  check_range("Slice", begin, end, shape_[dim], shape_);
  BasicTensor view = *this;
  view.data_ = advance(data_, begin * strides_[dim], dtype_);
  view.shape_[dim] = end - begin;
  return view;
}

template <typename Pointer>
BasicTensor<Pointer> BasicTensor<Pointer>::select(int dim, int64_t index) const {
  const int axis = dim < 0 ? dim + rank() : dim;
  check_range("Index", index, index + 1, shape_[axis], shape_);
  std::array<int64_t, kMaxRank> extents{}, steps{};
  size_t kept = 0;
  for (int i = 0; i < rank(); ++i) {
    if (i == axis) continue;
    extents[kept] = shape_[i];
    steps[kept++] = strides_[i];
  }
  return BasicTensor(advance(data_, index * strides_[axis], dtype_), dtype_,
                     Shape(std::span<const int64_t>(extents.data(), kept)), Shape(std::span<const int64_t>(steps.data(), kept)),
                     device_);
}

template <typename Pointer>
BasicTensor<Pointer> BasicTensor<Pointer>::transposed(int a, int b) const {
  BasicTensor view = *this;
  std::swap(view.shape_[a], view.shape_[b]);
  std::swap(view.strides_[a], view.strides_[b]);
  return view;
}

template class BasicTensor<void*>;
template class BasicTensor<const void*>;

}  // namespace sidestep

#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>

#include "core/device.h"
#include "core/dtype.h"

namespace sidestep {

constexpr int kMaxRank = 6;

/// Up to kMaxRank extents. A default Shape has rank 0: a scalar.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<int64_t> dims) : Shape(std::span<const int64_t>(dims.begin(), dims.size())) {}
  explicit Shape(std::span<const int64_t> dims);

  int rank() const { return rank_; }
  int64_t operator[](int i) const { return dims_[static_cast<size_t>(i < 0 ? i + rank_ : i)]; }
  int64_t& operator[](int i) { return dims_[static_cast<size_t>(i < 0 ? i + rank_ : i)]; }
  int64_t numel() const;
  std::string to_string() const;  ///< "[2, 750, 2048]"
  friend bool operator==(const Shape& a, const Shape& b);

 private:
  std::array<int64_t, kMaxRank> dims_{};
  int rank_ = 0;
};

/// A view of memory that another object owns: pointer, dtype, shape, strides in elements, device. Cheap to copy.
/// `Tensor` may be written through, `ConstTensor` may not; a default one is empty (`!t`), which ops read as "not given".
template <typename Pointer>
class BasicTensor {
 public:
  BasicTensor() = default;
  BasicTensor(Pointer data, DType dtype, const Shape& shape, Device device = {});
  BasicTensor(Pointer data, DType dtype, const Shape& shape, const Shape& strides, Device device)
      : data_(data), dtype_(dtype), shape_(shape), strides_(strides), device_(device), given_(true) {}
  /// Tensor converts to ConstTensor.
  operator BasicTensor<const void*>() const {
    return given_ ? BasicTensor<const void*>(data_, dtype_, shape_, strides_, device_) : BasicTensor<const void*>();
  }

  explicit operator bool() const { return given_; }
  Pointer raw() const { return data_; }
  template <typename T>
  auto data() const {
    if constexpr (std::is_same_v<Pointer, const void*>)
      return static_cast<const T*>(data_);
    else
      return static_cast<T*>(data_);
  }
  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  const Shape& strides() const { return strides_; }
  Device device() const { return device_; }
  int rank() const { return shape_.rank(); }
  int64_t dim(int i) const { return shape_[i]; }
  int64_t stride(int i) const { return strides_[i]; }
  int64_t numel() const { return shape_.numel(); }
  size_t bytes() const { return static_cast<size_t>(numel()) * dtype_size(dtype_); }
  bool contiguous() const;

  /// Same elements, other extents; throws native/shape-mismatch unless contiguous and of equal size.
  BasicTensor reshape(const Shape& shape) const;
  /// Elements begin..end of one dimension; a view.
  BasicTensor slice(int dim, int64_t begin, int64_t end) const;
  /// Index one dimension away; a view of rank - 1.
  BasicTensor select(int dim, int64_t index) const;
  BasicTensor transposed(int a, int b) const;

 private:
  Pointer data_{};
  DType dtype_ = DType::f32;
  Shape shape_, strides_;
  Device device_{};
  bool given_ = false;
};

using Tensor = BasicTensor<void*>;
using ConstTensor = BasicTensor<const void*>;
extern template class BasicTensor<void*>;
extern template class BasicTensor<const void*>;

/// Row-major strides, in elements.
Shape contiguous_strides(const Shape& shape);

/// Memory with an owner, 64-byte aligned on the CPU, zero-filled. For weights, adapter parameters and optimizer state;
/// activations live in an Arena. On Device::plan nothing is allocated, only counted.
class Storage {
 public:
  Storage() = default;
  Storage(DType dtype, const Shape& shape, Device device = {});
  /// Memory that was allocated on that device, large enough; as it is.
  Storage(std::shared_ptr<void> memory, DType dtype, const Shape& shape, Device device = {});
  /// The view; valid as long as any copy of this Storage lives.
  const Tensor& tensor() const { return tensor_; }
  ConstTensor view() const { return tensor_; }
  explicit operator bool() const { return static_cast<bool>(tensor_); }

 private:
  std::shared_ptr<void> memory_;
  Tensor tensor_;
};

}  // namespace sidestep

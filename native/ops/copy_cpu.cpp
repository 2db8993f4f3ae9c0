#include <array>

#include "ops/backend.h"
#include "ops/kernels.h"
#include "ops/rows.h"

namespace sidestep::cpu {

namespace {

/// A tensor of up to four dimensions as one of exactly four: leading extents of 1.
struct Grid {
  std::array<int64_t, 4> extent{1, 1, 1, 1};
  std::array<int64_t, 4> stride{0, 0, 0, 0};
};

Grid grid_of(const Shape& shape, const Shape& strides) {
  Grid grid;
  auto at = static_cast<size_t>(4 - shape.rank());
  for (int i = 0; i < shape.rank(); ++i, ++at) {
    grid.extent[at] = shape[i];
    grid.stride[at] = strides[i];
  }
  return grid;
}

/// Elements before row `row` of the three outer dimensions.
int64_t outer_offset(const Grid& grid, int64_t row) {
  const int64_t c = row % grid.extent[2], b = row / grid.extent[2] % grid.extent[1], a = row / grid.extent[2] / grid.extent[1];
  return a * grid.stride[0] + b * grid.stride[1] + c * grid.stride[2];
}

template <typename T>
double value_of(T v) {
  return static_cast<double>(v);
}
double value_of(bf16_t v) { return static_cast<double>(to_float(v)); }
double value_of(f16_t v) { return static_cast<double>(to_float(v)); }

template <typename To, typename From>
To converted(From v) {
  if constexpr (std::is_same_v<To, From>)
    return v;
  else if constexpr (std::is_integral_v<To> && std::is_integral_v<From>)
    return static_cast<To>(v);
  else if constexpr (std::is_same_v<To, bf16_t>)
    return to_bf16(static_cast<float>(value_of(v)));
  else if constexpr (std::is_same_v<To, f16_t>)
    return to_f16(static_cast<float>(value_of(v)));
  else
    return static_cast<To>(value_of(v));
}

template <typename Body>
void with_element(DType dtype, const Body& body) {
  switch (dtype) {
    case DType::f32: return body(float{});
    case DType::bf16: return body(bf16_t{});
    case DType::f16: return body(f16_t{});
    case DType::f64: return body(double{});
    case DType::i64: return body(int64_t{});
    case DType::i32: return body(int32_t{});
    case DType::u8:
    case DType::boolean: return body(uint8_t{});
  }
}

bool is_vector_type(DType dtype) { return dtype == DType::f32 || dtype == DType::bf16 || dtype == DType::f16; }

}  // namespace

void copy(const Copy& op, Stream& stream) {
  if (op.src.numel() == 0) return;
  const Grid src = grid_of(op.src.shape(), op.src.strides()), dst = grid_of(op.dst.shape(), op.dst.strides());
  const int64_t width = src.extent[3], rows = src.extent[0] * src.extent[1] * src.extent[2];
  const bool dense = (src.stride[3] == 1 || width == 1) && (dst.stride[3] == 1 || width == 1);
  if (dense && is_vector_type(op.src.dtype()) && is_vector_type(op.dst.dtype())) {
    over_rows(stream, rows, width, [&](int64_t row) {
      vector_kernels().convert(op.src.dtype(), at(op.src, outer_offset(src, row)), op.dst.dtype(),
                               at(op.dst, outer_offset(dst, row)), width);
    });
    return;
  }
  with_element(op.src.dtype(), [&]<typename From>(From) {
    with_element(op.dst.dtype(), [&]<typename To>(To) {
      over_rows(stream, rows, width, [&](int64_t row) {
        const From* from = op.src.data<From>() + outer_offset(src, row);
        To* to = op.dst.data<To>() + outer_offset(dst, row);
        for (int64_t i = 0; i < width; ++i) to[i * dst.stride[3]] = converted<To>(from[i * src.stride[3]]);
      });
    });
  });
}

void fill(const Fill& op, Stream& stream) {
  if (op.y.numel() == 0) return;
  const Grid grid = grid_of(op.y.shape(), op.y.strides());
  const int64_t width = grid.extent[3], rows = grid.extent[0] * grid.extent[1] * grid.extent[2];
  with_element(op.y.dtype(), [&]<typename T>(T) {
    const T value = converted<T>(op.value);
    over_rows(stream, rows, width, [&](int64_t row) {
      T* to = op.y.data<T>() + outer_offset(grid, row);
      for (int64_t i = 0; i < width; ++i) to[i * grid.stride[3]] = value;
    });
  });
}

}  // namespace sidestep::cpu

#pragma once
// Element-wise inner loops; see vector.h for how this file is compiled. All are memory bound: 1 to 12 FLOPs an element.
#include "ops/vector.h"

namespace sidestep {
namespace {

/// Calls body(T{}) with the storage type of a floating dtype.
template <typename Body>
inline void with_storage(DType dtype, const Body& body) {
  if (dtype == DType::f32)
    body(float{});
  else if (dtype == DType::bf16)
    body(bf16_t{});
  else
    body(f16_t{});
}

/// Steps over n elements by vectors: body(first element, elements in this step).
template <typename Body>
inline void over_vectors(int64_t n, const Body& body) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) body(i, int64_t{kLanes});
  if (i < n) body(i, n - i);
}

void add_kernel(DType dtype, const void* a, const void* b, void* y, float alpha, float beta, int64_t n) {
  with_storage(dtype, [&]<typename T>(T) {
    over_vectors(n, [&](int64_t i, int64_t count) {
      const Vec va = load_up_to(static_cast<const T*>(a) + i, count), vb = load_up_to(static_cast<const T*>(b) + i, count);
      store_up_to(static_cast<T*>(y) + i, fused(vb, beta, va * alpha), count);
    });
  });
}

void multiply_kernel(DType dtype, const void* a, const void* b, void* y, int64_t n) {
  with_storage(dtype, [&]<typename T>(T) {
    over_vectors(n, [&](int64_t i, int64_t count) {
      const Vec va = load_up_to(static_cast<const T*>(a) + i, count), vb = load_up_to(static_cast<const T*>(b) + i, count);
      store_up_to(static_cast<T*>(y) + i, va * vb, count);
    });
  });
}

void silu_kernel(DType dtype, const void* x, void* y, int64_t n) {
  with_storage(dtype, [&]<typename T>(T) {
    over_vectors(n, [&](int64_t i, int64_t count) {
      const Vec v = load_up_to(static_cast<const T*>(x) + i, count);
      store_up_to(static_cast<T*>(y) + i, v * sigmoid(v), count);
    });
  });
}

/// d silu(x) / dx = s + x s (1 - s), s = sigmoid(x)
inline Vec silu_slope(Vec x, Vec s) { return fused(x * s, 1.F - s, s); }

void silu_backward_kernel(DType dtype, const void* dy, const void* x, void* dx, int64_t n) {
  with_storage(dtype, [&]<typename T>(T) {
    over_vectors(n, [&](int64_t i, int64_t count) {
      const Vec v = load_up_to(static_cast<const T*>(x) + i, count), g = load_up_to(static_cast<const T*>(dy) + i, count);
      store_up_to(static_cast<T*>(dx) + i, g * silu_slope(v, sigmoid(v)), count);
    });
  });
}

void swiglu_kernel(DType dtype, const void* gate, const void* up, void* y, int64_t n) {
  with_storage(dtype, [&]<typename T>(T) {
    over_vectors(n, [&](int64_t i, int64_t count) {
      const Vec g = load_up_to(static_cast<const T*>(gate) + i, count), u = load_up_to(static_cast<const T*>(up) + i, count);
      store_up_to(static_cast<T*>(y) + i, rounded_to<T>(g * sigmoid(g)) * u, count);
    });
  });
}

void swiglu_backward_kernel(DType dtype, const void* dy, const void* gate, const void* up, void* dgate, void* dup, int64_t n) {
  with_storage(dtype, [&]<typename T>(T) {
    over_vectors(n, [&](int64_t i, int64_t count) {
      const Vec d = load_up_to(static_cast<const T*>(dy) + i, count);
      const Vec g = load_up_to(static_cast<const T*>(gate) + i, count), u = load_up_to(static_cast<const T*>(up) + i, count);
      const Vec s = sigmoid(g);
      store_up_to(static_cast<T*>(dgate) + i, d * u * silu_slope(g, s), count);
      store_up_to(static_cast<T*>(dup) + i, d * g * s, count);
    });
  });
}

/// residual + round(a * b); in f32 one rounding for both.
template <typename T>
inline Vec plus_product(Vec residual, Vec a, Vec b) {
  if constexpr (sizeof(T) == 4)
    return fused(a, b, residual);
  else
    return residual + rounded_to<T>(a * b);
}

void gated_add_kernel(DType dtype, const void* x, const void* gate, const void* h, void* y, int64_t n) {
  with_storage(dtype, [&]<typename T>(T) {
    over_vectors(n, [&](int64_t i, int64_t count) {
      const Vec g = load_up_to(static_cast<const T*>(gate) + i, count), v = load_up_to(static_cast<const T*>(h) + i, count);
      const Vec residual = load_up_to(static_cast<const T*>(x) + i, count);
      store_up_to(static_cast<T*>(y) + i, plus_product<T>(residual, g, v), count);
    });
  });
}

void accumulate_kernel(DType dtype, const void* x, float* total, int64_t n) {
  with_storage(dtype, [&]<typename T>(T) {
    over_vectors(n, [&](int64_t i, int64_t count) {
      const Vec v = load_up_to(static_cast<const T*>(x) + i, count);
      store_up_to(total + i, load_up_to(total + i, count) + v, count);
    });
  });
}

void accumulate_product_kernel(DType dtype, const void* x, const void* z, float factor, float* total, int64_t n) {
  with_storage(dtype, [&]<typename T>(T) {
    over_vectors(n, [&](int64_t i, int64_t count) {
      const Vec v = load_up_to(static_cast<const T*>(x) + i, count), w = load_up_to(static_cast<const T*>(z) + i, count);
      store_up_to(total + i, fused(v, w * factor, load_up_to(total + i, count)), count);
    });
  });
}

void convert_kernel(DType from, const void* src, DType to, void* dst, int64_t n) {
  with_storage(from, [&]<typename From>(From) {
    with_storage(to, [&]<typename To>(To) {
      over_vectors(n, [&](int64_t i, int64_t count) {
        store_up_to(static_cast<To*>(dst) + i, load_up_to(static_cast<const From*>(src) + i, count), count);
      });
    });
  });
}

void snake_kernel(DType dtype, const void* x, float alpha, float inv_beta, void* y, int64_t n) {
  with_storage(dtype, [&]<typename T>(T) {
    over_vectors(n, [&](int64_t i, int64_t count) {
      const Vec v = load_up_to(static_cast<const T*>(x) + i, count);
      store_up_to(static_cast<T*>(y) + i, fused(sin_squared(v * alpha), inv_beta, v), count);
    });
  });
}

void exp_kernel(const float* x, float* y, int64_t n) {
  over_vectors(n, [&](int64_t i, int64_t count) { store_up_to(y + i, exp(load_up_to(x + i, count)), count); });
}

}  // namespace
}  // namespace sidestep

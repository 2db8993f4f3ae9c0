#pragma once
// Rows of RMSNorm and its relatives; see vector.h for how this file is compiled. A row is read twice: once for its sum,
// once (from the cache) for the scaling.
#include "ops/elementwise_kernels.h"
#include "ops/vector.h"

namespace sidestep {
namespace {

float dot_kernel(DType dtype, const void* x, const void* y, int64_t d) {
  float result = 0;
  with_storage(dtype, [&]<typename T>(T) {
    const T *left = static_cast<const T*>(x), *right = static_cast<const T*>(y);
    const auto add = [&](Vec& total, int64_t i, int64_t count) {
      total = fused(load_up_to(left + i, count), load_up_to(right + i, count), total);
    };
    Vec a[kParts]{}, b[kParts]{};  // two sums hide the latency of the addition
    int64_t i = 0;
    for (; i + 32 <= d; i += 32) {
      for (int part = 0; part < kParts; ++part) {
        add(a[part], i + part * kLanes, kLanes);
        add(b[part], i + 16 + part * kLanes, kLanes);
      }
    }
    for (; i < d; i += 16) {
      for (int part = 0; part < kParts; ++part) add(a[part], i + part * kLanes, d - i - part * kLanes);
    }
    for (int part = 0; part < kParts; ++part) a[part] += b[part];
    result = sum(a);
  });
  return result;
}

float sum_of_squares_kernel(DType dtype, const void* x, int64_t d) { return dot_kernel(dtype, x, x, d); }

void normalise_kernel(DType dtype, const void* x, const void* weight, float inv_rms, void* y, int64_t d) {
  with_storage(dtype, [&]<typename T>(T) {
    over_vectors(d, [&](int64_t i, int64_t count) {
      const Vec n = rounded_to<T>(load_up_to(static_cast<const T*>(x) + i, count) * inv_rms);
      store_up_to(static_cast<T*>(y) + i, n * load_up_to(static_cast<const T*>(weight) + i, count), count);
    });
  });
}

void normalise_modulated_kernel(DType dtype, const void* x, const void* weight, const void* scale, const void* shift,
                                float inv_rms, void* y, int64_t d) {
  with_storage(dtype, [&]<typename T>(T) {
    over_vectors(d, [&](int64_t i, int64_t count) {
      const Vec quotient = rounded_to<T>(load_up_to(static_cast<const T*>(x) + i, count) * inv_rms);
      const Vec n = rounded_to<T>(quotient * load_up_to(static_cast<const T*>(weight) + i, count));
      const Vec factor = 1.F + load_up_to(static_cast<const T*>(scale) + i, count);
      store_up_to(static_cast<T*>(y) + i, fused(n, factor, load_up_to(static_cast<const T*>(shift) + i, count)), count);
    });
  });
}

/// dy * weight * (1 + scale) at element i; `scale` may be null.
template <typename T>
inline Vec weighted_gradient(const void* dy, const void* weight, const void* scale, int64_t i, int64_t count) {
  Vec g = load_up_to(static_cast<const T*>(dy) + i, count) * load_up_to(static_cast<const T*>(weight) + i, count);
  if (scale != nullptr) g *= 1.F + load_up_to(static_cast<const T*>(scale) + i, count);
  return g;
}

void normalise_backward_kernel(DType dtype, const void* dy, const void* x, const void* weight, const void* scale, float inv_rms,
                               float beta, void* dx, int64_t d) {
  with_storage(dtype, [&]<typename T>(T) {
    const float dot = sum_in_lanes(d, [&](Vec& total, int64_t i, int64_t count) {
      total = fused(weighted_gradient<T>(dy, weight, scale, i, count), load_up_to(static_cast<const T*>(x) + i, count), total);
    });
    const float pull = inv_rms * inv_rms * (dot / static_cast<float>(d));
    over_vectors(d, [&](int64_t i, int64_t count) {
      const Vec g = weighted_gradient<T>(dy, weight, scale, i, count);
      Vec result = inv_rms * fused(load_up_to(static_cast<const T*>(x) + i, count), -pull, g);
      if (beta != 0) result = fused(load_up_to(static_cast<T*>(dx) + i, count), beta, result);
      store_up_to(static_cast<T*>(dx) + i, result, count);
    });
  });
}

/// x * inv_rms * weight at element i of a head, or x itself without a weight.
template <typename T>
inline Vec normalised(const T* x, const T* weight, float inv_rms, int64_t i, int64_t count) {
  const Vec v = load_up_to(x + i, count);
  return weight == nullptr ? v : rounded_to<T>(rounded_to<T>(v * inv_rms) * load_up_to(weight + i, count));
}

void head_norm_rope_kernel(DType dtype, const void* x, const void* weight, const float* cos, const float* sin, float inv_rms,
                           void* y, int64_t head_dim) {
  with_storage(dtype, [&]<typename T>(T) {
    const T *in = static_cast<const T*>(x), *w = static_cast<const T*>(weight);
    T* out = static_cast<T*>(y);
    if (cos == nullptr) {
      over_vectors(head_dim,
                   [&](int64_t i, int64_t count) { store_up_to(out + i, normalised(in, w, inv_rms, i, count), count); });
      return;
    }
    const int64_t half = head_dim / 2;
    over_vectors(half, [&](int64_t i, int64_t count) {
      const Vec c = load_up_to(cos + i, count), s = load_up_to(sin + i, count);
      const Vec a = normalised(in, w, inv_rms, i, count), b = normalised(in, w, inv_rms, half + i, count);
      store_up_to(out + i, fused(-b, s, a * c), count);
      store_up_to(out + half + i, fused(a, s, b * c), count);
    });
  });
}

/// Both halves of a head's gradient before the rotation.
struct HalfGradients {
  Vec first, second;
};

/// The rotation's transpose, at element i of both halves.
template <typename T>
inline HalfGradients unrotated(const T* dy, const float* cos, const float* sin, int64_t half, int64_t i, int64_t count) {
  const Vec a = load_up_to(dy + i, count), b = load_up_to(dy + half + i, count);
  const Vec c = load_up_to(cos + i, count), s = load_up_to(sin + i, count);
  return {fused(b, s, a * c), fused(-a, s, b * c)};
}

void head_norm_rope_backward_kernel(DType dtype, const void* dy, const void* x, const void* weight, const float* cos,
                                    const float* sin, float inv_rms, void* dx, int64_t head_dim) {
  if (cos == nullptr) {
    if (weight != nullptr)
      normalise_backward_kernel(dtype, dy, x, weight, nullptr, inv_rms, 0, dx, head_dim);
    else
      convert_kernel(dtype, dy, dtype, dx, head_dim);
    return;
  }
  with_storage(dtype, [&]<typename T>(T) {
    const T *g = static_cast<const T*>(dy), *in = static_cast<const T*>(x), *w = static_cast<const T*>(weight);
    T* out = static_cast<T*>(dx);
    const int64_t half = head_dim / 2;
    float dot = 0;
    if (w != nullptr) {
      dot = sum_in_lanes(half, [&](Vec& total, int64_t i, int64_t count) {
        const HalfGradients n = unrotated(g, cos, sin, half, i, count);
        total = fused(n.first * load_up_to(w + i, count), load_up_to(in + i, count), total);
        total = fused(n.second * load_up_to(w + half + i, count), load_up_to(in + half + i, count), total);
      });
    }
    const float pull = inv_rms * inv_rms * (dot / static_cast<float>(head_dim));
    over_vectors(half, [&](int64_t i, int64_t count) {
      HalfGradients n = unrotated(g, cos, sin, half, i, count);
      if (w != nullptr) {
        n.first = inv_rms * fused(load_up_to(in + i, count), -pull, n.first * load_up_to(w + i, count));
        n.second = inv_rms * fused(load_up_to(in + half + i, count), -pull, n.second * load_up_to(w + half + i, count));
      }
      store_up_to(out + i, n.first, count);
      store_up_to(out + half + i, n.second, count);
    });
  });
}

}  // namespace
}  // namespace sidestep

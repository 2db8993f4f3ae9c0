#include <cmath>
#include <cstdlib>
#include <functional>

#include "testing/test.h"

namespace sidestep::testing {
namespace {

double element(ConstTensor t, int64_t offset) {
  switch (t.dtype()) {
    case DType::f32: return static_cast<double>(t.data<float>()[offset]);
    case DType::f64: return t.data<double>()[offset];
    case DType::bf16: return static_cast<double>(to_float(t.data<bf16_t>()[offset]));
    case DType::f16: return static_cast<double>(to_float(t.data<f16_t>()[offset]));
    case DType::i64: return static_cast<double>(t.data<int64_t>()[offset]);
    case DType::i32: return static_cast<double>(t.data<int32_t>()[offset]);
    case DType::u8:
    case DType::boolean: return static_cast<double>(t.data<uint8_t>()[offset]);
  }
  __builtin_unreachable();
}

// Where element `index` (row-major) of a strided view lies.
int64_t offset_of(ConstTensor t, int64_t index) {
  int64_t offset = 0;
  for (int d = t.rank() - 1; d >= 0; --d) {
    offset += index % t.dim(d) * t.stride(d);
    index /= t.dim(d);
  }
  return offset;
}

}  // namespace

void fail(const char* file, int line, const std::string& message) {
  throw Error("test/failed", std::string(file) + ":" + std::to_string(line) + ": " + message);
}

double rel_l2(ConstTensor a, ConstTensor b) {
  if (a.numel() != b.numel())
    throw Error("native/shape-mismatch", "rel_l2: " + a.shape().to_string() + " against " + b.shape().to_string());
  double difference = 0, norm = 0;
  for (int64_t i = 0; i < a.numel(); ++i) {
    const double x = element(a, offset_of(a, i)), y = element(b, offset_of(b, i));
    difference += (x - y) * (x - y);
    norm += y * y;
  }
  return norm > 0 ? std::sqrt(difference / norm) : std::sqrt(difference);
}

std::string golden_dir() {
  if (const char* chosen = std::getenv("SIDESTEP_GOLDEN_DIR")) return chosen;
  return SIDESTEP_SOURCE_DIR "/test/golden";
}

}  // namespace sidestep::testing

#include "testing/bits.h"

#include <atomic>
#include <vector>

#include "core/rel_l2.h"
#include "ops/backend.h"
#include "testing/operand_bytes.h"

namespace sidestep::testing {
namespace {

std::atomic<uint64_t> digest{0};
std::atomic<bool> wanted{false};
const Backend* real = nullptr;

/// FNV-1a.
uint64_t with_bytes(uint64_t hash, const std::byte* data, size_t count) {
  for (size_t i = 0; i < count; ++i) hash = (hash ^ static_cast<uint64_t>(data[i])) * 0x100000001b3ULL;
  return hash;
}

constexpr uint64_t kStart = 0xcbf29ce484222325ULL;

/// Elements in the order of their indices, and all between rows.
uint64_t with_tensor(uint64_t hash, const ConstTensor& t) {
  if (t.numel() == 0) return hash;
  const auto size = static_cast<int64_t>(dtype_size(t.dtype()));
  const int64_t width = t.rank() == 0 ? 1 : t.dim(-1), rows = t.numel() / width;
  for (int64_t row = 0; row < rows; ++row) {
    int64_t offset = 0, rest = row;
    for (int d = t.rank() - 2; d >= 0; --d) {
      offset += rest % t.dim(d) * t.stride(d);
      rest /= t.dim(d);
    }
    const auto* at = static_cast<const std::byte*>(t.raw()) + offset * size;
    if (width == 1 || t.stride(-1) == 1)
      hash = with_bytes(hash, at, static_cast<size_t>(width * size));
    else
      for (int64_t i = 0; i < width; ++i) hash = with_bytes(hash, at + i * t.stride(-1) * size, static_cast<size_t>(size));
  }
  return hash;
}

void add(uint64_t hash) {
  if (wanted) digest += hash;
}

template <typename Op, void (*Backend::*function)(const Op&, Stream&)>
void digested(const Op& given, Stream& stream) {
  (real->*function)(given, stream);
  uint64_t hash = kStart;
  Op op = given;
  each_operand(op, [&](const auto& t) { hash = with_tensor(hash, t); });
  add(hash);
}

const Backend kDigesting = {"digesting",
#define SIDESTEP_DIGEST_OP(Struct, function) &digested<Struct, &Backend::function>,
                            SIDESTEP_OPS(SIDESTEP_DIGEST_OP)
#undef SIDESTEP_DIGEST_OP
};

template <typename T>
void add_values(std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  add(with_bytes(kStart, bytes.data(), bytes.size()));
}

}  // namespace

void digest_ops() {
  real = &backend_for({});
  substitute_cpu_backend(&kDigesting);
  wanted = true;
}

void add_to_digest(const ConstTensor& values) { add(with_tensor(kStart, values)); }
void add_to_digest(std::span<const double> values) { add_values(values); }
void add_to_digest(std::span<const float> values) { add_values(values); }

uint64_t take_digest() { return digest.exchange(0); }

}  // namespace sidestep::testing

#include "testing/ops_on_device.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/memory.h"
#include "testing/operand_bytes.h"

namespace sidestep::testing {
namespace {

constexpr uintptr_t kKeptAlignment = 256;

/// Where ops really run.
struct Target {
  explicit Target(Device where) : device(where), stream(where) {}
  Device device;
  Stream stream;
};
std::optional<Target>& target() {
  static std::optional<Target> one;
  return one;
}

/// Host bytes that one or more operands lie in, and their copy on the target. What is only read may be a read-only mapping of a
/// file.
struct Region : ByteRange {
  std::shared_ptr<void> memory{};
  std::byte* copy = nullptr;
};

std::vector<Region> merged(std::vector<Region> regions) {
  std::sort(regions.begin(), regions.end(), [](const Region& a, const Region& b) { return a.begin < b.begin; });
  std::vector<Region> result;
  for (const Region& region : regions) {
    if (result.empty() || region.begin >= result.back().end) {
      result.push_back(region);
      continue;
    }
    result.back().end = std::max(result.back().end, region.end);
    result.back().written = result.back().written || region.written;
  }
  return result;
}

void upload(Region& region) {
  const uintptr_t offset = reinterpret_cast<uintptr_t>(region.begin) % kKeptAlignment;
  region.memory = allocate(target()->device, region.bytes() + offset);
  region.copy = static_cast<std::byte*>(region.memory.get()) + offset;
  const Shape shape{static_cast<int64_t>(region.bytes())};
  const Tensor on_target(region.copy, DType::u8, shape, target()->device);
  target()->stream.backend().transfer({ConstTensor(region.begin, DType::u8, shape), on_target}, target()->stream);
}

void download(const Region& region) {
  const Shape shape{static_cast<int64_t>(region.bytes())};
  const ConstTensor on_target(region.copy, DType::u8, shape, target()->device);
  target()->stream.backend().transfer({on_target, Tensor(region.begin, DType::u8, shape)}, target()->stream);
}

/// The same view of the copy.
template <typename Pointer>
BasicTensor<Pointer> moved(const BasicTensor<Pointer>& t, const std::vector<Region>& regions) {
  std::byte* data = nullptr;
  if (t.numel() != 0) {
    const ByteRange wanted = bytes_of(t);
    const auto home = std::find_if(regions.begin(), regions.end(),
                                   [&](const Region& r) { return wanted.begin >= r.begin && wanted.end <= r.end; });
    data = home->copy + (wanted.begin - home->begin);
  }
  return {data, t.dtype(), t.shape(), t.strides(), target()->device};
}

// What a device cannot check for itself without waiting is checked on the host before upload, as the engine's callers do.
template <typename Op>
void check_values(const Op&) {}
void check_values(const Embedding& op) {
  for (int64_t n = 0; n < op.ids.dim(0); ++n)
    if (const int64_t id = op.ids.data<int64_t>()[n]; id < 0 || id >= op.table.dim(0))
      throw Error("native/index-out-of-range", "embedding: ids[" + std::to_string(n) + "]");
}
void check_values(const FlowLoss& op) {
  for (int64_t b = 0; op.lengths && b < op.lengths.dim(0); ++b)
    if (op.lengths.data<int64_t>()[b] < 1)
      throw Error("native/argument-invalid", "flow_loss: lengths[" + std::to_string(b) + "]");
}

template <typename Op>
void run(const Op& given, void (*Backend::*function)(const Op&, Stream&)) {
  check_values(given);
  Op op = given;
  std::vector<Region> regions;
  each_operand(op, [&](const auto& t) {
    if (t.numel() != 0) regions.push_back({bytes_of(t)});
  });
  regions = merged(std::move(regions));
  for (Region& region : regions) upload(region);
  each_operand(op, [&](auto& t) { t = moved(t, regions); });
  (target()->stream.backend().*function)(op, target()->stream);
  target()->stream.synchronize();
  for (const Region& region : regions)
    if (region.written) download(region);
}

// Host to host in the tests; uploads and downloads are what tests the target's.
void run(const Transfer& op, void (*Backend::*)(const Transfer&, Stream&)) {
  copy_bytes({}, op.dst.raw(), {}, op.src.raw(), op.src.bytes());
}

template <typename Op, void (*Backend::*function)(const Op&, Stream&)>
void run_on_device(const Op& op, Stream&) {
  run(op, function);
}

const Backend kOnDevice = {"ops on a device",
#define SIDESTEP_OP_ON_DEVICE(Struct, function) &run_on_device<Struct, &Backend::function>,
                           SIDESTEP_OPS(SIDESTEP_OP_ON_DEVICE)
#undef SIDESTEP_OP_ON_DEVICE
};

}  // namespace

void run_cpu_ops_on(Device device) {
  target().emplace(device);  // before the substitution: a CPU target keeps the CPU's own ops
  substitute_cpu_backend(&kOnDevice);
}

}  // namespace sidestep::testing

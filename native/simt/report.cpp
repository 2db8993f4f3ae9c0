#include "simt/report.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>

#include "simt/settings.h"
#include "simt/symbols.h"

namespace sidestep::simt {
namespace {

struct Use {
  int64_t launches = 0, blocks = 0, threads = 0;
  int64_t block_threads = 0;  ///< of one block, at most
  size_t dynamic_bytes = 0;   ///< of shared memory a block, at most
};

/// Never destroyed: the last launches come from the program's own destructors.
struct Report {
  std::mutex mutex;
  std::map<const void*, Use> kernels;
  std::map<std::string, int64_t> products;
};
Report& report();

void write() {
  std::FILE* out = std::fopen(settings().report.c_str(), "a");
  if (out == nullptr) return;
  for (const std::string& name : kernel_names()) std::fprintf(out, "kernel %s\n", name.c_str());
  for (const auto& [kernel, use] : report().kernels)
    std::fprintf(out, "launched %lld %lld %lld %s\n", static_cast<long long>(use.launches), static_cast<long long>(use.blocks),
                 static_cast<long long>(use.threads), kernel_name(kernel).c_str());
  for (const auto& [kernel, use] : report().kernels)
    std::fprintf(out, "block %lld %zu %s\n", static_cast<long long>(use.block_threads), use.dynamic_bytes,
                 kernel_name(kernel).c_str());
  for (const auto& [name, calls] : report().products)
    std::fprintf(out, "product %lld %s\n", static_cast<long long>(calls), name.c_str());
  std::fclose(out);
}

Report& report() {
  static auto* once = [] {
    std::atexit(write);
    return new Report;
  }();
  return *once;
}

}  // namespace

void report_launch(const Shape& shape) {
  if (settings().report.empty()) return;
  const std::lock_guard lock(report().mutex);
  Use& use = report().kernels[shape.kernel];
  const int64_t blocks = int64_t{shape.grid.x} * shape.grid.y * shape.grid.z;
  const int64_t block_threads = int64_t{shape.block.x} * shape.block.y * shape.block.z;
  ++use.launches;
  use.blocks += blocks;
  use.threads += blocks * block_threads;
  use.block_threads = std::max(use.block_threads, block_threads);
  use.dynamic_bytes = std::max(use.dynamic_bytes, shape.shared_bytes);
}

void report_product(const std::string& name) {
  if (settings().report.empty()) return;
  const std::lock_guard lock(report().mutex);
  ++report().products[name];
}

}  // namespace sidestep::simt

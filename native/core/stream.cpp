#include "core/stream.h"

#include <algorithm>

#include "core/error.h"

namespace sidestep {

// Stream's constructor, destructor and synchronize() need a backend and live in ops/backend.cpp.

void Tally::add(std::string_view op, const Cost& cost, double seconds) {
  auto row = std::find_if(rows_.begin(), rows_.end(), [op](const Row& r) { return r.op == op; });
  if (row == rows_.end()) row = rows_.insert(row, Row{.op = op});
  row->calls += 1;
  row->cost.flops += cost.flops;
  row->cost.bytes += cost.bytes;
  row->seconds += seconds;
  if (price_) row->priced_seconds += price_(op, cost);
}

Cost Tally::total() const {
  Cost sum;
  for (const Row& row : rows_) {
    sum.flops += row.cost.flops;
    sum.bytes += row.cost.bytes;
  }
  return sum;
}

void Stream::throw_if_cancelled() const {
  if (cancel_ != nullptr && cancel_->load(std::memory_order_relaxed))
    throw Error("native/cancelled", "The computation was cancelled");
}

}  // namespace sidestep

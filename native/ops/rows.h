#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep::cpu {

/// A pointer `elements` further on, whatever the element type.
inline const std::byte* at(const ConstTensor& t, int64_t elements) {
  return static_cast<const std::byte*>(t.raw()) + elements * static_cast<int64_t>(dtype_size(t.dtype()));
}
inline std::byte* at(const Tensor& t, int64_t elements) {
  return static_cast<std::byte*>(t.raw()) + elements * static_cast<int64_t>(dtype_size(t.dtype()));
}

/// Elements one task of a memory-bound op handles: enough to hide the cost of handing it out, small enough to spread.
constexpr int64_t kTaskElements = 1 << 14;

/// body(first, last) over ranges of n elements, in parallel. The ranges depend on n alone.
template <typename Body>
void over_ranges(Stream& stream, int64_t n, const Body& body) {
  if (n <= kTaskElements) {
    if (n > 0) body(0, n);
    return;
  }
  const int64_t tasks = (n + kTaskElements - 1) / kTaskElements;
  stream.pool().parallel_for(tasks, [&](int64_t task) { body(task * kTaskElements, std::min(n, (task + 1) * kTaskElements)); });
}

/// body(row) for every row of `width` elements, in parallel by groups of rows.
template <typename Body>
void over_rows(Stream& stream, int64_t rows, int64_t width, const Body& body) {
  const int64_t group = std::max<int64_t>(1, kTaskElements / std::max<int64_t>(1, width));
  const int64_t tasks = (rows + group - 1) / group;
  const auto run = [&](int64_t task) {
    const int64_t last = std::min(rows, (task + 1) * group);
    for (int64_t row = task * group; row < last; ++row) body(row);
  };
  if (tasks <= 1) {
    if (tasks == 1) run(0);
    return;
  }
  stream.pool().parallel_for(tasks, run);
}

/// total[d] += sum over rows, in an order that depends on the extents alone: rows are summed in runs of 64, the runs one
/// after the other, which also keeps rounding errors from growing with the number of rows. Parallel over columns.
/// add_row(row, first column, sums, columns) adds one row's piece to the sums.
template <typename AddRow>
void sum_over_rows(Stream& stream, int64_t rows, int64_t width, float* total, const AddRow& add_row) {
  constexpr int64_t kColumns = 64, kRun = 64;
  const int64_t tasks = (width + kColumns - 1) / kColumns;
  const auto run = [&](int64_t task) {
    const int64_t first = task * kColumns, count = std::min(kColumns, width - first);
    float sums[kColumns] = {};
    for (int64_t begin = 0; begin < rows; begin += kRun) {
      float partial[kColumns] = {};
      for (int64_t row = begin; row < std::min(rows, begin + kRun); ++row) add_row(row, first, partial, count);
      for (int64_t i = 0; i < count; ++i) sums[i] += partial[i];
    }
    for (int64_t i = 0; i < count; ++i) total[first + i] += sums[i];
  };
  stream.pool().parallel_for(tasks, run);
}

}  // namespace sidestep::cpu

#pragma once
// Lists of tensors updated by one launch. The table of pointers travels as a kernel argument, so nothing is uploaded and a
// captured graph replays it: 30 KB hold about 600 parameters of AdamW, more than the adapters of a 2B model have; longer lists
// take another launch.
#include <algorithm>
#include <array>
#include <vector>

#include "core/tensor.h"
#include "ops/cuda_check.cuh"

namespace sidestep::cuda {

// 32 764 bytes of arguments since CUDA 12.1, 4 096 before.
#if CUDART_VERSION >= 12010
constexpr size_t kTableBytes = 30000;
#else
constexpr size_t kTableBytes = 1900;  // beside AdamW8bit's two maps, 2 048 bytes
#endif

/// An update's gate (ops/optimizer.h), null where it has none.
inline const uint8_t* gate_of(const ConstTensor& proceed) { return proceed ? proceed.data<uint8_t>() : nullptr; }
__device__ inline bool held_back(const uint8_t* gate) { return gate != nullptr && *gate == 0; }

/// Elements a block handles.
constexpr int64_t kListChunk = 4096;

template <int Operands>
struct TensorTable {
  static constexpr int kCapacity = static_cast<int>(kTableBytes / (Operands * sizeof(void*) + sizeof(int64_t) + sizeof(int)));
  void* data[Operands][kCapacity];
  int64_t count[kCapacity];
  int first_chunk[kCapacity];  ///< blocks before this tensor's
  int tensors, chunks;
  int first_tensor;  ///< index of the table's first tensor in the whole list

  /// A run of elements of one tensor.
  struct Chunk {
    int tensor;
    int64_t begin, end;
  };
  __device__ Chunk chunk(int block) const {
    int low = 0, high = tensors - 1;  // the last tensor that begins at or before this block
    while (low < high) {
      const int middle = (low + high + 1) / 2;
      if (first_chunk[middle] <= block)
        low = middle;
      else
        high = middle - 1;
    }
    const int64_t begin = (block - first_chunk[low]) * kListChunk;
    return {low, begin, min(begin + kListChunk, count[low])};
  }
  template <typename T>
  __device__ T* operand(int which, int tensor) const {
    return static_cast<T*>(data[which][tensor]);
  }
};

/// launch(table) for as many tensors at a time as a table holds. `pointers(i)` names the operands of tensor i.
template <int Operands, typename Sizes, typename Pointers, typename Launch>
void over_tables(const Sizes& tensors, const Pointers& pointers, const Launch& launch) {
  TensorTable<Operands> table{};
  const auto flush = [&](size_t next) {
    if (table.chunks > 0) launch(table);
    table.tensors = table.chunks = 0;
    table.first_tensor = static_cast<int>(next);
  };
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (table.tensors == TensorTable<Operands>::kCapacity) flush(i);
    const std::array<const void*, Operands> operands = pointers(i);
    for (int k = 0; k < Operands; ++k) table.data[k][table.tensors] = const_cast<void*>(operands[static_cast<size_t>(k)]);
    table.count[table.tensors] = tensors[i].numel();
    table.first_chunk[table.tensors] = table.chunks;
    table.chunks += static_cast<int>(ceil_div(tensors[i].numel(), kListChunk));
    ++table.tensors;
  }
  flush(tensors.size());
}

}  // namespace sidestep::cuda

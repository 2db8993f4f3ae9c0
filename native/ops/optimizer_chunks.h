#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep::cpu {

/// A run of elements of one tensor in a list. Boundaries depend on sizes alone, so results do not depend on threads.
struct Chunk {
  size_t tensor = 0;
  int64_t begin = 0, end = 0;
};

constexpr int64_t kChunkElements = 16384;  // 64 KiB of f32: four operands stay in a core's L2

template <typename T>
std::vector<Chunk> chunks_of(const std::vector<T>& tensors, int64_t elements = kChunkElements) {
  std::vector<Chunk> chunks;
  for (size_t i = 0; i < tensors.size(); ++i) {
    for (int64_t begin = 0; begin < tensors[i].numel(); begin += elements) {
      chunks.push_back({i, begin, std::min(begin + elements, tensors[i].numel())});
    }
  }
  return chunks;
}

/// Whether an update's gate (ops/optimizer.h) is closed; without one it is open.
inline bool held_back(const ConstTensor& proceed) { return proceed && proceed.data<uint8_t>()[0] == 0; }

template <typename Body>
void for_each_chunk(const std::vector<Chunk>& chunks, Stream& stream, const Body& body) {
  stream.pool().parallel_for(static_cast<int64_t>(chunks.size()),
                             [&](int64_t i) { body(chunks[static_cast<size_t>(i)], static_cast<size_t>(i)); });
}

}  // namespace sidestep::cpu

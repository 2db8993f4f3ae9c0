#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/attention_tiles.h"
#include "ops/backend.h"
#include "ops/gemm_pack.h"
#include "ops/kernels.h"
#include "ops/rows.h"

namespace sidestep::cpu {

using gemm_detail::Along;
using gemm_detail::Source;
using gemm_detail::tile_kernels;

namespace {

constexpr float kNegativeInfinity = -std::numeric_limits<float>::infinity();

// Queries of a task and keys of a tile. Scores of a tile (28 KB), its keys and values (32 KB each with head_dim 64) and
// the queries' sums stay in L2; a panel of keys and a group of queries in L1.
constexpr int64_t kQueries = 56;
constexpr int64_t kKeyPanels = 4;

struct Forward {
  const Attention& op;
  HeadPanels keys;
  HeadRows values;
  Reach reach;
  int64_t key_tile;  ///< keys a tile
};

/// Queries first … first+count-1 of one head, and their running sums.
struct QueryBlock {
  int64_t b, h, kv, first, count;
  float *q, *scores, *out, *peak, *total;
  int64_t group, out_width;
};

struct KeyTile {
  int64_t first, count;
};

/// Scores of keys that a query may not attend become minus infinity, as do those that fill up the last vector.
void hide_keys(const Forward& f, const QueryBlock& block, const KeyTile& tile, const uint8_t* mask) {
  const IndexRange common = f.reach.common(block.first, block.first + block.count);
  const int64_t width = padded(tile.count);
  const bool inside = tile.first >= common.first && tile.first + tile.count <= common.last;
  if (inside && mask == nullptr && width == tile.count) return;
  for (int64_t r = 0; r < block.count; ++r) {
    float* row = block.scores + r * f.key_tile - tile.first;
    const IndexRange range = f.reach.of(block.first + r);
    for (int64_t s = tile.first; s < std::min(range.first, tile.first + width); ++s) row[s] = kNegativeInfinity;
    for (int64_t s = std::max(tile.first, std::min(range.last, tile.first + tile.count)); s < tile.first + width; ++s) {
      row[s] = kNegativeInfinity;
    }
    if (mask == nullptr) continue;
    for (int64_t s = tile.first; s < tile.first + tile.count; ++s) {
      if (mask[s] == 0) row[s] = kNegativeInfinity;
    }
  }
}

void attend_tile(const Forward& f, const QueryBlock& block, const KeyTile& tile, const uint8_t* mask) {
  const int64_t hd = f.keys.head_dim, width = f.keys.width;
  tile_product({.source = Source::interleaved, .a = block.q, .a_step = block.count, .rows = block.count, .group = block.group,
                .b = f.keys.panel(block.b, block.kv, tile.first / width), .b_step = width, .b_next = width * hd, .k = hd,
                .columns = tile.count, .c = block.scores, .ldc = f.key_tile, .alpha = f.op.scale});
  hide_keys(f, block, tile, mask);
  vector_kernels().softmax_rows({block.scores, f.key_tile, block.count, padded(tile.count), block.peak, block.total,
                                 block.out, block.out_width, block.out_width});
  tile_product({.source = Source::row_major, .a = block.scores, .a_step = f.key_tile, .rows = block.count, .group = block.group,
                .b = f.values.row(block.b, tile.first, block.kv), .b_step = f.values.row_stride,
                .b_next = tile_kernels().columns(), .k = tile.count, .columns = hd, .c = block.out,
                .ldc = block.out_width, .beta = 1});
}

/// A query without keys gets the mean of all values.
void mean_of_values(const Forward& f, const QueryBlock& block, float* out) {
  const int64_t hd = f.keys.head_dim;
  std::fill_n(out, hd, 0.F);
  for (int64_t s = 0; s < f.reach.keys; ++s) {
    const float* v = f.values.row(block.b, s, block.kv);
    for (int64_t i = 0; i < hd; ++i) out[i] += v[i];
  }
}

void finish(const Forward& f, const QueryBlock& block) {
  const int64_t hd = f.keys.head_dim;
  for (int64_t r = 0; r < block.count; ++r) {
    float* out = block.out + r * block.out_width;
    const bool none = block.total[r] == 0;
    if (none) mean_of_values(f, block, out);
    const float inverse = 1.F / (none ? static_cast<float>(f.reach.keys) : block.total[r]);
    for (int64_t i = 0; i < hd; ++i) out[i] *= inverse;
    const int64_t t = block.first + r;
    const int64_t offset = block.b * f.op.out.stride(0) + t * f.op.out.stride(1) + block.h * f.op.out.stride(2);
    vector_kernels().convert(DType::f32, out, f.op.out.dtype(), at(f.op.out, offset), hd);
    if (f.op.lse) {
      float& lse = f.op.lse.data<float>()[(block.b * f.op.q.dim(2) + block.h) * f.op.q.dim(1) + t];
      lse = none ? kNegativeInfinity : block.peak[r] + std::log(block.total[r]);
    }
  }
}

void attend_block(const Forward& f, int64_t b, int64_t h, int64_t first) {
  thread_local ThreadScratch scratch;
  const int64_t hd = f.keys.head_dim, out_width = padded(hd), count = std::min(kQueries, f.op.q.dim(1) - first);
  float* memory = scratch.at_least(kQueries * (hd + f.key_tile + out_width + 2));
  QueryBlock block{b, h, h / (f.op.q.dim(2) / f.keys.heads), first, count, memory, memory + kQueries * hd, nullptr, nullptr,
                   nullptr, group_height(count), out_width};
  block.out = block.scores + kQueries * f.key_tile;
  block.peak = block.out + kQueries * out_width;
  block.total = block.peak + kQueries;
  std::fill_n(block.out, count * out_width, 0.F);
  std::fill_n(block.peak, count, kNegativeInfinity);
  std::fill_n(block.total, count, 0.F);
  const ConstTensor& q = f.op.q;
  const gemm_detail::Operand queries{at(q, b * q.stride(0) + h * q.stride(2)), q.dtype(), q.stride(1), Along::k};
  gemm_detail::pack(queries, {first, count, count, 0, hd}, block.q);
  const IndexRange range = f.reach.of(first, first + count);
  const uint8_t* mask = mask_row(f.op.key_mask, b);
  for (int64_t s = range.first / f.keys.width * f.keys.width; s < range.last; s += f.key_tile) {
    attend_tile(f, block, {s, std::min(f.key_tile, range.last - s)}, mask);
  }
  finish(f, block);
}

}  // namespace

// FLOPs: 4 B H hd per allowed pair, in two products of register tiles. Keys are transposed into panels once for all query
// heads and blocks (extra memory: the size of k); values are read where they lie.
void attention(const Attention& op, Stream& stream) {
  thread_local ThreadScratch panels, rows;
  const int64_t queries = op.q.dim(1), heads = op.q.dim(2), width = tile_kernels().columns();
  if (op.q.numel() == 0) return;
  const Forward f{op, pack_panels(op.k, width, panels.at_least(HeadPanels::floats(op.k, width)), stream),
                  pack_rows(op.v, rows.at_least(HeadRows::floats(op.v)), stream),
                  Reach{op.k.dim(1), op.window, op.causality}, padded(kKeyPanels * width)};
  const int64_t blocks = (queries + kQueries - 1) / kQueries;
  stream.pool().parallel_for(op.q.dim(0) * heads * blocks, [&](int64_t task) {
    attend_block(f, task / (heads * blocks), task / blocks % heads, task % blocks * kQueries);
  });
}

}  // namespace sidestep::cpu

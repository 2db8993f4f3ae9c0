#include <algorithm>
#include <cmath>
#include <limits>

#include "core/math.h"
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

// Queries of a task. A group's scores (7 KB) and queries stay in L1, the keys and values of a tile (32 KB each
// with head_dim 64) in L1 or L2 for the next group.
constexpr int64_t kQueries = 56;

struct Forward {
  const Attention& op;
  HeadPanels keys;
  HeadRows values;
  Reach reach;
};

/// Queries first … first+count-1 of one head, and their running sums.
struct QueryBlock {
  int64_t b, h, kv, first, count;
  float *q, *scores, *out, *peak, *total;
  int64_t group, out_width;
};

/// A register tile's rows of a block, and those keys of a tile that any of them may attend.
struct Part {
  int64_t first_row, rows;
  int64_t first_key, keys;
};

void attend_part(const Forward& f, const QueryBlock& block, const Part& part, const uint8_t* mask) {
  const int64_t hd = f.keys.head_dim, width = f.keys.width;
  float* out = block.out + part.first_row * block.out_width;
  tile_product({.source = Source::interleaved,
                .a = block.q + part.first_row,
                .a_step = block.count,
                .rows = part.rows,
                .group = part.rows,
                .b = f.keys.panel(block.b, block.kv, part.first_key / width),
                .b_step = width,
                .b_next = width * hd,
                .width = width,
                .k = hd,
                .columns = part.keys,
                .c = block.scores,
                .ldc = kTileLength,
                .alpha = f.op.scale});
  hide_keys(f.reach, {block.first + part.first_row, part.rows, part.first_key, part.keys}, mask, block.scores, kTileLength);
  vector_kernels().softmax_rows({block.scores, kTileLength, part.rows, padded(part.keys), block.peak + part.first_row,
                                 block.total + part.first_row, out, block.out_width, block.out_width});
  tile_product({.source = Source::row_major,
                .a = block.scores,
                .a_step = kTileLength,
                .rows = part.rows,
                .group = part.rows,
                .b = f.values.row(block.b, part.first_key, block.kv),
                .b_step = f.values.row_stride,
                .b_next = tile_kernels().columns(),
                .k = part.keys,
                .columns = hd,
                .c = out,
                .ldc = block.out_width,
                .beta = 1});
}

/// Group by group, so that in a band each meets its own keys and not all that the block needs.
void attend_tile(const Forward& f, const QueryBlock& block, int64_t first_key, int64_t last_key, const uint8_t* mask) {
  const int64_t alignment = std::max(kSumLanes, f.keys.width);
  for (int64_t row = 0; row < block.count; row += block.group) {
    const int64_t rows = std::min(block.group, block.count - row), query = block.first + row;
    const IndexRange range = f.reach.of(query, query + rows);
    const int64_t first = std::max(first_key, range.first / alignment * alignment), last = std::min(last_key, range.last);
    if (first < last) attend_part(f, block, {row, rows, first, last - first}, mask);
  }
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

std::byte* out_row(const Forward& f, const QueryBlock& block, int64_t r) {
  const Tensor& out = f.op.out;
  return at(out, block.b * out.stride(0) + (block.first + r) * out.stride(1) + block.h * out.stride(2));
}

/// Asks for the memory that `finish` will write, so that it is there by then.
void fetch_output(const Forward& f, const QueryBlock& block) {
  const auto bytes = static_cast<int64_t>(dtype_size(f.op.out.dtype())) * f.keys.head_dim;
  for (int64_t r = 0; r < block.count; ++r) {
    for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch(out_row(f, block, r) + i, 1);
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
    vector_kernels().convert(DType::f32, out, f.op.out.dtype(), out_row(f, block, r), hd);
    if (f.op.lse) {
      float& lse = f.op.lse.data<float>()[(block.b * f.op.q.dim(2) + block.h) * f.op.q.dim(1) + t];
      lse = none ? kNegativeInfinity : block.peak[r] + static_cast<float>(math::log(static_cast<double>(block.total[r])));
    }
  }
}

void attend_block(const Forward& f, int64_t b, int64_t h, int64_t first) {
  thread_local ThreadScratch scratch;
  const int64_t hd = f.keys.head_dim, out_width = padded(hd), count = std::min(kQueries, f.op.q.dim(1) - first);
  float* memory = scratch.at_least(kQueries * (hd + out_width + 2) + group_height(count) * kTileLength);
  QueryBlock block{b,
                   h,
                   h / (f.op.q.dim(2) / f.keys.heads),
                   first,
                   count,
                   memory,
                   memory + kQueries * hd,
                   nullptr,
                   nullptr,
                   nullptr,
                   group_height(count),
                   out_width};
  block.out = block.scores + block.group * kTileLength;
  block.peak = block.out + kQueries * out_width;
  block.total = block.peak + kQueries;
  std::fill_n(block.out, count * out_width, 0.F);
  std::fill_n(block.peak, count, kNegativeInfinity);
  std::fill_n(block.total, count, 0.F);
  const ConstTensor& q = f.op.q;
  const gemm_detail::Operand queries{at(q, b * q.stride(0) + h * q.stride(2)), q.dtype(), q.stride(1), Along::k};
  gemm_detail::pack(queries, {first, count, count, 0, hd}, block.q);
  fetch_output(f, block);
  const IndexRange range = f.reach.of(first, first + count);
  const uint8_t* mask = mask_row(f.op.key_mask, b);
  for (int64_t s = range.first / kTileAlignment * kTileAlignment; s < range.last; s += kTileLength) {
    attend_tile(f, block, s, std::min(s + kTileLength, range.last), mask);
  }
  finish(f, block);
}

struct Place {
  int64_t b, h, block;
};

/// Which block of queries a task has. A sample's blocks are cut into one part for each thread, a part's heads come one after the
/// other: what a thread reads and writes is in the rows that are its own in the ops around, and a head's keys and values stay in
/// its second cache from block to block.
Place place_of(int64_t task, int64_t heads, int64_t blocks, int64_t parts) {
  const int64_t b = task / (heads * blocks), index = task % (heads * blocks);
  const int64_t part = ((index / heads + 1) * parts - 1) / blocks, first = part * blocks / parts;
  const int64_t size = (part + 1) * blocks / parts - first, within = index - first * heads;
  return {b, within / size, first + within % size};
}

}  // namespace

// FLOPs: 4 B H hd per allowed pair, in two products of register tiles. Keys are transposed into panels once for all query
// heads and blocks (extra memory: the size of k); values are read where they lie.
void attention(const Attention& op, Stream& stream) {
  thread_local ThreadScratch panels, rows;
  const int64_t queries = op.q.dim(1), heads = op.q.dim(2), width = panel_width();
  if (op.q.numel() == 0) return;
  const Forward f{op, pack_panels(op.k, width, panels.at_least(HeadPanels::floats(op.k, width)), stream),
                  pack_rows(op.v, rows.at_least(HeadRows::floats(op.v)), stream), Reach{op.k.dim(1), op.window, op.causality}};
  const int64_t blocks = (queries + kQueries - 1) / kQueries, parts = std::min<int64_t>(stream.pool().threads(), blocks);
  stream.pool().parallel_for(op.q.dim(0) * heads * blocks, [&](int64_t task) {
    const Place place = place_of(task, heads, blocks, parts);
    attend_block(f, place.b, place.h, place.block * kQueries);
  });
}

}  // namespace sidestep::cpu

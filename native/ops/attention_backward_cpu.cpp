#include <algorithm>
#include <limits>
#include <vector>

#include "ops/attention_tiles.h"
#include "ops/backend.h"
#include "ops/kernels.h"
#include "ops/rows.h"

namespace sidestep::cpu {

using gemm_detail::Source;
using gemm_detail::tile_kernels;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Queries and keys of a tile: whole register tiles of 14, 6 and nearly of 8 rows; whole panels. A tile's q, dout and dq (32 KB
// each with head_dim 64) and its weights and dS (40 KB each) stay in L2 while all keys of a piece pass by.
constexpr int64_t kQueries = 126, kKeys = 64;
// From one query's weights to the next: an odd number of cache lines, so that a column of them falls on all sets of the first
// cache.
constexpr int64_t kWeightsStride = kKeys + 16;
// Keys are cut into pieces that sum dq separately, so that few heads still occupy many cores; how many depends on shapes.
constexpr int64_t kWantedTasks = 16, kMostPieces = 4, kFewestKeys = 512;

/// Hands out consecutive parts of one piece of memory.
struct Carver {
  float* next;
  float* take(int64_t floats) {
    float* part = next;
    next += padded(floats);
    return part;
  }
};

struct Backward {
  const AttentionBackward& op;
  HeadPanels k_panels, v_panels;
  HeadRows k;
  Reach reach;
  int64_t batch, queries, heads, kv_heads, head_dim, pieces;
  int64_t row_width;     ///< padded head_dim
  const float* orphans;  ///< [B, Hk, row_width] sum of dout over queries without keys, / S
  float* dq;             ///< [pieces, B, H, T, row_width]; null: a task has all pieces of a key head

  int64_t group() const { return heads / kv_heads; }
  int64_t dq_floats() const { return batch * heads * queries * row_width; }  ///< of one piece
  float* dq_rows(int64_t piece, int64_t b, int64_t h, int64_t t) const {
    return dq + piece * dq_floats() + ((b * heads + h) * queries + t) * row_width;
  }
  IndexRange keys_of(int64_t piece) const {
    const int64_t blocks = (reach.keys + kKeys - 1) / kKeys;
    return {piece * blocks / pieces * kKeys, std::min(reach.keys, (piece + 1) * blocks / pieces * kKeys)};
  }
};

/// The keys of one head that a task has, and their gradients so far.
struct KeySpan {
  int64_t b, kv;
  IndexRange pieces, keys;
  float *dk, *dv;  ///< [keys, row_width]
};

/// Queries first … first+count-1 of one head, as f32. lse is +infinity where a query has no keys: its weights are zero
/// everywhere.
struct QueryTile {
  int64_t h, first, count, group;
  float *q, *dout;           ///< [kQueries, row_width]
  float *lse, *delta;        ///< [kQueries]
  float* dq;                 ///< [count, row_width] of a piece; [pieces, kQueries, row_width] where a task has all
  float *weights, *dscores;  ///< [kQueries, kWeightsStride] P and dS of a block of keys
};

/// Keys first … first+count-1, at most kKeys.
struct KeyBlock {
  int64_t first, count;
};

/// A register tile's rows of a tile of queries, and those keys of a block that any of them may attend.
struct Part {
  int64_t first_row, rows;
  int64_t first_key, keys;
};

/// P and dS of a part, and what they add to the gradients of its queries.
void add_part(const Backward& f, const KeySpan& span, const QueryTile& tile, const KeyBlock& block, const Part& part) {
  const int64_t hd = f.head_dim, width = f.k_panels.width,
                offset = part.first_row * kWeightsStride + part.first_key - block.first;
  float *weights = tile.weights + offset, *dscores = tile.dscores + offset;
  const auto scores_of = [&](const float* rows, const HeadPanels& panels, float* c, float alpha) {
    tile_product({.source = Source::row_major,
                  .a = rows + part.first_row * f.row_width,
                  .a_step = f.row_width,
                  .rows = part.rows,
                  .group = part.rows,
                  .b = panels.panel(span.b, span.kv, part.first_key / width),
                  .b_step = width,
                  .b_next = width * hd,
                  .width = width,
                  .k = hd,
                  .columns = round_up(part.keys, tile_kernels().lanes),
                  .c = c,
                  .ldc = kWeightsStride,
                  .alpha = alpha});
  };
  scores_of(tile.q, f.k_panels, weights, f.op.scale);
  hide_keys(f.reach, {tile.first + part.first_row, part.rows, part.first_key, part.keys}, mask_row(f.op.key_mask, span.b),
            weights, kWeightsStride);
  scores_of(tile.dout, f.v_panels, dscores, 1);
  vector_kernels().softmax_backward_rows(
      {weights, dscores, kWeightsStride, part.rows, padded(part.keys), tile.lse + part.first_row, tile.delta + part.first_row});
  tile_product({.source = Source::row_major,
                .a = dscores,
                .a_step = kWeightsStride,
                .rows = part.rows,
                .group = part.rows,
                .b = f.k.row(span.b, part.first_key, span.kv),
                .b_step = f.k.row_stride,
                .b_next = tile_kernels().columns(),
                .k = part.keys,
                .columns = hd,
                .c = tile.dq + part.first_row * f.row_width,
                .ldc = f.row_width,
                .beta = 1});
}

/// P and dS of keys that a part of the queries has passed over.
void clear_outside(const QueryTile& tile, const KeyBlock& block, const Part& part) {
  const int64_t before = part.first_key - block.first, after = before + part.keys;
  for (int64_t r = part.first_row; r < part.first_row + part.rows; ++r) {
    for (float* row : {tile.weights + r * kWeightsStride, tile.dscores + r * kWeightsStride}) {
      std::fill(row, row + before, 0.F);
      std::fill(row + after, row + block.count, 0.F);
    }
  }
}

/// dk and dv of a block, group by group, over the queries of a tile that any key of a group may be attended by.
void add_to_keys(const Backward& f, const KeySpan& span, const QueryTile& tile, const KeyBlock& block) {
  const int64_t group = group_height(block.count);
  for (int64_t row = 0; row < block.count; row += group) {
    const int64_t rows = std::min(group, block.count - row), key = block.first + row;
    const IndexRange range = f.reach.queries_of(key, key + rows, f.queries);
    const int64_t first = std::max(range.first - tile.first, int64_t{0}), last = std::min(range.last - tile.first, tile.count);
    if (first >= last) continue;
    const auto add = [&](const float* weights, const float* queries, float* c) {
      tile_product({.source = Source::interleaved,
                    .a = weights + first * kWeightsStride + row,
                    .a_step = kWeightsStride,
                    .rows = rows,
                    .group = rows,
                    .b = queries + first * f.row_width,
                    .b_step = f.row_width,
                    .b_next = tile_kernels().columns(),
                    .k = last - first,
                    .columns = f.head_dim,
                    .c = c + (key - span.keys.first) * f.row_width,
                    .ldc = f.row_width,
                    .beta = 1});
    };
    add(tile.weights, tile.dout, span.dv);
    add(tile.dscores, tile.q, span.dk);
  }
}

void add_block(const Backward& f, const KeySpan& span, const QueryTile& tile, const KeyBlock& block) {
  const int64_t alignment = std::max<int64_t>(kSumLanes, f.k_panels.width);
  for (int64_t row = 0; row < tile.count; row += tile.group) {
    const int64_t rows = std::min(tile.group, tile.count - row), query = tile.first + row, end = block.first + block.count;
    const IndexRange range = f.reach.of(query, query + rows);  // queries behind the last key have one that begins beyond it
    const int64_t first = std::clamp(range.first / alignment * alignment, block.first, end);
    const Part part{row, rows, first, std::max<int64_t>(std::min(end, range.last) - first, 0)};
    if (part.keys > 0) add_part(f, span, tile, block, part);
    if (f.op.dk) clear_outside(tile, block, part);
  }
  if (f.op.dk) add_to_keys(f, span, tile, block);
}

/// Rows of a head as f32, and their statistics.
void load_queries(const Backward& f, const KeySpan& span, const QueryTile& tile) {
  constexpr int64_t kAhead = 16;  // rows asked for before they are read: they lie far apart
  const auto load = [&](const ConstTensor& x, float* to) {
    const auto row = [&](int64_t r) {
      return at(x, span.b * x.stride(0) + (tile.first + r) * x.stride(1) + tile.h * x.stride(2));
    };
    const auto bytes = static_cast<int64_t>(dtype_size(x.dtype())) * f.head_dim;
    for (int64_t r = 0; r < tile.count; ++r) {
      if (r + kAhead < tile.count)
        for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch(row(r + kAhead) + i);
      vector_kernels().convert(x.dtype(), row(r), DType::f32, to + r * f.row_width, f.head_dim);
    }
  };
  load(f.op.q, tile.q);
  load(f.op.dout, tile.dout);
  const int64_t statistics = (span.b * f.heads + tile.h) * f.queries + tile.first;
  const float *lse = f.op.lse.data<float>() + statistics, *delta = f.op.delta.data<float>() + statistics;
  for (int64_t r = 0; r < tile.count; ++r) tile.lse[r] = lse[r] == -kInfinity ? kInfinity : lse[r];
  std::copy_n(delta, tile.count, tile.delta);
}

/// Queries of one tile against all keys of a piece.
void add_piece(const Backward& f, const KeySpan& span, const QueryTile& tile, const IndexRange& keys) {
  std::fill_n(tile.dq, tile.count * f.row_width, 0.F);
  const IndexRange range = f.reach.of(tile.first, tile.first + tile.count);
  const int64_t first = std::max(keys.first, range.first / kKeys * kKeys), last = std::min(keys.last, range.last);
  for (int64_t key = first; key < last; key += kKeys) add_block(f, span, tile, {key, std::min(kKeys, keys.last - key)});
}

/// A row of dq = scale * the sum over pieces, in their order; `floats` from one piece to the next.
void store_dq_row(const Backward& f, int64_t b, int64_t t, int64_t h, float* total, int64_t floats) {
  for (int64_t piece = 1; piece < f.pieces; ++piece) {
    const float* more = total + piece * floats;
    for (int64_t i = 0; i < f.head_dim; ++i) total[i] += more[i];
  }
  for (int64_t i = 0; i < f.head_dim; ++i) total[i] *= f.op.scale;
  const int64_t offset = b * f.op.dq.stride(0) + t * f.op.dq.stride(1) + h * f.op.dq.stride(2);
  vector_kernels().convert(DType::f32, total, f.op.dq.dtype(), at(f.op.dq, offset), f.head_dim);
}

/// Queries of one tile against all keys of a span.
void add_queries(const Backward& f, const KeySpan& span, const QueryTile& tile) {
  load_queries(f, span, tile);
  const int64_t floats = kQueries * f.row_width;
  for (int64_t piece = span.pieces.first; piece < span.pieces.last; ++piece) {
    QueryTile of_piece = tile;
    of_piece.dq = f.dq == nullptr ? tile.dq + piece * floats : f.dq_rows(piece, span.b, tile.h, tile.first);
    add_piece(f, span, of_piece, f.keys_of(piece));
  }
  if (f.dq != nullptr) return;
  for (int64_t r = 0; r < tile.count; ++r) store_dq_row(f, span.b, tile.first + r, tile.h, tile.dq + r * f.row_width, floats);
}

/// One row of float sums into the gradient of a key: dk carries the scale, dv what queries without keys send to all.
void store_gradients(const Backward& f, const KeySpan& span) {
  const float* orphans = f.orphans + (span.b * f.kv_heads + span.kv) * f.row_width;
  for (int64_t key = span.keys.first; key < span.keys.last; ++key) {
    const int64_t row = (key - span.keys.first) * f.row_width;
    float *dk = span.dk + row, *dv = span.dv + row;
    for (int64_t i = 0; i < f.head_dim; ++i) {
      dk[i] *= f.op.scale;
      dv[i] += orphans[i];
    }
    for (const auto& [t, values] : {std::pair{f.op.dk, dk}, std::pair{f.op.dv, dv}}) {
      const int64_t offset = span.b * t.stride(0) + key * t.stride(1) + span.kv * t.stride(2);
      vector_kernels().convert(DType::f32, values, t.dtype(), at(t, offset), f.head_dim);
    }
  }
}

/// All queries of the heads that read one key head, against some pieces of its keys.
void run_span(const Backward& f, int64_t b, int64_t kv, const IndexRange& pieces) {
  thread_local ThreadScratch scratch;
  const IndexRange keys{f.keys_of(pieces.first).first, f.keys_of(pieces.last - 1).last};
  const int64_t gradients = f.op.dk ? (keys.last - keys.first) * f.row_width : 0, rows = kQueries * f.row_width;
  const int64_t dq_rows = f.dq == nullptr ? f.pieces * rows : 0;
  Carver memory{scratch.at_least(2 * (gradients + rows + padded(kQueries) + kQueries * kWeightsStride) + dq_rows)};
  const KeySpan span{b, kv, pieces, keys, memory.take(gradients), memory.take(gradients)};
  if (f.op.dk) std::fill_n(span.dk, 2 * gradients, 0.F);
  QueryTile tile{};
  for (float** of : {&tile.q, &tile.dout}) *of = memory.take(rows);
  for (float** of : {&tile.lse, &tile.delta}) *of = memory.take(kQueries);
  for (float** of : {&tile.weights, &tile.dscores}) *of = memory.take(kQueries * kWeightsStride);
  tile.dq = memory.take(dq_rows);
  std::fill_n(tile.q, 2 * rows, 0.F);  // also what is behind each head_dim
  for (tile.h = kv * f.group(); tile.h < (kv + 1) * f.group(); ++tile.h) {
    for (tile.first = 0; tile.first < f.queries; tile.first += kQueries) {
      tile.count = std::min(kQueries, f.queries - tile.first);
      tile.group = group_height(tile.count);
      add_queries(f, span, tile);
    }
  }
  if (f.op.dk) store_gradients(f, span);
}

/// delta = dot(dout, out)
void find_delta(const Backward& f, Stream& stream) {
  auto* delta = f.op.delta.data<float>();
  const auto offset = [](const ConstTensor& t, int64_t b, int64_t row, int64_t h) {
    return b * t.stride(0) + row * t.stride(1) + h * t.stride(2);
  };
  over_rows(stream, f.batch * f.queries, f.heads * f.head_dim, [&](int64_t row) {
    const int64_t b = row / f.queries, t = row % f.queries;
    for (int64_t h = 0; h < f.heads; ++h) {
      delta[(b * f.heads + h) * f.queries + t] = vector_kernels().dot(f.op.out.dtype(), at(f.op.dout, offset(f.op.dout, b, t, h)),
                                                                      at(f.op.out, offset(f.op.out, b, t, h)), f.head_dim);
    }
  });
}

void sum_orphans(const Backward& f, float* orphans) {
  std::fill_n(orphans, f.batch * f.kv_heads * f.row_width, 0.F);
  const auto* lse = f.op.lse.data<float>();
  const ConstTensor& dout = f.op.dout;
  std::vector<float> row(f.head_dim);
  for (int64_t head = 0; head < f.batch * f.heads; ++head) {
    const int64_t b = head / f.heads, h = head % f.heads;
    float* to = orphans + (b * f.kv_heads + h / f.group()) * f.row_width;
    for (int64_t t = 0; t < f.queries; ++t) {
      if (lse[head * f.queries + t] != -kInfinity) continue;
      vector_kernels().convert(dout.dtype(), at(dout, b * dout.stride(0) + t * dout.stride(1) + h * dout.stride(2)), DType::f32,
                               row.data(), f.head_dim);
      for (int64_t i = 0; i < f.head_dim; ++i) to[i] += row[i] / static_cast<float>(f.reach.keys);
    }
  }
}

void store_dq(const Backward& f, Stream& stream) {
  over_rows(stream, f.batch * f.queries, f.heads * f.head_dim, [&](int64_t row) {
    const int64_t b = row / f.queries, t = row % f.queries;
    for (int64_t h = 0; h < f.heads; ++h) store_dq_row(f, b, t, h, f.dq_rows(0, b, h, t), f.dq_floats());
  });
}

int64_t pieces_of(int64_t heads, int64_t keys) {
  const int64_t wanted = (kWantedTasks + heads - 1) / heads, most = std::min(kMostPieces, (keys + kFewestKeys - 1) / kFewestKeys);
  return std::clamp<int64_t>(wanted, 1, most);
}

/// Whether tasks of a whole key head occupy all threads: dq is complete in each then, and needs no memory beside it. The sums are
/// cut into the same pieces.
bool occupy(int64_t key_heads, int64_t threads) { return key_heads % threads == 0 || key_heads >= 4 * threads; }

void run_all(const Backward& f, Stream& stream) {
  const int64_t spans = f.dq == nullptr ? 1 : f.pieces;
  stream.pool().parallel_for(f.batch * f.kv_heads * spans, [&](int64_t task) {
    const int64_t piece = task % spans;
    run_span(f, task / (f.kv_heads * spans), task / spans % f.kv_heads, {piece, f.dq == nullptr ? f.pieces : piece + 1});
  });
  if (f.dq != nullptr) store_dq(f, stream);
}

}  // namespace

// FLOPs: 10 B H hd per allowed pair in five products (6 in three without dk and dv). Extra memory: k and v transposed
// (the size of k each), dk and dv of a task's keys for each thread and, where key heads are few, one f32 dq a piece; nothing
// grows with T * S.
void attention_backward(const AttentionBackward& op, Stream& stream) {
  if (op.q.numel() == 0) return;
  thread_local ThreadScratch scratch;
  const int64_t width = panel_width();
  const int64_t batch = op.q.dim(0), queries = op.q.dim(1), heads = op.q.dim(2), hd = op.q.dim(3), kv_heads = op.k.dim(2);
  const int64_t pieces = pieces_of(batch * kv_heads, op.k.dim(1)), row_width = padded(hd);
  const int64_t panels = HeadPanels::floats(op.k, width), rows = HeadRows::floats(op.k);
  const bool complete = occupy(batch * kv_heads, stream.pool().threads());
  const int64_t orphan_floats = batch * kv_heads * row_width,
                dq_floats = complete ? 0 : pieces * batch * heads * queries * row_width;
  Carver memory{scratch.at_least(2 * padded(panels) + padded(rows) + orphan_floats + dq_floats)};
  float *k_panels = memory.take(panels), *v_panels = memory.take(panels), *orphans = memory.take(orphan_floats);
  const Backward f{op,
                   pack_panels(op.k, width, k_panels, stream),
                   pack_panels(op.v, width, v_panels, stream),
                   pack_rows(op.k, memory.take(rows), stream),
                   Reach{op.k.dim(1), op.window, op.causality},
                   batch,
                   queries,
                   heads,
                   kv_heads,
                   hd,
                   pieces,
                   row_width,
                   orphans,
                   complete ? nullptr : memory.take(dq_floats)};
  find_delta(f, stream);
  sum_orphans(f, orphans);
  run_all(f, stream);
}

}  // namespace sidestep::cpu

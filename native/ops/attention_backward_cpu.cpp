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

// Keys of a tile. Scores are transposed, [keys, queries]: softmax statistics then run along vectors,
// and all five products find their operands without a transposition.
constexpr int64_t kKeys = 56;
// Keys are cut into pieces that sum dq separately, so that few heads still occupy many cores; how many depends on shapes.
constexpr int64_t kWantedTasks = 16, kMostPieces = 4, kFewestKeys = 512;

struct Backward {
  const AttentionBackward& op;
  HeadPanels q_panels, dout_panels;
  HeadRows q, dout, k, v;
  Reach reach;
  int64_t batch, queries, heads, kv_heads, head_dim, pieces;
  int64_t row_width;         ///< padded head_dim
  int64_t padded_queries;    ///< whole panels
  const float *lse, *delta;  ///< [B, H, padded queries]; lse is +infinity where a query has no keys
  const float* orphans;      ///< [B, Hk, row_width] sum of dout over queries without keys, / S
  float* dq;                 ///< [pieces, B, H, T, row_width]

  int64_t group() const { return heads / kv_heads; }
  float* dq_rows(int64_t piece, int64_t b, int64_t h) const {
    return dq + ((piece * batch + b) * heads + h) * queries * row_width;
  }
};

/// Keys first … first+count-1 of one head and their gradients so far.
struct KeyBlock {
  int64_t piece, b, kv, first, count;
  float *scores, *dweights, *dk, *dv;
};

/// Queries of one head against a block of keys; columns is a whole number of panels, of which `count` queries exist.
struct Tile {
  int64_t h, first, columns, count;
};

/// A register tile's rows of a key block, and those queries of a tile that may attend any of them: whole panels.
struct Part {
  int64_t first_row, rows;
  int64_t first, columns;
};

/// Where query and key may not meet, the score becomes minus infinity and the weight zero.
void hide_queries(const Backward& f, const KeyBlock& block, const Part& part) {
  const uint8_t* mask = mask_row(f.op.key_mask, block.b);
  for (int64_t r = part.first_row; r < part.first_row + part.rows; ++r) {
    float* row = block.scores + r * kTileLength - part.first;
    const int64_t key = block.first + r, end = part.first + part.columns;
    const IndexRange range = f.reach.queries_of(key, f.queries);
    const bool hidden = mask != nullptr && mask[key] == 0;
    for (int64_t t = part.first; t < std::min(hidden ? end : range.first, end); ++t) row[t] = -kInfinity;
    for (int64_t t = std::max(part.first, range.last); t < end; ++t) row[t] = -kInfinity;
  }
}

/// P and dS of a part, and what they add to the gradients of its keys.
void add_part(const Backward& f, const KeyBlock& at, const Tile& tile, const Part& part) {
  const int64_t hd = f.head_dim, width = f.q_panels.width;
  // From here on the block begins where the part does, in keys and queries.
  KeyBlock block = at;
  for (float** memory : {&block.scores, &block.dweights}) *memory += part.first - tile.first;
  float *scores = block.scores + part.first_row * kTileLength, *dweights = block.dweights + part.first_row * kTileLength;
  const auto scores_of = [&](const HeadRows& rows, const HeadPanels& panels, float* c, float alpha) {
    tile_product({.source = Source::row_major,
                  .a = rows.row(block.b, block.first + part.first_row, block.kv),
                  .a_step = rows.row_stride,
                  .rows = part.rows,
                  .group = part.rows,
                  .b = panels.panel(block.b, tile.h, part.first / width),
                  .b_step = width,
                  .b_next = width * hd,
                  .width = width,
                  .k = hd,
                  .columns = part.columns,
                  .c = c,
                  .ldc = kTileLength,
                  .alpha = alpha});
  };
  scores_of(f.k, f.q_panels, scores, f.op.scale);
  hide_queries(f, block, part);
  scores_of(f.v, f.dout_panels, dweights, 1);
  const int64_t statistics = (block.b * f.heads + tile.h) * f.padded_queries + part.first;
  vector_kernels().softmax_backward_rows(
      {scores, dweights, kTileLength, part.rows, part.columns, f.lse + statistics, f.delta + statistics});
  if (!f.op.dk) return;
  const auto add_to_keys = [&](const float* weights, const HeadRows& rows, float* c) {
    tile_product({.source = Source::row_major,
                  .a = weights,
                  .a_step = kTileLength,
                  .rows = part.rows,
                  .group = part.rows,
                  .b = rows.row(block.b, part.first, tile.h),
                  .b_step = rows.row_stride,
                  .b_next = tile_kernels().columns(),
                  .k = std::min(part.columns, f.queries - part.first),
                  .columns = hd,
                  .c = c + part.first_row * f.row_width,
                  .ldc = f.row_width,
                  .beta = 1});
  };
  add_to_keys(scores, f.dout, block.dv);
  add_to_keys(dweights, f.q, block.dk);
}

/// dS of queries that a part of the keys has passed over.
void clear_outside(const KeyBlock& block, const Tile& tile, const Part& part) {
  const int64_t before = part.first - tile.first, after = before + part.columns;
  for (int64_t r = part.first_row; r < part.first_row + part.rows; ++r) {
    float* row = block.dweights + r * kTileLength;
    std::fill(row, row + before, 0.F);
    std::fill(row + after, row + tile.columns, 0.F);
  }
}

/// dq of a tile's queries, group by group, over the keys that any query of a group may attend.
void add_to_queries(const Backward& f, const KeyBlock& block, const Tile& tile) {
  const int64_t group = group_height(tile.count);
  for (int64_t row = 0; row < tile.count; row += group) {
    const int64_t rows = std::min(group, tile.count - row);
    const IndexRange range = f.reach.of(tile.first + row, tile.first + row + rows);
    const int64_t first = std::max(range.first - block.first, int64_t{0}), last = std::min(range.last - block.first, block.count);
    if (first >= last) continue;
    tile_product({.source = Source::interleaved,
                  .a = block.dweights + first * kTileLength + row,
                  .a_step = kTileLength,
                  .rows = rows,
                  .group = rows,
                  .b = f.k.row(block.b, block.first + first, block.kv),
                  .b_step = f.k.row_stride,
                  .b_next = tile_kernels().columns(),
                  .k = last - first,
                  .columns = f.head_dim,
                  .c = f.dq_rows(block.piece, block.b, tile.h) + (tile.first + row) * f.row_width,
                  .ldc = f.row_width,
                  .beta = 1});
  }
}

void add_tile(const Backward& f, const KeyBlock& block, const Tile& tile) {
  const int64_t width = f.q_panels.width, group = group_height(block.count);
  for (int64_t row = 0; row < block.count; row += group) {
    const int64_t rows = std::min(group, block.count - row), key = block.first + row;
    const IndexRange range = f.reach.queries_of(key, key + rows, f.queries);
    const int64_t end = tile.first + tile.columns;  // keys behind the last query have a range that begins beyond it
    const int64_t first = std::clamp(range.first / width * width, tile.first, end);
    const int64_t last = std::min(end, round_up(range.last, width));
    const Part part{row, rows, first, std::max<int64_t>(last - first, 0)};
    if (part.columns > 0) add_part(f, block, tile, part);
    clear_outside(block, tile, part);
  }
  add_to_queries(f, block, tile);
}

/// One row of float sums into the gradient of a key: dk carries the scale, dv what queries without keys send to all.
void store_gradients(const Backward& f, const KeyBlock& block) {
  const float* orphans = f.orphans + (block.b * f.kv_heads + block.kv) * f.row_width;
  for (int64_t r = 0; r < block.count; ++r) {
    float *dk = block.dk + r * f.row_width, *dv = block.dv + r * f.row_width;
    for (int64_t i = 0; i < f.head_dim; ++i) {
      dk[i] *= f.op.scale;
      dv[i] += orphans[i];
    }
    for (const auto& [t, values] : {std::pair{f.op.dk, dk}, std::pair{f.op.dv, dv}}) {
      const int64_t offset = block.b * t.stride(0) + (block.first + r) * t.stride(1) + block.kv * t.stride(2);
      vector_kernels().convert(DType::f32, values, t.dtype(), at(t, offset), f.head_dim);
    }
  }
}

void add_keys(const Backward& f, KeyBlock block) {
  if (f.op.dk) {
    std::fill_n(block.dk, block.count * f.row_width, 0.F);
    std::fill_n(block.dv, block.count * f.row_width, 0.F);
  }
  const int64_t width = f.q_panels.width;
  const int64_t first = f.reach.queries_of(block.first, f.queries).first / kTileAlignment * kTileAlignment;
  const int64_t last = f.reach.queries_of(block.first + block.count - 1, f.queries).last;
  for (int64_t h = block.kv * f.group(); h < (block.kv + 1) * f.group(); ++h) {
    for (int64_t t = first; t < last; t += kTileLength) {
      const int64_t columns = round_up(std::min(kTileLength, last - t), width);
      add_tile(f, block, {h, t, columns, std::min(columns, f.queries - t)});
    }
  }
  if (f.op.dk) store_gradients(f, block);
}

/// All keys of one piece, for one key head: its query heads' dq sums, and dk and dv.
void run_piece(const Backward& f, int64_t b, int64_t kv, int64_t piece) {
  thread_local ThreadScratch scratch;
  float* memory = scratch.at_least(2 * kKeys * (kTileLength + f.row_width));
  KeyBlock block{piece, b, kv, 0, 0, memory, memory + kKeys * kTileLength, nullptr, nullptr};
  block.dk = memory + 2 * kKeys * kTileLength;
  block.dv = block.dk + kKeys * f.row_width;
  std::fill_n(f.dq_rows(piece, b, kv * f.group()), f.group() * f.queries * f.row_width, 0.F);
  const int64_t blocks = (f.reach.keys + kKeys - 1) / kKeys;
  const int64_t first = piece * blocks / f.pieces * kKeys, last = std::min(f.reach.keys, (piece + 1) * blocks / f.pieces * kKeys);
  for (block.first = first; block.first < last; block.first += kKeys) {
    block.count = std::min(kKeys, last - block.first);
    add_keys(f, block);
  }
}

/// delta = dot(dout, out), and the statistics of whole panels; queries without keys and those that fill up the last panel
/// get lse = +infinity: their weights are zero everywhere.
void prepare_statistics(const Backward& f, float* lse, float* delta, Stream& stream) {
  const auto* given = f.op.lse.data<float>();
  auto* kept = f.op.delta.data<float>();
  const auto offset = [](const ConstTensor& t, int64_t b, int64_t row, int64_t h) {
    return b * t.stride(0) + row * t.stride(1) + h * t.stride(2);
  };
  over_rows(stream, f.batch * f.padded_queries, f.heads * f.head_dim, [&](int64_t row) {
    const int64_t b = row / f.padded_queries, t = row % f.padded_queries;
    for (int64_t h = 0; h < f.heads; ++h) {
      const int64_t head = b * f.heads + h;
      float &d = delta[head * f.padded_queries + t], &statistic = lse[head * f.padded_queries + t];
      d = 0;
      statistic = kInfinity;
      if (t >= f.queries) continue;
      d = vector_kernels().dot(f.op.out.dtype(), at(f.op.dout, offset(f.op.dout, b, t, h)),
                               at(f.op.out, offset(f.op.out, b, t, h)), f.head_dim);
      kept[head * f.queries + t] = d;
      if (given[head * f.queries + t] != -kInfinity) statistic = given[head * f.queries + t];
    }
  });
}

void sum_orphans(const Backward& f, float* orphans) {
  std::fill_n(orphans, f.batch * f.kv_heads * f.row_width, 0.F);
  const auto* lse = f.op.lse.data<float>();
  for (int64_t head = 0; head < f.batch * f.heads; ++head) {
    const int64_t b = head / f.heads, h = head % f.heads;
    float* to = orphans + (b * f.kv_heads + h / f.group()) * f.row_width;
    for (int64_t t = 0; t < f.queries; ++t) {
      if (lse[head * f.queries + t] != -kInfinity) continue;
      const float* row = f.dout.row(b, t, h);
      for (int64_t i = 0; i < f.head_dim; ++i) to[i] += row[i] / static_cast<float>(f.reach.keys);
    }
  }
}

/// dq = scale * the sum over pieces, in their order.
void store_dq(const Backward& f, Stream& stream) {
  over_rows(stream, f.batch * f.queries, f.heads * f.head_dim, [&](int64_t row) {
    const int64_t b = row / f.queries, t = row % f.queries;
    for (int64_t h = 0; h < f.heads; ++h) {
      float* total = f.dq_rows(0, b, h) + t * f.row_width;
      for (int64_t piece = 1; piece < f.pieces; ++piece) {
        const float* more = f.dq_rows(piece, b, h) + t * f.row_width;
        for (int64_t i = 0; i < f.head_dim; ++i) total[i] += more[i];
      }
      for (int64_t i = 0; i < f.head_dim; ++i) total[i] *= f.op.scale;
      const int64_t offset = b * f.op.dq.stride(0) + t * f.op.dq.stride(1) + h * f.op.dq.stride(2);
      vector_kernels().convert(DType::f32, total, f.op.dq.dtype(), at(f.op.dq, offset), f.head_dim);
    }
  });
}

int64_t pieces_of(int64_t heads, int64_t keys) {
  const int64_t wanted = (kWantedTasks + heads - 1) / heads, most = std::min(kMostPieces, (keys + kFewestKeys - 1) / kFewestKeys);
  return std::clamp<int64_t>(wanted, 1, most);
}

/// Hands out consecutive parts of one piece of memory.
struct Carver {
  float* next;
  float* take(int64_t floats) {
    float* part = next;
    next += padded(floats);
    return part;
  }
};

}  // namespace

// FLOPs: 10 B H hd per allowed pair in five products (6 in three without dk and dv). Extra memory: q and dout transposed
// (the size of q each) and one f32 dq a piece; nothing grows with T * S.
void attention_backward(const AttentionBackward& op, Stream& stream) {
  if (op.q.numel() == 0) return;
  thread_local ThreadScratch scratch;
  const int64_t width = panel_width();
  const int64_t batch = op.q.dim(0), queries = op.q.dim(1), heads = op.q.dim(2), hd = op.q.dim(3), kv_heads = op.k.dim(2);
  const int64_t pieces = pieces_of(batch * kv_heads, op.k.dim(1)), row_width = padded(hd);
  const int64_t padded_queries = round_up(queries, width), statistics = batch * heads * padded_queries;
  const int64_t panels = HeadPanels::floats(op.q, width), dq_floats = pieces * batch * heads * queries * row_width;
  const int64_t rows[] = {HeadRows::floats(op.q), HeadRows::floats(op.dout), HeadRows::floats(op.k), HeadRows::floats(op.v)};
  const int64_t orphan_floats = batch * kv_heads * row_width;
  Carver memory{
      scratch.at_least(2 * panels + rows[0] + rows[1] + rows[2] + rows[3] + 2 * statistics + orphan_floats + dq_floats + 160)};
  float *q_panels = memory.take(panels), *dout_panels = memory.take(panels), *lse = memory.take(statistics),
        *delta = memory.take(statistics), *orphans = memory.take(orphan_floats), *dq = memory.take(dq_floats);
  const Backward f{op,
                   pack_panels(op.q, width, q_panels, stream),
                   pack_panels(op.dout, width, dout_panels, stream),
                   pack_rows(op.q, memory.take(rows[0]), stream),
                   pack_rows(op.dout, memory.take(rows[1]), stream),
                   pack_rows(op.k, memory.take(rows[2]), stream),
                   pack_rows(op.v, memory.take(rows[3]), stream),
                   Reach{op.k.dim(1), op.window, op.causality},
                   batch,
                   queries,
                   heads,
                   kv_heads,
                   hd,
                   pieces,
                   row_width,
                   padded_queries,
                   lse,
                   delta,
                   orphans,
                   dq};
  prepare_statistics(f, lse, delta, stream);
  sum_orphans(f, orphans);
  stream.pool().parallel_for(batch * kv_heads * pieces, [&](int64_t task) {
    run_piece(f, task / (kv_heads * pieces), task / pieces % kv_heads, task % pieces);
  });
  store_dq(f, stream);
}

}  // namespace sidestep::cpu

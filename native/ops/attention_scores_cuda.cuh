#pragma once
// What the kernels that make dS, dk and dv of attention share: where dS and sums of parts lie, and how a key's gradients are
// written.
#include "ops/attention_fragments.h"
#include "ops/attention_products_cuda.cuh"

namespace sidestep::cuda {

constexpr int kBlock = 128, kRows = ScoreFragments::kKeys;  ///< threads and keys of a block

/// What is kept of the key heads of one launch, counted through the batch: dS of all query heads of a key head, one after the
/// other, then the sums of parts of the queries.
template <typename T>
struct KeptScores {
  T* data;
  ScoreRoom room;
  int64_t units;  ///< key heads of a launch, at most
  int64_t parts;
  int64_t first_unit;  ///< sample * key heads + key head of the launch's first

  __device__ T* scores(int64_t head) const { return data + head * room.fragments.elements(); }
  /// dk [S, hd] of a part, dv behind it.
  __device__ float* sums(int64_t unit, int64_t part) const {
    return reinterpret_cast<float*>(data + units * room.score_elements()) + (unit * parts + part) * room.part_floats();
  }
};

/// Four registers of a lane.
struct alignas(16) Piece {
  uint32_t of[4];
};

/// A tile of queries of one head.
struct QueryTile {
  int head, index;

  /// The next of those that each head has, from `of_head_first` to before `of_head_last`.
  __device__ void advance(int of_head_first, int of_head_last) {
    if (++index < of_head_last) return;
    index = of_head_first;
    ++head;
  }
};

/// The tiles of `tile` queries that a block of keys walks: of all query heads of its key head those that meet its keys, or a part
/// of them.
struct QueryWalk {
  int first_of_head, last_of_head, steps;
  QueryTile first;

  __device__ void advance(QueryTile& tile) const { tile.advance(first_of_head, last_of_head); }

  template <typename T>
  __device__ static QueryWalk of(const AttentionOperands<T>& op, const KeptScores<T>& kept, int64_t b, int64_t kv,
                                 const IndexRange& keys, int tile) {
    const IndexRange shown = op.visited(b, keys);
    const IndexRange tiles =
        shown.first < shown.last ? tiles_of(op.reach.queries_of(keys.first, keys.last, op.queries), tile) : IndexRange{0, 0};
    const int64_t group = op.heads / op.kv_heads, of_head = tiles.last - tiles.first, all = group * of_head,
                  first_step = all * blockIdx.z / kept.parts;
    const int steps = static_cast<int>(all * (blockIdx.z + 1) / kept.parts - first_step);
    if (steps == 0) return {};
    return {static_cast<int>(tiles.first),
            static_cast<int>(tiles.last),
            steps,
            {static_cast<int>(kv * group + first_step / of_head), static_cast<int>(tiles.first + first_step % of_head)}};
  }
};

/// Two neighbouring columns of a key's gradient.
template <typename T>
__device__ void write_dk(const Backward<T>& f, int64_t b, int64_t key, int64_t kv, int column, float first, float second) {
  store_pair(f.to.dk(b, key, kv) + column, first * f.op.scale, second * f.op.scale);
}
template <typename T>
__device__ void write_dv(const Backward<T>& f, int64_t b, int64_t key, int64_t kv, int column, float first, float second) {
  const float* orphans = f.to.orphans + (b * f.op.kv_heads + kv) * f.op.head_dim + column;
  store_pair(f.to.dv(b, key, kv) + column, first + orphans[0], second + orphans[1]);
}

/// Where a block's sums of one key head go: to the gradients, or to a part's sums.
template <typename T, int hd>
struct KeyGradients {
  const Backward<T>& f;
  const KeptScores<T>& kept;
  int64_t b, kv;

  __device__ void write_dk(int64_t key, int column, float first, float second) const {
    if (kept.parts == 1)
      cuda::write_dk(f, b, key, kv, column, first, second);
    else
      *reinterpret_cast<float2*>(sums() + key * hd + column) = {first, second};
  }
  __device__ void write_dv(int64_t key, int column, float first, float second) const {
    if (kept.parts == 1)
      cuda::write_dv(f, b, key, kv, column, first, second);
    else
      *reinterpret_cast<float2*>(sums() + (f.op.reach.keys + key) * hd + column) = {first, second};
  }

 private:
  __device__ float* sums() const { return kept.sums(blockIdx.y, blockIdx.z); }
};

// attention_dkv_wide, in attention_dkv_wide_cuda.cu: dS, dk and dv where a multiprocessor has room for two of its blocks. The
// same bits as the kernel that serves other cards.
constexpr int kWideQueries = 32;

/// Of keys, values, their bounds, three tiles of queries with dout, statistics and place, and twice the weights of a tile.
template <int hd>
constexpr size_t kWideBytes = SharedTile<__half, hd>::bytes(2 * kRows + 3 * 2 * kWideQueries) +
                              2 * sizeof(float) * kRows* kWideQueries +
                              3 * (2 * sizeof(float) * kWideQueries + sizeof(QueryTile)) + sizeof(Bounds) * kRows;
constexpr size_t kRoomForWide = 2 * (kWideBytes<128> + 1024);
static_assert(kRoomForWide <= size_t{228} * 1024);  // a Hopper's multiprocessor

template <typename T, int hd>
void attention_dkv_wide(const Backward<T>& f, const KeptScores<T>& kept, unsigned units, cudaStream_t queue);

// In attention_dkv_hopper_cuda.cu: the same by products of warp groups, where has_warp_groups() (wgmma_cuda.cuh). Its blocks own
// two blocks of 64 keys and have a multiprocessor to themselves.
constexpr int kKeyBlocksOfHopper = 2;
template <typename T, int hd>
void attention_dkv_hopper(const Backward<T>& f, const KeptScores<T>& kept, unsigned units, int64_t batch, cudaStream_t queue);

}  // namespace sidestep::cuda

// Attention backward on tensor cores, after Dao 2022, Algorithm 4, in five products of 2 hd FLOPs a pair visited and without
// atomics, so that every gradient has one writer and the bits are the same in every run. A block owns 64 keys and walks tiles of
// the queries that meet them: scores and their gradients dS, once, of them dk and dv. dS goes to memory in 16 bits, as products
// take it, and a second kernel makes dq = dS K of it. That moves 4 bytes a pair and query head in place of two products of 512
// FLOPs (heads of 128). Full attention of the 2B model over 3000 patches, 16 heads of 128: 184 GFLOP, 0.46 ms at 400 TFLOP/s; dS
// is 290 MB, written while the tensor cores are busy, and read in 0.1 ms at 3 TB/s. A banded layer (window 128): 16 GFLOP, 31 MB.
#include "ops/attention_scores_cuda.cuh"
#include "ops/wgmma_cuda.cuh"

namespace sidestep::cuda {
namespace {

constexpr int kRowsOfWarp = ScoreFragments::kSide;

// ---- dS, dk, dv: a block owns 64 keys of a key head and walks tiles of the queries of its query heads, in order. The next tile
// is on its way while one is worked on.

/// Queries of a tile, by how much of q and of dout it is. Half as many products again read shared memory for each `ldmatrix` of a
/// larger one, and more of them are independent; two blocks of it need more memory than a GeForce's multiprocessor has.
enum class Tile : int { kib_4 = 4096, kib_8 = 8192 };

template <int hd, Tile tile>
constexpr int kQueries = static_cast<int>(tile) / 2 / hd;

template <int hd, Tile tile>
constexpr size_t kKeyBytes = 2 * SharedTile<__half, hd>::bytes(kRows) + 4 * static_cast<size_t>(tile) +
                             4 * sizeof(float) * kQueries<hd, tile>;

static_assert(blocks_in_100_kib(kKeyBytes<128, Tile::kib_4>) >= 2 && blocks_in_100_kib(kKeyBytes<64, Tile::kib_4>) >= 2);
constexpr size_t kRoomForLarge = 2 * (kKeyBytes<128, Tile::kib_8> + 1024);  // of two blocks, on a multiprocessor

template <typename T, int hd, Tile of>
__global__ void __launch_bounds__(kBlock, 2) attention_dkv_kernel(const Backward<T> f, const KeptScores<T> kept) {
  constexpr int kTile = kQueries<hd, of>, kColumns = kTile / 8;
  const SharedTile<T, hd> k{reinterpret_cast<T*>(dynamic_shared())}, v{k.at(kRows, 0)}, queries{v.at(kRows, 0)};
  float* const statistics = reinterpret_cast<float*>(queries.at(4 * kTile, 0));
  const AttentionOperands<T>& op = f.op;
  const int64_t unit = kept.first_unit + blockIdx.y, kv = unit % op.kv_heads, b = unit / op.kv_heads,
                group = op.heads / op.kv_heads;
  const int64_t first = int64_t{blockIdx.x} * kRows, last = min(op.reach.keys, first + kRows);
  const int warp = threadIdx.x / kWarp, row = warp * kRowsOfWarp, g = threadIdx.x % kWarp / 4, t = threadIdx.x % 4;
  load_tile<T, hd, kRows, kBlock>(k, op.k(b, 0, kv), op.k.frame_stride, first, op.reach.keys);
  load_tile<T, hd, kRows, kBlock>(v, op.v(b, 0, kv), op.v.frame_stride, first, op.reach.keys);
  Bounds bounds[2];  // of the thread's keys: the queries they meet
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const int64_t key = first + row + g + 8 * r;
    const bool visible = key < op.reach.keys && !op.hidden(b, key);
    bounds[r] = Bounds::of(visible ? op.reach.queries_of(key, op.queries) : IndexRange{0, 0}, 0);
  }
  const IndexRange strips = kept.room.fragments.strips(blockIdx.x);
  const QueryWalk walk = QueryWalk::of(op, kept, b, kv, {first, last}, kTile);
  QueryTile next = walk.first;
  float next_statistic = 0;
  const auto fetch = [&](int stage) {
    const int64_t query = int64_t{next.index} * kTile;
    const SharedTile<T, hd> q{queries.at(2 * stage * kTile, 0)}, dout{q.at(kTile, 0)};
    load_tile<T, hd, kTile, kBlock>(q, op.q(b, 0, next.head), op.q.frame_stride, query, op.queries);
    load_tile<T, hd, kTile, kBlock>(dout, f.to.dout(b, 0, next.head), f.to.dout.frame_stride, query, op.queries);
    const int i = threadIdx.x;
    if (i < kTile)
      next_statistic = statistic(f, b, next.head, query + i);
    else if (i < 2 * kTile)
      next_statistic = delta_of(f, b, next.head, query + i - kTile);
  };
  if (walk.steps > 0) fetch(0);
  ptx::cp_async_commit();
  float dk[hd / 8][4] = {}, dv[hd / 8][4] = {};
  for (int step = 0; step < walk.steps; ++step) {
    const int stage = step % 2;
    const QueryTile tile = next;
    float *lse = statistics + 2 * stage * kTile, *delta = lse + kTile;
    if (threadIdx.x < 2 * kTile) lse[threadIdx.x] = next_statistic;
    ptx::cp_async_wait<0>();
    __syncthreads();  // the tile is there, and every warp has read the one before
    walk.advance(next);
    if (step + 1 < walk.steps) fetch(1 - stage);
    ptx::cp_async_commit();
    const SharedTile<T, hd> q{queries.at(2 * stage * kTile, 0)}, dout{q.at(kTile, 0)};
    const int first_query = tile.index * kTile;
    float weights[kColumns][4] = {}, dweights[kColumns][4] = {};
    multiply_transpose<T, hd>(weights, k, row, q);
#pragma unroll
    for (int n = 0; n < kColumns; ++n)
#pragma unroll
      for (int c = 0; c < 4; ++c) {
        const int j = n * 8 + 2 * t + c % 2;
        weights[n][c] = bounds[c / 2].hold(first_query + j) ? exp2f(fmaf(weights[n][c], op.scale * kLog2e, -lse[j])) : 0.F;
      }
    multiply_weights<T, hd>(dv, weights, dout);
    multiply_transpose<T, hd>(dweights, v, row, dout);
    T* const scores = kept.scores(blockIdx.y * group + tile.head - kv * group);
#pragma unroll
    for (int n = 0; n < kColumns; n += 2) {
#pragma unroll
      for (int i = n; i < n + 2; ++i)
#pragma unroll
        for (int c = 0; c < 4; ++c) weights[i][c] *= dweights[i][c] - delta[i * 8 + 2 * t + c % 2];
      Piece piece;
      pack_columns<T>(piece.of, weights[n], weights[n + 1]);
      multiply_rows<T, hd>(dk, piece.of, q, n * 8);
      const int64_t strip = tile.index * (kTile / ScoreFragments::kSide) + n / 2;
      if (strip < strips.first || strip >= strips.last) continue;  // of the tile, but no key of the block meets it
      reinterpret_cast<Piece*>(scores + kept.room.fragments.at(blockIdx.x * (kRows / kRowsOfWarp) + warp, strip,
                                                               strips.first))[threadIdx.x % kWarp] = piece;
    }
  }
  ptx::cp_async_wait<0>();  // keys that meet no query have loads under way
  const KeyGradients<T, hd> out{f, kept, b, kv};
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const int64_t key = first + row + g + 8 * r;
    if (key >= op.reach.keys) continue;
#pragma unroll
    for (int n = 0; n < hd / 8; ++n) {
      out.write_dk(key, n * 8 + 2 * t, dk[n][2 * r], dk[n][2 * r + 1]);
      out.write_dv(key, n * 8 + 2 * t, dv[n][2 * r], dv[n][2 * r + 1]);
    }
  }
}

/// dk and dv from the sums of all parts, in order: two elements a thread. Bandwidth bound.
template <typename T>
__global__ void __launch_bounds__(kThreads) attention_parts_kernel(const Backward<T> f, const KeptScores<T> kept, int64_t total) {
  const int64_t index = int64_t{blockIdx.x} * kThreads + threadIdx.x;  // of [units, S, hd / 2]
  if (index >= total) return;
  const int64_t pairs = f.op.head_dim / 2, keys = f.op.reach.keys, place = index % (keys * pairs), local = index / (keys * pairs);
  float2 dk{0, 0}, dv{0, 0};
  for (int64_t part = 0; part < kept.parts; ++part) {
    const auto* sums = reinterpret_cast<const float2*>(kept.sums(local, part));
    const float2 of_k = sums[place], of_v = sums[keys * pairs + place];
    dk.x += of_k.x, dk.y += of_k.y, dv.x += of_v.x, dv.y += of_v.y;
  }
  const int64_t unit = kept.first_unit + local;
  const int64_t b = unit / f.op.kv_heads, key = place / pairs, kv = unit % f.op.kv_heads;
  const int column = static_cast<int>(place % pairs) * 2;
  write_dk(f, b, key, kv, column, dk.x, dk.y);
  write_dv(f, b, key, kv, column, dv.x, dv.y);
}

// ---- dq = dS K: a block owns 128 queries, 32 a warp, and walks the blocks of keys that meet them. dS goes from memory to
// registers, where each piece is turned, and the next block's takes its place; the next keys are on their way, too, while one
// block is worked on.

constexpr int kStrips = 2, kQueriesOfBlock = kBlock / kWarp * kStrips * static_cast<int>(ScoreFragments::kSide);
constexpr int kPieces = kRows / kRowsOfWarp;  // of a strip and a block of keys

template <int hd>
constexpr size_t kProductBytes = 2 * SharedTile<__half, hd>::bytes(kRows);

/// A warp's dS of one block of keys, read piece by piece: zeros where a strip meets none of the keys. Pieces are counted in 32
/// bits, which keeps registers free.
struct ScoreReader {
  const Piece* from;  ///< the lane's part of the warp's first strip
  int pitch, first,
      count;  ///< between pieces of 16 keys; the warp's first strip, counted from the first that is kept, of how many

  template <typename T>
  __device__ static ScoreReader of(const ScoreFragments& fragments, const T* scores, int block, int first_strip) {
    const IndexRange strips = fragments.strips(block);
    const int skipped = static_cast<int>(strips.first), pitch = static_cast<int>(fragments.most_strips);
    const Piece* from = reinterpret_cast<const Piece*>(scores) +
                        (block * kPieces * pitch + first_strip - skipped) * int64_t{kWarp} + threadIdx.x % kWarp;
    return {from, pitch, first_strip - skipped, static_cast<int>(strips.last) - skipped};
  }
  __device__ Piece operator()(int strip, int piece) const {
    const bool kept = static_cast<unsigned>(first + strip) < static_cast<unsigned>(count);
    return kept ? from[(piece * pitch + strip) * kWarp] : Piece{};
  }
};

template <typename T, int hd>
__global__ void __launch_bounds__(kBlock, 2) attention_dq_product_kernel(const Backward<T> f, const KeptScores<T> kept) {
  const SharedTile<T, hd> keys{reinterpret_cast<T*>(dynamic_shared())};
  const AttentionOperands<T>& op = f.op;
  const int key_heads = static_cast<int>(op.kv_heads), group = static_cast<int>(op.heads) / key_heads;
  const int unit = static_cast<int>(kept.first_unit) + static_cast<int>(blockIdx.y) / group;
  const int kv = unit % key_heads, b = unit / key_heads, h = kv * group + static_cast<int>(blockIdx.y) % group;
  const int64_t first = int64_t{blockIdx.x} * kQueriesOfBlock, last = min(op.queries, first + kQueriesOfBlock);
  const int warp = threadIdx.x / kWarp, g = threadIdx.x % kWarp / 4, t = threadIdx.x % 4;
  const int first_strip =
      static_cast<int>(blockIdx.x) * (kQueriesOfBlock / static_cast<int>(ScoreFragments::kSide)) + warp * kStrips;
  const T* const scores = kept.scores(blockIdx.y);
  const IndexRange blocks = tiles_of(op.visited(b, op.reach.of(first, last)), kRows);
  const int last_block = static_cast<int>(blocks.last);
  const auto fetch = [&](int block) {
    load_tile<T, hd, kRows, kBlock>({keys.at(block % 2 * kRows, 0)}, op.k(b, 0, kv), op.k.frame_stride, int64_t{block} * kRows,
                                    op.reach.keys);
    return ScoreReader::of(kept.room.fragments, scores, block, first_strip);
  };
  Piece pieces[kStrips][kPieces] = {};
  if (blocks.first < blocks.last) {
    const ScoreReader reader = fetch(static_cast<int>(blocks.first));
#pragma unroll
    for (int s = 0; s < kStrips; ++s)
#pragma unroll
      for (int p = 0; p < kPieces; ++p) pieces[s][p] = reader(s, p);
  }
  ptx::cp_async_commit();
  float dq[kStrips][hd / 8][4] = {};
  for (int block = static_cast<int>(blocks.first); block < last_block; ++block) {
    ptx::cp_async_wait<0>();
    __syncthreads();       // the keys are there, and every warp has read those before
    ScoreReader reader{};  // of none
    if (block + 1 < last_block) reader = fetch(block + 1);
    ptx::cp_async_commit();
    const SharedTile<T, hd> k{keys.at(block % 2 * kRows, 0)};
#pragma unroll
    for (int p = 0; p < kPieces; ++p) {
      uint32_t a[kStrips][4];  // rows of queries, columns of keys
#pragma unroll
      for (int s = 0; s < kStrips; ++s)
#pragma unroll
        for (int i = 0; i < 4; ++i) a[s][i] = ptx::transposed(pieces[s][p].of[i / 2 + i % 2 * 2]);
#pragma unroll
      for (int s = 0; s < kStrips; ++s) pieces[s][p] = reader(s, p);  // used when the next keys are
#pragma unroll
      for (int n = 0; n < hd / 8; n += 2) {
        uint32_t columns[4];
        k.load_b(columns, p * 16, n * 8);
#pragma unroll
        for (int s = 0; s < kStrips; ++s) {
          mma<T>(dq[s][n], a[s], columns[0], columns[1]);
          mma<T>(dq[s][n + 1], a[s], columns[2], columns[3]);
        }
      }
    }
  }
  ptx::cp_async_wait<0>();
#pragma unroll
  for (int s = 0; s < kStrips; ++s)
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const int64_t query = int64_t{first_strip + s} * ScoreFragments::kSide + g + 8 * r;
      if (query >= op.queries) continue;
      T* to = f.to.dq(b, query, h);
#pragma unroll
      for (int n = 0; n < hd / 8; ++n) store_pair(to + n * 8 + 2 * t, dq[s][n][2 * r] * op.scale, dq[s][n][2 * r + 1] * op.scale);
    }
}

template <typename T, int hd, Tile tile>
void launch_dkv(const Backward<T>& f, const KeptScores<T>& kept, unsigned units, cudaStream_t queue) {
  constexpr size_t kBytes = kKeyBytes<hd, tile>;
  SIDESTEP_CUDA_CHECK(cudaFuncSetAttribute(attention_dkv_kernel<T, hd, tile>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                           static_cast<int>(kBytes)));
  const dim3 grid(static_cast<unsigned>(kept.room.fragments.blocks()), units, static_cast<unsigned>(kept.parts));
  launch(attention_dkv_kernel<T, hd, tile>, grid, kBlock, kBytes, queue)(f, kept);
  SIDESTEP_CUDA_LAUNCHED("attention_dkv_kernel");
}

template <typename T, int hd>
void launch_parts(const Backward<T>& f, const KeptScores<T>& kept, unsigned units, cudaStream_t queue) {
  if (kept.parts == 1) return;
  const int64_t pairs = units * f.op.reach.keys * hd / 2;
  launch(attention_parts_kernel<T>, static_cast<unsigned>(ceil_div(pairs, int64_t{kThreads})), kThreads, 0, queue)(f, kept,
                                                                                                                   pairs);
  SIDESTEP_CUDA_LAUNCHED("attention_parts_kernel");
}

template <typename T, int hd>
void launch_dq(const Backward<T>& f, const KeptScores<T>& kept, unsigned heads, cudaStream_t queue) {
  constexpr size_t kBytes = kProductBytes<hd>;
  SIDESTEP_CUDA_CHECK(cudaFuncSetAttribute(attention_dq_product_kernel<T, hd>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                           static_cast<int>(kBytes)));
  const dim3 grid(static_cast<unsigned>(ceil_div(f.op.queries, int64_t{kQueriesOfBlock})), heads);
  launch(attention_dq_product_kernel<T, hd>, grid, kBlock, kBytes, queue)(f, kept);
  SIDESTEP_CUDA_LAUNCHED("attention_dq_product_kernel");
}

/// Which kernel makes dS, dk and dv: by the card's kind, else by what two blocks of it need of a multiprocessor's memory.
enum class KeysKernel { small_tiles, large_tiles, wide, warp_groups };

/// What decides kernel and parts of the current device.
struct Processors {
  KeysKernel kernel;
  int64_t count;

  static KeysKernel kernel_of(size_t shared) {
    if (shared >= kRoomForWide) return KeysKernel::wide;
    return shared >= kRoomForLarge ? KeysKernel::large_tiles : KeysKernel::small_tiles;
  }
  static Processors here() {
    int device = 0, shared = 0, count = 0;
    SIDESTEP_CUDA_CHECK(cudaGetDevice(&device));
    SIDESTEP_CUDA_CHECK(cudaDeviceGetAttribute(&shared, cudaDevAttrMaxSharedMemoryPerMultiprocessor, device));
    SIDESTEP_CUDA_CHECK(cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, device));
    return {kernel_of(static_cast<size_t>(shared)), count};
  }
  /// Rounds in which so many equal blocks of 64 keys run, two to a multiprocessor. A block that has one to itself does not take
  /// half of a round: a share of what two blocks use of it cannot be used by one.
  double rounds(int64_t blocks) const {
    if (kernel == KeysKernel::warp_groups)
      return static_cast<double>(ceil_div(ceil_div(blocks, int64_t{kKeyBlocksOfHopper}), count));
    const int64_t slots = 2 * count, rest = blocks % slots;
    const double alone = kernel == KeysKernel::small_tiles ? 0.55 : 0.8;
    return static_cast<double>(blocks / slots) + (rest == 0 ? 0 : rest <= count ? alone : 1);
  }
  /// Into how many parts the queries are cut: fuller rounds against the traffic of the sums.
  int64_t parts(int64_t blocks, const ScoreRoom& room) const {
    const auto cost = [&](int64_t parts) {
      return rounds(blocks * parts) / static_cast<double>(parts) * (1 + room.cost_of_a_part() * static_cast<double>(parts));
    };
    int64_t best = 1;
    double least = rounds(blocks);
    for (int64_t parts = 2; parts <= room.most_parts; ++parts)
      if (cost(parts) < least) best = parts, least = cost(parts);
    return best;
  }
};

/// Key heads of the batch in runs whose dS finds room: the bits do not depend on how many those are.
template <typename T, int hd>
void run(const Backward<T>& f, const ScoreMemory<T>& memory, int64_t batch, cudaStream_t queue) {
  if (f.to.dk.data == nullptr) return attention_dq<T, hd>(f, batch, queue);
  const AttentionOperands<T>& op = f.op;
  Processors processors = Processors::here();
  if (takes_boxes(op.q, batch, op.queries, op.heads) && takes_boxes(f.to.dout, batch, op.queries, op.heads) &&
      takes_boxes(op.k, batch, op.reach.keys, op.kv_heads) && takes_boxes(op.v, batch, op.reach.keys, op.kv_heads) &&
      has_warp_groups())
    processors.kernel = KeysKernel::warp_groups;
  const int64_t group = f.op.heads / f.op.kv_heads, units = batch * f.op.kv_heads;
  const ScoreRoom room = ScoreRoom::of(f.op.reach, f.op.queries, group, hd, units);
  const int64_t together = std::min({memory.elements / room.elements(), int64_t{65535} / group, units});
  const int64_t parts = processors.parts(room.fragments.blocks() * units, room);
  KeptScores<T> kept{memory.data, room, together, parts, 0};
  for (; kept.first_unit < units; kept.first_unit += together) {
    const auto n = static_cast<unsigned>(std::min(together, units - kept.first_unit));
    switch (processors.kernel) {
      case KeysKernel::small_tiles: launch_dkv<T, hd, Tile::kib_4>(f, kept, n, queue); break;
      case KeysKernel::large_tiles: launch_dkv<T, hd, Tile::kib_8>(f, kept, n, queue); break;
      case KeysKernel::wide: attention_dkv_wide<T, hd>(f, kept, n, queue); break;
      case KeysKernel::warp_groups: attention_dkv_hopper<T, hd>(f, kept, n, batch, queue); break;
    }
    launch_parts<T, hd>(f, kept, n, queue);
    launch_dq<T, hd>(f, kept, n * static_cast<unsigned>(group), queue);
  }
}

}  // namespace

template <typename T>
void attention_backward_tensor(const AttentionOperands<T>& op, const AttentionGradients<T>& gradients,
                               const ScoreMemory<T>& memory, int64_t batch, cudaStream_t queue) {
  if (op.head_dim == 64)
    run<T, 64>({op, gradients}, memory, batch, queue);
  else
    run<T, 128>({op, gradients}, memory, batch, queue);
}
template void attention_backward_tensor(const AttentionOperands<__nv_bfloat16>&, const AttentionGradients<__nv_bfloat16>&,
                                        const ScoreMemory<__nv_bfloat16>&, int64_t, cudaStream_t);
template void attention_backward_tensor(const AttentionOperands<__half>&, const AttentionGradients<__half>&,
                                        const ScoreMemory<__half>&, int64_t, cudaStream_t);

}  // namespace sidestep::cuda

// Attention backward on tensor cores, after Dao 2022, Algorithm 4, in two kernels so that every gradient has one writer and
// the bits are the same in every run: dq over blocks of queries, dk and dv over blocks of keys. Scores are computed in both:
// 7 products of 2 hd FLOPs a pair visited instead of 5. Compute bound: full attention of the 2B model over 3000 patches, 16
// heads of 128, is 258 GFLOP, 0.65 ms at 400 TFLOP/s; a banded layer (window 128) 28 GFLOP, 0.07 ms.
#include "ops/attention_cuda.cuh"
#include "ops/mma_cuda.cuh"

namespace sidestep::cuda {
namespace {

constexpr int kBlock = 128, kRows = 64, kRowsOfWarp = 16;

template <typename T>
struct Backward {
  AttentionOperands<T> op;
  AttentionGradients<T> to;
};

/// lse in base 2, plus infinity (weights of zero) for queries without keys and beyond the end.
template <typename T>
__device__ float statistic(const Backward<T>& f, int64_t b, int64_t h, int64_t query) {
  if (query >= f.op.queries) return INFINITY;
  const float lse = f.to.lse[(b * f.op.heads + h) * f.op.queries + query];
  return lse == -INFINITY ? INFINITY : lse * kLog2e;
}

template <typename T>
__device__ float delta_of(const Backward<T>& f, int64_t b, int64_t h, int64_t query) {
  return query < f.op.queries ? f.to.delta[(b * f.op.heads + h) * f.op.queries + query] : 0.F;
}

/// sums[n] += rows row … row+15 of `left` times the transpose of `right`, over hd: 8 * columns columns.
template <typename T, int hd, int columns>
__device__ void multiply_transpose(float (&sums)[columns][4], const SharedTile<T, hd>& left, int row, const SharedTile<T, hd>& right) {
#pragma unroll
  for (int k = 0; k < hd / 16; ++k) {
    uint32_t a[4];
    left.load_a(a, row, k * 16);
#pragma unroll
    for (int n = 0; n < columns; n += 2) {
      uint32_t b[4];
      right.load_b_transpose(b, n * 8, k * 16);
      mma<T>(sums[n], a, b[0], b[1]);
      mma<T>(sums[n + 1], a, b[2], b[3]);
    }
  }
}

/// sums += weights (from registers, rounded) times `right`.
template <typename T, int hd, int columns>
__device__ void multiply_weights(float (&sums)[hd / 8][4], const float (&weights)[columns][4], const SharedTile<T, hd>& right) {
#pragma unroll
  for (int k = 0; k < columns / 2; ++k) {
    const uint32_t a[4] = {packed<T>(weights[2 * k][0], weights[2 * k][1]), packed<T>(weights[2 * k][2], weights[2 * k][3]),
                           packed<T>(weights[2 * k + 1][0], weights[2 * k + 1][1]), packed<T>(weights[2 * k + 1][2], weights[2 * k + 1][3])};
#pragma unroll
    for (int n = 0; n < hd / 8; n += 2) {
      uint32_t b[4];
      right.load_b(b, k * 16, n * 8);
      mma<T>(sums[n], a, b[0], b[1]);
      mma<T>(sums[n + 1], a, b[2], b[3]);
    }
  }
}

/// Two neighbouring elements of a head.
template <typename T>
__device__ void store_pair(T* to, float first, float second) {
  *reinterpret_cast<uint32_t*>(to) = packed<T>(first, second);
}

// ---- dq: a block owns 64 queries and walks tiles of keys.

template <int hd>
constexpr int kKeys = hd == 64 ? 64 : 32;  // scores and their gradients of a wider tile would not fit the registers

template <int hd>
constexpr size_t kQueryBytes = 2 * (SharedTile<__half, hd>::bytes(kRows) + SharedTile<__half, hd>::bytes(kKeys<hd>));

static_assert(blocks_in_100_kib(kQueryBytes<128>) >= 2);

template <typename T, int hd>
__global__ void __launch_bounds__(kBlock, 2) attention_dq_kernel(const Backward<T> f) {
  constexpr int kColumns = kKeys<hd> / 8;
  unsigned char* const memory = dynamic_shared();
  const SharedTile<T, hd> q{reinterpret_cast<T*>(memory)}, dout{q.at(kRows, 0)}, k{dout.at(kRows, 0)}, v{k.at(kKeys<hd>, 0)};
  const AttentionOperands<T>& op = f.op;
  const int64_t first = int64_t{blockIdx.x} * kRows, last = min(op.queries, first + kRows), h = blockIdx.y, b = blockIdx.z;
  const int64_t kv = op.kv_head(h);
  const int row = static_cast<int>(threadIdx.x) / kWarp * kRowsOfWarp, g = threadIdx.x % kWarp / 4, t = threadIdx.x % 4;
  load_tile<T, hd, kRows, kBlock>(q, op.q(b, 0, h), op.q.frame_stride, first, op.queries);
  load_tile<T, hd, kRows, kBlock>(dout, f.to.dout(b, 0, h), f.to.dout.frame_stride, first, op.queries);
  commit_copies();
  float lse[2], delta[2];
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    lse[r] = statistic(f, b, h, first + row + g + 8 * r);
    delta[r] = delta_of(f, b, h, first + row + g + 8 * r);
  }
  const IndexRange tiles = tiles_of(op.reach.of(first, last), kKeys<hd>), common = op.reach.common(first, last);
  float dq[hd / 8][4] = {};
  for (int64_t i = tiles.first; i < tiles.last; ++i) {
    const int64_t first_key = i * kKeys<hd>;
    load_tile<T, hd, kKeys<hd>, kBlock>(k, op.k(b, 0, kv), op.k.frame_stride, first_key, op.reach.keys);
    load_tile<T, hd, kKeys<hd>, kBlock>(v, op.v(b, 0, kv), op.v.frame_stride, first_key, op.reach.keys);
    commit_copies();
    wait_copies<0>();
    __syncthreads();
    float scores[kColumns][4] = {}, dweights[kColumns][4] = {};
    multiply_transpose<T, hd>(scores, q, row, k);
    multiply_transpose<T, hd>(dweights, dout, row, v);
    const bool inside = op.key_mask == nullptr && first_key >= common.first && first_key + kKeys<hd> <= common.last;
    const Bounds bounds[2] = {Bounds::of(op.reach.of(first + row + g), first_key), Bounds::of(op.reach.of(first + row + g + 8), first_key)};
#pragma unroll
    for (int n = 0; n < kColumns; ++n)
#pragma unroll
      for (int c = 0; c < 4; ++c) {
        const int key = n * 8 + 2 * t + c % 2;
        const bool meet = inside || (bounds[c / 2].hold(key) && !op.hidden(b, first_key + key));
        const float weight = meet ? exp2f(scores[n][c] * (op.scale * kLog2e) - lse[c / 2]) : 0.F;
        scores[n][c] = weight * (dweights[n][c] - delta[c / 2]);
      }
    multiply_weights<T, hd>(dq, scores, k);
    __syncthreads();  // every warp has read the tile
  }
  wait_copies<0>();  // queries that meet no key have loads under way
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const int64_t query = first + row + g + 8 * r;
    if (query >= op.queries) continue;
    T* to = f.to.dq(b, query, h);
#pragma unroll
    for (int n = 0; n < hd / 8; ++n) store_pair(to + n * 8 + 2 * t, dq[n][2 * r] * op.scale, dq[n][2 * r + 1] * op.scale);
  }
}

// ---- dk, dv: a block owns 64 keys of a key head and walks tiles of the queries of its query heads, in order.

template <int hd>
constexpr int kQueries = hd == 64 ? 64 : 32;

template <int hd>
constexpr size_t kKeyBytes = 2 * (SharedTile<__half, hd>::bytes(kRows) + SharedTile<__half, hd>::bytes(kQueries<hd>)) + 2 * sizeof(float) * kQueries<hd>;

static_assert(blocks_in_100_kib(kKeyBytes<128>) >= 2);

template <typename T, int hd>
__global__ void __launch_bounds__(kBlock, 2) attention_dkv_kernel(const Backward<T> f) {
  constexpr int kColumns = kQueries<hd> / 8;
  unsigned char* const memory = dynamic_shared();
  const SharedTile<T, hd> k{reinterpret_cast<T*>(memory)}, v{k.at(kRows, 0)}, q{v.at(kRows, 0)}, dout{q.at(kQueries<hd>, 0)};
  float *lse = reinterpret_cast<float*>(dout.at(kQueries<hd>, 0)), *delta = lse + kQueries<hd>;
  const AttentionOperands<T>& op = f.op;
  const int64_t first = int64_t{blockIdx.x} * kRows, last = min(op.reach.keys, first + kRows), kv = blockIdx.y, b = blockIdx.z;
  const int64_t group = op.heads / op.kv_heads;
  const int row = static_cast<int>(threadIdx.x) / kWarp * kRowsOfWarp, g = threadIdx.x % kWarp / 4, t = threadIdx.x % 4;
  load_tile<T, hd, kRows, kBlock>(k, op.k(b, 0, kv), op.k.frame_stride, first, op.reach.keys);
  load_tile<T, hd, kRows, kBlock>(v, op.v(b, 0, kv), op.v.frame_stride, first, op.reach.keys);
  commit_copies();
  bool visible[2];
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const int64_t key = first + row + g + 8 * r;
    visible[r] = key < op.reach.keys && !op.hidden(b, key);
  }
  const IndexRange tiles = tiles_of(op.reach.queries_of(first, last, op.queries), kQueries<hd>);
  float dk[hd / 8][4] = {}, dv[hd / 8][4] = {};
  for (int64_t h = kv * group; h < (kv + 1) * group; ++h)
    for (int64_t i = tiles.first; i < tiles.last; ++i) {
      const int64_t first_query = i * kQueries<hd>;
      load_tile<T, hd, kQueries<hd>, kBlock>(q, op.q(b, 0, h), op.q.frame_stride, first_query, op.queries);
      load_tile<T, hd, kQueries<hd>, kBlock>(dout, f.to.dout(b, 0, h), f.to.dout.frame_stride, first_query, op.queries);
      commit_copies();
      for (int j = threadIdx.x; j < kQueries<hd>; j += kBlock) {
        lse[j] = statistic(f, b, h, first_query + j);
        delta[j] = delta_of(f, b, h, first_query + j);
      }
      wait_copies<0>();
      __syncthreads();
      float weights[kColumns][4] = {}, dweights[kColumns][4] = {};
      multiply_transpose<T, hd>(weights, k, row, q);
      const IndexRange common = op.reach.common(first_query, min(op.queries, first_query + kQueries<hd>));
      const bool inside = first >= common.first && last <= common.last;  // keys beyond `last` are not visible
#pragma unroll
      for (int n = 0; n < kColumns; ++n)
#pragma unroll
        for (int c = 0; c < 4; ++c) {
          const int j = n * 8 + 2 * t + c % 2;
          const bool meet = visible[c / 2] && (inside || op.reach.allows(first_query + j, first + row + g + c / 2 * 8));
          weights[n][c] = meet ? exp2f(weights[n][c] * (op.scale * kLog2e) - lse[j]) : 0.F;
        }
      multiply_weights<T, hd>(dv, weights, dout);
      multiply_transpose<T, hd>(dweights, v, row, dout);
#pragma unroll
      for (int n = 0; n < kColumns; ++n)
#pragma unroll
        for (int c = 0; c < 4; ++c) weights[n][c] *= dweights[n][c] - delta[n * 8 + 2 * t + c % 2];
      multiply_weights<T, hd>(dk, weights, q);
      __syncthreads();  // every warp has read the tile
    }
  wait_copies<0>();  // keys that meet no query have loads under way
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const int64_t key = first + row + g + 8 * r;
    if (key >= op.reach.keys) continue;
    const float* orphans = f.to.orphans + (b * op.kv_heads + kv) * hd;
    T *to_k = f.to.dk(b, key, kv), *to_v = f.to.dv(b, key, kv);
#pragma unroll
    for (int n = 0; n < hd / 8; ++n) {
      const int column = n * 8 + 2 * t;
      store_pair(to_k + column, dk[n][2 * r] * op.scale, dk[n][2 * r + 1] * op.scale);
      store_pair(to_v + column, dv[n][2 * r] + orphans[column], dv[n][2 * r + 1] + orphans[column + 1]);
    }
  }
}

template <typename T, int hd>
void run(const Backward<T>& f, int64_t batch, cudaStream_t queue) {
  const auto blocks = [](int64_t rows) { return static_cast<unsigned>(ceil_div(rows, int64_t{kRows})); };
  const auto n = static_cast<unsigned>(batch);
  SIDESTEP_CUDA_CHECK(cudaFuncSetAttribute(attention_dq_kernel<T, hd>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                           static_cast<int>(kQueryBytes<hd>)));
  const dim3 of_queries(blocks(f.op.queries), static_cast<unsigned>(f.op.heads), n);
  const dim3 of_keys(blocks(f.op.reach.keys), static_cast<unsigned>(f.op.kv_heads), n);
  launch(attention_dq_kernel<T, hd>, of_queries, kBlock, kQueryBytes<hd>, queue)(f);
  SIDESTEP_CUDA_LAUNCHED("attention_dq_kernel");
  if (f.to.dk.data == nullptr) return;
  SIDESTEP_CUDA_CHECK(cudaFuncSetAttribute(attention_dkv_kernel<T, hd>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                           static_cast<int>(kKeyBytes<hd>)));
  launch(attention_dkv_kernel<T, hd>, of_keys, kBlock, kKeyBytes<hd>, queue)(f);
  SIDESTEP_CUDA_LAUNCHED("attention_dkv_kernel");
}

}  // namespace

template <typename T>
void attention_backward_tensor(const AttentionOperands<T>& op, const AttentionGradients<T>& gradients, int64_t batch, cudaStream_t queue) {
  if (op.head_dim == 64) run<T, 64>({op, gradients}, batch, queue);
  else run<T, 128>({op, gradients}, batch, queue);
}
template void attention_backward_tensor(const AttentionOperands<__nv_bfloat16>&, const AttentionGradients<__nv_bfloat16>&, int64_t,
                                        cudaStream_t);
template void attention_backward_tensor(const AttentionOperands<__half>&, const AttentionGradients<__half>&, int64_t, cudaStream_t);

}  // namespace sidestep::cuda

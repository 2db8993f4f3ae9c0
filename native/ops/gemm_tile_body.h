// The register tile, written once for every instruction set over GCC's and Clang's vector types. Each gemm_tile_<isa>.cpp
// includes this after choosing its sizes. Everything is in an unnamed namespace and calls nothing with external linkage:
// the same template compiled for AVX-512 must never stand in for the one compiled for a lesser processor.
#include <utility>

#include "ops/fused.h"
#include "ops/gemm_tile.h"

namespace sidestep::gemm_detail {
namespace {

template <int lanes>
struct Vector {
  typedef float type __attribute__((vector_size(lanes * sizeof(float)), may_alias));
  typedef float unaligned __attribute__((vector_size(lanes * sizeof(float)), aligned(4), may_alias));
};

template <int lanes>
inline typename Vector<lanes>::type load(const float* p) {
  return *reinterpret_cast<const typename Vector<lanes>::unaligned*>(p);
}
template <int lanes>
inline void store(float* p, typename Vector<lanes>::type v) {
  *reinterpret_cast<typename Vector<lanes>::unaligned*>(p) = v;
}

/// v in every lane: v - 0 is v, also for -0.
template <int lanes>
inline typename Vector<lanes>::type splat(float v) {
  return v - typename Vector<lanes>::type{};
}

// Where a tile's sums go, row after row, as c = alpha * sum + beta * c + bias.
struct Finish {
  float* c;  // of the next row
  int64_t ldc;
  float alpha, beta;
  const float* bias;
  int64_t last;  // columns of the last vector that are in the matrix

  explicit Finish(const Tile& t, int64_t columns_before_last)
      : c(t.c), ldc(t.ldc), alpha(t.alpha), beta(t.beta), bias(t.bias), last(t.columns - columns_before_last) {}
};

// One whole vector. These are inlined by force: a call would put all accumulators on the stack first, which takes nearly as
// long as a sum over 64 terms (`sidestep_bench op attention` shows it).
template <int lanes>
[[gnu::always_inline]] inline void finish(const Finish& f, typename Vector<lanes>::type sum, int64_t column) {
  auto result = sum * f.alpha;
  if (f.beta != 0) result = fused(load<lanes>(f.c + column), splat<lanes>(f.beta), result);
  if (f.bias != nullptr) result += load<lanes>(f.bias + column);
  store<lanes>(f.c + column, result);
}

// The same where only a part of the vector is in the matrix.
template <int lanes>
[[gnu::noinline]] void finish_last(const Finish& f, typename Vector<lanes>::type sum, int64_t column) {
  const auto result = sum * f.alpha;
  for (int64_t j = 0; j < f.last; ++j) {
    float value = result[j];
    if (f.beta != 0) value = fused(f.c[column + j], f.beta, value);
    if (f.bias != nullptr) value += f.bias[column + j];
    f.c[column + j] = value;
  }
}

// Asks for `floats` floats at p, which may lie behind the last element of the operand: nothing is read.
template <int floats>
[[gnu::always_inline]] inline void fetch(const float* p) {
  constexpr int kLine = 16;
  for (int i = 0; i < floats; i += kLine) __builtin_prefetch(p + i);
}

// How many terms of the sum ahead B is asked for: a panel of 512 terms is larger than the first cache.
constexpr int64_t kAhead = 16;
// C lies in a distant cache or none. Asked for before a sum this long begins, it is there when the sum ends; a shorter one
// would not hide the wait, and a caller that cuts sums short (attention) keeps C near.
constexpr int64_t kLongSum = 192;

template <int floats>
inline void fetch_rows(const Tile& t, int rows) {
  const float* row = t.c;
  for (int i = 0; i < rows; ++i, row += t.ldc) fetch<floats>(row);
}

// Named registers, because GCC 12 keeps an array of 28 vectors in memory and then runs at a third of the speed.
#define SIDESTEP_ROWS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13)
#define SIDESTEP_DECLARE_ROW(i) [[maybe_unused]] V c##i##_0{}, c##i##_1{}, c##i##_2{};
// Row i of a row-major A is reached from one of four bases by 0, 1, 2 or 3 strides: six registers instead of fourteen.
#define SIDESTEP_STEP_ROW(i)                                                                        \
  if constexpr (i < rows) {                                                                         \
    const V a = splat<lanes>(source == Source::interleaved ? a0[i] : a_base_##i[(i & 3) * a_step]); \
    c##i##_0 = fused(a, b0, c##i##_0);                                                              \
    if constexpr (vectors > 1) c##i##_1 = fused(a, b1, c##i##_1);                                   \
    if constexpr (vectors > 2) c##i##_2 = fused(a, b2, c##i##_2);                                   \
  }
#define SIDESTEP_SET_ROW(i)                                                       \
  if constexpr (i < rows) {                                                       \
    store<lanes>(f.c, c##i##_0 * f.alpha);                                        \
    if constexpr (vectors > 1) store<lanes>(f.c + lanes, c##i##_1 * f.alpha);     \
    if constexpr (vectors > 2) store<lanes>(f.c + 2 * lanes, c##i##_2 * f.alpha); \
    f.c += f.ldc;                                                                 \
  }
#define SIDESTEP_FINISH_ROW(i)                                        \
  if constexpr (i < rows) {                                           \
    finish<lanes>(f, c##i##_0, 0);                                    \
    if constexpr (vectors > 1) finish<lanes>(f, c##i##_1, lanes);     \
    if constexpr (vectors > 2) finish<lanes>(f, c##i##_2, 2 * lanes); \
    f.c += f.ldc;                                                     \
  }
// Only the last vector of a row can reach beyond the matrix.
#define SIDESTEP_FINISH_PART_OF_ROW(i)                                      \
  if constexpr (i < rows) {                                                 \
    if constexpr (vectors > 1) finish<lanes>(f, c##i##_0, 0);               \
    if constexpr (vectors > 2) finish<lanes>(f, c##i##_1, lanes);           \
    if constexpr (vectors == 1) finish_last<lanes>(f, c##i##_0, 0);         \
    if constexpr (vectors == 2) finish_last<lanes>(f, c##i##_1, lanes);     \
    if constexpr (vectors == 3) finish_last<lanes>(f, c##i##_2, 2 * lanes); \
    f.c += f.ldc;                                                           \
  }
#define a_base_0 a0
#define a_base_1 a0
#define a_base_2 a0
#define a_base_3 a0
#define a_base_4 a4
#define a_base_5 a4
#define a_base_6 a4
#define a_base_7 a4
#define a_base_8 a8
#define a_base_9 a8
#define a_base_10 a8
#define a_base_11 a8
#define a_base_12 a12
#define a_base_13 a12

// FLOPs: 2 * rows * vectors * lanes per k, from rows + vectors * lanes loaded floats.
template <int lanes, int rows, int vectors, Source source>
void tile(const Tile& t) {
  using V = typename Vector<lanes>::type;
  SIDESTEP_ROWS(SIDESTEP_DECLARE_ROW)
  const int64_t a_step = t.a_step;
  const float* a0 = t.a;
  [[maybe_unused]] const float* a4 = a0 + (rows > 4 ? 4 * a_step : 0);
  [[maybe_unused]] const float* a8 = a0 + (rows > 8 ? 8 * a_step : 0);
  [[maybe_unused]] const float* a12 = a0 + (rows > 12 ? 12 * a_step : 0);
  const float* b = t.b;
  if (t.kc >= kLongSum) fetch_rows<vectors * lanes>(t, rows);
  for (int64_t k = 0; k < t.kc; ++k) {
    const V b0 = load<lanes>(b);
    [[maybe_unused]] V b1{}, b2{};
    if constexpr (vectors > 1) b1 = load<lanes>(b + lanes);
    if constexpr (vectors > 2) b2 = load<lanes>(b + 2 * lanes);
    fetch<vectors * lanes>(b + kAhead * t.b_step);
    if constexpr (source == Source::interleaved) fetch<rows>(a0 + kAhead * a_step);
    SIDESTEP_ROWS(SIDESTEP_STEP_ROW)
    b += t.b_step;
    if constexpr (source == Source::interleaved)
      a0 += a_step;
    else
      ++a0, ++a4, ++a8, ++a12;
  }
  Finish f(t, (vectors - 1) * lanes);
  if (f.last < lanes) {
    SIDESTEP_ROWS(SIDESTEP_FINISH_PART_OF_ROW)
  } else if (f.beta == 0 && f.bias == nullptr) {
    SIDESTEP_ROWS(SIDESTEP_SET_ROW)
  } else {
    SIDESTEP_ROWS(SIDESTEP_FINISH_ROW)
  }
}

// Adds the upper half of the vectors to the lower one until one lane is left: an order that their width does not change.
template <int lanes, int vectors>
inline float sum_lanes(typename Vector<lanes>::type (&v)[vectors]) {
  for (int n = vectors / 2; n > 0; n /= 2)
    for (int i = 0; i < n; ++i) v[i] += v[i + n];
  float sums[lanes];
  store<lanes>(sums, v[0]);
  for (int n = lanes / 2; n > 0; n /= 2)
    for (int i = 0; i < n; ++i) sums[i] += sums[i + n];
  return sums[0];
}

// A dot product runs in 32 lanes on every instruction set: two vectors of 16, four of 8, eight of 4.
constexpr int kDotLanes = 32;

#if defined(__aarch64__)
constexpr bool kFewRegisters = false;
#else
constexpr bool kFewRegisters = true;
#endif

// How many rows of A meet a line of B at once: as many as have their sums in registers, 32 with AVX-512 and on ARM, else 16.
template <int lanes>
constexpr int kDotRowsTogether = lanes == 16     ? kMaxDotRows
                                 : lanes == 8    ? 3
                                 : kFewRegisters ? 1
                                                 : 3;

// sums[r] = the dot product of a's row r and b over the first `whole` terms, a multiple of kDotLanes.
template <int lanes, int rows>
[[gnu::always_inline]] inline void dot_rows(const float* a, int64_t lda, const float* b, int64_t whole, float* sums) {
  using V = typename Vector<lanes>::type;
  constexpr int vectors = kDotLanes / lanes;
  V total[rows][vectors]{};
  // Indices are constants from the start: GCC 12 keeps an array in memory whose indices become so only by unrolling.
  const auto step = [&]<int... r>(std::integer_sequence<int, r...>, auto part, int64_t k) __attribute__((always_inline)) {
    const V line = load<lanes>(b + k + part() * lanes);
    ((total[r][part()] = fused(load<lanes>(a + r * lda + k + part() * lanes), line, total[r][part()])), ...);
  };
  const auto steps = [&]<int... part>(std::integer_sequence<int, part...>, int64_t k) __attribute__((always_inline)) {
    (step(std::make_integer_sequence<int, rows>(), std::integral_constant<int, part>(), k), ...);
  };
  for (int64_t k = 0; k < whole; k += kDotLanes) steps(std::make_integer_sequence<int, vectors>(), k);
  const auto finish = [&]<int... r>(std::integer_sequence<int, r...>) __attribute__((always_inline)) {
    ((sums[r] = sum_lanes<lanes, vectors>(total[r])), ...);
  };
  finish(std::make_integer_sequence<int, rows>());
}

// The same for any number of rows.
template <int lanes, int rows>
inline void dot_all_rows(const float* a, int64_t lda, const float* b, int64_t whole, float* sums) {
  constexpr int now = rows < kDotRowsTogether<lanes> ? rows : kDotRowsTogether<lanes>;
  dot_rows<lanes, now>(a, lda, b, whole, sums);
  if constexpr (rows > now) dot_all_rows<lanes, rows - now>(a + now * lda, lda, b, whole, sums + now);
}

// Bytes: 4 * columns * k for B, read once. 2 * rows FLOPs per 4 bytes: memory-bound for the few rows it is used for.
template <int lanes, int rows>
void dots(const Dots& d) {
  const int64_t whole = d.k - d.k % kDotLanes;
  for (int64_t j = 0; j < d.columns; ++j) {
    const float* b = d.b + j * d.ldb;
    float sums[rows];
    dot_all_rows<lanes, rows>(d.a, d.lda, b, whole, sums);
    for (int i = 0; i < rows; ++i) {
      float sum = sums[i];
      for (int64_t k = whole; k < d.k; ++k) sum = fused(d.a[i * d.lda + k], b[k], sum);
      float& c = d.c[i * d.ldc + j];
      float value = sum * d.alpha;
      if (d.beta != 0) value = fused(c, d.beta, value);
      if (d.bias != nullptr) value += d.bias[j];
      c = value;
    }
  }
}

// Of vectors a and b, lane by lane: where the lane's number lacks the bit `distance`, a's lane, or a's that far up for the upper
// of both; elsewhere b's that far down, or b's lane.
template <int lanes, int distance, int... l>
[[gnu::always_inline]] inline void exchange(typename Vector<lanes>::type& a, typename Vector<lanes>::type& b,
                                            std::integer_sequence<int, l...>) {
#if __has_builtin(__builtin_shufflevector)
  const auto low = __builtin_shufflevector(a, b, ((l & distance) != 0 ? lanes + l - distance : l)...);
  b = __builtin_shufflevector(a, b, ((l & distance) != 0 ? lanes + l : l + distance)...);
#else  // GCC before 12
  typedef int Mask __attribute__((vector_size(lanes * sizeof(int))));
  const auto low = __builtin_shuffle(a, b, Mask{((l & distance) != 0 ? lanes + l - distance : l)...});
  b = __builtin_shuffle(a, b, Mask{((l & distance) != 0 ? lanes + l : l + distance)...});
#endif
  a = low;
}

// Transposes lanes x lanes numbers: pairs of rows that are `distance` apart exchange what belongs to the other, then those twice
// as far.
template <int lanes, int distance = 1>
[[gnu::always_inline]] inline void transpose_square(typename Vector<lanes>::type (&rows)[lanes]) {
  if constexpr (distance < lanes) {
    constexpr auto all = std::make_integer_sequence<int, lanes>();
    const auto pair = [&](auto i) __attribute__((always_inline)) {
      if constexpr ((i() & distance) == 0) exchange<lanes, distance>(rows[i()], rows[i() + distance], all);
    };
    [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline)) {
      (pair(std::integral_constant<int, i>()), ...);
    }
    (all);
    transpose_square<lanes, 2 * distance>(rows);
  }
}

// Bytes: 8 a number, most of them to and from the second cache; log2(lanes) exchanges a vector.
template <int lanes>
void transpose_lines(const float* from, int64_t ld, float* to, int64_t step, int64_t kc) {
  constexpr int64_t kLinesAhead = 128;
  constexpr auto all = std::make_integer_sequence<int, lanes>();
  for (int64_t k = 0; k < kc; k += lanes) {
    typename Vector<lanes>::type rows[lanes];
    [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline)) {
      (__builtin_prefetch(from + i * ld + k + kLinesAhead), ...);
      ((rows[i] = load<lanes>(from + i * ld + k)), ...);
      transpose_square<lanes>(rows);
      (store<lanes>(to + (k + i) * step, rows[i]), ...);
    }
    (all);
  }
}

template <int lanes, int vectors>
void copy_rows(const float* from, int64_t ld, float* to, int64_t panels, int64_t kc) {
  constexpr int64_t kRowsAhead = 8;
  constexpr int columns = vectors * lanes;
  for (int64_t k = 0; k < kc; ++k, from += ld, to += columns) {
    for (int64_t p = 0; p < panels; ++p) {
      fetch<columns>(from + kRowsAhead * ld + p * columns);
      for (int v = 0; v < vectors; ++v)
        store<lanes>(to + p * columns * kc + v * lanes, load<lanes>(from + p * columns + v * lanes));
    }
  }
}

template <int lanes, int rows, int vectors, int r>
constexpr void fill_row(TileKernels& kernels) {
  if constexpr (r <= rows) {
    const auto fill = [&]<int... v>(std::integer_sequence<int, v...>) {
      ((kernels.tile[0][r - 1][v] = &tile<lanes, r, v + 1, Source::interleaved>,
        kernels.tile[1][r - 1][v] = &tile<lanes, r, v + 1, Source::row_major>),
       ...);
    };
    fill(std::make_integer_sequence<int, vectors>());
  }
  if constexpr (r <= kMaxDotRows) kernels.dots[r - 1] = &dots<lanes, r>;
}

template <int lanes, int rows, int vectors>
constexpr TileKernels make_tile_kernels(const char* name) {
  static_assert(rows <= kMaxTileRows && vectors <= kMaxTileVectors);
  TileKernels kernels{name, rows, vectors, lanes, {}, {}, &transpose_lines<lanes>, &copy_rows<lanes, vectors>};
  const auto fill = [&]<int... r>(std::integer_sequence<int, r...>) { (fill_row<lanes, rows, vectors, r + 1>(kernels), ...); };
  fill(std::make_integer_sequence<int, kMaxTileRows>());
  return kernels;
}

}  // namespace
}  // namespace sidestep::gemm_detail

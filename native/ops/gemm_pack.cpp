#include "ops/gemm_pack.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "ops/gemm_tile.h"

namespace sidestep::gemm_detail {
namespace {

float as_float(float v) { return v; }
float as_float(bf16_t v) { return to_float(v); }
float as_float(f16_t v) { return to_float(v); }

// Four vectors of four: enough to run at the speed of memory, and the same code on every processor.
typedef float Quad __attribute__((vector_size(16)));

#if __has_builtin(__builtin_shufflevector)
#define SIDESTEP_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else  // GCC before 12
typedef int QuadMask __attribute__((vector_size(16)));
#define SIDESTEP_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, QuadMask{__VA_ARGS__})
#endif

Quad load_quad(const float* p) {
  Quad v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

// A bf16 is the upper half of its float.
Quad load_quad(const bf16_t* p) {
  typedef uint16_t Halves __attribute__((vector_size(8)));
  typedef uint32_t Words __attribute__((vector_size(16)));
  Halves halves;
  std::memcpy(&halves, p, sizeof halves);
  const Words words = __builtin_convertvector(halves, Words) << 16;
  Quad v;
  std::memcpy(&v, &words, sizeof v);
  return v;
}

Quad load_quad(const f16_t* p) { return Quad{to_float(p[0]), to_float(p[1]), to_float(p[2]), to_float(p[3])}; }

template <typename T>
void transpose_4x4(const T* from, int64_t ld, float* to, int64_t step) {
  const Quad a = load_quad(from), b = load_quad(from + ld), c = load_quad(from + 2 * ld), d = load_quad(from + 3 * ld);
  const Quad ab_low = SIDESTEP_SHUFFLE(a, b, 0, 4, 1, 5), ab_high = SIDESTEP_SHUFFLE(a, b, 2, 6, 3, 7);
  const Quad cd_low = SIDESTEP_SHUFFLE(c, d, 0, 4, 1, 5), cd_high = SIDESTEP_SHUFFLE(c, d, 2, 6, 3, 7);
  const Quad columns[4] = {SIDESTEP_SHUFFLE(ab_low, cd_low, 0, 1, 4, 5), SIDESTEP_SHUFFLE(ab_low, cd_low, 2, 3, 6, 7),
                           SIDESTEP_SHUFFLE(ab_high, cd_high, 0, 1, 4, 5), SIDESTEP_SHUFFLE(ab_high, cd_high, 2, 3, 6, 7)};
  for (int k = 0; k < 4; ++k) std::memcpy(to + k * step, &columns[k], sizeof(Quad));
}

// How much of a panel of `step` lines a tile reads: whole vectors. What is behind the last one stays as it was.
int64_t readable(int64_t lines, int64_t step) {
  const int64_t lanes = tile_kernels().lanes;
  return std::min(step, (lines + lanes - 1) / lanes * lanes);
}

// Asks for what four lines hold at `k`, if anything.
template <typename T>
void fetch_lines(const T* lines, int64_t ld, int64_t k, int64_t kc) {
  if (k >= kc) return;
  for (int64_t r = 0; r < 4; ++r) __builtin_prefetch(lines + r * ld + k);
}

// As many lines as fill whole vectors of the chosen instruction set, and how many those are; none of 16-bit numbers.
template <typename T>
int64_t transpose_lines(const T* from, int64_t ld, const Panel& p, float* to) {
  int64_t line = 0;
  if constexpr (std::is_same_v<T, float>) {
    const TileKernels& kernels = tile_kernels();
    if (p.kc % kernels.lanes != 0) return 0;
    for (; line + kernels.lanes <= p.lines; line += kernels.lanes)
      kernels.transpose(from + line * ld, ld, to + line, p.step, p.kc);
  }
  return line;
}

// Lines contiguous along k: the panel is their transpose. A cache line's worth of every line at a time: what is written
// meanwhile, some 2 KB, stays in the first cache until it is complete.
template <typename T>
void pack_lines(const T* from, int64_t ld, const Panel& p, float* to) {
  const int64_t first = transpose_lines(from, ld, p, to);
  if (first == p.step) return;
  constexpr int64_t kBlock = 64 / sizeof(T);
  const int64_t whole = p.kc - p.kc % 4, quads = p.lines - p.lines % 4;
  for (int64_t block = 0; block < whole; block += kBlock) {
    const int64_t end = std::min(block + kBlock, whole);
    for (int64_t i = first; i < quads; i += 4) {
      const T* lines = from + i * ld;
      fetch_lines(lines, ld, block + 2 * kBlock, p.kc);
      for (int64_t k = block; k < end; k += 4) transpose_4x4(lines + k, ld, to + k * p.step + i, p.step);
    }
    for (int64_t i = quads; i < p.lines; ++i)
      for (int64_t k = block; k < end; ++k) to[k * p.step + i] = as_float(from[i * ld + k]);
  }
  for (int64_t k = whole; k < p.kc; ++k)
    for (int64_t i = first; i < p.lines; ++i) to[k * p.step + i] = as_float(from[i * ld + k]);
  if (const int64_t end = readable(p.lines, p.step); end > p.lines)
    for (int64_t k = 0; k < p.kc; ++k) std::fill(to + k * p.step + p.lines, to + k * p.step + end, 0.F);
}

// A row of a panel in pieces whose size the compiler knows: lengths are 6 to 32, and a loop that may take any turns slow.
void copy_row(const float* from, int64_t count, float* to) {
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) std::memcpy(to + i, from + i, 16 * sizeof(float));
  for (; i + 4 <= count; i += 4) std::memcpy(to + i, from + i, 4 * sizeof(float));
  for (; i < count; ++i) to[i] = from[i];
}
template <typename T>
void copy_row(const T* from, int64_t count, float* to) {
  int64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const Quad wide = load_quad(from + i);
    std::memcpy(to + i, &wide, sizeof wide);
  }
  for (; i < count; ++i) to[i] = as_float(from[i]);
}

// Contiguous along the panel: rows are copied.
template <typename T>
void pack_rows(const T* from, int64_t ld, const Panel& p, float* to) {
  for (int64_t k = 0; k < p.kc; ++k) {
    float* out = to + k * p.step;
    copy_row(from + k * ld, p.lines, out);
    std::fill(out + p.lines, out + readable(p.lines, p.step), 0.F);
  }
}

template <typename T>
void pack_as(const Operand& operand, const Panel& p, float* to) {
  const T* data = static_cast<const T*>(operand.data);
  switch (operand.along) {
    case Along::k: return pack_lines(data + p.first * operand.ld + p.k_first, operand.ld, p, to);
    case Along::panel: return pack_rows(data + p.k_first * operand.ld + p.first, operand.ld, p, to);
  }
}

constexpr int64_t kAhead = 4;  // rows asked for before they are copied: they lie far apart

// Whole panels of a register tile's width by whole vectors, and how many those are; none of 16-bit numbers.
template <typename T>
int64_t copy_panels(const T* from, int64_t ld, const PanelRun& run, float* to) {
  if constexpr (std::is_same_v<T, float>) {
    const TileKernels& kernels = tile_kernels();
    if (run.height == kernels.columns()) {
      kernels.copy_rows(from, ld, to, run.lines / run.height, run.kc);
      return run.lines / run.height;
    }
  }
  return 0;
}

template <typename T>
void pack_rows_across(const Operand& operand, const PanelRun& run, float* to) {
  const T* from = static_cast<const T*>(operand.data) + run.k_first * operand.ld + run.first;
  const int64_t done = copy_panels(from, operand.ld, run, to);
  if (done * run.height == run.lines) return;
  const int64_t whole = run.lines / run.height, rest = run.lines % run.height;
  const int64_t panel_floats = run.height * run.kc, last_step = run.last == LastPanel::padded ? run.height : rest;
  for (int64_t k = 0; k < run.kc; ++k) {
    const T* row = from + k * operand.ld + done * run.height;
    float* out = to + k * run.height + done * panel_floats;
    if (k + kAhead < run.kc)
      for (int64_t i = 0; i < run.lines - done * run.height; i += 64 / sizeof(T))
        __builtin_prefetch(row + kAhead * operand.ld + i);
    for (int64_t i = done; i < whole; ++i, row += run.height, out += panel_floats) copy_row(row, run.height, out);
    if (rest == 0) continue;
    out = to + whole * panel_floats + k * last_step;
    copy_row(row, rest, out);
    std::fill(out + rest, out + readable(rest, last_step), 0.F);
  }
}

}  // namespace

void pack(const Operand& operand, const Panel& panel, float* to) {
  if (operand.dtype == DType::bf16)
    pack_as<bf16_t>(operand, panel, to);
  else if (operand.dtype == DType::f16)
    pack_as<f16_t>(operand, panel, to);
  else
    pack_as<float>(operand, panel, to);
}

void pack(const Operand& operand, const PanelRun& run, float* to) {
  if (operand.along == Along::panel) {
    if (operand.dtype == DType::bf16)
      pack_rows_across<bf16_t>(operand, run, to);
    else if (operand.dtype == DType::f16)
      pack_rows_across<f16_t>(operand, run, to);
    else
      pack_rows_across<float>(operand, run, to);
    return;
  }
  for (int64_t line = 0; line < run.lines; line += run.height) {
    const int64_t lines = std::min(run.height, run.lines - line);
    const int64_t step = run.last == LastPanel::padded ? run.height : lines;
    pack(operand, Panel{run.first + line, lines, step, run.k_first, run.kc}, to + line * run.kc);
  }
}

void fetch(const Operand& operand, const PanelRun& run, int64_t part, int64_t parts) {
  constexpr int64_t kLine = 64;
  const bool along_k = operand.along == Along::k;
  const int64_t rows = along_k ? run.lines : run.kc, first = along_k ? run.first : run.k_first;
  const auto size = static_cast<int64_t>(dtype_size(operand.dtype));
  const int64_t begin = (along_k ? run.k_first : run.first) * size, bytes = (along_k ? run.kc : run.lines) * size;
  for (int64_t row = part * rows / parts; row < (part + 1) * rows / parts; ++row) {
    const auto* from = static_cast<const std::byte*>(operand.data) + (first + row) * operand.ld * size + begin;
    for (int64_t i = 0; i < bytes; i += kLine) __builtin_prefetch(from + i, 0, 2);
  }
}

}  // namespace sidestep::gemm_detail

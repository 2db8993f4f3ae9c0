#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core/error.h"
#include "ops/backend.h"
#include "ops/gemm_pack.h"
#include "ops/rows.h"
#include "ops/tile_product.h"

namespace sidestep::cpu {

using gemm_detail::Along;
using gemm_detail::Source;
using gemm_detail::tile_kernels;

namespace {

// A task computes up to `kPanels` register tiles of columns for some output channels. It lays out `kTerms` of the input channels
// and taps it needs at a time (im2col): 256 * 384 floats, 400 KB, stay in L2 while all output channels pass over them.
constexpr int64_t kPanels = 12;
constexpr int64_t kFewestPanels = 4;
constexpr int64_t kTerms = 256;
constexpr int64_t kWantedTasks = 32;
constexpr int64_t kFewestOutputs = 112;
// Rows of weights whose lines fall on one set of the first cache and meet too few columns to repay packing: no more of them at a
// time than the set has lines.
constexpr int64_t kCollidingRows = 7;

/// A strided, dilated, zero-padded correlation: y[o, l] = bias[o] + sum over i, k of weight[o, i, k] x[i, l*stride + k*dilation -
/// padding].
struct Correlation {
  const float* x;
  int64_t inputs, length, x_stride;
  const float* weight;  ///< [outputs, inputs * taps]
  const float* bias;    ///< or null
  float* y;
  int64_t outputs, columns, y_stride;
  int64_t taps, stride, dilation, padding;
  int64_t terms() const { return inputs * taps; }
};

/// The inputs that one term of the sum meets: those of a channel, moved by a tap.
struct Term {
  const float* x;
  int64_t offset;  ///< column l meets x[l * stride + offset]
};

/// A term's inputs of columns first … first+count-1, zeros where the signal has none and up to `width`.
void lay_out_row(const Correlation& c, const Term& term, int64_t first, int64_t count, int64_t width, float* to) {
  const int64_t start = first * c.stride + term.offset;
  if (c.stride == 1 && count == width && start >= 0 && start + width <= c.length) {
    // A register tile is a whole number of these; calling memcpy for so little would take longer than copying.
    for (int64_t l = 0; l < width; l += 4) std::memcpy(to + l, term.x + start + l, 4 * sizeof(float));
    return;
  }
  // Columns whose input is in [0, length).
  const int64_t begin = std::clamp<int64_t>(start >= 0 ? 0 : (-start + c.stride - 1) / c.stride, 0, count);
  const int64_t end = std::clamp<int64_t>(c.length > start ? (c.length - start + c.stride - 1) / c.stride : 0, begin, count);
  std::fill(to, to + begin, 0.F);
  if (c.stride == 1)
    std::copy(term.x + start + begin, term.x + start + end, to + begin);
  else
    for (int64_t l = begin; l < end; ++l) to[l] = term.x[start + l * c.stride];
  std::fill(to + end, to + width, 0.F);
}

/// Columns and output channels of one task.
struct Patch {
  int64_t column, columns;
  int64_t output, outputs;
};

/// Rows of weights this far apart fall on one set of the first cache: they are packed side by side where enough columns meet
/// them.
bool rows_collide(const Correlation& c) { return c.terms() * static_cast<int64_t>(sizeof(float)) % 4096 == 0; }

/// `terms` of the sum from `first` on, for all columns of a patch: panels [terms, width] one after the other.
void lay_out(const Correlation& c, const Patch& patch, int64_t first, int64_t terms, float* to) {
  const int64_t width = tile_kernels().columns(), panels = (patch.columns + width - 1) / width;
  int64_t channel = first / c.taps, tap = first % c.taps;
  for (int64_t k = 0; k < terms; ++k) {
    const Term term{c.x + channel * c.x_stride, tap * c.dilation - c.padding};
    for (int64_t p = 0; p < panels; ++p)
      lay_out_row(c, term, patch.column + p * width, std::min(width, patch.columns - p * width), width,
                  to + (p * terms + k) * width);
    if (++tap == c.taps) tap = 0, ++channel;
  }
}

void run_patch(const Correlation& c, const Patch& patch) {
  thread_local ThreadScratch panels, weights;
  const int64_t width = tile_kernels().columns();
  const bool collides = rows_collide(c), pack = collides && patch.columns >= 4 * width;
  const int64_t group = collides && !pack ? std::min(kCollidingRows, group_height(patch.outputs)) : group_height(patch.outputs);
  for (int64_t o = patch.output; o < patch.output + patch.outputs; ++o) {
    std::fill_n(c.y + o * c.y_stride + patch.column, patch.columns, c.bias == nullptr ? 0.F : c.bias[o]);
  }
  float* laid_out = panels.at_least(kPanels * width * kTerms);
  for (int64_t term = 0; term < c.terms(); term += kTerms) {
    const int64_t terms = std::min(kTerms, c.terms() - term);
    lay_out(c, patch, term, terms, laid_out);
    for (int64_t row = 0; row < patch.outputs; row += group) {
      const int64_t rows = std::min(group, patch.outputs - row), o = patch.output + row;
      TileProduct product{.source = Source::row_major,
                          .a = c.weight + o * c.terms() + term,
                          .a_step = c.terms(),
                          .rows = rows,
                          .group = rows,
                          .b = laid_out,
                          .b_step = width,
                          .b_next = width * terms,
                          .k = terms,
                          .columns = patch.columns,
                          .c = c.y + o * c.y_stride + patch.column,
                          .ldc = c.y_stride,
                          .beta = 1};
      if (pack) {
        float* packed = weights.at_least(kTerms * gemm_detail::kMaxTileRows);
        gemm_detail::pack({c.weight, DType::f32, c.terms(), Along::k}, {o, rows, rows, term, terms}, packed);
        product.source = Source::interleaved;
        product.a = packed;
        product.a_step = rows;
      }
      tile_product(product);
    }
  }
}

/// FLOPs: 2 * outputs * columns * inputs * taps in register tiles; extra memory: 400 KB a thread. Every output is summed in
/// the order of its terms whatever the cut, so bits depend neither on threads nor on where a longer signal is divided.
void correlate(const std::vector<Correlation>& batch, Stream& stream) {
  const Correlation& c = batch.front();
  const int64_t width = tile_kernels().columns(), panels = (c.columns + width - 1) / width;
  const int64_t most = std::clamp((panels + kWantedTasks - 1) / kWantedTasks, kFewestPanels, kPanels) * width;
  const int64_t column_tasks = (c.columns + most - 1) / most, all = column_tasks * static_cast<int64_t>(batch.size());
  // Few columns: the output channels are shared out as well, each part laying out its inputs again.
  const int64_t row_tasks =
      std::clamp<int64_t>((kWantedTasks + all - 1) / all, 1, (c.outputs + kFewestOutputs - 1) / kFewestOutputs);
  const int64_t outputs = round_up((c.outputs + row_tasks - 1) / row_tasks, tile_kernels().rows);
  stream.pool().parallel_for(all * row_tasks, [&](int64_t task) {
    const Correlation& one = batch[static_cast<size_t>(task / (column_tasks * row_tasks))];
    const int64_t column = task / row_tasks % column_tasks * most, output = task % row_tasks * outputs;
    if (output >= one.outputs) return;
    run_patch(one, {column, std::min(most, one.columns - column), output, std::min(outputs, one.outputs - output)});
  });
}

void require_f32(const char* op, DType dtype) {
  if (dtype == DType::f32) return;
  throw Error("native/dtype-mismatch",
              std::string(op) + ": the CPU computes convolutions in F32 only, found " + std::string(dtype_name(dtype)),
              "Load the autoencoder with precision f32.");
}

}  // namespace

void conv1d(const Conv1d& op, Stream& stream) {
  require_f32("conv1d", op.x.dtype());
  if (op.y.numel() == 0) return;
  std::vector<Correlation> batch;
  for (int64_t b = 0; b < op.x.dim(0); ++b) {
    batch.push_back({.x = op.x.data<float>() + b * op.x.stride(0),
                     .inputs = op.x.dim(1),
                     .length = op.x.dim(2),
                     .x_stride = op.x.stride(1),
                     .weight = op.weight.data<float>(),
                     .bias = op.bias ? op.bias.data<float>() : nullptr,
                     .y = op.y.data<float>() + b * op.y.stride(0),
                     .outputs = op.y.dim(1),
                     .columns = op.y.dim(2),
                     .y_stride = op.y.stride(1),
                     .taps = op.weight.dim(2),
                     .stride = op.stride,
                     .dilation = op.dilation,
                     .padding = op.padding});
  }
  correlate(batch, stream);
}

// Every stride-th output is its own correlation with every stride-th tap, read backwards:
//   y[o, q * stride + phase - padding] = bias[o] + sum over i, j of weight[i, o, phase + j * stride] x[i, q - j]
void conv_transpose1d(const ConvTranspose1d& op, Stream& stream) {
  require_f32("conv_transpose1d", op.x.dtype());
  const int64_t inputs = op.x.dim(1), outputs = op.y.dim(1), kernel = op.weight.dim(2), length = op.y.dim(2);
  const int64_t columns = (length + op.padding) / op.stride + 1;  // of a phase, before the padding is cut
  std::vector<float> result(static_cast<size_t>(outputs * columns));
  for (int64_t phase = 0; phase < op.stride; ++phase) {
    const int64_t taps = std::max<int64_t>(0, (kernel - phase + op.stride - 1) / op.stride);
    std::vector<float> weight(static_cast<size_t>(outputs * inputs * taps));
    over_rows(stream, outputs, inputs * taps, [&](int64_t o) {
      for (int64_t i = 0; i < inputs; ++i)
        for (int64_t j = 0; j < taps; ++j) {  // tap j of the correlation reads x[q - (taps - 1 - j)]
          weight[static_cast<size_t>((o * inputs + i) * taps + j)] =
              op.weight.data<float>()[(i * outputs + o) * kernel + phase + (taps - 1 - j) * op.stride];
        }
    });
    for (int64_t b = 0; b < op.x.dim(0); ++b) {
      correlate({{.x = op.x.data<float>() + b * op.x.stride(0),
                  .inputs = inputs,
                  .length = op.x.dim(2),
                  .x_stride = op.x.stride(1),
                  .weight = weight.data(),
                  .bias = op.bias ? op.bias.data<float>() : nullptr,
                  .y = result.data(),
                  .outputs = outputs,
                  .columns = columns,
                  .y_stride = columns,
                  .taps = taps,
                  .stride = 1,
                  .dilation = 1,
                  .padding = taps - 1}},
                stream);
      over_rows(stream, outputs, columns, [&](int64_t o) {
        float* y = op.y.data<float>() + b * op.y.stride(0) + o * op.y.stride(1);
        for (int64_t q = 0; q < columns; ++q) {
          const int64_t at_y = q * op.stride + phase - op.padding;
          if (at_y >= 0 && at_y < length) y[at_y] = result[static_cast<size_t>(o * columns + q)];
        }
      });
    }
  }
}

}  // namespace sidestep::cpu

#pragma once
#include <cstdint>

#include "core/dtype.h"

namespace sidestep::gemm_detail {

/// Which dimension of an operand is contiguous in memory: the summed one, or the one that becomes C's rows or columns.
enum class Along : uint8_t { k, panel };

/// An operand seen as panels of lines: element (line, k) is `data[line * ld + k]` along k, `data[k * ld + line]` along panel.
struct Operand {
  const void* data;
  DType dtype;
  int64_t ld;
  Along along;
};

struct Panel {
  int64_t first;  ///< line of the operand
  int64_t lines;  ///< how many there are
  int64_t step;  ///< how many the panel holds; of the missing ones those in the last vector become zeros, the rest is not touched
  int64_t k_first;
  int64_t kc;
};

/// to[k * step + i] = operand(first + i, k_first + k) as f32.
void pack(const Operand& operand, const Panel& panel, float* to);

/// What becomes of a last panel of fewer lines: it holds just these, or is as high as the others (see Panel::step).
enum class LastPanel : uint8_t { narrow, padded };

/// Neighbouring panels of `height` lines each, one behind the other in memory.
struct PanelRun {
  int64_t first, lines;
  int64_t height;
  LastPanel last;
  int64_t k_first, kc;
};

/// Panel i as `pack` writes it at to + i * height * kc. An operand along its panels is read row by row across all of them:
/// panel by panel, rows a power of two apart would meet in a few sets of the cache and every line be fetched twice.
void pack(const Operand& operand, const PanelRun& run, float* to);

/// Asks for part `part` of `parts` of what `pack` is going to read, so that it is in the second cache by then.
void fetch(const Operand& operand, const PanelRun& run, int64_t part, int64_t parts);

}  // namespace sidestep::gemm_detail

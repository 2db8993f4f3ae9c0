#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "core/arena.h"
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

enum class Write : uint8_t { overwrite, accumulate };

/// What an adapter may need to know of the pass it runs in: dropout masks are drawn from it, so that a recomputation
/// under gradient checkpointing draws the same ones.
struct PassContext {
  enum class Mode : uint8_t { inference, training } mode = Mode::inference;
  uint64_t seed = 0;
  uint64_t micro_step = 0;  ///< counts micro-batches since the start of training
};

struct Linear;

/// What fills a Linear's slot. Models own empty slots and know only this interface.
class LinearAdapter {
 public:
  virtual ~LinearAdapter() = default;
  /// The whole adapted layer: y = layer(x) including the base weight and bias.  x [N, I], y [N, O].
  virtual void forward(const Linear& layer, ConstTensor x, Tensor y, const PassContext& pass, Arena& arena,
                       Stream& stream) = 0;
  /// Adds to the adapter's own gradients and, when dx is given, writes or accumulates dx. x is the forward input.
  virtual void backward(const Linear& layer, ConstTensor dy, ConstTensor x, Tensor dx, Write write,
                        const PassContext& pass, Arena& arena, Stream& stream) = 0;
};

/// A frozen linear layer y = x W^T + b with a slot for an adapter. A strided patch convolution is one as well, over
/// flattened patches: then `kernel` > 1 and column j of the flattened input is (tap, channel) = (j / (I/kernel), j % …).
struct Linear {
  std::string name;      ///< dotted, as upstream: "layers.0.self_attn.q_proj"
  ConstTensor weight{};  ///< [O, I], for a patch convolution in the flattened column order
  ConstTensor bias{};    ///< [O] or empty
  int64_t kernel = 1;    ///< taps of the convolution it stands for (weight on disk: [O, I / kernel, kernel])
  std::shared_ptr<LinearAdapter> adapter{};

  int64_t in_features() const { return weight.dim(1); }
  int64_t out_features() const { return weight.dim(0); }
  bool trains() const { return adapter != nullptr; }
};

/// y = layer(x), through the adapter if there is one.  x [N, I] rows may be strided, y [N, O].
void linear_forward(const Linear& layer, ConstTensor x, Tensor y, const PassContext& pass, Arena& arena, Stream& stream);
/// Gradients of linear_forward: adapter gradients accumulate; dx (if given) is written or accumulated.
/// dx = dy W for the frozen base. x may be empty for a layer without an adapter.
void linear_backward(const Linear& layer, ConstTensor dy, ConstTensor x, Tensor dx, Write write, const PassContext& pass,
                     Arena& arena, Stream& stream);

}  // namespace sidestep

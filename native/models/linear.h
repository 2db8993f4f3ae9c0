#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/arena.h"
#include "core/stream.h"
#include "core/tensor.h"
#include "ops/codes8bit.h"

namespace sidestep {

enum class Write : uint8_t { overwrite, accumulate };

/// What an adapter may need to know of the pass it runs in: dropout masks are drawn from it, so that a recomputation
/// under gradient checkpointing draws the same ones.
struct PassContext {
  enum class Mode : uint8_t { inference, training } mode = Mode::inference;
  uint64_t seed = 0;
  uint64_t micro_step = 0;  ///< counts micro-batches since the start of training
  /// [1] i64 on the device: the same number where recorded work finds it when it is replayed; empty where nothing is recorded.
  ConstTensor step_counter{};
  /// How much of the adapter counts in an inference pass: its weight is W + strength (W' - W), W' the adapted one. 0: no adapter.
  float strength = 1;
  DeviceKind planned_for = DeviceKind::cpu;  ///< on Device::plan: whose memory is measured

  /// Whose kernels run, or would.
  DeviceKind kernels(const Stream& stream) const {
    return stream.device().kind == DeviceKind::plan ? planned_for : stream.device().kind;
  }
};

struct Linear;

/// The A of several adapters one below the other: their layers read one x.
struct LowRankStack {
  ConstTensor a;  ///< [sum r, I]
  Tensor a_grad;  ///< [sum r, I] f32
};

/// What an adapter adds to its layer where that is two thin products: y += scale (x A^T) B^T. Dtypes are the layer's.
struct LowRank {
  ConstTensor a, b;       ///< [r, I], [O, r]
  Tensor a_grad, b_grad;  ///< f32, of the same shapes; accumulated into
  float scale = 1;
  const LowRankStack* stack = nullptr;  ///< the one that holds `a`, if any
};

/// What fills a Linear's slot. Models own empty slots and know only this interface.
class LinearAdapter {
 public:
  virtual ~LinearAdapter() = default;
  /// The whole adapted layer: y = layer(x) including the base weight and bias.  x [N, I], y [N, O].
  virtual void forward(const Linear& layer, ConstTensor x, Tensor y, const PassContext& pass, Arena& arena, Stream& stream) = 0;
  /// Adds to the adapter's own gradients and, when dx is given, writes or accumulates dx. x is the forward input.
  virtual void backward(const Linear& layer, ConstTensor dy, ConstTensor x, Tensor dx, Write write, const PassContext& pass,
                        Arena& arena, Stream& stream) = 0;
  /// Where all that this adapter does in such a pass is a pair of thin products beside the frozen layer: these, so that layers
  /// which read one x can share products (linear_group.h). Empty: only `forward` and `backward` know.
  virtual std::optional<LowRank> low_rank(const PassContext&) const { return {}; }
  /// Around a backward pass that adds to the pair's gradients without calling `backward`.
  virtual void before_shared_backward() {}
  virtual void after_shared_backward() {}
};

/// A frozen matrix as it is kept: in the compute dtype, in another float dtype, as 8-bit codes of blocks (ops/quantised.h), or as
/// 8-bit codes of a format that is multiplied as it is, with the other operand quantised on the way (ops/gemm8bit.h). Whatever
/// else is not in the compute dtype is brought into it part by part, in scratch memory, where a product needs it.
struct FrozenMatrix {
  ConstTensor values{};  ///< [O, I] f32, bf16, f16, or u8 codes
  ConstTensor scales{};  ///< f32, with codes: [O, ceil(I / 64)] of blocks, [O] of int8, [] of e4m3

  FrozenMatrix() = default;
  FrozenMatrix(ConstTensor as_is) : values(as_is) {}
  FrozenMatrix(ConstTensor codes, ConstTensor of_codes) : values(codes), scales(of_codes) {}

  /// Of codes that are multiplied as they are.
  std::optional<CodeFormat> format() const {
    if (!scales || scales.rank() == 2) return std::nullopt;
    return scales.rank() == 1 ? CodeFormat::int8 : CodeFormat::e4m3;
  }
  /// Scales of some of its rows: e4m3 has one for all.
  ConstTensor scales_of(int64_t first_row, int64_t end_row) const {
    return scales.rank() == 0 ? scales : scales.slice(0, first_row, end_row);
  }
  const Shape& shape() const { return values.shape(); }
  Device device() const { return values.device(); }
};

/// Rows and columns of a frozen matrix in `dtype`: a view where it is kept so, else a copy in the arena. `first_column` must be a
/// multiple of kQuantisedBlock.
struct MatrixPart {
  int64_t first_row = 0, end_row = 0;
  int64_t first_column = 0, end_column = 0;
};
ConstTensor matrix_part(const FrozenMatrix& matrix, const MatrixPart& part, DType dtype, Arena& arena, Stream& stream);

/// A frozen linear layer y = x W^T + b with a slot for an adapter. A strided patch convolution is one as well, over
/// flattened patches: then `kernel` > 1 and column j of the flattened input is (tap, channel) = (j / (I/kernel), j % …).
struct Linear {
  std::string name;                 ///< dotted, as upstream: "layers.0.self_attn.q_proj"
  FrozenMatrix weight{};            ///< [O, I], for a patch convolution in the flattened column order
  ConstTensor bias{};               ///< [O] or empty
  int64_t kernel = 1;               ///< taps of the convolution it stands for (weight on disk: [O, I / kernel, kernel])
  std::optional<DType> computes{};  ///< dtype of x and y where it is not the weight's
  std::shared_ptr<LinearAdapter> adapter{};

  DType dtype() const { return computes.value_or(weight.values.dtype()); }
  int64_t in_features() const { return weight.shape()[1]; }
  int64_t out_features() const { return weight.shape()[0]; }
  bool trains() const { return adapter != nullptr; }
};

/// y = x W^T [+ bias], or added to y. W is taken a part of its rows at a time where it must be brought into x's dtype.
void frozen_forward(const FrozenMatrix& weight, ConstTensor x, ConstTensor bias, Tensor y, Arena& arena, Stream& stream,
                    Write write = Write::overwrite);
/// dx = dy W, or added to dx; a part of W's columns at a time, so that no sum is cut. Codes with a format are transposed in
/// scratch memory first, as tensor cores want both operands dense along the sum; scales of rows go into dy, along which the sum
/// runs.
void frozen_backward(const FrozenMatrix& weight, ConstTensor dy, Tensor dx, Write write, Arena& arena, Stream& stream);
/// The same of a layer's matrix, without its adapter.
void frozen_forward(const Linear& layer, ConstTensor x, ConstTensor bias, Tensor y, Arena& arena, Stream& stream,
                    Write write = Write::overwrite);
void frozen_backward(const Linear& layer, ConstTensor dy, Tensor dx, Write write, Arena& arena, Stream& stream);

/// y = layer(x), through the adapter if there is one and its strength is not 0.  x [N, I] rows may be strided, y [N, O].
void linear_forward(const Linear& layer, ConstTensor x, Tensor y, const PassContext& pass, Arena& arena, Stream& stream);
/// Gradients of linear_forward: adapter gradients accumulate; dx (if given) is written or accumulated.
/// dx = dy W for the frozen base. x may be empty for a layer without an adapter.
void linear_backward(const Linear& layer, ConstTensor dy, ConstTensor x, Tensor dx, Write write, const PassContext& pass,
                     Arena& arena, Stream& stream);

}  // namespace sidestep

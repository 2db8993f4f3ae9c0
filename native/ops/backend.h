#pragma once
#include <cstddef>

#include "ops/adafactor.h"
#include "ops/adamw8bit.h"
#include "ops/attention.h"
#include "ops/conv.h"
#include "ops/dora.h"
#include "ops/elementwise.h"
#include "ops/flow.h"
#include "ops/gemm.h"
#include "ops/gemm8bit.h"
#include "ops/norm.h"
#include "ops/optimizer.h"
#include "ops/prodigy.h"
#include "ops/quantise_rows.h"
#include "ops/quantised.h"
#include "ops/rotation.h"
#include "ops/transfer.h"

// Every op once: X(struct, function). A backend implements each; a new op is one line here and its six files.
#define SIDESTEP_OPS(X)                                    \
  X(Gemm, gemm)                                            \
  X(Copy, copy)                                            \
  X(Fill, fill)                                            \
  X(Add, add)                                              \
  X(Multiply, multiply)                                    \
  X(Silu, silu)                                            \
  X(SiluBackward, silu_backward)                           \
  X(SwiGlu, swiglu)                                        \
  X(SwiGluBackward, swiglu_backward)                       \
  X(GatedAdd, gated_add)                                   \
  X(GatedAddBackward, gated_add_backward)                  \
  X(Embedding, embedding)                                  \
  X(SumRows, sum_rows)                                     \
  X(Dropout, dropout)                                      \
  X(RmsNorm, rms_norm)                                     \
  X(RmsNormBackward, rms_norm_backward)                    \
  X(ModulatedRmsNorm, modulated_rms_norm)                  \
  X(ModulatedRmsNormBackward, modulated_rms_norm_backward) \
  X(QkNormRope, qk_norm_rope)                              \
  X(QkNormRopeBackward, qk_norm_rope_backward)             \
  X(RowNorm, row_norm)                                     \
  X(Attention, attention)                                  \
  X(AttentionBackward, attention_backward)                 \
  X(Conv1d, conv1d)                                        \
  X(ConvTranspose1d, conv_transpose1d)                     \
  X(Snake, snake)                                          \
  X(GaussianSample, gaussian_sample)                       \
  X(TimestepEmbedding, timestep_embedding)                 \
  X(FlowInterpolate, flow_interpolate)                     \
  X(FlowLoss, flow_loss)                                   \
  X(NormalFill, normal_fill)                               \
  X(SquaredNorm, squared_norm)                             \
  X(ScaleAll, scale_all)                                   \
  X(UpdateGate, update_gate)                               \
  X(AdamW, adamw)                                          \
  X(AdamW8bit, adamw8bit)                                  \
  X(Adafactor, adafactor)                                  \
  X(ProdigyMoments, prodigy_moments)                       \
  X(ProdigyUpdate, prodigy_update)                         \
  X(DoraGate, dora_gate)                                   \
  X(DoraGateBackward, dora_gate_backward)                  \
  X(RowScale, row_scale)                                   \
  X(SkewSymmetric, skew_symmetric)                         \
  X(SkewSymmetricBackward, skew_symmetric_backward)        \
  X(CayleyInverse, cayley_inverse)                         \
  X(ProjectRotation, project_rotation)                     \
  X(Dequantise, dequantise)                                \
  X(Transfer, transfer)                                    \
  X(EmaUpdate, ema_update)                                 \
  X(Gemm8bit, gemm8bit)                                    \
  X(QuantiseRows, quantise_rows)

namespace sidestep {

/// One implementation of all ops. The CPU's is linked in; CUDA's comes from the plugin loaded at run time; `plan`'s does
/// nothing (only costs are tallied).
struct Backend {
  const char* name;
#define SIDESTEP_DECLARE_OP(Struct, function) void (*function)(const Struct&, Stream&);
  SIDESTEP_OPS(SIDESTEP_DECLARE_OP)
#undef SIDESTEP_DECLARE_OP
};

// One function per op and backend, e.g. `cpu::rms_norm`, in ops/<op>_cpu.cpp. Arguments have been checked.
namespace cpu {
#define SIDESTEP_DECLARE_OP(Struct, function) void function(const Struct& op, Stream& stream);
SIDESTEP_OPS(SIDESTEP_DECLARE_OP)
#undef SIDESTEP_DECLARE_OP
}  // namespace cpu

/// Throws native/device-unavailable with the reason.
const Backend& backend_for(Device device);

/// Streams on Device::cpu that are opened from now on use this implementation: the tests run the whole suite on another
/// device's kernels that way (testing/ops_on_device.h). It must outlive them.
void substitute_cpu_backend(const Backend* backend);

}  // namespace sidestep

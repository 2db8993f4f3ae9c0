#pragma once
#include <cstdint>
#include <optional>

#include "adapters/config.h"
#include "core/stream.h"
#include "models/model_config.h"
#include "models/weights.h"
#include "training/micro_step.h"
#include "training/optimizer.h"
#include "training/options.h"

namespace sidestep {

enum class Average : uint8_t { none, ema };

/// What decides the memory and work of a training step.
struct PlanRequest {
  DitConfig model;
  DType compute_dtype = DType::f32;
  BasePrecision base = BasePrecision::as_stored;  ///< how the frozen matrices are kept
  DeviceKind device = DeviceKind::cpu;            ///< what the plan is for; a card also has room for two batches on their way
  std::optional<DType> stored{};                  ///< what the checkpoint holds, where that is how they are kept
  AdapterConfig adapter{};
  OptimizerOptions optimizer{};
  Average average = Average::none;
  LossOptions loss{};
  int64_t batch_size = 1;
  int64_t frames = 0;  ///< latent frames of the longest sample (after cropping)
  int64_t tokens = 0;  ///< condition tokens of the longest sample
  KeptLayers kept{};   ///< the rest is computed again in the backward pass
  KeptInputs kept_inputs = KeptInputs::on_device;
  int64_t streamed_layers = 0;  ///< of the uppermost, that wait on the host (models/layer_stream.h)
  size_t clip_bytes = 0;        ///< arena that clips between the steps take
  int64_t ranks = 1;            ///< that share the training; on cards each has one, and what connects them

  /// Whether layers can wait on the host at all: on a card, and where an adapter reads no weights outside of passes, as DoRA
  /// does.
  bool can_stream() const;
  bool offloads() const { return device == DeviceKind::cuda && kept_inputs == KeptInputs::on_host; }
  /// Bytes of one layer's input.
  size_t input_bytes() const;
};

/// What of the layers is computed twice so that less is kept. It changes no number.
struct Recomputation {
  KeptLayers kept{};      ///< of every layer, the top one (which always keeps all) included
  double work_saved = 0;  ///< of the FLOPs of a micro-batch that computes every layer again, the share that is not done

  int64_t whole_layers() const;    ///< that keep all
  int64_t partial_layers() const;  ///< that keep some parts
};

/// Bytes on the training device, and the work of one micro-batch. Found by running the step on Device::plan, so it is what
/// the real step asks for, not an estimate.
struct MemoryPlan {
  size_t weights_bytes = 0;  ///< of the frozen model, mapped files included
  size_t adapter_bytes = 0;  ///< parameters and gradients, and the parameters once more where products take them in 16 bits
  size_t optimizer_bytes = 0;
  size_t ema_bytes = 0;
  size_t arena_bytes = 0;       ///< activations and scratch, the high-water mark
  size_t batch_bytes = 0;       ///< of a card: the batch being computed and the one that arrives meanwhile
  size_t sampling_bytes = 0;    ///< what clips between steps take beyond the arena
  size_t overhead_bytes = 0;    ///< of a card: driver, libraries, recorded steps, scratch memory of ops, a reserve, what connects
                                ///< ranks (ops/card_overhead.h)
  int64_t streamed_layers = 0;  ///< whose weights come from the host in each pass
  size_t streamed_bytes = 0;    ///< of their weights, page-locked; not on the device and not in the total
  size_t host_bytes = 0;        ///< page-locked, for offloaded inputs and streamed layers; not on the device and not in the total
  double flops_per_micro_step = 0;
  Recomputation recomputation{};
  int64_t trained_parameters = 0;
  int64_t adapted_modules = 0;

  size_t total_bytes() const {
    return weights_bytes + adapter_bytes + optimizer_bytes + ema_bytes + arena_bytes + batch_bytes + sampling_bytes +
           overhead_bytes;
  }
};
MemoryPlan plan_memory(const PlanRequest& request);
/// The same with `kept` chosen: of parts of layers, those that save the most arithmetic a byte first, as many as leave the total
/// within so many bytes; nothing where not even that fits. On a card what is left goes to what is derived of them (KeptParts).
MemoryPlan plan_within(const PlanRequest& request, size_t total_bytes);
/// How many of the uppermost layers have to wait on the host so that the least that such a step takes fits into so many bytes: 0
/// where all may stay, or where it does not fit either way.
int64_t choose_streamed(const PlanRequest& request, size_t total_bytes);
/// How much of a device's memory a run may fill with activations that it could compute again: all of a card's, of which a plan
/// counts everything; a CPU's memory is also that of other programs.
size_t keeping_budget(size_t limit_bytes, DeviceKind device);

/// An all-zero batch of a given shape in host memory, for planning.
Batch blank_batch(const DitConfig& model, int64_t batch_size, int64_t frames, int64_t tokens);

}  // namespace sidestep

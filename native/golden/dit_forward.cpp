#include "golden/golden.h"
#include "golden/model_case.h"
#include "models/dit.h"

namespace sidestep::golden {
namespace {

/// Bytes of activations the case needs, measured by running it on the plan device.
size_t plan_arena(const Case& c, const DitConfig& config, const CaseInputs& in) {
  const Device device{.kind = DeviceKind::plan};
  Stream stream(device);
  Arena arena(device, 0);
  Dit dit(config, Weights::random(0, c.compute_dtype, stream, DType::f32), NullCondition::skip);
  const DitInput input{.x_t = in.planned("hidden_states"),
                       .context = in.planned("context_latents"),
                       .condition = in.planned("encoder_hidden_states"),
                       .t = in.planned("timestep"),
                       .r = in.planned("timestep_r")};
  const Tensor pred(nullptr, DType::f32, c.file.tensor("in/hidden_states").shape(), device);
  const Observer ignore = [](std::string_view, ConstTensor) {};  // observing takes scratch as well
  dit.forward(input, pred, {}, arena, stream, ignore);
  return arena.high_water();
}

/// Upstream's DiT with both masks given and ignored.
void judge_dit_forward(const Case& c, Report& report, Stream& stream) {
  const DitConfig config = dit_config(c.config);
  CaseInputs in(c, stream);
  Arena arena(stream.device(), plan_arena(c, config, in));
  Dit dit(config, case_weights(c, stream), NullCondition::skip);
  const DitInput input{.x_t = in("hidden_states"),
                       .context = in("context_latents"),
                       .condition = in("encoder_hidden_states"),
                       .t = in("timestep"),
                       .r = in("timestep_r")};
  const Storage pred(DType::f32, input.x_t.shape(), stream.device());
  CaseOutputs outputs(stream);
  dit.forward(input, pred.tensor(), {}, arena, stream,
              [&](std::string_view name, ConstTensor value) { outputs.keep(name, value); });
  outputs.keep("pred", pred.view());
  outputs.judge(c, report);
}

const Kind dit_forward_kind{"dit_forward", judge_dit_forward};

}  // namespace
}  // namespace sidestep::golden

#include <algorithm>
#include <filesystem>

#include "adapters/adapter_file.h"
#include "binding/engine.h"
#include "binding/method.h"
#include "binding/path_param.h"
#include "models/dit.h"

namespace sidestep::binding {

namespace {

/// Scratch that merging one module after the other needs: found on the plan device, plus the weight being written.
size_t merge_arena_bytes(const DitConfig& config, const AdapterConfig& adapter) {
  int64_t largest = 0;
  const size_t measured = measure_arena([&](Arena& arena, Stream& plan) {
    Dit twin(config, Weights::random(0, DType::f32, plan), NullCondition::skip);
    AdapterSet adapters(twin, adapter);
    adapters.refresh({arena, plan});
    for (const AdapterSet::Module& module : adapters.modules()) {
      const Storage out(DType::f32, {module.layer->out_features(), module.layer->in_features()}, plan.device());
      largest = std::max(largest, out.tensor().numel());
      module.adapter->merged_weight(*module.layer, out.tensor(), {arena, plan});
    }
  });
  return measured + 2 * static_cast<size_t>(largest) * sizeof(float) + (size_t{1} << 20);
}

/// {adapter, base, output_dir, device, threads}: writes output_dir/model.safetensors
const Method merge_method{"merge_adapter", [](const Request& request) -> Response {
                            const Json& params = request.params;
                            Engine engine(params);
                            const Session session(engine, request);
                            Stream& stream = session.stream();
                            const std::filesystem::path base_folder = path_param(params, "base");
                            const WeightFiles base = WeightFiles::open(base_folder);
                            const DitConfig config = dit_config(read_config(base_folder));
                            Dit model(config, Weights::from_files(base, "", DType::f32, stream), NullCondition::skip);
                            const AdapterFile adapter = open_adapter(path_param(params, "adapter"));
                            AdapterSet adapters(model, adapter.config);
                            Arena arena(stream.device(), merge_arena_bytes(config, adapter.config));
                            const Workspace work{arena, stream};
                            load_adapter(adapter, adapters, work);
                            merge_adapter({.adapters = adapters,
                                           .base = base,
                                           .biases = adapter.biases,
                                           .output_file = path_param(params, "output_dir") / "model.safetensors"},
                                          work);
                            return {};
                          }};

/// {adapter} → modules, ranks, scales, norms
const Method inspect_method{"inspect_adapter", [](const Request& request) -> Response {
                              return {inspect_adapter(path_param(request.params, "adapter")), {}};
                            }};

}  // namespace

}  // namespace sidestep::binding

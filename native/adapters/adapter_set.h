#pragma once
#include <memory>
#include <string>
#include <vector>

#include "adapters/adapter.h"
#include "adapters/config.h"
#include "adapters/parameter.h"
#include "models/dit.h"

namespace sidestep {

/// All adapters of one model. They sit in the model's slots as long as this object lives; the model must live longer.
class AdapterSet {
 public:
  struct Module {
    std::string name;    ///< "layers.0.self_attn.q_proj"
    uint64_t index = 0;  ///< among all of the model's linears
    Linear* layer = nullptr;
    std::shared_ptr<Adapter> adapter;
  };

  /// Chooses modules, makes zero adapters, fills the slots. Then call `initialise`, or load a file and `refresh`.
  /// Throws adapter/no-modules, adapter/unknown-module, adapter/pattern-invalid, adapter/unsupported-module.
  AdapterSet(Dit& model, const AdapterConfig& config);
  ~AdapterSet();
  AdapterSet(const AdapterSet&) = delete;
  AdapterSet& operator=(const AdapterSet&) = delete;

  /// PEFT's and LyCORIS's initial values, drawn from `seed`.
  void initialise(uint64_t seed, Workspace work);
  /// After parameters changed, before the next pass.
  void refresh(Workspace work);
  void zero_gradients(Stream& stream);

  const AdapterConfig& config() const { return config_; }
  const std::vector<Module>& modules() const { return modules_; }
  /// Every trained tensor by its full name, as PEFT or LyCORIS name it while training:
  /// "base_model.model.layers.0.self_attn.q_proj.lora_A.weight", "lycoris_layers_0_self_attn_q_proj.lokr_w1".
  const std::vector<Parameter>& parameters() const { return parameters_; }
  int64_t parameter_count() const;
  /// Parameters, their gradients, and what is derived of them.
  size_t bytes() const;

 private:
  /// Moves every trained tensor into one block, so that what concerns all of them is one op.
  void place_parameters(Dit& model);
  void round(Stream& stream) const;
  std::shared_ptr<const LowRankStack> stacked(const std::vector<size_t>& members, int64_t begin) const;

  AdapterConfig config_;
  std::vector<Module> modules_;
  std::vector<Parameter> parameters_;
  Storage values_, gradients_;  ///< [n] f32: every trained tensor, those of layers that read one x beside each other
  Storage rounded_;             ///< [n] the values in the compute dtype, where products take them so
};

/// Names of a model's adaptable linears, in its order.
std::vector<std::string> linear_names(Dit& model);

/// What comes before a tensor's name below the module: "base_model.model.<module>." or "lycoris_<module>.".
std::string saved_prefix(AdapterType type, const std::string& module);

}  // namespace sidestep

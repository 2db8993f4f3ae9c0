#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/config.h"
#include "adapters/parameter.h"
#include "models/linear.h"

namespace sidestep {

/// Where an adapter's own ops run, and the scratch memory they may use.
struct Workspace {
  Arena& arena;
  Stream& stream;
};

/// A trained tensor by its name below the module, e.g. "lora_A.weight" or "lokr_w1", f32 on the training device.
struct TrainedTensor {
  std::string name;
  Storage value, grad;
};

/// A tensor as it is saved, in host memory, by its name below the module.
struct SavedTensor {
  std::string name;
  Storage value;
};

/// Places that an adapter is given among all others' (adapter_set.cpp).
struct AdapterPlaces {
  std::vector<Storage> rounded;               ///< its trained tensors in the layer's dtype, kept up to date by their owner
  std::shared_ptr<const LowRankStack> stack;  ///< holds its A and those of the layers that read the same x; or null
};

using TensorMap = std::map<std::string, ConstTensor>;

/// An adapter of one module. Parameters are f32 masters; what a pass needs of them in other forms (products, norms,
/// casts) is derived by `refresh`, which must run after they change and before the next pass.
class Adapter : public LinearAdapter {
 public:
  /// In upstream's order.
  virtual std::vector<TrainedTensor>& trained() = 0;
  /// Whether an owner may move the trained tensors: products take just them, rounded to the layer's dtype, and `trained` alone
  /// knows where they are.
  virtual bool movable() const { return false; }
  /// Told once, before the first refresh, by an owner that has moved them and rounds all adapters' at once.
  virtual void take(const AdapterPlaces&) {}
  /// As PEFT and LyCORIS initialise: the adapted layer starts as the base layer. `module` is the index among all linears.
  virtual void initialise(const Linear& layer, uint64_t seed, uint64_t module, Workspace work) = 0;
  virtual void refresh(const Linear& layer, Workspace work) = 0;
  /// Device memory of what `refresh` derives and keeps, where it is worth counting.
  virtual size_t derived_bytes() const { return 0; }
  /// As upstream saves it: names, folded scalars, alpha.
  virtual std::vector<SavedTensor> saved(Stream& stream) const = 0;
  /// Takes what `saved` gave. Throws adapter/tensor-missing, adapter/tensor-shape; unknown names are the caller's to refuse.
  virtual void load(const TensorMap& tensors, Stream& stream) = 0;
  /// The weight of one plain layer that computes what base and adapter do together, [O, I] f32 in the layer's column
  /// order. Biases are unchanged.
  virtual void merged_weight(const Linear& layer, Tensor out, Workspace work) = 0;
};

/// The rank of "scaled by alpha / rank", under rs_lora its square root.
double adapter_scale(double alpha, int64_t rank, const AdapterConfig& config);

/// An adapter of the configured kind (kind.h).
std::shared_ptr<Adapter> make_adapter(const AdapterConfig& config, const Linear& layer, uint64_t module);

}  // namespace sidestep

#pragma once
#include "adapters/adapter.h"

namespace sidestep {

/// LyCORIS's use_scalar: a trained scalar, 0 at first, in front of one factor of the delta. It is folded into that factor
/// when saved, so a loaded adapter has scalar 1. Without the option nothing is stored and nothing costs.
class FactorScalar {
 public:
  FactorScalar() = default;
  explicit FactorScalar(Device device);

  bool used() const { return static_cast<bool>(scalar_.value); }
  const TrainedTensor& trained() const { return scalar_; }
  void set(float value, Stream& stream) const;

  /// scalar * factor, in scratch memory; the factor itself when unused.
  ConstTensor times(ConstTensor factor, Workspace work) const;
  /// For the gradient g of (scalar * factor): dfactor += scalar * g, dscalar += <g, factor>.
  void add_gradients(ConstTensor gradient, ConstTensor factor, Tensor d_factor, Workspace work) const;

 private:
  TrainedTensor scalar_;
};

/// Multiplies a saved factor by the scalar, as LyCORIS writes it.
void fold_scalar(const FactorScalar& scalar, const SavedTensor& factor, Stream& stream);

}  // namespace sidestep

#pragma once
#include <string>
#include <vector>

#include "adapters/adapter.h"

namespace sidestep {

/// Whether the adapted weight V = W + delta is used as it is, or split into direction and magnitude.
enum class Decompose : uint8_t {
  none,      ///< y = x V^T
  detached,  ///< DoRA in PEFT: y = magnitude / ||V|| * x V^T, the norm counting as a constant in the gradient
  coupled    ///< DoRA in LyCORIS: the norm has a gradient, and epsilon is added to it
};

/// What LoRA, LoKr and LoHa share: a delta beside the base weight, and DoRA around both. Subclasses know their delta;
/// columns of x' and of delta are in the order on disk (see trained.h).
class DeltaAdapter : public Adapter {
 public:
  DeltaAdapter(const Linear& layer, Decompose decompose, const std::string& magnitude_name);

  void forward(const Linear& layer, ConstTensor x, Tensor y, const PassContext& pass, Arena& arena, Stream& stream) override;
  void backward(const Linear& layer, ConstTensor dy, ConstTensor x, Tensor dx, Write write, const PassContext& pass, Arena& arena,
                Stream& stream) override;
  void initialise(const Linear& layer, uint64_t seed, uint64_t module, Workspace work) override;
  void refresh(const Linear& layer, Workspace work) override;
  void merged_weight(const Linear& layer, Tensor out, Workspace work) override;

 protected:
  /// y [N, O] += x' delta^T.
  virtual void add_delta(ConstTensor x, Tensor y, const PassContext& pass, Workspace work) = 0;
  /// Parameter gradients of add_delta; dx' [N, I] += dy delta, unless empty.
  virtual void add_delta_gradients(ConstTensor dy, ConstTensor x, Tensor dx, const PassContext& pass, Workspace work) = 0;
  /// Rows begin..end of delta: out [end - begin, I] f32, written.
  virtual void delta_rows(int64_t begin, int64_t end, Tensor out, Workspace work) = 0;
  /// Parameter gradients for a given gradient of all of delta [O, I] f32. Only called for Decompose::coupled.
  virtual void add_dense_gradients(ConstTensor d_delta, Workspace work) = 0;
  /// What `refresh` and `initialise` do for the delta's own parameters.
  virtual void refresh_delta(Workspace work) = 0;
  virtual void initialise_delta(uint64_t seed, uint64_t module, Stream& stream) = 0;

  bool decomposed() const { return decompose_ != Decompose::none; }
  const TrainedTensor& magnitude() const { return magnitude_; }
  /// The shape upstream gives the magnitude: [O] in PEFT, [O, 1] in LyCORIS, [O, 1, 1] there for a convolution.
  Shape magnitude_shape(const Linear& layer) const;

 private:
  void undecomposed(const Linear& layer, ConstTensor x, ConstTensor x_disk, Tensor y, const PassContext& pass, Workspace work);
  Tensor direction_gradient(const Linear& layer, ConstTensor dy, ConstTensor x, ConstTensor x_disk, const PassContext& pass,
                            Workspace work);
  /// V in disk order, rows begin..end, f32.
  Tensor adapted_rows(const Linear& layer, int64_t begin, int64_t end, Workspace work);
  void add_norm_gradient(const Linear& layer, ConstTensor row_gain, Workspace work);
  Tensor flat(const Storage& magnitude_like) const;

  Decompose decompose_;
  float norm_eps_ = 0;
  TrainedTensor magnitude_;
  Storage norm_;  ///< [O] f32: ||V||, by refresh
  Storage gate_;  ///< [1, O] compute dtype: magnitude / norm - 1, by refresh
};

}  // namespace sidestep

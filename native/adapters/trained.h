#pragma once
#include <string>

#include "adapters/adapter.h"

namespace sidestep {

/// A zero parameter with its zero gradient.
TrainedTensor make_trained(const std::string& name, const Shape& shape, Device device);

/// The host tensor for a saved scalar (LyCORIS writes alpha so).
SavedTensor saved_scalar(const std::string& name, double value);
/// The parameter as it is, copied to the host.
SavedTensor saved_copy(const TrainedTensor& tensor, Stream& stream);
SavedTensor saved_as(const std::string& name, ConstTensor value, Stream& stream);

/// Copies `tensors[name]`, converted to f32, into `to`. Throws adapter/tensor-missing, adapter/tensor-shape.
void load_trained(const TensorMap& tensors, const std::string& name, Tensor to, Stream& stream);

/// The tensor in another dtype, in scratch memory; itself if it already has it.
ConstTensor in_dtype(ConstTensor tensor, DType dtype, Workspace work);
/// The tensor without gaps; itself if it has none.
ConstTensor dense(ConstTensor tensor, Workspace work);

/// Whether the layer stands for a convolution whose columns on disk are ordered (channel, tap), in memory (tap, channel).
/// The decoder's one adaptable convolution is one with patches of a single frame too: LyCORIS then keeps a last extent of 1.
inline bool is_convolution(const Linear& layer) { return layer.kernel > 1 || layer.name == "proj_in.1"; }
/// Columns of [N, I] from the layer's order into the order on disk; itself for a plain linear.
ConstTensor to_disk_order(const Linear& layer, ConstTensor rows, Workspace work);
/// The way back, into `to` [N, I].
void from_disk_order(const Linear& layer, ConstTensor rows, Tensor to, Stream& stream);

}  // namespace sidestep

#pragma once
#include <vector>

#include "models/linear.h"

namespace sidestep {

/// Linear layers that read one x.
struct LinearGroup {
  std::vector<const Linear*> layers;
  FrozenMatrix beside{};  ///< [sum O, I] their weights one below the other, where they lie so: then one product serves all

  LinearGroup(std::vector<const Linear*> members, FrozenMatrix weights = {}) : layers(std::move(members)), beside(weights) {}
  bool trains() const;
  /// The same for members first … end-1.
  LinearGroup part(size_t first, size_t end) const;
};

/// Outputs of a group, or their gradients, and what is between the thin products of its adapters.
struct GroupOutput {
  std::vector<Tensor> each;  ///< [N, O] of each member
  Tensor all{};              ///< [N, sum O] of which they are the columns; empty where the members are computed one by one
  Tensor low_rank{};         ///< [N, sum r or more] x A^T of all members that train; empty: none, or not kept

  /// A group of one whose output has its place already.
  static GroupOutput of(Tensor y, Tensor low_rank = {}) { return {{y}, y, low_rank}; }
};

/// How outputs lie, so that groups of one kind (the same projections of all layers) can take turns in one place.
struct OutputLayout {
  bool together = true;  ///< columns of one tensor: no adapter among them needs more than its two thin products
  int64_t low_rank = 0;  ///< columns of x A^T that a backward pass finds: as many as the widest of them has; none in inference

  /// Serves this group, too.
  void cover(const LinearGroup& group, const PassContext& pass);
};
OutputLayout layout_of(const LinearGroup& group, const PassContext& pass);
GroupOutput allocate_outputs(const LinearGroup& group, const OutputLayout& layout, int64_t rows, DType dtype, Arena& arena);
/// Of `whole`, which belongs to `group`: what belongs to members first … end-1.
GroupOutput output_part(const LinearGroup& group, const GroupOutput& whole, size_t first, size_t end, const PassContext& pass);

/// Whether an adapter's thin products come before the frozen ones or after them. The second of two products onto one output reads
/// what the first one wrote. On a card a thin product is traffic, which this doubles, and a frozen one arithmetic, behind which
/// the reading disappears: so the thin one goes first there. The sums are of the same terms, rounded at another place.
enum class ThinProducts : uint8_t { before, after };
/// `after` on a CPU, where reading costs what it costs in either order.
ThinProducts thin_products(Device device);

/// y = layers(x), as linear_forward of each. x [N, I], rows may be strided. `low_rank` is written where it has a place.
void group_forward(const LinearGroup& group, ConstTensor x, const GroupOutput& y, const PassContext& pass, Arena& arena,
                   Stream& stream, ThinProducts when);
inline void group_forward(const LinearGroup& group, ConstTensor x, const GroupOutput& y, const PassContext& pass, Arena& arena,
                          Stream& stream) {
  group_forward(group, x, y, pass, arena, stream, thin_products(stream.device()));
}
/// Gradients of group_forward, as linear_backward of each, in that order: dx, if given, is written or added to, once where the
/// weights lie beside each other. `low_rank` is the forward pass's, or empty: then it is computed again. x is read by adapters
/// only.
void group_backward(const LinearGroup& group, const GroupOutput& dy, ConstTensor x, ConstTensor low_rank, Tensor dx, Write write,
                    const PassContext& pass, Arena& arena, Stream& stream, ThinProducts when);
inline void group_backward(const LinearGroup& group, const GroupOutput& dy, ConstTensor x, ConstTensor low_rank, Tensor dx,
                           Write write, const PassContext& pass, Arena& arena, Stream& stream) {
  group_backward(group, dy, x, low_rank, dx, write, pass, arena, stream, thin_products(stream.device()));
}

}  // namespace sidestep

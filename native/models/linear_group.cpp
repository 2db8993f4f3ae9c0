#include "models/linear_group.h"

#include <algorithm>
#include <optional>

#include "ops/gemm.h"

namespace sidestep {

namespace {

/// What the members' adapters add, and where each finds its columns.
struct Members {
  struct Member {
    const Linear* layer = nullptr;
    std::optional<LowRank> low_rank;
    int64_t first_out = 0, end_out = 0;    ///< columns among all outputs
    int64_t first_rank = 0, end_rank = 0;  ///< columns among all x A^T
  };
  std::vector<Member> each;
  bool join = true;  ///< no adapter here needs more than its two thin products
  const LowRankStack* stack = nullptr;

  Members(const LinearGroup& group, const PassContext& pass) {
    int64_t out = 0, rank = 0;
    for (const Linear* layer : group.layers) {
      Member member{.layer = layer,
                    .low_rank = {},
                    .first_out = out,
                    .end_out = out += layer->out_features(),
                    .first_rank = rank,
                    .end_rank = rank};
      if (layer->adapter && pass.strength != 0) {
        member.low_rank = layer->adapter->low_rank(pass);
        join = join && member.low_rank;
        if (member.low_rank) member.end_rank = rank += member.low_rank->a.dim(0);
      }
      each.push_back(member);
    }
    stack = common_stack();
  }

  int64_t width() const { return join && !each.empty() ? each.back().end_rank : 0; }

 private:
  /// Where all that train are in one stack, and no others are.
  const LowRankStack* common_stack() const {
    const LowRankStack* common = nullptr;
    for (const Member& member : each) {
      if (!member.low_rank) continue;
      if (common != nullptr && member.low_rank->stack != common) return nullptr;
      common = member.low_rank->stack;
      if (common == nullptr) return nullptr;
    }
    return common != nullptr && common->a.dim(0) == width() ? common : nullptr;
  }
};

/// Whether the members' weights are still the rows of the block that they were loaded into, in the dtype of the product or as
/// codes that are multiplied as they are.
bool in_one_product(const LinearGroup& group, DType dtype) {
  const ConstTensor& block = group.beside.values;
  if (!block || (!group.beside.format() && (group.beside.scales || block.dtype() != dtype))) return false;
  int64_t row = 0;
  for (const Linear* layer : group.layers) {
    const int64_t end = row + layer->out_features();
    if (end > block.dim(0) || layer->weight.values.raw() != block.slice(0, row, end).raw()) return false;
    row = end;
  }
  return row == block.dim(0);
}

/// low_rank [N, sum r] = x A^T of all members.
void project_down(const Members& members, ConstTensor x, Tensor low_rank, Stream& stream) {
  if (members.stack != nullptr) return gemm({.a = x, .b = members.stack->a, .c = low_rank, .trans_b = Transpose::yes}, stream);
  for (const Members::Member& m : members.each)
    if (m.low_rank)
      gemm({.a = x, .b = m.low_rank->a, .c = low_rank.slice(1, m.first_rank, m.end_rank), .trans_b = Transpose::yes}, stream);
}

/// One backward pass of a group whose members are joined.
struct JoinedBackward {
  const LinearGroup& group;
  const Members& members;
  const GroupOutput& dy;
  ConstTensor x, low_rank;
  Tensor dx;
  Write write;
  Arena& arena;
  Stream& stream;

  Tensor columns(const Tensor& t, const Members::Member& m) const { return t.slice(1, m.first_rank, m.end_rank); }
  bool at_once() const { return in_one_product(group, dy.all.dtype()); }
  Tensor down_gradient() const { return arena.alloc(dy.all.dtype(), {dy.all.dim(0), members.width()}); }
  static float beta(Write how) { return how == Write::accumulate ? 1.0F : 0.0F; }

  void run(ThinProducts when) const { when == ThinProducts::before ? thin_first() : thin_last(); }

 private:
  void thin_last() const {
    const Tensor gradient = down_gradient();
    const bool shared = at_once();
    if (dx && shared) through_frozen(write);
    for (size_t i = 0; i < members.each.size(); ++i) {
      const Members::Member& m = members.each[i];
      if (dx && !shared) frozen_backward(*m.layer, dy.each[i], dx, i == 0 ? write : Write::accumulate, arena, stream);
      if (m.low_rank) through_up(m, dy.each[i], columns(gradient, m));
      if (m.low_rank && dx && !shared) gemm({.a = columns(gradient, m), .b = m.low_rank->a, .c = dx, .beta = 1}, stream);
    }
    if (members.width() > 0) through_down(gradient, dx && shared ? dx : Tensor(), Write::accumulate);
  }

  void thin_first() const {
    Write next = write;
    if (members.width() > 0) {
      const Tensor gradient = down_gradient();
      for (size_t i = 0; i < members.each.size(); ++i)
        if (members.each[i].low_rank) through_up(members.each[i], dy.each[i], columns(gradient, members.each[i]));
      through_down(gradient, dx, write);
      next = Write::accumulate;
    }
    if (!dx) return;
    if (at_once()) return through_frozen(next);
    for (size_t i = 0; i < members.each.size(); ++i) {
      frozen_backward(*members.each[i].layer, dy.each[i], dx, next, arena, stream);
      next = Write::accumulate;
    }
  }

  void through_frozen(Write how) const { frozen_backward(group.beside, dy.all, dx, how, arena, stream); }

  void through_up(const Members::Member& m, const Tensor& dy_of, Tensor gradient) const {
    const LowRank& pair = *m.low_rank;
    gemm({.a = dy_of, .b = pair.b, .c = gradient, .alpha = pair.scale}, stream);
    gemm({.a = dy_of,
          .b = low_rank.slice(1, m.first_rank, m.end_rank),
          .c = pair.b_grad,
          .trans_a = Transpose::yes,
          .alpha = pair.scale,
          .beta = 1},
         stream);
  }

  void through_down(const Tensor& gradient, Tensor into, Write how) const {
    if (members.stack != nullptr) {
      gemm({.a = gradient, .b = x, .c = members.stack->a_grad, .trans_a = Transpose::yes, .beta = 1}, stream);
      if (into) gemm({.a = gradient, .b = members.stack->a, .c = into, .beta = beta(how)}, stream);
      return;
    }
    for (const Members::Member& m : members.each) {
      if (!m.low_rank) continue;
      gemm({.a = columns(gradient, m), .b = x, .c = m.low_rank->a_grad, .trans_a = Transpose::yes, .beta = 1}, stream);
      if (into) gemm({.a = columns(gradient, m), .b = m.low_rank->a, .c = into, .beta = beta(how)}, stream);
      how = Write::accumulate;
    }
  }
};

/// One forward pass of a group whose members are joined.
struct JoinedForward {
  const LinearGroup& group;
  const Members& members;
  ConstTensor x;
  const GroupOutput& y;
  Arena& arena;
  Stream& stream;

  /// Thin products first: only where every member has one, or its columns, too, would have to be cleared for a shared product to
  /// add to.
  void run(ThinProducts when) const {
    const bool first = when == ThinProducts::before && members.width() > 0 && (!at_once() || everyone_trains());
    if (!first) frozen(Write::overwrite);
    if (members.width() > 0) thin(first ? Write::overwrite : Write::accumulate);
    if (first) frozen(Write::accumulate);
  }

 private:
  bool at_once() const { return in_one_product(group, x.dtype()); }
  bool everyone_trains() const {
    return std::all_of(members.each.begin(), members.each.end(), [](const Members::Member& m) { return m.low_rank.has_value(); });
  }

  /// `onto`: what members with an adapter do to their outputs; the others' have nothing yet.
  void frozen(Write onto) const {
    if (at_once()) return frozen_forward(group.beside, x, {}, y.all, arena, stream, onto);
    for (size_t i = 0; i < group.layers.size(); ++i)
      frozen_forward(*group.layers[i], x, group.layers[i]->bias, y.each[i], arena, stream,
                     members.each[i].low_rank ? onto : Write::overwrite);
  }

  void thin(Write write) const {
    const Tensor low_rank =
        y.low_rank ? y.low_rank.slice(1, 0, members.width()) : arena.alloc(x.dtype(), {x.dim(0), members.width()});
    project_down(members, x, low_rank, stream);
    for (size_t i = 0; i < members.each.size(); ++i) {
      const Members::Member& m = members.each[i];
      if (m.low_rank)
        gemm({.a = low_rank.slice(1, m.first_rank, m.end_rank),
              .b = m.low_rank->b,
              .c = y.each[i],
              .trans_b = Transpose::yes,
              .alpha = m.low_rank->scale,
              .beta = write == Write::accumulate ? 1.0F : 0.0F},
             stream);
    }
  }
};

}  // namespace

bool LinearGroup::trains() const {
  return std::any_of(layers.begin(), layers.end(), [](const Linear* layer) { return layer->trains(); });
}

LinearGroup LinearGroup::part(size_t first, size_t end) const {
  if (first == 0 && end == layers.size()) return *this;
  const auto at = [&](size_t i) { return layers.begin() + static_cast<std::ptrdiff_t>(i); };
  return LinearGroup(std::vector<const Linear*>(at(first), at(end)));
}

void OutputLayout::cover(const LinearGroup& group, const PassContext& pass) {
  const Members members(group, pass);
  together = together && members.join;
  if (pass.mode == PassContext::Mode::training) low_rank = std::max(low_rank, members.width());
}

OutputLayout layout_of(const LinearGroup& group, const PassContext& pass) {
  OutputLayout layout;
  layout.cover(group, pass);
  return layout;
}

GroupOutput allocate_outputs(const LinearGroup& group, const OutputLayout& layout, int64_t rows, DType dtype, Arena& arena) {
  GroupOutput out;
  int64_t width = 0;
  for (const Linear* layer : group.layers) width += layer->out_features();
  if (layout.together) out.all = arena.alloc(dtype, {rows, width});
  int64_t begin = 0;
  for (const Linear* layer : group.layers) {
    const int64_t end = begin + layer->out_features();
    out.each.push_back(layout.together ? out.all.slice(1, begin, end) : arena.alloc(dtype, {rows, end - begin}));
    begin = end;
  }
  if (layout.low_rank > 0) out.low_rank = arena.alloc(dtype, {rows, layout.low_rank});
  return out;
}

GroupOutput output_part(const LinearGroup& group, const GroupOutput& whole, size_t first, size_t end, const PassContext& pass) {
  if (first == 0 && end == group.layers.size()) return whole;
  const Members members(group, pass);
  const Members::Member &from = members.each[first], &to = members.each[end - 1];
  const auto at = [&](size_t i) { return whole.each.begin() + static_cast<std::ptrdiff_t>(i); };
  return {.each = std::vector<Tensor>(at(first), at(end)),
          .all = whole.all ? whole.all.slice(1, from.first_out, to.end_out) : Tensor(),
          .low_rank = whole.low_rank ? whole.low_rank.slice(1, from.first_rank, to.end_rank) : Tensor()};
}

ThinProducts thin_products(Device device) { return device.kind == DeviceKind::cpu ? ThinProducts::after : ThinProducts::before; }

void group_forward(const LinearGroup& group, ConstTensor x, const GroupOutput& y, const PassContext& pass, Arena& arena,
                   Stream& stream, ThinProducts when) {
  const Members members(group, pass);
  if (!members.join || !y.all) {
    for (size_t i = 0; i < group.layers.size(); ++i) linear_forward(*group.layers[i], x, y.each[i], pass, arena, stream);
    return;
  }
  const Arena::Scope scope(arena);
  JoinedForward{.group = group, .members = members, .x = x, .y = y, .arena = arena, .stream = stream}.run(when);
}

void group_backward(const LinearGroup& group, const GroupOutput& dy, ConstTensor x, ConstTensor low_rank, Tensor dx, Write write,
                    const PassContext& pass, Arena& arena, Stream& stream, ThinProducts when) {
  const Members members(group, pass);
  if (!members.join || !dy.all) {
    for (size_t i = 0; i < group.layers.size(); ++i)
      linear_backward(*group.layers[i], dy.each[i], x, dx, i == 0 ? write : Write::accumulate, pass, arena, stream);
    return;
  }
  const Arena::Scope scope(arena);
  ConstTensor kept = low_rank;
  if (!kept && members.width() > 0) {
    const Tensor again = arena.alloc(x.dtype(), {x.dim(0), members.width()});
    project_down(members, x, again, stream);
    kept = again;
  }
  for (const Members::Member& m : members.each)
    if (m.low_rank) m.layer->adapter->before_shared_backward();
  JoinedBackward{.group = group,
                 .members = members,
                 .dy = dy,
                 .x = x,
                 .low_rank = kept,
                 .dx = dx,
                 .write = write,
                 .arena = arena,
                 .stream = stream}
      .run(when);
  for (const Members::Member& m : members.each)
    if (m.low_rank) m.layer->adapter->after_shared_backward();
}

}  // namespace sidestep

#include "ops/flow.h"

#include "ops/check.h"
#include "ops/dispatch.h"

namespace sidestep {

namespace {

void check_f32(const OpCheck& check, std::string_view name, const ConstTensor& t, const Shape& shape) {
  check.shape(name, t, shape);
  check.dtype(name, t, DType::f32);
  check.contiguous(name, t);
}

Cost pointwise_cost(const ConstTensor& t, double flops, double operands) {
  return {flops * static_cast<double>(t.numel()), operands * static_cast<double>(t.bytes())};
}

}  // namespace

void timestep_embedding(const TimestepEmbedding& op, Stream& stream) {
  const OpCheck check("timestep_embedding", stream);
  check.rank("t", op.t, 1);
  check_f32(check, "t", op.t, op.t.shape());
  check.rank("y", op.y, 2);
  check.shape("y", op.y, {op.t.dim(0), op.y.dim(1)});
  check.floating("y", op.y);
  check.contiguous("y", op.y);
  if (op.y.dim(1) % 2 != 0) check.refuse("y", "an even width: half cosines, half sines");
  dispatch("timestep_embedding", &Backend::timestep_embedding, op, pointwise_cost(op.y, 2, 1), stream);
}

void flow_interpolate(const FlowInterpolate& op, Stream& stream) {
  const OpCheck check("flow_interpolate", stream);
  check.rank("x0", op.x0, 3);
  check_f32(check, "x0", op.x0, op.x0.shape());
  check_f32(check, "x1", op.x1, op.x0.shape());
  check_f32(check, "t", op.t, {op.x0.dim(0)});
  for (const auto& [name, t] : {std::pair{"x_t", op.x_t}, std::pair{"velocity", op.velocity}}) {
    check.shape(name, t, op.x0.shape());
    check.floating(name, t);
    check.contiguous(name, t);
  }
  dispatch("flow_interpolate", &Backend::flow_interpolate, op, pointwise_cost(op.x0, 4, 4), stream);
}

void flow_loss(const FlowLoss& op, Stream& stream) {
  const OpCheck check("flow_loss", stream);
  check.rank("pred", op.pred, 3);
  check.floating("pred", op.pred);
  check.contiguous("pred", op.pred);
  check.shape("velocity", op.velocity, op.pred.shape());
  check.floating("velocity", op.velocity);
  check.contiguous("velocity", op.velocity);
  const int64_t batch = op.pred.dim(0);
  if (op.pred.numel() == 0) check.refuse("pred", "at least one element");
  if (op.weights) check_f32(check, "weights", op.weights, {batch});
  if (op.lengths) {
    check.shape("lengths", op.lengths, {batch});
    check.dtype("lengths", op.lengths, DType::i64);
    check.contiguous("lengths", op.lengths);
  }
  check_f32(check, "per_sample", op.per_sample, {batch});
  check_f32(check, "loss", op.loss, {1});
  if (op.dpred) {
    check.shape("dpred", op.dpred, op.pred.shape());
    check.dtype("dpred", op.dpred, op.pred.dtype());
    check.contiguous("dpred", op.dpred);
  }
  dispatch("flow_loss", &Backend::flow_loss, op, pointwise_cost(op.pred, 4, op.dpred ? 3 : 2), stream);
}

void normal_fill(const NormalFill& op, Stream& stream) {
  const OpCheck check("normal_fill", stream);
  check.rank("y", op.y, op.y.rank());
  check.floating("y", op.y);
  check.contiguous("y", op.y);
  dispatch("normal_fill", &Backend::normal_fill, op, pointwise_cost(op.y, 20, 1), stream);
}

}  // namespace sidestep

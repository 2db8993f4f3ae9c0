#include "ops/rotation.h"

#include "ops/check.h"
#include "ops/dispatch.h"

namespace sidestep {

namespace {

void check_f32(const OpCheck& check, std::string_view name, const ConstTensor& t, const Shape& shape) {
  check.shape(name, t, shape);
  check.dtype(name, t, DType::f32);
  check.contiguous(name, t);
}

Shape triangle(const ConstTensor& q) { return {q.dim(0), q.dim(1) * (q.dim(1) - 1) / 2}; }
double elements(const ConstTensor& t) { return static_cast<double>(t.numel()); }

}  // namespace

void skew_symmetric(const SkewSymmetric& op, Stream& stream) {
  const OpCheck check("skew_symmetric", stream);
  check.rank("q", op.q, 3);
  check_f32(check, "q", op.q, {op.q.dim(0), op.q.dim(1), op.q.dim(1)});
  check_f32(check, "vector", op.vector, triangle(op.q));
  dispatch("skew_symmetric", &Backend::skew_symmetric, op, {0, 6 * elements(op.q)}, stream);
}

void skew_symmetric_backward(const SkewSymmetricBackward& op, Stream& stream) {
  const OpCheck check("skew_symmetric_backward", stream);
  check.rank("dq", op.dq, 3);
  check_f32(check, "dq", op.dq, {op.dq.dim(0), op.dq.dim(1), op.dq.dim(1)});
  check_f32(check, "dvector", op.dvector, triangle(op.dq));
  dispatch("skew_symmetric_backward", &Backend::skew_symmetric_backward, op, {elements(op.dq), 6 * elements(op.dq)}, stream);
}

void cayley_inverse(const CayleyInverse& op, Stream& stream) {
  const OpCheck check("cayley_inverse", stream);
  check.rank("q", op.q, 3);
  check_f32(check, "q", op.q, {op.q.dim(0), op.q.dim(1), op.q.dim(1)});
  check_f32(check, "inverse", op.inverse, op.q.shape());
  dispatch("cayley_inverse", &Backend::cayley_inverse, op,
           {2 * elements(op.q) * static_cast<double>(op.q.dim(1)), 8 * elements(op.q)}, stream);
}

void project_rotation(const ProjectRotation& op, Stream& stream) {
  const OpCheck check("project_rotation", stream);
  check.rank("vector", op.vector, 2);
  check_f32(check, "vector", op.vector, op.vector.shape());
  dispatch("project_rotation", &Backend::project_rotation, op, {3 * elements(op.vector), 8 * elements(op.vector)}, stream);
}

}  // namespace sidestep

#include "ops/conv.h"

#include "ops/check.h"
#include "ops/dispatch.h"

namespace sidestep {

namespace {

void check_input(const OpCheck& check, const ConstTensor& x) {
  check.rank("x", x, 3);
  check.floating("x", x);
  check.dense_rows("x", x);
}

void check_like(const OpCheck& check, std::string_view name, const ConstTensor& t, const Shape& shape, DType dtype) {
  check.shape(name, t, shape);
  check.dtype(name, t, dtype);
  check.dense_rows(name, t);
}

void check_weights(const OpCheck& check, const ConstTensor& weight, const ConstTensor& bias, int64_t outputs, DType dtype) {
  check.dtype("weight", weight, dtype);
  check.contiguous("weight", weight);
  if (weight.dim(2) < 1) check.refuse("weight", "a kernel of at least one tap");
  if (bias) {
    check_like(check, "bias", bias, {outputs}, dtype);
  }
}

double bytes_of(const ConstTensor& x, const ConstTensor& weight, const ConstTensor& y) {
  return static_cast<double>(x.bytes() + weight.bytes() + y.bytes());
}

}  // namespace

void conv1d(const Conv1d& op, Stream& stream) {
  const OpCheck check("conv1d", stream);
  check_input(check, op.x);
  check.rank("weight", op.weight, 3);
  const int64_t outputs = op.weight.dim(0), taps = op.weight.dim(2);
  check.shape("weight", op.weight, {outputs, op.x.dim(1), taps});
  check_weights(check, op.weight, op.bias, outputs, op.x.dtype());
  if (op.stride < 1 || op.dilation < 1 || op.padding < 0) {
    check.refuse("stride, dilation, padding", "stride and dilation of at least 1, padding of at least 0");
  }
  const int64_t reach = op.x.dim(2) + 2 * op.padding - op.dilation * (taps - 1) - 1;
  if (reach < 0) check.refuse("x", "an input at least as long as the dilated kernel");
  const int64_t length = reach / op.stride + 1;
  check_like(check, "y", op.y, {op.x.dim(0), outputs, length}, op.x.dtype());
  const double flops = 2.0 * static_cast<double>(op.y.numel()) * static_cast<double>(op.x.dim(1) * taps);
  dispatch("conv1d", &Backend::conv1d, op, {flops, bytes_of(op.x, op.weight, op.y)}, stream);
}

void conv_transpose1d(const ConvTranspose1d& op, Stream& stream) {
  const OpCheck check("conv_transpose1d", stream);
  check_input(check, op.x);
  check.rank("weight", op.weight, 3);
  const int64_t outputs = op.weight.dim(1), taps = op.weight.dim(2);
  check.shape("weight", op.weight, {op.x.dim(1), outputs, taps});
  check_weights(check, op.weight, op.bias, outputs, op.x.dtype());
  if (op.stride < 1 || op.padding < 0 || op.output_padding < 0) {
    check.refuse("stride, padding, output_padding", "stride of at least 1, paddings of at least 0");
  }
  const int64_t length = (op.x.dim(2) - 1) * op.stride - 2 * op.padding + taps + op.output_padding;
  if (op.x.dim(2) < 1 || length < 1) check.refuse("x", "an input long enough to leave an output after the padding is cut");
  check_like(check, "y", op.y, {op.x.dim(0), outputs, length}, op.x.dtype());
  const double flops = 2.0 * static_cast<double>(op.x.numel()) * static_cast<double>(outputs * taps);
  dispatch("conv_transpose1d", &Backend::conv_transpose1d, op, {flops, bytes_of(op.x, op.weight, op.y)}, stream);
}

void snake(const Snake& op, Stream& stream) {
  const OpCheck check("snake", stream);
  check_input(check, op.x);
  check_like(check, "y", op.y, op.x.shape(), op.x.dtype());
  check_like(check, "alpha", op.alpha, {op.x.dim(1)}, op.x.dtype());
  check_like(check, "beta", op.beta, {op.x.dim(1)}, op.x.dtype());
  const double n = static_cast<double>(op.x.numel());
  dispatch("snake", &Backend::snake, op, {4 * n, 2 * static_cast<double>(op.x.bytes())}, stream);
}

void gaussian_sample(const GaussianSample& op, Stream& stream) {
  const OpCheck check("gaussian_sample", stream);
  check.rank("mean", op.mean, 3);
  check.floating("mean", op.mean);
  check.dense_rows("mean", op.mean);
  check_like(check, "scale", op.scale, op.mean.shape(), op.mean.dtype());
  check_like(check, "y", op.y, op.mean.shape(), op.mean.dtype());
  if (op.noise) check_like(check, "noise", op.noise, op.mean.shape(), op.mean.dtype());
  const double n = static_cast<double>(op.mean.numel());
  dispatch("gaussian_sample", &Backend::gaussian_sample, op, {5 * n, 4 * static_cast<double>(op.mean.bytes())}, stream);
}

}  // namespace sidestep
